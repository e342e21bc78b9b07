/**
 * Pages on their way from source to target, a batch at a time over each connection.
 *
 * A batch is read when a sender's turn comes. dom0 works for it (`sendPage`, or by the byte and for each comparison where
 * it is compressed) and hands it to the connection, which is no faster than `migrationRate` however fast the link is; it is
 * applied to the target's memory when its last bit has left: nobody looks at that memory before the end, and what has left
 * arrives. Batches of one round never have a page in common, so that connections may overtake each other; a round begins
 * only when nothing of another one is on its way. Left out: what the receiver's dom0 works.
 */
import { APPLY_OK } from "../../assembly/layout/checkpoint";
import { senderCycles } from "../checkpoint/replica";
import { takeStream, type WrittenStream, writtenStream } from "../checkpoint/stream";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Simulation } from "../host/simulation";
import { after } from "../host/timers";
import { deliverBytes, sendBytes } from "./link";
import type { Migration } from "./migration";
import { BATCH_PAGES, type Batch, isBusy, RECORD_BYTES, type Sender, streamAt, takeRoom } from "./sender";

const BITS_PER_BYTE = 8;

/** Has every sender that has nothing to read read the next batch of the round; tells whether anything is on its way. */
export function sendNext(simulation: Simulation, m: Migration): boolean {
  for (const sender of m.senders) if (sender.reading === null) readNext(simulation, m, sender);
  return m.round.isTurnAwaited || m.senders.some(isBusy);
}

function readNext({ world, timers }: Simulation, m: Migration, sender: Sender): void {
  const { round } = m;
  if (round.pagesLeft === 0 || round.isTurnAwaited) return;
  if (round.isBarred && m.senders.some(isBusy)) return;
  round.isBarred = false;
  const waitNs = round.nextAtNs - world.nowNs();
  if (waitNs > 0) {
    round.isTurnAwaited = true;
    after(world, timers, waitNs, { kind: "migration-turn", subject: m.index });
    return;
  }
  const batch = readBatch(world, m, sender);
  sender.reading = batch;
  round.pagesLeft -= batch.pageCount;
  round.pageCount += batch.pageCount;
  round.byteCount += batch.byteCount;
  const { rateBitsPerSecondMax } = round;
  if (rateBitsPerSecondMax !== null) {
    round.nextAtNs = world.nowNs() + Math.ceil((batch.byteCount * BITS_PER_BYTE * 1e9) / rateBitsPerSecondMax);
  }
  // Whoever sets the row to nothing still hears of the end.
  world.plane.workOff(sender.task, Math.max(1, senderCycles(m.costs, batch)));
}

/** Reads the pages whose turn has come, as they are now. */
function readBatch(world: World, { source, round, zeroPages, stream }: Migration, sender: Sender): Batch {
  const at = takeRoom(sender);
  const pageCount = Math.min(BATCH_PAGES, round.pagesLeft);
  const recordBytes = world.plane.collectRound(source.guest, at, pageCount);
  if (stream) {
    const to = streamAt(at);
    const bytes = world.plane.writeBatch(stream.writer, at, recordBytes, to) >>> 0;
    const written: WrittenStream = writtenStream(world, stream, to, bytes);
    return { at, pageCount, recordBytes, byteCount: bytes, stream: written };
  }
  const byteCount = zeroPages === "whole" ? pageCount * RECORD_BYTES : world.plane.wholeRecordBytes(at, recordBytes);
  return { at, pageCount, recordBytes, byteCount, stream: null };
}

/** dom0 has worked for what a sender reads: it goes as soon as the connection has nothing else. */
export function onRead(simulation: Simulation, m: Migration, part: number): void {
  const sender = senderOf(m, part);
  if (!sender.reading) return;
  sender.isRead = true;
  leave(simulation, m, part);
}

function leave(simulation: Simulation, m: Migration, part: number): void {
  const sender = senderOf(m, part);
  const batch = sender.reading;
  if (!batch || !sender.isRead || sender.leaving.length >= sender.leavingMax) return;
  const beginsNs = Math.max(simulation.world.nowNs(), sender.leaving.at(-1)?.streamedAtNs ?? 0);
  const streamedAtNs = beginsNs + Math.floor((batch.byteCount * 1e9) / m.costs.migrationRate);
  sender.leaving.push({ batch, streamedAtNs });
  sender.reading = null;
  sender.isRead = false;
  // The last batch of a round counts as sent when it has arrived.
  const purpose = { subject: m.index, part };
  if (isLast(m)) deliverBytes(simulation, m, batch.byteCount, { ...purpose, kind: "migration-arrived" });
  else sendBytes(simulation, m, batch.byteCount, { ...purpose, kind: "migration-left" });
}

/** Nothing of the round comes behind what leaves now. */
function isLast({ round, senders }: Migration): boolean {
  return round.pagesLeft === 0 && senders.every(({ reading }) => reading === null);
}

/** A batch has left, or arrived; tells whether the connection is slower than the link, and has to be waited for. */
export function awaitStream({ world, timers }: Simulation, m: Migration, part: number): boolean {
  const streamedAtNs = senderOf(m, part).leaving[0]?.streamedAtNs ?? 0;
  const wayNs = isLast(m) ? m.latencyNs : 0;
  const waitNs = streamedAtNs + wayNs - world.nowNs();
  if (waitNs <= 0) return false;
  after(world, timers, waitNs, { kind: "migration-left", subject: m.index, part });
  return true;
}

/** Applies the batch that has left to the target's memory, and gives the connection the next one. */
export function applyBatch(simulation: Simulation, m: Migration, part: number): void {
  const { world } = simulation;
  const sender = senderOf(m, part);
  const batch = sender.leaving.shift()?.batch;
  if (!batch) throw new InternalError("a batch that has left was on its way");
  if (m.stream && batch.stream) takeStream(world, m.stream, m.target.guest, batch.stream);
  else {
    const code = world.plane.applyPages(m.target.guest, batch.at, batch.recordBytes);
    if (code !== APPLY_OK) throw new InternalError(`the pages of a migration are refused, code ${code}`);
  }
  leave(simulation, m, part);
}

function senderOf({ senders }: Migration, part: number): Sender {
  const sender = senders[part];
  if (!sender) throw new InternalError(`a migration has no sender ${part}`);
  return sender;
}
