/**
 * `renic run FILE`: runs a scenario, has it judged, prints the account on stdout, and writes result.json, the resolved
 * scenario and the clients' capture.
 */
import type { Verdict } from "../../test/checker/record";
import { formatScenario } from "../config/format";
import type { RunInput } from "../experiment/input";
import type { Observer } from "../host/simulation";
import { migrationText } from "../report/migration-text";
import { successionText } from "../report/succession-text";
import { accountText, milliseconds, whole } from "../report/text";
import { VERSION } from "../sim/version";
import { type Ablation, LACKS, runAblation } from "./ablation";
import { EXIT } from "./exit";
import { loadScenario } from "./inputs";
import { type JudgedRun, runJudged, runUnjudged } from "./judged-run";
import { captureFile, writeResult } from "./outputs";
import { progressOf } from "./progress";

export interface RunOptions {
  readonly out?: string;
  readonly seed?: number;
  readonly run: number;
  /** Bytes that are kept of each frame of a client with TCP; 0 for all. */
  readonly snap: number;
  readonly ablations: boolean;
  readonly judges: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly allowPath?: boolean;
}

/** More than any frame has. */
const SNAP_ALL = 65_536;

/** Carries the command out and returns its exit code. */
export async function runCommand(file: string, options: RunOptions): Promise<number> {
  const say = options.quiet ? () => undefined : (text: string) => console.error(text);
  const seed = options.seed === undefined ? {} : { seed: options.seed };
  const loaded = await loadScenario(file, { ...seed, isAnyPathAllowed: options.allowPath ?? false });
  const input: RunInput = { ...loaded, run: options.run, source: file };
  const { scenario } = loaded;
  say(`${file}: ${milliseconds(scenario.durationNs)} of simulated time, seed ${scenario.seed}`);
  const watched = <T>(title: string, run: (observer: Observer) => T): T => {
    if (options.quiet) return run({});
    const progress = progressOf(title, scenario.durationNs);
    const result = run({ controlEvent: progress.at });
    progress.done();
    return result;
  };
  const snapBytes = options.snap === 0 ? SNAP_ALL : options.snap;
  const tapped = options.out === undefined ? input : { ...input, snapBytes };
  const main = watched(file, (observer) => (options.judges ? runJudged : runUnjudged)(tapped, observer));
  const ablations = (options.ablations && options.judges ? scenario.ablate.abilities : []).map((ability) => {
    say(`the same with ${LACKS[ability]}`);
    return watched(LACKS[ability], (observer) => runAblation(input, ability, observer));
  });
  const result = { renic: VERSION, scenario: file, run: options.run, ...resultOf(main), without: withoutOf(ablations) };
  const resultText = `${JSON.stringify(result, null, 2)}\n`;
  if (options.json) process.stdout.write(resultText);
  else process.stdout.write(`${[...mainText(main), ...ablationText(main, ablations)].join("\n")}\n`);
  if (options.out !== undefined) {
    await writeResult(options.out, "result.json", resultText);
    await writeResult(options.out, "scenario.yaml", formatScenario(scenario));
    const capture = captureFile(main.outcome.control.clients, main.frames);
    await writeResult(options.out, "clients.pcapng", capture);
    say(`wrote result.json, scenario.yaml and clients.pcapng to ${options.out}`);
  }
  return main.verdicts.every(({ faultCount }) => faultCount === 0) ? EXIT.ok : EXIT.judged;
}

function resultOf({ account, verdicts }: JudgedRun) {
  return { account, verdicts };
}

function withoutOf(ablations: readonly Ablation[]) {
  return ablations.map(({ ability, run, withReset }) => ({
    ability,
    ...resultOf(run),
    afterDriverReset: withReset && resultOf(withReset),
  }));
}

function mainText(main: JudgedRun): string[] {
  const verdicts = main.verdicts.length > 0 ? main.verdicts.flatMap(verdictText) : ["judge        none was asked"];
  const { account } = main;
  return [
    ...accountText(account),
    ...account.successions.map(successionText),
    ...account.migrations.flatMap(migrationText),
    ...verdicts,
  ];
}

/** Faults of one judge that are printed; result.json has more. */
const FAULTS_PRINTED_MAX = 4;

function verdictText({ judge, looked, faultCount, faults }: Verdict): string[] {
  if (faultCount === 0) return [`judge        ${judge}: holds (${looked})`];
  const printed = faults.slice(0, FAULTS_PRINTED_MAX);
  const rest = faultCount - printed.length;
  const lines = rest ? [...printed, `and ${whole(rest)} more`] : printed;
  return [`judge        ${judge}: BROKEN (${looked})`, ...lines.map((line) => `             ${line}`)];
}

/** What each ability buys: what is missing without it, as clients and judges see it. */
function ablationText(main: JudgedRun, ablations: readonly Ablation[]): string[] {
  if (ablations.length === 0) return [];
  const rows = [["", "answered", "wrong", "open", "longest silence", "broken"], rowOf("all three abilities", main)];
  for (const { ability, run, withReset } of ablations) {
    rows.push(rowOf(LACKS[ability], run));
    if (withReset) rows.push(rowOf("  and driver reset", withReset));
  }
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const symptoms = ablations.flatMap(({ ability, run }) => [
    "",
    LACKS[ability],
    ...run.verdicts.filter(({ faultCount }) => faultCount > 0).flatMap(verdictText),
  ]);
  return ["", "the same run with one ability taken away", ...table, ...symptoms];
}

function rowOf(title: string, { account, verdicts }: JudgedRun): string[] {
  const total = (pick: (client: (typeof account.clients)[number]) => number) =>
    whole(account.clients.reduce((sum, client) => sum + pick(client), 0));
  const waits = account.clients.map(({ gap }) => (gap === null ? 0 : gap.toNs === null ? null : gap.toNs - gap.fromNs));
  const isAway = waits.includes(null);
  const longest = Math.max(0, ...waits.map((wait) => wait ?? 0));
  const broken = verdicts.filter(({ faultCount }) => faultCount > 0).map(({ judge }) => judge);
  return [
    title,
    total(({ answered }) => answered),
    total(({ wrongAnswers }) => wrongAnswers),
    total(({ failed, waiting }) => failed + waiting),
    isAway ? "never back" : milliseconds(longest),
    broken.join(", ") || "-",
  ];
}
