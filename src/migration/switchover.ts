/**
 * Stop and copy: the guest stands still, its last pages and its device's state cross, and the target is handed the
 * machine, step by step (stop-steps.ts).
 *
 *     stop guest, quiet device | read log, finish memory, last pages | save ..., device state | load ..., activate | hand over
 *     stopping    quiescing      last-pages                            device-state             activating     handing-over
 *
 * Left out: dom0 maps pages while others cross, which takes less than their crossing.
 */
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import { FRAMING_BYTES } from "../checkpoint/replica";
import type { Simulation } from "../host/simulation";
import { cancel } from "../host/timers";
import type { StopReason } from "./decision";
import { deliverBytes, sendNote } from "./link";
import { type Migration, roundOf } from "./migration";
import { deviceOf } from "./migration-device";
import { pastRound } from "./precopy";
import { enter } from "./state-trace";
import { beginSteps, endStep, spend, stepAtHand, writeDown } from "./step-runner";
import { endThrottle } from "./throttle";
import { sendNext } from "./transfer";

/** Stops the guest for its last pages; a round that is under way is cut short. */
export function beginStop(simulation: Simulation, m: Migration, reason: StopReason | "forced"): void {
  const { world, timers } = simulation;
  const { timeline, round } = m;
  m.stopReason = reason;
  timeline.pausedNs = world.nowNs();
  if (round.pageCount > 0) {
    timeline.rounds.push(pastRound(world, m, { dirtyPageCount: round.pagesLeft, isWhole: false }));
  }
  cancel(world, timers, ["migration-turn", "migration-harvest"], m.index);
  enter(simulation, m, "stop");
  beginSteps(m, "stopped");
  endThrottle(simulation, m);
  // A guest that the throttle holds stands still already, or will.
  const wasHeld = m.throttle.isHolding;
  m.throttle.isHolding = false;
  const isStill = wasHeld
    ? world.plane.guestState(m.source.guest) === GUEST_SUSPENDED
    : world.plane.suspendGuest(m.source.guest) !== 0;
  if (isStill) onStoodStill(simulation, m);
}

/** The source's guest stands still: for the stop, for the throttle, or because nobody could take the order back. */
export function onSuspended(simulation: Simulation, m: Migration): void {
  if (m.state === "stopping") onStoodStill(simulation, m);
  else if (!m.throttle.isHolding) simulation.world.plane.resumeGuest(m.source.guest);
}

/** The vCPUs stand still at the end of their bursts; who asked takes a moment to know. */
function onStoodStill(simulation: Simulation, m: Migration): void {
  const step = stepAtHand(m);
  if (step) spend(simulation, m, step);
}

/** Nothing changes the guest's memory any more. */
export function onQuiesced(simulation: Simulation, m: Migration): void {
  writeDown(simulation, m, "quiet device");
  enter(simulation, m, "quiesced");
  goOn(simulation, m);
}

/** The time of a step of the stop is over. */
export function onStoppedStep(simulation: Simulation, m: Migration): void {
  const { world } = simulation;
  endStep(simulation, m);
  if (m.state !== "stopping") {
    goOn(simulation, m);
    return;
  }
  m.isSourceQuiet = true;
  enter(simulation, m, "stopped");
  if (deviceOf(m).quiesce(world, m.source)) onQuiesced(simulation, m);
}

/** Begins the step at hand. */
function goOn(simulation: Simulation, m: Migration): void {
  const step = stepAtHand(m);
  if (step === "last pages") sendLastPages(simulation, m);
  else if (step === "device state") sendState(simulation, m);
  else if (step === "hand over") tellReady(simulation, m);
  else if (step) spend(simulation, m, step);
}

/** What was written last is known, and goes, behind the pages of a round that was cut short. */
function sendLastPages(simulation: Simulation, m: Migration): void {
  const { world } = simulation;
  deviceOf(m).collect(world, m.source);
  const pagesLeft = world.plane.openRound(m.source.guest);
  m.round = roundOf(pagesLeft, world.nowNs());
  m.isHarvested = true;
  if (!sendNext(simulation, m)) onPagesArrived(simulation, m);
}

/** The target has every page: the device's state follows. */
export function onPagesArrived(simulation: Simulation, m: Migration): void {
  m.timeline.lastPageCount = m.round.pageCount;
  m.timeline.lastByteCount = m.round.byteCount;
  endStep(simulation, m);
  enter(simulation, m, "pages-arrived");
  goOn(simulation, m);
}

function sendState(simulation: Simulation, m: Migration): void {
  const { world, observer } = simulation;
  observer.leaving?.({ world, migration: m.index, place: m.source });
  m.vcpuFlags = world.plane.vcpuFlags(m.source.guest);
  m.imageBytes = deviceOf(m).save(world, m.source, m.imageAt);
  deliverBytes(simulation, m, FRAMING_BYTES + m.imageBytes, { kind: "migration-state-arrived", subject: m.index });
}

/** The target has everything: it builds the machine, whose device is to be quiet when its state is written. */
export function onStateArrived(simulation: Simulation, m: Migration): void {
  endStep(simulation, m);
  enter(simulation, m, "state-arrived");
  deviceOf(m).quiesce(simulation.world, m.target);
  goOn(simulation, m);
}

/** The target could run the machine, and tells the source. */
function tellReady(simulation: Simulation, m: Migration): void {
  sendNote(simulation, m, { from: "target", kind: "migration-ready" });
}

/** The source knows, and lets go: from now on the machine is the target's. */
export function onReady(simulation: Simulation, m: Migration): void {
  enter(simulation, m, "ready");
  sendNote(simulation, m, { from: "source", kind: "migration-taken" });
}
