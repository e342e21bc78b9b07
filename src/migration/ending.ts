/**
 * How a migration ends without a move: called off, given up, or because a host is gone.
 *
 * As long as the machine is the source's it goes on there, from wherever it was stopped: its memory, its device and what
 * has arrived meanwhile are as they were, so nothing is lost. The target forgets what it was sent.
 */
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import type { Simulation } from "../host/simulation";
import { after, cancel } from "../host/timers";
import { plugIn } from "./bond";
import type { GiveUpReason } from "./decision";
import { isHandedOver, isRevocable, type MigrationEvent } from "./engine";
import { forgetWaiting } from "./link";
import type { EndReason, Migration } from "./migration";
import { deviceOf } from "./migration-device";
import { emptySender } from "./sender";
import { enter } from "./state-trace";
import { beginSteps, endStep, spend, stepAtHand, writeDown } from "./step-runner";
import { endThrottle, release } from "./throttle";

/** Every kind of timer that a migration has between its beginning and its hand-over. */
const STEP_TIMERS = [
  "migration-begin",
  "migration-step",
  "migration-turn",
  "migration-left",
  "migration-arrived",
  "migration-harvest",
  "migration-state-arrived",
  "migration-ready",
  "migration-retry",
];

/** When it is over, and the machine goes on at the source. */
const HERE_TIMERS = ["migration-back", "migration-step"];

/** Behind the hand-over. */
const AFTER_TIMERS = ["migration-taken", "migration-announce", "migration-disk"];

/** The user calls it off: too late, when the machine is the target's. */
export function onCancel(simulation: Simulation, m: Migration): void {
  if (isHandedOver(m.state)) m.isCancelledTooLate = true;
  else if (isRevocable(m.state)) endAtSource(simulation, m, "cancel", "cancelled");
}

/** Ends a migration whose machine goes on at the source. */
export function endAtSource(
  simulation: Simulation,
  m: Migration,
  event: Extract<MigrationEvent, "cancel" | "give-up" | "target-failed">,
  reason: GiveUpReason | Extract<EndReason, "cancelled" | "target-failed">,
): void {
  const { world, timers } = simulation;
  const before = m.state;
  m.endReason = reason;
  m.timeline.endedNs = world.nowNs();
  cancel(world, timers, STEP_TIMERS, m.index);
  letGo(simulation, m);
  enter(simulation, m, event);
  if (before === "preparing" || before === "copying") plugIn(simulation, m);
  if (before === "waiting" || before === "preparing") return;
  endThrottle(simulation, m);
  release(simulation, m);
  world.plane.stopLogging(m.source.guest);
  deviceOf(m).end(world, m.source);
  if (event !== "target-failed" && before === "activating") deviceOf(m).goOn(world, m.target);
  if (before === "copying") return;
  after(world, timers, m.costs.resumeGuest, { kind: "migration-back", subject: m.index });
}

/**
 * Device and guest go on at the source; a guest that is still in its last burst goes on when that has ended. A frontend
 * whose backend had let go of it reconnects, as it would at the target.
 */
export function onBack(simulation: Simulation, m: Migration): void {
  const { world } = simulation;
  const { guest } = m.source;
  m.timeline.resumedNs = world.nowNs();
  writeDown(simulation, m, "go on");
  if (m.isSourceQuiet) deviceOf(m).goOn(world, m.source);
  if (world.plane.guestState(guest) === GUEST_SUSPENDED) world.plane.resumeGuest(guest);
  if (!m.isSourceQuiet || m.steps.returning.length === 0) {
    plugIn(simulation, m);
    return;
  }
  beginSteps(m, "returning");
  onReconnectingHere(simulation, m);
}

/** The time of a step of the reconnection at the source is over. */
export function onStepHere(simulation: Simulation, m: Migration): void {
  endStep(simulation, m);
  onReconnectingHere(simulation, m);
}

function onReconnectingHere(simulation: Simulation, m: Migration): void {
  const { world } = simulation;
  const step = stepAtHand(m);
  if (step) {
    spend(simulation, m, step);
    return;
  }
  deviceOf(m).connect(world, m.source);
  m.timeline.connectedNs = world.nowNs();
  // Once: the network has never learned of another place.
  deviceOf(m).announce(world, m.source);
  plugIn(simulation, m);
}

/** The target's host is gone. */
export function loseTarget(simulation: Simulation, m: Migration): void {
  if (isHandedOver(m.state)) loseMachine(simulation, m, "target-failed");
  else if (m.state !== "waiting" && isRevocable(m.state)) endAtSource(simulation, m, "target-failed", "target-failed");
}

/** The source's host is gone; what it has handed over arrives, because it has left. */
export function loseSource(simulation: Simulation, m: Migration): void {
  if (!isHandedOver(m.state)) cancel(simulation.world, simulation.timers, HERE_TIMERS, m.index);
  if (isRevocable(m.state)) loseMachine(simulation, m, "source-failed");
  // What the source handed over waits there for a link that is cut, and dies with it.
  else if (m.link.notes.some(({ kind }) => kind === "migration-taken")) loseMachine(simulation, m, "hand-over-lost");
}

/** Nothing more of the migration is on its way. */
function letGo({ world }: Simulation, m: Migration): void {
  m.senders.forEach(emptySender);
  forgetWaiting(world, m);
}

function loseMachine(
  simulation: Simulation,
  m: Migration,
  event: "source-failed" | "hand-over-lost" | "target-failed",
): void {
  const { world, timers } = simulation;
  letGo(simulation, m);
  cancel(world, timers, [...STEP_TIMERS, ...AFTER_TIMERS], m.index);
  endThrottle(simulation, m);
  const before = m.state;
  m.endReason = before === "waiting" ? "source-down" : event === "hand-over-lost" ? "source-failed" : event;
  m.timeline.endedNs = world.nowNs();
  enter(simulation, m, event);
}
