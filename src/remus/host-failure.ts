/** What the death of a host does to a protection: at once, and without anybody on the other host knowing. */
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import { EPOCHS } from "../checkpoint/epoch";
import { follow } from "../checkpoint/state-table";
import type { Simulation } from "../host/simulation";
import { cancel } from "../host/timers";
import { ENGINE } from "./engine";
import { PRIMARY_TIMERS } from "./primary";
import { deviceOf } from "./protected-device";
import type { Protection } from "./protection";

/** Kinds of timers that only mean something while the backup lives. */
const BACKUP_TIMERS = [
  "batch-received",
  "received",
  "heard",
  "silence",
  "activated",
  "connected",
  "announce",
  "driver-reset",
];

/** Nothing of the primary goes on; a checkpoint whose last bit has left still arrives. */
export function losePrimary(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  p.isPrimaryAlive = false;
  if (!p.isBackupAlive) p.state = follow(ENGINE, p.state, "both-failed");
  p.epoch.state = follow(EPOCHS, p.epoch.state, "failed");
  cancel(world, timers, PRIMARY_TIMERS, p.index);
  if (world.plane.isStreamLeaving(p.replica.wire)) {
    cancel(world, timers, ["received", "batch-received"], p.index);
    p.staged = null;
  }
}

/** Protection ends. A guest that runs on the primary goes on alone, its output flowing, also what was held. */
export function loseBackup(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  p.isBackupAlive = false;
  p.state = follow(ENGINE, p.state, p.isPrimaryAlive ? "backup-failed" : "both-failed");
  cancel(world, timers, [...PRIMARY_TIMERS, ...BACKUP_TIMERS], p.index);
  p.staged = null;
  if (!p.isPrimaryAlive) return;
  const { primary } = p.replica;
  world.plane.stopLogging(primary.guest);
  const device = deviceOf(p);
  // Between the quiesce and the resume of a checkpoint the device stands still with its guest.
  if (p.epoch.state === "quiescing" || p.epoch.state === "captured") device.preresume(world, primary);
  device.teardown(world, primary);
  p.epoch.state = follow(EPOCHS, p.epoch.state, "failed");
  if (world.plane.guestState(primary.guest) === GUEST_SUSPENDED) world.plane.resumeGuest(primary.guest);
}
