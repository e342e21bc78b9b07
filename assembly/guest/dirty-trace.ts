/**
 * A recorded trace of how many pages somebody wrote, played by a job (compute.ts).
 *
 *      row 0            row 1                row 2
 *     |--- hot, cold ---|---- hot, cold -----|-- ...          the job's own time, from 0
 *
 * A row says how long it is and how many pages of either region were written in it; they are written evenly over the
 * row. The trace's clock is the processor time that the job has got, so a guest that is stopped, or waits for a
 * processor, writes nothing, as the recorded one would. Behind the last row the trace begins again, or nothing more is
 * written.
 *
 * Rows lie in guest memory (layout/guest-software.ts): u64 ns, u32 hot, u32 cold. Invariant: of the row at hand `hotDone`
 * and `coldDone` are what belongs to `clockNs` of it.
 */
import { DIRTY_ROW_BYTES, DIRTY_ROW_COLD, DIRTY_ROW_HOT } from "../layout/guest-software";
import { PAGE_BYTES } from "../layout/limits";
import { GuestMemory, lookAtPage, touchPage } from "../memory/guest-memory";

const ROWS_IN_PAGE: u32 = PAGE_BYTES / DIRTY_ROW_BYTES;

@unmanaged
export class DirtyTrace {
  /** How far the row at hand has been played. */
  clockNs: u64;
  /** The page from which on the rows lie. */
  rowsPage: u32;
  /** 0 when the job has no trace. */
  rowCount: u32;
  /** The row at hand; `rowCount` behind the last one. */
  row: u32;
  isRepeating: u32;
  /** How much of the trace a burst plays. */
  burstNs: u32;
  /** Pages of the row at hand that have been written. */
  hotDone: u32;
  coldDone: u32;
  /** Pages that the burst at hand is to write. */
  hotDue: u32;
  coldDue: u32;
  unused: u32;
}

/** Goes on by a burst: what it is to write stands in the trace then. */
export function playTrace(m: GuestMemory, t: DirtyTrace): void {
  t.hotDue = 0;
  t.coldDue = 0;
  let left: u64 = t.burstNs;
  while (left && t.row < t.rowCount) {
    const at = lookAtPage(m, t.rowsPage + t.row / ROWS_IN_PAGE) + (t.row % ROWS_IN_PAGE) * DIRTY_ROW_BYTES;
    const rowNs = load<u64>(at);
    const step = min<u64>(left, rowNs - t.clockNs);
    left -= step;
    t.clockNs += step;
    const hot = dueOf(load<u32>(at, DIRTY_ROW_HOT), t.clockNs, rowNs);
    const cold = dueOf(load<u32>(at, DIRTY_ROW_COLD), t.clockNs, rowNs);
    t.hotDue += hot - t.hotDone;
    t.coldDue += cold - t.coldDone;
    t.hotDone = hot;
    t.coldDone = cold;
    if (t.clockNs == rowNs) nextRow(t);
  }
}

/** Returns how many of a row's pages are written by a time of it; pages fit 20 bits and an hour 42. */
function dueOf(pages: u32, clockNs: u64, rowNs: u64): u32 {
  return <u32>((pages * clockNs) / rowNs);
}

function nextRow(t: DirtyTrace): void {
  t.clockNs = 0;
  t.hotDone = 0;
  t.coldDone = 0;
  t.row++;
  if (t.row == t.rowCount && t.isRepeating) t.row = 0;
}

/** Writes a row of a trace whose rows lie from a page on; set-up only. */
export function writeRow(m: GuestMemory, firstPage: u32, row: u32, rowNs: u64, hot: u32, cold: u32): void {
  const at = touchPage(m, firstPage + row / ROWS_IN_PAGE) + (row % ROWS_IN_PAGE) * DIRTY_ROW_BYTES;
  store<u64>(at, rowNs);
  store<u32>(at, hot, DIRTY_ROW_HOT);
  store<u32>(at, cold, DIRTY_ROW_COLD);
}
