/**
 * Entry of `npm run migrations`: machines that move, with troubles at random moments of random moves or at every moment of
 * small ones. Progress, and for each case in which something does not hold the command that runs it again, are on stderr,
 * and so is how often each cell of the engine's table was gone through; the last line of stdout is JSON. Ends with code 1
 * when something does not hold, 2 for arguments that cannot be used, 130 when stopped.
 */
import { MIGRATION } from "../../src/migration/engine";
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
import { drawMoveCase, fixedMoveWorlds, type MoveCase } from "./drawn-move";
import { type MoveOptions, readOptions, USAGE } from "./move-options";
import { momentsOfMove } from "./move-run";
import { type MoveAnswer, perform } from "./move-tasks";

/** Returns every case that is asked for. */
function casesOf(options: MoveOptions): Cases<MoveCase> {
  if (options.mode === "one") return { count: 1, each: [options.wanted] };
  if (options.mode === "random") return { count: options.count, each: randomCases(options.seed, options.count) };
  const module = loadModule();
  const all = fixedMoveWorlds(options.worlds).flatMap((world) => {
    const moments = momentsOfMove(module, world).filter((_, index) => index % options.stride === 0);
    return moments.flatMap((atNs) => options.troubles.map((what): MoveCase => ({ world, trouble: { atNs, what } })));
  });
  const each = all.slice(options.from);
  return { count: each.length, each };
}

function* randomCases(seed: number, count: number): Generator<MoveCase> {
  for (let at = seed; at < seed + count; at++) yield drawMoveCase(at);
}

async function run(options: MoveOptions): Promise<number> {
  const cases = casesOf(options);
  const progress = new Progress("moves", cases.count);
  const sums = { cases: 0, failures: 0 };
  const cells = new Map<string, number>();
  const states = new Map<string, number>();
  const take = (answer: MoveAnswer) => {
    sums.cases += answer.caseCount;
    for (const { wanted, failures } of answer.found) {
      if (++sums.failures > FAILURES_PRINTED_MAX) continue;
      progress.clear();
      console.error(`${failures.slice(0, 4).join("\n")}\n  npm run migrations -- --case '${JSON.stringify(wanted)}'`);
    }
    for (const state of answer.states) addTo(states, state);
    for (const [cell, count] of answer.cells) addTo(cells, cell, count);
    progress.at(sums.cases, `, ${sums.failures} failures`);
  };
  const { isDone, wholeCount } = await runOnThreads({
    file: new URL(import.meta.url),
    threadCount: Math.min(options.jobs, Math.ceil(cases.count / TASK_CASES)),
    tasks: handfuls(cases.each),
    take,
  });
  progress.clear();
  printCoverage(cells, states);
  console.log(JSON.stringify(sums));
  if (!isDone) {
    console.error(`stopped; go on with ${restOf(options, wholeCount * TASK_CASES)}`);
    return EXIT_STOPPED;
  }
  return sums.failures === 0 ? 0 : 1;
}

/** The options that do what a stopped run has not, after so many cases without a gap. */
function restOf(options: MoveOptions, whole: number): string {
  if (options.mode === "random") return `--seed ${options.seed + whole} --count ${options.count - whole}`;
  if (options.mode === "one") return "the same command";
  const { worlds, stride, from, troubles } = options;
  return `--exhaustive --worlds ${worlds} --stride ${stride} --troubles ${troubles.join()} --from ${from + whole}`;
}

function printCoverage(cells: ReadonlyMap<string, number>, states: ReadonlyMap<string, number>): void {
  printStates(states);
  for (const [state, events] of Object.entries(MIGRATION)) {
    for (const [event, next] of Object.entries(events)) {
      if (next === null) continue;
      const cell = `${state} x ${event}`;
      console.error(`${String(cells.get(cell) ?? 0).padStart(10)}  ${cell}`);
    }
  }
}

await runCaseTool({ usage: USAGE, run: () => run(readOptions()), perform });
