/**
 * A move, run and judged. What must hold, whatever was drawn: no judge objects; a machine whose host lives runs in one
 * place, the one that the state says, and one whose host died is gone; no byte and no answer is wrong, none that was
 * acknowledged is missing; a connection fails only with its machine, and is answered again when the machine is back.
 */
import { WORK_BYTES, WORK_FAILED, WORK_LAST_AT } from "../../assembly/layout/tcp";
import { parseScenario } from "../../src/config/parse";
import type { RunInput } from "../../src/experiment/input";
import type { Observer } from "../../src/host/simulation";
import { isHandedOver } from "../../src/migration/engine";
import type { MigrationAccount } from "../../src/report/migration-account";
import { recordedExchanges } from "../support/failover-scenario";
import { type MovedRun, runMove } from "../support/moved-run";
import { lostAcknowledgments } from "./acknowledged";
import { BEGIN_NS, type MoveCase, type MoveWorld } from "./drawn-move";
import { moveText } from "./move-scenario";

/** What came of a case. */
export interface MoveOutcome {
  readonly state: string;
  /** What does not hold; empty for a move in which everything does. */
  readonly failures: readonly string[];
}

/** A recorded request each 2 ms or so. */
const exchanges = recordedExchanges()
  .slice(0, 300)
  .map((exchange) => ({ ...exchange, timeNs: Math.floor(exchange.timeNs * 2) }));

/** Returns what a case is a function of. */
export function moveInput(module: WebAssembly.Module, wanted: MoveCase): RunInput {
  const scenario = parseScenario(moveText(wanted), `seed ${wanted.world.seed}`);
  return { module, scenario, run: 1, replays: new Map([["dns.pcapng", exchanges]]) };
}

/**
 * Runs a case. Streams of the client's own fill the queues of its link, where a SYN gets lost, and the next one as well: so who
 * seems to be answered no more is watched for longer before that is held against the move.
 */
export function runMoveCase(module: WebAssembly.Module, wanted: MoveCase): MoveOutcome {
  const move = runMove(moveInput(module, wanted));
  const isOver = wanted.world.durationMs >= PATIENCE_MS;
  if (isOver || move.runsAt.length !== 1 || silentFlows(move).length === 0)
    return { state: move.account.state, failures: failuresOf(move) };
  return runMoveCase(module, { ...wanted, world: { ...wanted.world, durationMs: PATIENCE_MS } });
}

/** Time for SYNs that are tried again after 1 and 3 seconds, beside the longest move. */
const PATIENCE_MS = 6000;

/** Returns what does not hold of a run. */
export function failuresOf(move: MovedRun): string[] {
  const { run, account, objections } = move;
  const failures = [...objections, ...displacements(move)];
  const fail = (isBad: boolean, what: string) => {
    if (isBad) failures.push(what);
  };
  const { downtimeNs, parts } = account;
  const partsNs = parts.reduce((sum, { ns }) => sum + ns, 0);
  fail(downtimeNs !== null && partsNs !== downtimeNs, `parts are ${partsNs} ns of a downtime of ${downtimeNs} ns`);
  for (const { kind, wrongBytes } of run.account.flows) fail(wrongBytes > 0, `${kind}: ${wrongBytes} bytes are wrong`);
  fail(strangeAnswers(run) > 0, `${strangeAnswers(run)} answers are none of the recorded ones`);
  return move.runsAt.length === 1 ? [...failures, ...brokenPromises(move)] : failures;
}

const UDP = 17;
const UDP_PAYLOAD = 42;
const SERVICE_PORT = 53;
const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const recorded = new Set(exchanges.map(({ reply }) => latin1(reply)));

/**
 * How many answers over UDP have bytes that nobody recorded. What the client counts as wrong is no measure: a late answer
 * to a port that it has closed may find another request there, as with a resolver that sees another's number.
 */
function strangeAnswers({ frames }: MovedRun["run"]): number {
  return frames.filter(({ bytes }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < UDP_PAYLOAD || view.getUint8(23) !== UDP || view.getUint16(34) !== SERVICE_PORT) return false;
    return !recorded.has(latin1(bytes.subarray(UDP_PAYLOAD, 34 + view.getUint16(38))));
  }).length;
}

