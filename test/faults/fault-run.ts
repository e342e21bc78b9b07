/** A case, run and judged: what any judge objects to, and whether clients got what they were promised. */

import { WORK_BYTES, WORK_FAILED, WORK_LAST_AT } from "../../assembly/layout/tcp";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import { parseScenario } from "../../src/config/parse";
import type { RunInput } from "../../src/experiment/input";
import type { Observer } from "../../src/host/simulation";
import { recordedExchanges } from "../support/failover-scenario";
import { resolveAims } from "./fault-aim";
import { type Expected, type FaultCase, type FaultWorld, scenarioText } from "./fault-scenario";

/** What came of a case. */
export interface FaultOutcome {
  /** Of the machine's last protection when time was over. */
  readonly state: string;
  readonly objections: readonly string[];
  /** Those of the judge of output commit that the scenario does not ask for. */
  readonly violations: number;
}

const CLIENT = "caller";

/** A recorded request each 600 us or so: some hundred in a run. */
const exchanges = recordedExchanges()
  .slice(0, 400)
  .map((exchange) => ({ ...exchange, timeNs: Math.floor(exchange.timeNs * 0.5) }));

/** Returns what a case is a function of. */
export function faultInput(module: WebAssembly.Module, wanted: FaultCase): RunInput {
  const scenario = parseScenario(scenarioText(wanted), `seed ${wanted.world.seed}`);
  return { module, scenario, run: 1, replays: new Map([["dns.pcapng", exchanges]]) };
}

/** Runs a case. */
export function runFaultCase(module: WebAssembly.Module, aimed: FaultCase): FaultOutcome {
  const inputOf = (each: FaultCase) => faultInput(module, each);
  const wanted = resolveAims(aimed, inputOf);
  const run = runJudged(inputOf(wanted));
  const { expected = [] } = wanted;
  const isExpected = (judge: string, fault: string) =>
    expected.some((each) => EXPECTATIONS[each].some((about) => about.judge === judge && about.fault.test(fault)));
  const unexpected = run.verdicts.map(({ judge, faults, faultCount }) => {
    const left = faults.filter((fault) => !isExpected(judge, fault));
    return { judge, faults: left, faultCount: faultCount - (faults.length - left.length) };
  });
  const judged = unexpected.flatMap(({ judge, faults }) => faults.map((fault) => `${judge}: ${fault}`));
  const violations = unexpected.find(({ judge }) => judge === "output commit")?.faultCount ?? 0;
  const state = run.account.protections.at(-1)?.state ?? "";
  const broken = expected.includes("both-heard") ? [] : brokenPromises(run);
  return { state, objections: [...judged, ...missedSplit(run), ...broken], violations };
}

/** What a judge says of a case in which two copies run because nobody is asked, or because an operator lets both. */
const EXPECTATIONS: Readonly<Record<Expected, readonly { readonly judge: string; readonly fault: RegExp }[]>> = {
  "split-brain": [{ judge: "one machine", fault: /^split brain/ }],
  "both-heard": [
    { judge: "output commit", fault: /^\d+ frames went onto a wire after the backup was declared dead/ },
    { judge: "answers have a cause", fault: /^\d+ answers reached a client/ },
  ],
};

/** Two copies ran, and no judge has said so. */
function missedSplit({ account, verdicts }: JudgedRun): string[] {
  const wasSplit = account.protections.some(({ splitFromNs }) => splitFromNs !== null);
  const isSaid = verdicts.some(({ judge, faultCount }) => judge === "one machine" && faultCount > 0);
  return wasSplit && !isSaid ? ["both copies ran, and the judge of one machine has not seen it"] : [];
}

/** Who lost a SYN tries again after a second, who lost something else after a few doublings of 200 ms. */
const BACK_WITHIN_NS = 1_300_000_000;

/**
 * What TCP promised the client and did not keep. Every byte that arrives is compared where it is read, so a byte that was
 * acknowledged and then lost shows as a wrong one, as a connection of the client that ends before its time, or as one
 * that stands still. A connection that the client has closed may end with a reset at the machine that took over: the
 * client has forgotten it.
 */
function brokenPromises({ account, outcome }: JudgedRun): string[] {
  const { world, control } = outcome;
  const protection = account.protections.at(-1);
  const isThere = protection?.state !== "lost" && protection?.state !== "stopped";
  return control.flows.flatMap((flow, index) => {
    const scenario = control.scenario.flows[index];
    const found = account.flows[index];
    if (!scenario || !found) return [];
    const name = `${scenario.kind} on port ${scenario.port}`;
    const [owner, work] = flow.from.name === CLIENT ? [flow.from.owner, flow.fromWork] : [flow.to.owner, flow.toWork];
    const words = world.words(world.plane.tcpWorkAt(owner, work) >>> 0, WORK_BYTES);
    const failed = Number(words.getBigUint64(WORK_FAILED, true));
    const lastNs = Number(words.getBigUint64(WORK_LAST_AT, true)) / 1000;
    const activatedNs = protection?.activatedAtNs ?? null;
    const isOver = activatedNs !== null && control.scenario.durationNs - activatedNs > BACK_WITHIN_NS;
    const isCalm = control.scenario.clients.every(({ link }) => link.loss === 0) && !protection?.heldDrops;
    return [
      ...(found.wrongBytes > 0 ? [`${name}: ${found.wrongBytes} bytes differ from what was sent`] : []),
      ...(isThere && failed > 0 ? [`${name}: ${failed} connections of the client failed`] : []),
      ...(isThere &&
      isOver &&
      isCalm &&
      scenario.from === CLIENT &&
      lastNs < activatedNs &&
      scenario.kind === "requests"
        ? [`${name}: nothing is answered any more after the failover`]
        : []),
    ];
  });
}

/** Returns every nanosecond before and after something happens in a world in which nothing fails, in order. */
export function momentsOf(module: WebAssembly.Module, world: FaultWorld): number[] {
  const moments = new Set<number>();
  const observer: Observer = {
    records(records) {
      for (const { timePs } of records) {
        moments.add(Math.floor(timePs / 1000));
        moments.add(Math.floor(timePs / 1000) + 1);
      }
    },
  };
  runJudged(faultInput(module, { world, failures: [] }), observer);
  const end = world.durationMs * 1_000_000;
  return [...moments].filter((ns) => ns < end).sort((one, other) => one - other);
}
