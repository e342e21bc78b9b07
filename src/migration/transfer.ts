/**
 * Pages on their way from source to target, a batch at a time.
 *
 * A batch is read when its turn comes, crosses the link as a stream does, and is applied to the target's memory when its
 * last bit has left: nobody looks at that memory before the end, and what has left arrives. So the link is never idle
 * between two batches, and one staging buffer is enough. A stream is no faster than `migrationRate`, however fast the link
 * is. Left out: the sender's processor holds nothing up, its cycles are work of dom0's beside the sending, as with a
 * checkpoint.
 */
import { APPLY_OK, PAGE_RECORD_HEADER_BYTES } from "../../assembly/layout/checkpoint";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { InternalError } from "../core/load";
import type { Simulation } from "../host/simulation";
import { after, takeTimer } from "../host/timers";
import type { Batch, Migration } from "./migration";

/** Pages of one batch. Xen's has 1,024; smaller ones let a limit of the rate be kept, and cost no time on a link. */
const BATCH_PAGES = 256;
const RECORD_BYTES = PAGE_RECORD_HEADER_BYTES + PAGE_BYTES;
const BITS_PER_BYTE = 8;

/** Bytes of the staging buffer. */
export const STAGING_BYTES = BATCH_PAGES * RECORD_BYTES;

/** Sends the next batch of the round at hand, if the one before it has left and pages are left; tells whether one goes. */
export function sendNext(simulation: Simulation, m: Migration): boolean {
  const { world, timers } = simulation;
  const { round } = m;
  if (m.staged || round.pagesLeft === 0) return false;
  const waitNs = round.nextAtNs - world.nowNs();
  if (waitNs > 0) {
    after(world, timers, waitNs, { kind: "migration-turn", subject: m.index });
    return true;
  }
  const batch = stageBatch(simulation, m);
  m.staged = batch;
  round.pagesLeft -= batch.pageCount;
  round.pageCount += batch.pageCount;
  round.byteCount += batch.byteCount;
  const { rateBitsPerSecondMax } = round;
  if (rateBitsPerSecondMax !== null) {
    round.nextAtNs = world.nowNs() + Math.ceil((batch.byteCount * BITS_PER_BYTE * 1e9) / rateBitsPerSecondMax);
  }
  world.plane.oweCycles(m.source.dom0Task, batch.pageCount * m.costs.sendPage);
  // The last batch of a round counts as sent when it has arrived.
  if (round.pagesLeft > 0) {
    world.plane.sendPart(m.wire, batch.byteCount, takeTimer(timers, { kind: "migration-left", subject: m.index }));
  } else {
    const timer = takeTimer(timers, { kind: "migration-arrived", subject: m.index });
    world.plane.sendCheckpoint(m.wire, batch.byteCount, timer);
  }
  return true;
}

/** Reads the pages whose turn has come, as they are now. */
function stageBatch({ world }: Simulation, { source, round, stagingAt, zeroPages, costs }: Migration): Batch {
  const pageCount = Math.min(BATCH_PAGES, round.pagesLeft);
  const recordBytes = world.plane.collectRound(source.guest, stagingAt, pageCount);
  const byteCount =
    zeroPages === "whole" ? pageCount * RECORD_BYTES : world.plane.wholeRecordBytes(stagingAt, recordBytes);
  const streamedAtNs = world.nowNs() + Math.floor((byteCount * 1e9) / costs.migrationRate);
  return { pageCount, recordBytes, byteCount, streamedAtNs };
}

/** Waits for the stream, where the link was faster; tells whether that is needed. The last batch has to arrive, too. */
export function awaitStream({ world, timers }: Simulation, { index, staged, round, latencyNs }: Migration): boolean {
  if (!staged) throw new InternalError("a batch that has left was staged");
  const wayNs = round.pagesLeft > 0 ? 0 : latencyNs;
  const waitNs = staged.streamedAtNs + wayNs - world.nowNs();
  if (waitNs <= 0) return false;
  after(world, timers, waitNs, { kind: "migration-left", subject: index });
  return true;
}

/** Applies the batch that has left to the target's memory. */
export function applyBatch({ world }: Simulation, m: Migration): void {
  const { staged } = m;
  if (!staged) throw new InternalError("a batch that has left was staged");
  const code = world.plane.applyPages(m.target.guest, m.stagingAt, staged.recordBytes);
  if (code !== APPLY_OK) throw new InternalError(`the pages of a migration are refused, code ${code}`);
  m.staged = null;
}
