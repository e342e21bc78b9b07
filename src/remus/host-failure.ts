/** What the death of a host does to a protection: at once, and without anybody on the other host knowing. */

import { follow } from "../checkpoint/state-table";
import type { Simulation } from "../host/simulation";
import { cancel } from "../host/timers";
import { BACKUP } from "./backup-state";
import { ENGINE } from "./engine";
import { cutSendings } from "./flight";
import { endMirror } from "./mirror";
import type { Protection } from "./protection";
import { BACKUP_TIMERS, PRIMARY_TIMERS } from "./timer-kinds";
import { closeSplit, endWithoutBackup, loseEpochs } from "./unprotected";

/**
 * Nothing of the primary goes on; a checkpoint whose last bit has left still arrives. What becomes of a machine that is
 * protected anew is the concern of the protection that it has now.
 */
export function losePrimary(simulation: Simulation, p: Protection): void {
  p.isPrimaryAlive = false;
  if (p.state === "succeeded") return;
  p.primaryLostAtNs = simulation.world.nowNs();
  if (p.state === "split") p.state = follow(ENGINE, p.state, "primary-ended");
  else if (!canTakeOver(p)) p.state = follow(ENGINE, p.state, "none-left");
  closeSplit(simulation.world, p);
  if (!p.hasStoodDown && !p.isAlone) loseEpochs(p);
  cancel(simulation.world, simulation.timers, PRIMARY_TIMERS, p.index);
  cutSendings(simulation, p);
}

/** Whether the backup is the machine, or may become it. */
function canTakeOver({ backup }: Protection): boolean {
  return backup !== "dead" && backup !== "idle";
}

/** The backup is gone: the guest on the primary, if it runs there, goes on alone, or stops. */
export function loseBackup(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  p.isBackupAlive = false;
  p.backup = follow(BACKUP, p.backup, "failed");
  closeSplit(world, p);
  cancel(world, timers, BACKUP_TIMERS, p.index);
  if (p.state === "succeeded") return;
  const isRunning = p.isPrimaryAlive && !p.hasStoodDown;
  if (!isRunning) {
    p.state = follow(ENGINE, p.state, "none-left");
    p.batch = null;
    p.inFlight = [];
    endMirror(world, p);
  } else if (!p.isAlone) endWithoutBackup(simulation, p);
  else if (p.state !== "unprotected") p.state = follow(ENGINE, p.state, "backup-ended");
}
