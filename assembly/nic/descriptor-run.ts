/**
 * A run of descriptors: those from one position of a ring on that hardware owns and that lie in one page, found in
 * memory once.
 *
 *     ring:  | software's | head, tail of the run: one page | more of hardware's | software's |
 *                           ^ position, at, left
 *
 * It is good as long as everything is by which it was found:
 *
 *     changes                                    is noticed by
 *     a map, or a log that wants to see writes   the world's number of such changes (memory/iommu.ts)
 *     the ring's place, size or state, its tail  whoever writes them: `endRuns`
 *     descriptors that others have taken         the position, which is not the queue's any more
 *
 * A page table loses no frame that it has. Nothing here is state of a device.
 */
import { DESCRIPTOR_BYTES, DESCRIPTOR_SHIFT } from "../layout/descriptor";
import { PAGE_BYTES, PAGE_MASK, VF_COUNT_MAX } from "../layout/limits";
import { reserve, world } from "../sim/world";
import { openDescriptor } from "./dma";
import { indexOf, Queue, Vf } from "./virtual-function";

@unmanaged
export class DescriptorRun {
  /** The world's number of changes of maps when it was found. */
  mapChanges: u64;
  /** Where the next descriptor can be read and written without any further step. */
  at: u32;
  /** How many there are from it on. */
  left: u32;
  /** The next descriptor's position in the ring. */
  position: u32;
}

/** What is known of the packets that a pool sends in a row (nic/send-row.ts), behind its runs. */
@unmanaged
export class SentPackets {
  /** Their destination, when it has been looked up. */
  to: u64;
  /** Bits of a status word that ask for a checksum, and what they ask for (nic/l4-sum.ts). */
  sumBits: u32;
  sum: u32;
}

const RUN_BYTES: u32 = 24;
/** Of a pool: its receive run, its transmit run, what is known of its packets; a cache line together. */
const RUNS_SHIFT: u32 = 6;
if (offsetof<DescriptorRun>() > RUN_BYTES) ERROR("layout: DescriptorRun has drifted");
if (2 * RUN_BYTES + offsetof<SentPackets>() > 1 << RUNS_SHIFT) ERROR("layout: a pool's runs fit their place");

export function createRuns(): void {
  world().runs = reserve(VF_COUNT_MAX << RUNS_SHIFT);
}

function runsOf(v: Vf): u32 {
  return world().runs + (indexOf(v) << RUNS_SHIFT);
}

/** Returns the run of a pool's first receive queue. */
export function receiveRun(v: Vf): DescriptorRun {
  return changetype<DescriptorRun>(runsOf(v));
}

/** Returns the run of a pool's first transmit queue. */
export function transmitRun(v: Vf): DescriptorRun {
  return changetype<DescriptorRun>(runsOf(v) + RUN_BYTES);
}

export function sentPackets(v: Vf): SentPackets {
  return changetype<SentPackets>(runsOf(v) + 2 * RUN_BYTES);
}

/** Tells whether a run has the descriptor at a position. */
export function hasMore(r: DescriptorRun, position: u32): bool {
  return r.left != 0 && r.position == position && r.mapChanges == world().mapChanges;
}

/** Begins a run at a position of a queue; false when the queue is not plain, or its next descriptor not at hand. */
export function beginRun(r: DescriptorRun, v: Vf, q: Queue, position: u32): bool {
  const owned = q.isPlain ? q.ownedFrom(position) : 0;
  const at = owned ? openDescriptor(v, q.base + ((<u64>position) << DESCRIPTOR_SHIFT)) : 0;
  if (!at) return false;
  const inPage = (PAGE_BYTES - (at & PAGE_MASK)) >>> DESCRIPTOR_SHIFT;
  r.mapChanges = world().mapChanges;
  r.at = at;
  // Behind the ring's end it has positions that no queue comes to.
  r.left = min<u32>(owned, inPage);
  r.position = position;
  return true;
}

/** The run's first descriptor is taken. */
export function goPast(r: DescriptorRun): void {
  r.at += DESCRIPTOR_BYTES;
  r.left--;
  r.position++;
}

/** A pool's rings are others than they were, or hardware owns others of their descriptors. */
export function endRuns(v: Vf): void {
  receiveRun(v).left = 0;
  transmitRun(v).left = 0;
}
