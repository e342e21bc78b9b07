/**
 * The backup's half of Remus: take whole checkpoints, acknowledge them, listen for the primary, and run the machine
 * from the last whole checkpoint when the primary has been silent for too long.
 */
import { TRACE_ACTIVATED, TRACE_RECEIVED, TRACE_SUSPECTED } from "../../assembly/layout/trace";
import { ARRIVALS, EPOCHS } from "../checkpoint/epoch";
import { applyBlocks, applyStaged, restore, streamBytes } from "../checkpoint/replica";
import { follow } from "../checkpoint/state-table";
import { InternalError } from "../core/load";
import { resetDriver } from "../device/port-driver";
import { announceDelaysNs } from "../host/announcements";
import type { Simulation } from "../host/simulation";
import { after, cancel } from "../host/timers";
import { reconnectDisk } from "../workload/disk";
import { ask, mayGoOn } from "./arbiter";
import { BACKUP, type BackupEvent } from "./backup-state";
import { ENGINE } from "./engine";
import { answer, sendDatagram } from "./link";
import { commitWrites, dropHeld, holdArrived, takeArrived } from "./mirror";
import { deviceOf } from "./protected-device";
import type { Protection } from "./protection";

/** Pages, or blocks, of the first copy have arrived. */
export function onBatchReceived(simulation: Simulation, p: Protection): void {
  const { world } = simulation;
  if (!isListening(p)) return;
  if (!p.batch) throw new InternalError("a batch that arrives was sent");
  stepBackup(p, "batch");
  if (p.batch.isOfDisk) applyBlocks(world, p.replica.backup, p.batch.staged);
  else applyStaged(world, p.replica, p.batch.staged);
  listen(simulation, p);
  if (!p.isPrimaryAlive) return;
  answer(simulation, p, "batch-acked");
}

/** A whole checkpoint has arrived: it replaces the one before, and the primary is told. */
export function onReceived(simulation: Simulation, p: Protection): void {
  const { world } = simulation;
  if (!isListening(p)) return;
  const flight = p.inFlight.find(({ arrival }) => arrival === "receiving");
  if (!flight) throw new InternalError("a checkpoint that arrives was in flight");
  const { number, staged } = flight;
  flight.arrival = follow(ARRIVALS, flight.arrival, "complete");
  p.held = { epoch: number, ...applyStaged(world, p.replica, staged) };
  commitWrites(world, p, number);
  flight.arrival = follow(ARRIVALS, flight.arrival, "applied");
  stepBackup(p, "applied");
  world.plane.traceControl(TRACE_RECEIVED, p.index, number, staged.pageCount, streamBytes(staged));
  listen(simulation, p);
  if (!p.isPrimaryAlive) return;
  flight.state = follow(EPOCHS, flight.state, "received");
  answer(simulation, p, "acked");
}

/** Writes of the primary's disk have arrived. */
export function onBlocksReceived(simulation: Simulation, p: Protection): void {
  const blockCount = takeArrived(p);
  if (!isListening(p)) return;
  holdArrived(simulation.world, p, blockCount);
  listen(simulation, p);
}

/** Whether it still takes what the primary sends. */
function isListening({ backup }: Protection): boolean {
  return backup === "filling" || backup === "holding";
}

/** A heartbeat has arrived; with an arbiter the primary wants to hear of the backup, too. */
export function onHeard(simulation: Simulation, p: Protection): void {
  if (!isListening(p)) return;
  listen(simulation, p);
  if (p.arbiter && p.isPrimaryAlive) sendDatagram(simulation, p, "backup", "echoed");
}

/** A sign of life: the time-out begins anew. */
export function listen(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  cancel(world, timers, ["silence"], p.index);
  after(world, timers, p.timeoutNs, { kind: "silence", subject: p.index });
}

