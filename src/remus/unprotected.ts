/**
 * A primary without a backup: it goes on alone and its output flows, or it stops. And one that is told that the backup
 * is the machine now: it stops, and what it held is lost.
 *
 * Who says that the backup is dead: today the death of its host does at once, as an operator would who stands beside it;
 * a lost link does not, because a backup that cannot be heard may take over. Then the operator (`abandon`) or the
 * arbiter has to.
 */
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import {
  TRACE_UNPROTECTED,
  UNPROTECTED_ALONE,
  UNPROTECTED_STOPPED,
  UNPROTECTED_SUPERSEDED,
} from "../../assembly/layout/trace";
import { EPOCHS, type Epoch } from "../checkpoint/epoch";
import { follow } from "../checkpoint/state-table";
import type { World } from "../core/world";
import type { Simulation } from "../host/simulation";
import { cancel } from "../host/timers";
import { mayGoOn } from "./arbiter";
import { ENGINE } from "./engine";
import { sendDatagram } from "./link";
import { endMirror } from "./mirror";
import { deviceOf } from "./protected-device";
import { isProtecting, type Protection } from "./protection";
import { SENDER_TIMERS } from "./timer-kinds";

/** The arbiter has answered the primary. */
export function onPrimaryAnswered(simulation: Simulation, p: Protection): void {
  if (!isProtecting(p)) return;
  if (mayGoOn(p, "primary")) abandonBackup(simulation, p);
  else standDown(simulation, p);
}

/** The backup is declared dead: it is told, if it can be. */
export function abandonBackup(simulation: Simulation, p: Protection): void {
  if (!isProtecting(p)) return;
  sendDatagram(simulation, p, "primary", "dismissed");
  endWithoutBackup(simulation, p);
}

/** Protection ends, by the policy of the scenario. */
export function endWithoutBackup(simulation: Simulation, p: Protection): void {
  // A backup that dies when it had taken over leaves the primary as the only copy.
  const isLast = p.backup === "dead" && !isBeforeFailover(p);
  cancel(simulation.world, simulation.timers, SENDER_TIMERS, p.index);
  p.batch = null;
  p.isAlone = true;
  if (p.backupLost === "stop") {
    stop(simulation, p, UNPROTECTED_STOPPED);
    p.state = follow(ENGINE, p.state, isLast ? "none-left" : "stopped");
  } else {
    p.state = follow(ENGINE, p.state, isLast ? "backup-ended" : "gone-alone");
    goAlone(simulation, p);
  }
}

function isBeforeFailover({ state }: Protection): boolean {
  return state === "synchronizing" || state === "protecting";
}

/** The guest goes on, its output flows, also what was held. */
function goAlone({ world }: Simulation, p: Protection): void {
  const { primary } = p.replica;
  world.plane.traceControl(TRACE_UNPROTECTED, p.index, UNPROTECTED_ALONE, 0, 0);
  world.plane.stopLogging(primary.guest);
  const device = deviceOf(p);
  // Between the quiesce and the resume of a checkpoint the device stands still with its guest.
  if (p.epoch.state === "quiescing" || p.epoch.state === "captured") device.preresume(world, primary);
  device.teardown(world, primary);
  endMirror(world, p);
  loseEpochs(p);
  p.inFlight = [];
  if (world.plane.guestState(primary.guest) === GUEST_SUSPENDED) world.plane.resumeGuest(primary.guest);
}

/** The backup is the machine now. */
function standDown(simulation: Simulation, p: Protection): void {
  cancel(simulation.world, simulation.timers, SENDER_TIMERS, p.index);
  const wasSplit = p.state === "split";
  stop(simulation, p, UNPROTECTED_SUPERSEDED);
  if (wasSplit) p.state = follow(ENGINE, p.state, "primary-ended");
}

/** The guest on the primary ends; what it has held is to be discarded. */
function stop({ world }: Simulation, p: Protection, why: number): void {
  const { guest } = p.replica.primary;
  world.plane.traceControl(TRACE_UNPROTECTED, p.index, why, 0, 0);
  world.plane.stopLogging(guest);
  world.plane.destroyGuest(guest);
  endMirror(world, p);
  loseEpochs(p);
  p.batch = null;
  p.inFlight = [];
  p.hasStoodDown = true;
  p.isToDiscard = true;
  closeSplit(world, p);
}

/** Of two copies that ran, one has ended. */
export function closeSplit(world: World, p: Protection): void {
  if (p.splitAtNs !== null) p.splitEndNs ??= world.nowNs();
}

/** No epoch that is not committed will be. */
export function loseEpochs(p: Protection): void {
  const lose = (epoch: Epoch) => {
    epoch.state = follow(EPOCHS, epoch.state, "failed");
  };
  lose(p.epoch);
  p.inFlight.forEach(lose);
  p.captured = null;
}
