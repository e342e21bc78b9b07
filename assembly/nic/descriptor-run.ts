/**
 * A run of descriptors: those from one position of a ring on that hardware owns and that lie in one page, found in
 * memory once. It lasts as long as one look at a port (`drain`, or a port that fetches), in which neither maps nor page
 * tables lose anything; whoever takes a descriptor of the ring by another way ends it before (`endRun`).
 *
 *     ring:  | software's | head, tail of the run: one page | more of hardware's | software's |
 *                           ^ at, left
 */
import { DESCRIPTOR_BYTES, DESCRIPTOR_SHIFT } from "../layout/descriptor";
import { PAGE_BYTES, PAGE_MASK, POOL_COUNT } from "../layout/limits";
import { QUEUE_IS_ACTIVE, QUEUE_IS_PLAIN } from "../layout/virtual-function";
import { reserve, world } from "../sim/world";
import { openDescriptor } from "./dma";
import { Queue, Vf } from "./virtual-function";

@unmanaged
export class DescriptorRun {
  /** The number of the look. */
  look: u64;
  /** Where the next descriptor can be read and written without any further step. */
  at: u32;
  /** How many there are from it on. */
  left: u32;
}

const RUN_SHIFT: u32 = 4;
if (offsetof<DescriptorRun>() != 1 << RUN_SHIFT) ERROR("layout: DescriptorRun has drifted");

export function createRuns(): void {
  world().runs = reserve((2 * POOL_COUNT) << RUN_SHIFT);
}

/** A look at a port begins: no run is left. */
export function beginLook(): void {
  world().look++;
}

/** Returns the run of a pool's first receive queue. */
export function receiveRun(v: Vf): DescriptorRun {
  return changetype<DescriptorRun>(world().runs + (v.pool << RUN_SHIFT));
}

/** Returns the run of a pool's first transmit queue. */
export function transmitRun(v: Vf): DescriptorRun {
  return changetype<DescriptorRun>(world().runs + ((POOL_COUNT + v.pool) << RUN_SHIFT));
}

/** Tells whether a run has a descriptor. */
export function hasMore(r: DescriptorRun): bool {
  return r.left != 0 && r.look == world().look;
}

/** Begins a run at a position of a queue; false when the queue is not plain, or its next descriptor not at hand. */
export function beginRun(r: DescriptorRun, v: Vf, q: Queue, position: u32): bool {
  const isPlain = (q.flags & (QUEUE_IS_ACTIVE | QUEUE_IS_PLAIN)) == (QUEUE_IS_ACTIVE | QUEUE_IS_PLAIN);
  const owned = isPlain ? q.ownedFrom(position) : 0;
  const at = owned ? openDescriptor(v, q.base + ((<u64>position) << DESCRIPTOR_SHIFT)) : 0;
  if (!at) return false;
  const inPage = (PAGE_BYTES - (at & PAGE_MASK)) >>> DESCRIPTOR_SHIFT;
  r.look = world().look;
  r.at = at;
  r.left = min<u32>(min<u32>(owned, q.count - position), inPage);
  return true;
}

/** The run's first descriptor is taken. */
export function goPast(r: DescriptorRun): void {
  r.at += DESCRIPTOR_BYTES;
  r.left--;
}

/** Its queue is used by another way. */
export function endRun(r: DescriptorRun): void {
  r.left = 0;
}
