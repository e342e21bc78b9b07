/**
 * The primary's half of Remus: rounds until the backup has a copy, then checkpoint after checkpoint, and release of
 * each epoch's output when the backup holds it. Heartbeats go beside.
 */

import { PAGE_BYTES } from "../../assembly/layout/limits";
import { TRACE_CAPTURED, TRACE_COMMITTED } from "../../assembly/layout/trace";
import { EPOCHS } from "../checkpoint/epoch";
import { imageAt, type Staged, senderCycles, stage, streamBytes, wholeBytes } from "../checkpoint/replica";
import { follow } from "../checkpoint/state-table";
import { InternalError } from "../core/load";
import { addPauses, captureParts, NO_PAUSE, pauseNs, suspendNs } from "../host/checkpoint-pause";
import type { Simulation } from "../host/simulation";
import { after, takeTimer } from "../host/timers";
import { ENGINE } from "./engine";
import { deviceOf } from "./protected-device";
import type { Protection } from "./protection";

/** Pages of one message while the backup is filled (MAX_BATCH_SIZE of Xen's migration). */
const BATCH_PAGES = 1024;

/** Kinds of timers that only mean something while the primary lives. */
export const PRIMARY_TIMERS = ["batch-acked", "epoch-due", "stopped", "copied", "acked", "beat"] as const;

/** Begins to protect a running guest: every page that is there is dirty. */
export function beginProtection(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  const { guest } = p.replica.primary;
  deviceOf(p).setup(world, p.replica.primary);
  world.plane.startLogging(guest, 1);
  p.syncPagesLeft = world.plane.dirtyPageCount(guest);
  sendBatch(simulation, p);
  after(world, timers, p.heartbeatNs, { kind: "beat", subject: p.index });
}

/** Sends the next pages while the guest runs; after as many as there were at the start, the first checkpoint is due. */
function sendBatch(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  const staged = stage(world, p.replica, deviceOf(p), BATCH_PAGES, null);
  p.staged = staged;
  p.syncPagesLeft -= staged.pageCount;
  p.sums.syncPageCount += staged.pageCount;
  chargeSender(simulation, p, staged);
  const timer = takeTimer(timers, { kind: "batch-received", subject: p.index });
  world.plane.sendCheckpoint(p.replica.wire, streamBytes(staged), timer);
}

/** The backup has taken a batch, and the primary knows. */
export function onBatchAcked(simulation: Simulation, p: Protection): void {
  p.staged = null;
  if (p.syncPagesLeft > 0) {
    sendBatch(simulation, p);
    return;
  }
  p.state = follow(ENGINE, p.state, "synchronized");
  beginCheckpoint(simulation, p);
}

/** The interval is over: the epoch ends, unless the one before it is still in flight. */
export function onEpochDue(simulation: Simulation, p: Protection): void {
  if (p.epoch.state === "running") beginCheckpoint(simulation, p);
  else p.sums.lateCount++;
}

function beginCheckpoint(simulation: Simulation, p: Protection): void {
  const { world } = simulation;
  p.epoch.state = follow(EPOCHS, p.epoch.state, "due");
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

/** The vCPU stands still: the device is to stop, too. */
export function onStopped(simulation: Simulation, p: Protection): void {
  p.epoch.state = follow(EPOCHS, p.epoch.state, "stopped");
  const isQuiet = deviceOf(p).quiesce(simulation.world, p.replica.primary);
  if (isQuiet) onQuiesced(simulation, p);
}

/** Captures the epoch: device quiesced, output sealed, dirty pages copied. */
export function onQuiesced(simulation: Simulation, p: Protection): void {
  const { world, timers, observer } = simulation;
  const device = deviceOf(p);
  const { number } = p.epoch;
  p.epoch.state = follow(EPOCHS, p.epoch.state, "quiesced");
  const quiesce = world.nowNs() - p.stoppedAtNs - p.pause.suspend;
  const imageBytes = device.postsuspend(world, p.replica.primary, number, imageAt(p.replica));
  observer.captured?.({ world, vm: p.index, epoch: number, place: p.replica.primary });
  const staged = stage(world, p.replica, device, p.replica.stagingPages, { epoch: number, imageBytes });
  p.staged = staged;
  world.plane.traceControl(TRACE_CAPTURED, p.index, number, staged.pageCount, streamBytes(staged));
  const parts = captureParts(p.costs, p.paused, staged.pageCount, PAGE_BYTES);
  p.pause = addPauses(p.pause, { ...parts, quiesce });
  after(world, timers, pauseNs(parts), { kind: "copied", subject: p.index });
}

/** The guest goes on in the next epoch while the checkpoint leaves. */
export function onCopied(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  const staged = stagedOf(p);
  p.epoch.state = follow(EPOCHS, p.epoch.state, "copied");
  deviceOf(p).preresume(world, p.replica.primary);
  world.plane.resumeGuest(p.replica.primary.guest);
  addPause(p, world.nowNs() - p.stoppedAtNs);
  p.sums.pageCount += staged.pageCount;
  p.sums.byteCount += streamBytes(staged);
  addStream(p, staged);
  chargeSender(simulation, p, staged);
  const timer = takeTimer(timers, { kind: "received", subject: p.index });
  world.plane.sendCheckpoint(p.replica.wire, streamBytes(staged), timer);
  const due = takeTimer(timers, { kind: "epoch-due", subject: p.index });
  world.plane.armTimer(due, Math.max(p.dueAtNs, world.nowNs()));
}

/** The backup holds the epoch: its output may go. If the next one is overdue, it ends now. */
export function onAcked(simulation: Simulation, p: Protection): void {
  const { world } = simulation;
  const { number } = p.epoch;
  p.epoch.state = follow(EPOCHS, p.epoch.state, "acked");
  p.staged = null;
  deviceOf(p).commit(world, p.replica.primary, number);
  world.plane.traceControl(TRACE_COMMITTED, p.index, number, 0, 0);
  p.sums.count++;
  p.epoch = { number: number + 1, state: "running" };
  const isOverdue = !simulation.timers.some((t) => t?.kind === "epoch-due" && t.subject === p.index);
  if (isOverdue) beginCheckpoint(simulation, p);
}

/** Sends a sign of life and sets out for the next. */
export function onBeat(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  const timer = takeTimer(timers, { kind: "heard", subject: p.index });
  world.plane.sendNote(p.replica.wire, timer);
  after(world, timers, p.heartbeatNs, { kind: "beat", subject: p.index });
}

/** Returns what is in the staging buffer; an epoch in flight has something there. */
export function stagedOf(p: Protection): Staged {
  const { staged } = p;
  if (!staged) throw new InternalError("an epoch in flight has staged pages");
  return staged;
}

function chargeSender(simulation: Simulation, p: Protection, staged: Staged): void {
  simulation.world.plane.oweCycles(p.replica.primary.dom0Task, senderCycles(p.costs, staged));
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
