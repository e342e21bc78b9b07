/**
 * Entry of `npm run faults`: protected machines whose hosts die, at random moments of random worlds or at every moment of
 * small ones. Progress, and for each case in which something is wrong the command that runs it again, are on stderr, and
 * so is which cells of the machines' tables were gone through how often; the last line of stdout is JSON. Ends with code
 * 1 when something was wrong, 2 for arguments that cannot be used, 130 when stopped.
 */
import { Progress } from "../agreement/progress";
import { handfuls, runOnThreads, TASK_CASES } from "../support/case-threads";
import {
  addTo,
  type Cases,
  EXIT_STOPPED,
  FAILURES_PRINTED_MAX,
  loadModule,
  printStates,
  runCaseTool,
} from "../support/case-tool";
import { addCells, coverageText } from "./coverage";
import { drawAimedCase } from "./fault-aim";
import { momentsOf } from "./fault-run";
import { drawFaultCase, type FaultCase, fixedWorlds } from "./fault-scenario";
import { type FaultOptions, readOptions, USAGE } from "./options";
import { type FaultAnswer, perform } from "./tasks";

/** Returns every case that is asked for. */
function casesOf(options: FaultOptions): Cases<FaultCase> {
  if (options.mode === "one") return { count: 1, each: [options.wanted] };
  if (options.mode === "random") return { count: options.count, each: randomCases(options.seed, options.count) };
  const module = loadModule();
  const each = fixedWorlds(options.worlds).flatMap((world) => {
    const moments = momentsOf(module, world).filter((_, index) => index % options.stride === 0);
    return moments.map(
      (atNs): FaultCase => ({ world: { ...world, durationMs: LONG_MS }, failures: [{ atNs, host: "primary" }] }),
    );
  });
  return { count: each.length, each };
}

/** Of so many seeds one is aimed at a state. */
const AIMED_EACH = 4;

/** Time to fail over, also where dom0 has a backend to attach (300 ms), and for requests to be asked again. */
const LONG_MS = 650;

function* randomCases(seed: number, count: number): Generator<FaultCase> {
  for (let at = seed; at < seed + count; at++) yield at % AIMED_EACH === 0 ? drawAimedCase(at) : drawFaultCase(at);
}

interface Sums {
  cases: number;
  failures: number;
  outputCommitViolations: number;
}

async function run(options: FaultOptions): Promise<number> {
  const cases = casesOf(options);
  const progress = new Progress("cases", cases.count);
  const sums: Sums = { cases: 0, failures: 0, outputCommitViolations: 0 };
  const cells = new Map<string, number>();
  const states = new Map<string, number>();
  const take = (answer: FaultAnswer) => {
    sums.cases += answer.caseCount;
    for (const { wanted, objections, violations } of answer.found) {
      sums.failures++;
      sums.outputCommitViolations += violations;
      if (sums.failures > FAILURES_PRINTED_MAX) continue;
      progress.clear();
      console.error(`${objections.slice(0, 3).join("\n")}\n  npm run faults -- --case '${JSON.stringify(wanted)}'`);
    }
    for (const state of answer.states) addTo(states, state);
    addCells(cells, answer.cells);
    progress.at(sums.cases, `, ${sums.failures} failures`);
  };
  const { isDone, wholeCount } = await runOnThreads({
    file: new URL(import.meta.url),
    threadCount: Math.min(options.jobs, Math.ceil(cases.count / TASK_CASES)),
    tasks: handfuls(cases.each),
    take,
  });
  progress.clear();
  if (options.mode !== "one") printCoverage(cells, states);
  console.log(JSON.stringify(sums));
  if (!isDone) {
    if (options.mode === "random")
      console.error(`stopped; go on with --seed ${options.seed + wholeCount * TASK_CASES}`);
    return EXIT_STOPPED;
  }
  return sums.failures === 0 ? 0 : 1;
}

function printCoverage(cells: ReadonlyMap<string, number>, states: ReadonlyMap<string, number>): void {
  printStates(states);
  for (const line of coverageText(cells)) console.error(line);
}

await runCaseTool({ usage: USAGE, run: () => run(readOptions()), perform });