/** The machine is not where it should be: in the place that its state says, unless that place's host died. */
function displacements({ run, account, runsAt }: MovedRun): string[] {
  const { control } = run.outcome;
  const [m] = control.migrations;
  if (!m) return [];
  const place = isHandedOver(m.state) || isMovedAndLost(account) ? "target" : "source";
  const isHostAlive = control.hosts.some(({ index, isAlive }) => index === m[place].host && isAlive);
  const wanted = account.state === "lost" || !isHostAlive ? "" : place;
  if (runsAt.length > 1) return ["the machine runs in two places"];
  if (account.state === "lost" && isHostAlive) return ["the machine is lost, and the host that had it lives"];
  const isOver = account.endedNs !== null && !isGoingBack(account);
  if (!isOver || runsAt.join() === wanted) return [];
  return [`the machine runs at ${runsAt.join() || "no place"} in state ${account.state}`];
}

function isMovedAndLost({ state, endReason }: MigrationAccount): boolean {
  return state === "lost" && endReason === "target-failed";
}

/** The run ended before the machine that was stopped ran on. */
function isGoingBack({ pausedNs, resumedNs }: MigrationAccount): boolean {
  return pausedNs !== null && resumedNs === null;
}

/** Who lost a SYN tries again after a second, who lost something else after a few doublings of 200 ms. */
const BACK_WITHIN_NS = 1_000_000_000;

const CLIENT = "ann";

/**
 * What clients of a machine that lives were promised and did not get. A connection that the client has closed, and whose
 * last acknowledgment got lost on the way, may end with a reset at the machine: the client has forgotten it.
 */
function brokenPromises(move: MovedRun): string[] {
  const failed = clientWorks(move).flatMap(({ kind, failedCount }) =>
    failedCount > 0 ? [`${kind}: ${failedCount} connections of the client failed`] : [],
  );
  return [...failed, ...silentFlows(move), ...lostAcknowledgments(move.run.outcome)];
}

/** Requests that are not answered although the machine has been back for long. */
function silentFlows(move: MovedRun): string[] {
  const { durationNs, clients } = move.run.outcome.control.scenario;
  const backNs = move.account.connectedNs ?? move.account.resumedNs;
  const isCalm = clients.every(({ link }) => link.loss === 0);
  if (!isCalm || backNs === null || durationNs - backNs <= BACK_WITHIN_NS) return [];
  return clientWorks(move)
    .filter(({ kind, lastNs }) => kind === "requests" && lastNs < backNs)
    .map(({ kind }) => `${kind}: nothing is answered any more behind the move`);
}

/** Of each flow, what the client's stack has counted: connections that failed, and when it heard something last. */
function clientWorks({ run }: MovedRun): { kind: string; failedCount: number; lastNs: number }[] {
  const { world, control } = run.outcome;
  return control.flows.flatMap((flow, index) => {
    const found = run.account.flows[index];
    if (!found) return [];
    const [owner, work] = flow.from.name === CLIENT ? [flow.from.owner, flow.fromWork] : [flow.to.owner, flow.toWork];
    const words = world.words(world.plane.tcpWorkAt(owner, work) >>> 0, WORK_BYTES);
    return [
      {
        kind: found.kind,
        failedCount: Number(words.getBigUint64(WORK_FAILED, true)),
        lastNs: Number(words.getBigUint64(WORK_LAST_AT, true)) / 1000,
      },
    ];
  });
}

/**
 * Returns every nanosecond before and after something happens in a world's move, in order: from its beginning until the
 * machine has been announced.
 */
export function momentsOfMove(module: WebAssembly.Module, world: MoveWorld): number[] {
  const moments = new Set<number>();
  const observer: Observer = {
    records(records) {
      for (const { timePs } of records) {
        moments.add(Math.floor(timePs / 1000));
        moments.add(Math.floor(timePs / 1000) + 1);
      }
    },
  };
  const { account } = runMove(moveInput(module, { world, trouble: null }), observer);
  const endNs = (account.endedNs ?? 0) + BEHIND_NS;
  return [...moments].filter((ns) => ns >= BEGIN_NS && ns <= endNs).sort((one, other) => one - other);
}

/** The first announcement, and what it does to the network. */
const BEHIND_NS = 1_000_000;
