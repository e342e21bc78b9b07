/**
 * The primary's half of Remus: rounds until the backup has a copy, then checkpoint after checkpoint, and release of
 * each epoch's output when the backup holds it. Heartbeats go beside.
 *
 * | timing       | an interval begins                                  | source                                       |
 * |--------------|-----------------------------------------------------|----------------------------------------------|
 * | fixed-rate   | when the guest is stopped for the checkpoint before | Remus (NSDI 2008); tools/remus of Xen, 2010  |
 * | after-commit | when the checkpoint before is acknowledged          | libxl_remus.c of Xen, since 2012             |
 */

import { PAGE_BYTES } from "../../assembly/layout/limits";
import { TRACE_CAPTURED, TRACE_COMMITTED, TRACE_PROTECTED } from "../../assembly/layout/trace";
import { EPOCHS, type EpochEvent } from "../checkpoint/epoch";
import {
  imageAt,
  type Staged,
  senderCycles,
  stage,
  stageBlocks,
  statedSenderCycles,
  streamBytes,
  wholeBytes,
} from "../checkpoint/replica";
import { follow } from "../checkpoint/state-table";
import { InternalError } from "../core/load";
import { addPauses, captureParts, NO_PAUSE, pauseNs, suspendNs } from "../host/checkpoint-pause";
import type { Simulation } from "../host/simulation";
import { after, takeTimer } from "../host/timers";
import { listenToBackup } from "./arbiter";
import { ENGINE } from "./engine";
import { type Flight, freeRoom, hasPlace } from "./flight";
import { sendDatagram, streamSendingOf, transmit } from "./link";
import { beginMirror, freeApplied, sealWrites } from "./mirror";
import { deviceOf } from "./protected-device";
import type { Protection } from "./protection";

/** Pages of one message while the backup is filled (MAX_BATCH_SIZE of Xen's migration). */
const BATCH_PAGES = 1024;

/** Begins to protect a running guest: every page that is there is dirty. */
export function beginProtection(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  const { guest } = p.replica.primary;
  p.begunAtNs = world.nowNs();
  world.plane.traceControl(TRACE_PROTECTED, p.index, p.epoch.number, guest, p.replica.backup.guest);
  deviceOf(p).setup(world, p.replica.primary);
  world.plane.startLogging(guest, 1);
  p.syncPagesLeft = world.plane.dirtyPageCount(guest);
  beginMirror(world, p);
  sendBatch(simulation, p);
  after(world, timers, p.heartbeatNs, { kind: "beat", subject: p.index });
}

/**
 * Sends the next blocks of the disk, then pages, while the guest runs; after as many as there were at the start, the first
 * checkpoint is due.
 */
function sendBatch(simulation: Simulation, p: Protection): void {
  const isOfDisk = (p.mirror?.copyLeft ?? 0) > 0;
  const staged = isOfDisk ? nextBlocks(simulation, p) : nextPages(simulation, p);
  chargeSender(simulation, p, staged);
  const sending = streamSendingOf(simulation, p, staged, "batch-received", p.mirror?.sentCount ?? 0);
  p.batch = { ...sending, isOfDisk };
  transmit(simulation, p, p.batch);
}

function nextPages({ world }: Simulation, p: Protection): Staged {
  const staged = stage(world, p.replica, deviceOf(p), freeRoom(p), BATCH_PAGES, null);
  p.syncPagesLeft -= staged.pageCount;
  p.sums.syncPageCount += staged.pageCount;
  return staged;
}

function nextBlocks({ world }: Simulation, p: Protection): Staged {
  if (!p.mirror) throw new InternalError("blocks of a disk are copied of a machine that has one");
  const blockCount = Math.min(p.mirror.copyLeft, BATCH_PAGES, p.replica.stagingPages);
  const staged = stageBlocks(world, p.mirror.disk, freeRoom(p), blockCount);
  p.mirror.copyLeft -= staged.pageCount;
  p.mirror.copiedCount += staged.pageCount;
  return staged;
}

/** The backup has taken a batch, and the primary knows. */
export function onBatchAcked(simulation: Simulation, p: Protection): void {
  listenToBackup(simulation, p);
  if (p.batch) freeApplied(simulation.world, p, p.batch.blockCount);
  p.batch = null;
  if (p.syncPagesLeft > 0 || (p.mirror?.copyLeft ?? 0) > 0) {
    sendBatch(simulation, p);
    return;
  }
  p.state = follow(ENGINE, p.state, "synchronized");
  beginCheckpoint(simulation, p);
}

/** The interval is over: the epoch ends, unless no place in flight is free and it is to go on until one is. */
export function onEpochDue(simulation: Simulation, p: Protection): void {
  const isLate = !hasPlace(p);
  if (isLate) p.sums.lateCount++;
  if (isLate && p.late === "extend") p.isOverdue = true;
  else beginCheckpoint(simulation, p);
}

function beginCheckpoint(simulation: Simulation, p: Protection): void {
  const { world } = simulation;
  p.isOverdue = false;
  step(p, "due");
  p.dueAtNs = world.nowNs() + p.intervalNs;
  if (world.plane.suspendGuest(p.replica.primary.guest)) onStoodStill(simulation, p);
}

/** The vCPU stands still at the end of a burst; the hypervisor takes a moment to know. */
export function onStoodStill(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  const suspend = suspendNs(p.costs, p.paused);
  p.stoppedAtNs = world.nowNs();
  p.pause = { ...NO_PAUSE, suspend };
  after(world, timers, suspend, { kind: "stopped", subject: p.index });
}

