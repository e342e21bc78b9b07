/**
 * A job that computes without end: each burst takes its cycles and writes pages of a working set, some of them hot. It
 * is a task in the background, which gives way to everything else its vCPU has to do.
 *
 * A burst writes the same number of hot and of cold pages each time, round the hot part and round the rest, so that the
 * rate at which pages become dirty follows from the processor time that the job gets, up to the size of each part. What
 * it writes is how far it has got. A recorded trace (dirty-trace.ts) says further pages. Its state lies in guest memory
 * (layout/guest-software.ts), like all software's, so a checkpoint has it: work done since is work lost, and done again.
 */
import { cost } from "../cpu/cost";
import { NO_WORK } from "../cpu/task";
import { charge, Vcpu } from "../cpu/vcpu";
import { ACTIVITY_COMPUTE, ACTIVITY_HYPERVISOR, COST_LOG_DIRTY } from "../layout/cost";
import { COMPUTE_PAGE, DIRTY_ROW_COUNT_MAX } from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { GuestMemory, look, touch } from "../memory/guest-memory";
import { writeRound } from "../memory/round";
import { DirtyTrace, playTrace } from "./dirty-trace";

@unmanaged
export class Computation {
  /** Bursts done: the progress of the job. */
  burstCount: u64;
  /** Cycles of a burst; 0 when there is no job. */
  burstCycles: u32;
  /** First page of the working set: the hot ones, then the cold ones. */
  firstPage: u32;
  hotPages: u32;
  coldPages: u32;
  /** Pages of each part that a burst writes, and the next of each. */
  hotWrites: u32;
  coldWrites: u32;
  hotNext: u32;
  coldNext: u32;
  get trace(): DirtyTrace {
    return changetype<DirtyTrace>(changetype<u32>(this) + offsetof<Computation>());
  }
}

if (offsetof<Computation>() & 7) ERROR("layout: a trace begins at a multiple of 8");

/** Returns a guest's job, to be looked at. */
export function computationOf(m: GuestMemory): Computation {
  return changetype<Computation>(look(m, COMPUTE_PAGE << PAGE_SHIFT));
}

/** Gives a guest a job, which runs as soon as a task for it is ready; set-up only. */
export function createComputation(
  m: GuestMemory,
  burstCycles: u32,
  firstPage: u32,
  hotPages: u32,
  coldPages: u32,
  hotWrites: u32,
  coldWrites: u32,
): void {
  assert(firstPage + hotPages + coldPages <= m.pageCount, "a job's working set lies in its guest's memory");
  assert(burstCycles > 0 && hotWrites <= hotPages && coldWrites <= coldPages, "a burst writes no page twice");
  const c = changetype<Computation>(touch(m, COMPUTE_PAGE << PAGE_SHIFT));
  c.burstCycles = burstCycles;
  c.firstPage = firstPage;
  c.hotPages = hotPages;
  c.coldPages = coldPages;
  c.hotWrites = hotWrites;
  c.coldWrites = coldWrites;
}

/** Has a guest's job play a trace of so many rows, which lie from a page on; set-up only. */
export function createTrace(m: GuestMemory, firstPage: u32, rowCount: u32, isRepeating: bool, burstNs: u32): void {
  assert(rowCount > 0 && rowCount <= DIRTY_ROW_COUNT_MAX, "a trace has rows, and a table that holds them");
  const t = changetype<Computation>(touch(m, COMPUTE_PAGE << PAGE_SHIFT)).trace;
  t.rowsPage = firstPage;
  t.rowCount = rowCount;
  t.isRepeating = isRepeating ? 1 : 0;
  t.burstNs = burstNs;
}

/** Begins a burst; returns its cycles, charged, or NO_WORK without a job. */
export function compute(m: GuestMemory, v: Vcpu): u32 {
  if (!computationOf(m).burstCycles) return NO_WORK;
  const c = changetype<Computation>(touch(m, COMPUTE_PAGE << PAGE_SHIFT));
  c.hotNext = writeRound(m, c.firstPage, c.hotPages, c.hotNext, c.hotWrites, c.burstCount);
  const coldFirst = c.firstPage + c.hotPages;
  c.coldNext = writeRound(m, coldFirst, c.coldPages, c.coldNext, c.coldWrites, c.burstCount);
  const t = c.trace;
  if (t.rowCount) {
    playTrace(m, t);
    c.hotNext = writeRound(m, c.firstPage, c.hotPages, c.hotNext, t.hotDue, c.burstCount);
    c.coldNext = writeRound(m, coldFirst, c.coldPages, c.coldNext, t.coldDue, c.burstCount);
  }
  c.burstCount++;
  const faults = m.faultCount * cost(COST_LOG_DIRTY);
  m.faultCount = 0;
  charge(v, ACTIVITY_COMPUTE, c.burstCycles);
  charge(v, ACTIVITY_HYPERVISOR, faults);
  return c.burstCycles + faults;
}