/** The primary has been silent for the time-out: it is taken for dead. */
export function onSilence(simulation: Simulation, p: Protection): void {
  const { world } = simulation;
  p.suspectedAtNs = world.nowNs();
  world.plane.traceControl(TRACE_SUSPECTED, p.index, 0, Math.floor(p.timeoutNs / 1e6), 0);
  stepBackup(p, "silence");
  if (p.backup === "idle") {
    if (!p.isPrimaryAlive) p.state = follow(ENGINE, p.state, "silence-empty");
  } else if (p.arbiter) ask(simulation, p, "backup");
  else onBackupAnswered(simulation, p);
}

/** The backup may take over, or is to stay out. */
export function onBackupAnswered(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  if (p.backup !== "asking") return;
  if (!mayGoOn(p, "backup")) {
    stepBackup(p, "refused");
    if (!p.isPrimaryAlive) p.state = follow(ENGINE, p.state, "none-left");
    return;
  }
  stepBackup(p, "granted");
  p.state = follow(ENGINE, p.state, "silence");
  const takeoverNs = p.costs.activateGuest + deviceOf(p).attachNs(p.costs);
  after(world, timers, takeoverNs, { kind: "activated", subject: p.index });
}

/** The primary has said that it goes on without this backup. */
export function onDismissed(simulation: Simulation, p: Protection): void {
  stepBackup(p, "dismissed");
  if (p.backup === "idle") cancel(simulation.world, simulation.timers, ["silence"], p.index);
}

/** The domain is ready: its device is to stand still, so that its state can be written. */
export function onActivated(simulation: Simulation, p: Protection): void {
  if (deviceOf(p).quiesce(simulation.world, p.replica.backup)) onBackupQuiesced(simulation, p);
}

/** The machine runs on the backup, from the last whole checkpoint. */
export function onBackupQuiesced(simulation: Simulation, p: Protection): void {
  const { world, timers, observer } = simulation;
  const { held } = p;
  if (!held) throw new InternalError("only a backup that holds a checkpoint is activated");
  const device = deviceOf(p);
  const isBeside = p.isPrimaryAlive && !p.hasStoodDown;
  p.state = follow(ENGINE, p.state, isBeside ? "activated-beside" : "activated");
  if (isBeside) p.splitAtNs = world.nowNs();
  stepBackup(p, "activated");
  p.activatedAtNs = world.nowNs();
  restore(world, p.replica, device, held);
  dropHeld(world, p);
  observer.activating?.({ world, vm: p.index, epoch: held.epoch, place: p.replica.backup });
  world.plane.traceControl(TRACE_ACTIVATED, p.index, held.epoch, 0, 0);
  device.activate(world, p.replica.backup);
  world.plane.resumeGuest(p.replica.backup.guest);
  if (p.mirror) after(world, timers, p.costs.reconnectFrontend, { kind: "disk-connected", subject: p.index });
  const connectNs = device.connectNs(p.costs);
  if (connectNs > 0) after(world, timers, connectNs, { kind: "connected", subject: p.index });
  else onConnected(simulation, p);
  if (p.driverResetNs !== null) after(world, timers, p.driverResetNs, { kind: "driver-reset", subject: p.index });
}

/** The guest's disk is connected: what was under way at the checkpoint is written again. */
export function onDiskConnected({ world }: Simulation, { replica, vm }: Protection): void {
  reconnectDisk(world, replica.backup, vm);
}

/** The guest's NIC is connected, and the network is told. */
export function onConnected(simulation: Simulation, p: Protection): void {
  deviceOf(p).connect(simulation.world, p.replica.backup);
  onAnnounce(simulation, p);
}

function stepBackup(p: Protection, event: BackupEvent): void {
  p.backup = follow(BACKUP, p.backup, event);
}

/** Tells the network where the machine is now, and again at growing distances, because a frame may be lost. */
export function onAnnounce(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  deviceOf(p).announce(world, p.replica.backup);
  const delaysNs = announceDelaysNs(p.costs);
  const delay = delaysNs[p.announcedCount++] ?? 0;
  const next = delaysNs[p.announcedCount];
  if (next !== undefined) after(world, timers, next - delay, { kind: "announce", subject: p.index });
}

/** The guest's driver gives up on its device and initialises it anew. */
export function onDriverReset(simulation: Simulation, p: Protection): void {
  resetDriver(simulation.world, p.replica.backup.guest);
}