/** The vCPU stands still: the device is to stop, too, as soon as a place in flight is free. */
export function onStopped(simulation: Simulation, p: Protection): void {
  if (hasPlace(p)) {
    step(p, "stopped");
    quiesce(simulation, p);
    return;
  }
  step(p, "stopped-full");
  p.sums.stallCount++;
}

/** A place in flight is free, and the guest has stood still for it. */
function endStall(simulation: Simulation, p: Protection): void {
  step(p, "vacated");
  p.pause = { ...p.pause, stall: simulation.world.nowNs() - p.stoppedAtNs - pauseNs(p.pause) };
  quiesce(simulation, p);
}

function quiesce(simulation: Simulation, p: Protection): void {
  if (deviceOf(p).quiesce(simulation.world, p.replica.primary)) onQuiesced(simulation, p);
}

/** Captures the epoch: device quiesced, output sealed, dirty pages copied. */
export function onQuiesced(simulation: Simulation, p: Protection): void {
  const { world, timers, observer } = simulation;
  const device = deviceOf(p);
  const { number } = p.epoch;
  const room = freeRoom(p);
  step(p, "quiesced");
  const quiesce = world.nowNs() - p.stoppedAtNs - pauseNs(p.pause);
  sealWrites(simulation, p, number);
  const imageBytes = device.postsuspend(world, p.replica.primary, number, imageAt(room));
  observer.captured?.({ world, vm: p.index, epoch: number, place: p.replica.primary });
  const staged = stage(world, p.replica, device, room, p.replica.stagingPages, { epoch: number, imageBytes });
  p.captured = staged;
  world.plane.traceControl(TRACE_CAPTURED, p.index, number, staged.pageCount, streamBytes(staged));
  const parts = captureParts(p.costs, p.paused, staged.pageCount, PAGE_BYTES);
  p.pause = addPauses(p.pause, { ...parts, quiesce });
  after(world, timers, pauseNs(parts), { kind: "copied", subject: p.index });
}

/** The guest goes on in the next epoch while the checkpoint leaves. */
export function onCopied(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  const { captured: staged } = p;
  if (!staged) throw new InternalError("an epoch that is copied has been captured");
  step(p, "copied");
  deviceOf(p).preresume(world, p.replica.primary);
  world.plane.resumeGuest(p.replica.primary.guest);
  addPause(p, world.nowNs() - p.stoppedAtNs);
  p.sums.pageCount += staged.pageCount;
  p.sums.byteCount += streamBytes(staged);
  addStream(p, staged);
  chargeSender(simulation, p, staged);
  const sending = streamSendingOf(simulation, p, staged, "received", p.mirror?.capturedCount ?? 0);
  const flight: Flight = { ...p.epoch, ...sending, arrival: "receiving" };
  p.inFlight.push(flight);
  transmit(simulation, p, flight);
  p.sums.inFlightMax = Math.max(p.sums.inFlightMax, p.inFlight.length);
  p.captured = null;
  p.epoch = { number: p.epoch.number + 1, state: "running" };
  if (p.timing === "after-commit") return;
  const due = takeTimer(timers, { kind: "epoch-due", subject: p.index });
  world.plane.armTimer(due, Math.max(p.dueAtNs, world.nowNs()));
}

/** The backup holds the oldest epoch in flight: its output may go. If the next one waits for its place, it takes it. */
export function onAcked(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  listenToBackup(simulation, p);
  const flight = p.inFlight.shift();
  if (!flight) throw new InternalError("an epoch that is acknowledged was in flight");
  flight.state = follow(EPOCHS, flight.state, "acked");
  freeApplied(world, p, flight.blockCount);
  deviceOf(p).commit(world, p.replica.primary, flight.number);
  world.plane.traceControl(TRACE_COMMITTED, p.index, flight.number, 0, 0);
  p.firstCommitAtNs ??= world.nowNs();
  p.sums.count++;
  if (p.epoch.state === "stalled") endStall(simulation, p);
  else if (p.isOverdue) beginCheckpoint(simulation, p);
  else if (p.timing === "after-commit") after(world, timers, p.intervalNs, { kind: "epoch-due", subject: p.index });
}

/** Sends a sign of life and sets out for the next. */
export function onBeat(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  sendDatagram(simulation, p, "primary", "heard");
  after(world, timers, p.heartbeatNs, { kind: "beat", subject: p.index });
}

/** The epoch at hand takes a step. */
function step(p: Protection, event: EpochEvent): void {
  p.epoch.state = follow(EPOCHS, p.epoch.state, event);
}

function chargeSender(simulation: Simulation, p: Protection, staged: Staged): void {
  const cycles = staged.isStated ? statedSenderCycles(p.costs, staged) : senderCycles(p.costs, staged);
  simulation.world.plane.oweCycles(p.replica.primary.dom0Task, cycles);
}

function addStream({ sums }: Protection, staged: Staged): void {
  const { stream } = staged;
  if (!stream) return;
  sums.wholeByteCount += wholeBytes(staged);
  sums.rawPageCount += stream.rawPages;
  sums.zeroPageCount += stream.zeroPages;
  sums.deltaPageCount += stream.deltaPages;
  sums.samePageCount += stream.samePages;
}

function addPause(p: Protection, ns: number): void {
  if (pauseNs(p.pause) !== ns) throw new InternalError("the parts of a pause do not add up to it");
  p.sums.pauseCount++;
  p.sums.pauseNs += ns;
  p.sums.pauseParts = addPauses(p.sums.pauseParts, p.pause);
  p.sums.pauseNsMin = p.sums.pauseNsMin ? Math.min(p.sums.pauseNsMin, ns) : ns;
  p.sums.pauseNsMax = Math.max(p.sums.pauseNsMax, ns);
}
