/**
 * Measures the cases on all engines in turn, many short rounds each, so that whatever else the machine does hits them
 * alike. A result is a median over rounds.
 *
 * Invariant: after each case all engines have done exactly the same work since they were made, so what they returned
 * and what they left in guest memory must be equal. A fast engine that does something else is an error, not a result.
 */
import { type BenchCase, operationCount } from "./cases";
import { checkEqual } from "./dump";
import type { Engine, EngineName } from "./engine";
import { type Spread, spreadOf } from "./statistics";

/** How many rounds there are. */
export interface Rounds {
  /** Not counted: compilers warm up. */
  readonly warmUp: number;
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

/** Measures one case; throws ResultMismatch or MemoryMismatch when the engines do not agree. */
export async function measureCase(
  engines: readonly Engine[],
  benchCase: BenchCase,
  rounds: Rounds,
): Promise<CaseResult> {
  const series = new Map<EngineName, number[]>(engines.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds.warmUp + rounds.counted; round++) {
    const costs = await measureRound(rotated(engines, round), benchCase);
    if (round < rounds.warmUp) continue;
    for (const [name, nanoseconds] of costs) series.get(name)?.push(nanoseconds);
  }
  const spreads = new Map([...series].map(([name, costs]) => [name, spreadOf(costs)]));
  return { benchCase, spreads, hash: await compareMemory(engines, benchCase.name) };
}

/** Lets each engine do one round, and returns nanoseconds for an operation. */
async function measureRound(engines: readonly Engine[], benchCase: BenchCase): Promise<Map<EngineName, number>> {
  const { name: caseName, work, count, lead } = benchCase;
  const costs = new Map<EngineName, number>();
  const results = new Map<EngineName, number>();
  for (const engine of engines) {
    await engine.run(work, lead);
    const { nanoseconds, result } = await engine.run(work, count);
    costs.set(engine.name, nanoseconds / operationCount(work, count));
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
