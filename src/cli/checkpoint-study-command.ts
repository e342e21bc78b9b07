/**
 * `renic study checkpoint`: what protection costs over intervals, I/O models and workloads, and for a goal the interval
 * that meets it. What is stopped goes on where it stood.
 */
import process from "node:process";
import { formatScenario } from "../config/format";
import { formatDuration } from "../sim/units";
import { checkpointCellName, checkpointCsv, checkpointJson } from "../study/checkpoint-files";
import { edgeOf, type Goal, type GoalAnswer } from "../study/checkpoint-goal";
import { CHECKPOINT } from "../study/checkpoint-measurable";
import { type CheckpointCell, checkpointScenarioOf } from "../study/checkpoint-scenario";
import {
  type CheckpointPlan,
  type CheckpointResult,
  checkpointCells,
  checkpointResults,
  checkpointRuns,
  runsOfCell,
} from "../study/checkpoint-study";
import { checkpointText } from "../study/checkpoint-text";
import { CHECKPOINT_SOURCE, type CheckpointStudyOptions, readCheckpointStudyOptions } from "./checkpoint-study-options";
import { EXIT } from "./exit";
import { writeResult } from "./outputs";
import { type MeasureSettings, measureRuns } from "./study-measure";

const REMEDY = "ask for fewer of them with --quick, --intervals, --workloads, --models, --presets or --runs";

/** Carries the command out and returns its exit code. */
export async function checkpointStudyCommand(options: CheckpointStudyOptions): Promise<number> {
  const { plan, goal, ...resources } = readCheckpointStudyOptions(options);
  const say = options.quiet ? () => undefined : (text: string) => console.error(text);
  const settings = { source: CHECKPOINT_SOURCE, remedy: REMEDY, resources, folder: options.out, say };
  const done = await measureRuns(CHECKPOINT, checkpointRuns(plan), settings);
  if (!done) return EXIT.interrupted;
  const results = checkpointResults(plan, done.measured);
  process.stdout.write(`${checkpointText(results).join("\n")}\n`);
  const goals = goal ? await goalAnswers(goal, plan, results, settings) : [];
  if (!goals) return EXIT.interrupted;
  if (goal) process.stdout.write(`${goalText(goal, goals).join("\n")}\n`);
  if (options.out !== undefined) {
    for (const cell of checkpointCells(plan.axes)) {
      const [run] = runsOfCell(cell, plan);
      if (!run) continue;
      const scenario = formatScenario(checkpointScenarioOf(run));
      await writeResult(`${options.out}/scenarios`, `${checkpointCellName(cell)}.yaml`, scenario);
    }
    await writeResult(options.out, "checkpoint.csv", checkpointCsv(results));
    await writeResult(options.out, "checkpoint.json", checkpointJson(plan, results, goals, done.wasmSha256));
    say(`wrote checkpoint.csv, checkpoint.json and scenarios/ to ${options.out}`);
  }
  return EXIT.ok;
}

/** Null when it was stopped. */
async function goalAnswers(
  goal: Goal,
  plan: CheckpointPlan,
  results: readonly CheckpointResult[],
  settings: MeasureSettings,
): Promise<GoalAnswer[] | null> {
  const quiet = { ...settings, say: () => undefined };
  const measure = async (cell: CheckpointCell): Promise<CheckpointResult | null> => {
    const [runs, without] = [cell, { ...cell, intervalNs: null }].map((each) => runsOfCell(each, plan));
    const done = await measureRuns(CHECKPOINT, [...(runs ?? []), ...(without ?? [])], quiet);
    return done && { cell, runs: (runs ?? []).map(done.measured), without: (without ?? []).map(done.measured) };
  };
  const groups = new Map<string, CheckpointResult[]>();
  for (const result of results) {
    const { preset, workload, io } = result.cell;
    const key = `${preset} ${workload} ${io}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const answers: GoalAnswer[] = [];
  for (const group of groups.values()) {
    const answer = await edgeOf(goal, group, measure);
    if (answer === undefined) return null;
    if (answer) answers.push(answer);
  }
  return answers;
}

function goalText({ text }: Goal, answers: readonly GoalAnswer[]): string[] {
  const lines = answers.map(({ cell, intervalNs, isShortest }) => {
    const who = `${cell.preset} ${cell.workload} ${cell.io}`;
    if (intervalNs === null) return `  ${who}: by no interval that was looked at`;
    return `  ${who}: ${isShortest ? "from" : "up to"} ${formatDuration(intervalNs)}`;
  });
  return [
    "",
    `${text} is met`,
    ...(lines.length > 0 ? lines : ["  by nothing: no workload here has what it is about"]),
  ];
}
