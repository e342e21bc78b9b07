/** What the death of a host does to a protection: at once, and without anybody on the other host knowing. */
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import { EPOCHS, type Epoch } from "../checkpoint/epoch";
import { follow } from "../checkpoint/state-table";
import type { Simulation } from "../host/simulation";
import { cancel } from "../host/timers";
import { BACKUP } from "./backup-state";
import { ENGINE } from "./engine";
import { cutSendings } from "./flight";
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
  loseEpochs(p);
  cancel(world, timers, PRIMARY_TIMERS, p.index);
  cutSendings(simulation, p);
}

/** No epoch that is not committed will be. */
function loseEpochs(p: Protection): void {
  const lose = (epoch: Epoch) => {
    epoch.state = follow(EPOCHS, epoch.state, "failed");
  };
  lose(p.epoch);
  p.inFlight.forEach(lose);
  p.captured = null;
}

/** Protection ends. A guest that runs on the primary goes on alone, its output flowing, also what was held. */
export function loseBackup(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  p.isBackupAlive = false;
  p.state = follow(ENGINE, p.state, p.isPrimaryAlive ? "backup-failed" : "both-failed");
  cancel(world, timers, [...PRIMARY_TIMERS, ...BACKUP_TIMERS], p.index);
  p.backup = follow(BACKUP, p.backup, "failed");
  p.batch = null;
  if (!p.isPrimaryAlive) {
    p.inFlight = [];
    return;
  }
  const { primary } = p.replica;
  world.plane.stopLogging(primary.guest);
  const device = deviceOf(p);
  // Between the quiesce and the resume of a checkpoint the device stands still with its guest.
  if (p.epoch.state === "quiescing" || p.epoch.state === "captured") device.preresume(world, primary);
  device.teardown(world, primary);
  loseEpochs(p);
  p.inFlight = [];
  if (world.plane.guestState(primary.guest) === GUEST_SUSPENDED) world.plane.resumeGuest(primary.guest);
}
