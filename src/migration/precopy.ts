/**
 * The rounds: a guest that runs, and its pages sent again until a policy says that enough is enough.
 *
 *     begin: logs on, every page in the round --> send --> harvest: what was written meanwhile --> the policy
 *                                                  ^                                                 |   |   |
 *                                                  +------------------ another round ----------------+ stop  give up
 */
import type { World } from "../core/world";
import type { Simulation } from "../host/simulation";
import { after } from "../host/timers";
import { beginUnplug, endUnplug } from "./bond";
import { endAtSource } from "./ending";
import { guestWork, workBetween } from "./guest-work";
import { type MemoryShortage, type Migration, type PastRound, roundOf } from "./migration";
import { deviceOf } from "./migration-device";
import { decide } from "./policy";
import { openPath } from "./ports-path";
import { enter } from "./state-trace";
import { beginSteps, endStep, spend, stepAtHand } from "./step-runner";
import { beginStop, onPagesArrived } from "./switchover";
import { setThrottle } from "./throttle";
import { applyBatch, awaitStream, onRead, sendNext } from "./transfer";

/** It is time: unless one of the hosts is gone, or the target has no room, the first round begins, with every page. */
export function onBegin(
  simulation: Simulation,
  m: Migration,
  { isTargetAlive, shortage }: { readonly isTargetAlive: boolean; readonly shortage: MemoryShortage | null },
): void {
  const { world } = simulation;
  m.timeline.beganNs = world.nowNs();
  if (!isTargetAlive || shortage) {
    m.endReason = isTargetAlive ? "no-memory" : "target-down";
    m.shortage = shortage;
    m.timeline.endedNs = world.nowNs();
    enter(simulation, m, "refuse");
    return;
  }
  enter(simulation, m, "begin");
  beginSteps(m, "before");
  onPreparing(simulation, m);
}

/** The time of a step of the preparation is over. */
export function onPreparingStep(simulation: Simulation, m: Migration): void {
  endUnplug(simulation, m, endStep(simulation, m));
  onPreparing(simulation, m);
}

function onPreparing(simulation: Simulation, m: Migration): void {
  const { world } = simulation;
  const step = stepAtHand(m);
  if (step) {
    spend(simulation, m, step, beginUnplug(simulation, m, step));
    return;
  }
  enter(simulation, m, "prepared");
  if (m.ports) openPath(world, m.ports);
  deviceOf(m).begin(world, m.source);
  world.plane.startLogging(m.source.guest, 0);
  m.timeline.workBefore = guestWork(world, m.sourceVcpus);
  decideNext(simulation, m, world.plane.openWholeRound(m.source.guest));
}

/** The round's limit of the rate lets the next batch go. */
export function onTurn(simulation: Simulation, m: Migration): void {
  m.round.isTurnAwaited = false;
  sendNext(simulation, m);
}

/** dom0 has worked for a batch: it goes, and the next one is read. */
export function onWorked(simulation: Simulation, m: Migration, part: number): void {
  onRead(simulation, m, part);
  if (m.state === "copying" || m.isHarvested) sendNext(simulation, m);
}

/**
 * A batch has left, or the last one of a round has arrived: it is applied, and what comes next goes. Between the stop
 * and the last harvest nothing more is read: a round that was cut short goes on with the last pages.
 */
export function onBatchLeft(simulation: Simulation, m: Migration, part: number): void {
  if (awaitStream(simulation, m, part)) return;
  applyBatch(simulation, m, part);
  if (m.state !== "copying" && !m.isHarvested) return;
  if (sendNext(simulation, m)) return;
  if (m.state === "copying") onRoundSent(simulation, m);
  else onPagesArrived(simulation, m);
}

/** The round has been sent: what was written meanwhile is looked for, while the guest goes on. */
function onRoundSent(simulation: Simulation, m: Migration): void {
  const { world, timers } = simulation;
  m.round.sendNs = world.nowNs() - m.round.beganNs;
  after(world, timers, m.costs.scanLog, { kind: "migration-harvest", subject: m.index });
}

/** The logs of processor and device have been read and cleared: the policy says what comes next. */
export function onRoundHarvested(simulation: Simulation, m: Migration): void {
  const { world } = simulation;
  deviceOf(m).collect(world, m.source);
  const dirtyPageCount = world.plane.openRound(m.source.guest);
  m.timeline.rounds.push(pastRound(world, m, { dirtyPageCount, isWhole: true }));
  decideNext(simulation, m, dirtyPageCount);
}

/** Returns the round at hand as one that is over. */
export function pastRound(
  world: World,
  { round, throttle, sourceVcpus }: Migration,
  { dirtyPageCount, isWhole }: Pick<PastRound, "dirtyPageCount" | "isWhole">,
): PastRound {
  const { pageCount, byteCount, beganNs, rateBitsPerSecondMax } = round;
  const endedNs = world.nowNs();
  const sendNs = isWhole ? round.sendNs : endedNs - beganNs;
  const harvestNs = endedNs - beganNs - sendNs;
  const throttlePercent = throttle.percent;
  return {
    pageCount,
    byteCount,
    sendNs,
    harvestNs,
    dirtyPageCount,
    rateBitsPerSecondMax,
    beganNs,
    endedNs,
    throttlePercent,
    work: workBetween(round.workBefore, guestWork(world, sourceVcpus)),
    isWhole,
  };
}

/** The user has the guest stopped, whatever is dirty; of no use before the rounds and behind them. */
export function onForce(simulation: Simulation, m: Migration): void {
  if (m.state === "copying") beginStop(simulation, m, "forced");
}

/** Has the policy say what becomes of so many dirty pages, which are in the round's log. */
function decideNext(simulation: Simulation, m: Migration, pagesLeft: number): void {
  const { world } = simulation;
  const { timeline } = m;
  const decision = decide(m.policy, {
    guestPageCount: world.plane.pageCount(m.source.guest),
    elapsedNs: world.nowNs() - (timeline.beganNs ?? 0),
    rounds: timeline.rounds.filter(({ isWhole }) => isWhole),
  });
  m.round = roundOf(pagesLeft, world.nowNs(), guestWork(world, m.sourceVcpus));
  if (decision.next === "give-up") {
    endAtSource(simulation, m, "give-up", decision.reason);
  } else if (decision.next === "stop-and-copy") {
    beginStop(simulation, m, decision.reason);
  } else {
    m.round.rateBitsPerSecondMax = decision.rateBitsPerSecondMax;
    setThrottle(simulation, m, decision.throttlePercent);
    // A round without a page is over at once; the harvest behind it takes its time.
    if (!sendNext(simulation, m)) onRoundSent(simulation, m);
  }
}
