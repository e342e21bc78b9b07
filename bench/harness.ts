/**
 * Measures the cases on all engines in turn, many short rounds each, so that whatever else the machine does hits them
 * alike. A result is a median over all rounds of several passes, and each pass has engines of its own: which physical
 * pages an engine is given decides which of its lines share a set of the second-level cache, and one draw of them made
 * the same program take 26 or 41 ns for a packet.
 *
 * Invariant: after each case all engines have done exactly the same work since they were made, so what they returned
 * and what they left in guest memory must be equal. A fast engine that does something else is an error, not a result.
 */
import type { BenchCase } from "./cases";
import { checkEqual } from "./dump";
import type { Engine, EngineName } from "./engine";
import { type Spread, spreadOf } from "./statistics";

/** How many rounds there are. */
export interface Rounds {
  /** Passes, each with new engines. */
  readonly passes: number;
  /** Rounds of a case in a pass that are not counted: compilers warm up. */
  readonly warmUp: number;
  /** Rounds of a case in a pass that are. */
  readonly counted: number;
}

/** What a case has cost on each engine, in nanoseconds for an operation. */
export interface CaseResult {
  readonly benchCase: BenchCase;
  readonly spreads: ReadonlyMap<EngineName, Spread>;
  /** SHA-256 of the guests' memories and logs, the same for every engine. */
  readonly hash: string;
}

/** Engines that did the same work have returned different results. */
export class ResultMismatch extends Error {
  override readonly name = "ResultMismatch";
}

/** Nanoseconds for an operation, a number for each round. */
type Series = Map<EngineName, number[]>;

/** Measures all cases; throws ResultMismatch or MemoryMismatch when the engines do not agree. */
export async function measureCases(
  makeEngines: () => readonly Engine[],
  cases: readonly BenchCase[],
  rounds: Rounds,
): Promise<CaseResult[]> {
  const found = cases.map((benchCase) => ({ benchCase, series: new Map<EngineName, number[]>(), hash: "" }));
  for (let pass = 0; pass < rounds.passes; pass++) {
    const engines = makeEngines();
    try {
      for (const entry of found) {
        await measureCase(engines, entry.benchCase, rounds, entry.series);
        entry.hash = await compareMemory(engines, entry.benchCase.name);
      }
    } finally {
      for (const engine of engines) engine.close();
    }
  }
  return found.map(({ benchCase, series, hash }) => ({ benchCase, spreads: spreadsOf(series), hash }));
}

function spreadsOf(series: Series): Map<EngineName, Spread> {
  return new Map([...series].map(([name, costs]) => [name, spreadOf(costs)]));
}

/** Adds a pass over one case to its series. */
async function measureCase(
  engines: readonly Engine[],
  benchCase: BenchCase,
  rounds: Rounds,
  series: Series,
): Promise<void> {
  for (let round = 0; round < rounds.warmUp + rounds.counted; round++) {
    const costs = await measureRound(rotated(engines, round), benchCase);
    if (round < rounds.warmUp) continue;
    for (const [name, nanoseconds] of costs) series.set(name, [...(series.get(name) ?? []), nanoseconds]);
  }
}

/** Lets each engine do one round, and returns nanoseconds for an operation. */
async function measureRound(engines: readonly Engine[], benchCase: BenchCase): Promise<Map<EngineName, number>> {
  const { name: caseName, work, count, lead } = benchCase;
  const costs = new Map<EngineName, number>();
  const results = new Map<EngineName, number>();
  for (const engine of engines) {
    await engine.run(work, lead);
    const { nanoseconds, result } = await engine.run(work, count);
    costs.set(engine.name, nanoseconds / count);
    results.set(engine.name, result);
  }
  if (new Set(results.values()).size > 1) {
    const list = [...results].map(([name, result]) => `${name} ${result}`).join(", ");
    throw new ResultMismatch(`engines disagree about the result of ${caseName}: ${list}`);
  }
  return costs;
}

/** Each engine goes first, and after each other one, equally often. */
function rotated(engines: readonly Engine[], round: number): Engine[] {
  const first = round % engines.length;
  return [...engines.slice(first), ...engines.slice(0, first)];
}

/** Compares what all engines have left; returns the hash. */
export async function compareMemory(engines: readonly Engine[], after: string): Promise<string> {
  const dumps = new Map<string, Uint8Array>();
  for (const engine of engines) dumps.set(engine.name, await engine.dump());
  return checkEqual(dumps, after);
}
