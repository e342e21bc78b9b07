/**
 * `renic study runtime`: the grid of the runtime study, run on all cores, printed as tables and written as runtime.csv and
 * runtime.json. What the machine cannot carry is refused before it starts; what is stopped goes on where it stood.
 */
import process from "node:process";
import { formatScenario } from "../config/format";
import { cellName } from "../study/runtime-cell";
import { SCENARIO_FOLDER, studyCsv, studyJson } from "../study/runtime-files";
import { RUNTIME } from "../study/runtime-measurable";
import { scenarioOf } from "../study/runtime-scenario";
import { gridRuns, type RuntimeStudy, runsOf, type StudyPlan, studyOf } from "../study/runtime-study";
import { studyText } from "../study/runtime-text";
import { EXIT } from "./exit";
import { writeResult } from "./outputs";
import { measureRuns } from "./study-measure";
import { readStudyOptions, STUDY_SOURCE, type StudyOptions } from "./study-options";

const REMEDY =
  "ask for fewer of them with --quick, --vms, --workloads, --models, --presets, --runs or a shorter --duration";

/** Carries the command out and returns its exit code. */
export async function studyCommand(options: StudyOptions): Promise<number> {
  const { plan, ...resources } = readStudyOptions(options);
  const say = options.quiet ? () => undefined : (text: string) => console.error(text);
  const settings = { source: STUDY_SOURCE, remedy: REMEDY, resources, folder: options.out, say };
  const done = await measureRuns(RUNTIME, runsOf(plan), settings);
  if (!done) return EXIT.interrupted;
  const study = studyOf(plan, done.measured);
  process.stdout.write(`${studyText(study).join("\n")}\n`);
  if (options.out !== undefined) {
    await writeStudy(options.out, plan, study, done.wasmSha256);
    say(`wrote runtime.csv, runtime.json and ${SCENARIO_FOLDER}/ to ${options.out}`);
  }
  return EXIT.ok;
}

async function writeStudy(folder: string, plan: StudyPlan, study: RuntimeStudy, wasmSha256: string): Promise<void> {
  for (const run of gridRuns(plan)) {
    if (run.run > 1) continue;
    await writeResult(`${folder}/${SCENARIO_FOLDER}`, `${cellName(run.cell)}.yaml`, formatScenario(scenarioOf(run)));
  }
  await writeResult(folder, "runtime.csv", studyCsv(study));
  await writeResult(folder, "runtime.json", studyJson(study, wasmSha256));
}
