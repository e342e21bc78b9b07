/**
 * Frames under way. A frame lies in a slot of one of two sizes, with a header before its bytes:
 *
 *      0      4       8            16     20      24        28      40    64
 *     +------+-------+------------+------+-------+---------+--------+-----+--------------
 *     | next | bytes | due, ps    | id   | epoch | isSmall | pools, | sum | the frame
 *     |      |       |            |      |       |         | how    |     |
 *     +------+-------+------------+------+-------+---------+--------+-----+--------------
 *
 * `due` is when the last bit arrives at the end of the wire the frame is on: a frame carries its exact time, and no
 * event need exist for it. Free slots are kept last-in-first-out, so that the same warm lines are used again. A frame's bytes start on a cache line: 1,514 of them are copied in and out a third faster than from byte 32.
 */
import { EXHAUSTED_SLOTS, REASON_EXHAUSTED } from "../layout/event";
import { SLOT_LARGE_BYTES, SLOT_SMALL_BYTES } from "../layout/limits";
import { interruptRun, reserve, world } from "../sim/world";

@unmanaged
export class Frame {
  next: u32;
  bytes: u32;
  due: u64;
  /** The frame's number in the trace. */
  id: u32;
  /** 1 + the epoch of the virtual function that sent the frame; 0 when no epoch applies. */
  epoch: u32;
  isSmall: u32;
  /** Between the pools of a port: those that it goes to, as the bridge decided (nic/bridge.ts). */
  pools: u32;
  /** While it waits for a pool: how it came (nic/rx-ring.ts). */
  how: u32;
  /** In dom0: 1 if it is one packet with the frame before it, which is charged for both. */
  isFollower: u32;
  /** So many bytes (bits 31:16) from an offset (15:0) on of which the sum is known, 0 for none; and it (nic/l4-sum.ts). */
  summed: u32;
  sum: u32;
}

export const FRAME_START: u32 = 64;
/** The longest frame that fits a small slot. */
const SMALL_BYTES_MAX: u32 = SLOT_SMALL_BYTES - FRAME_START;

export function frame(at: u32): Frame {
  return changetype<Frame>(at);
}

/** Reserves slots for so many frames of either size, and one of each that takes what no slot was left for. */
export function createSlots(smallCount: u32, largeCount: u32): void {
  const w = world();
  w.smallSlotsNext = reserve((smallCount + 1) * SLOT_SMALL_BYTES);
  w.smallSlotsEnd = w.smallSlotsNext + smallCount * SLOT_SMALL_BYTES;
  w.largeSlotsNext = reserve((largeCount + 1) * SLOT_LARGE_BYTES);
  w.largeSlotsEnd = w.largeSlotsNext + largeCount * SLOT_LARGE_BYTES;
}

/** Returns a slot for a frame of so many bytes; when none is left the run stops and the slot is a scrap one. */
export function takeSlot(bytes: u32): u32 {
  const w = world();
  const isSmall = bytes <= SMALL_BYTES_MAX;
  let at: u32;
  // Two ways with a branch each: choosing between two lists and then taking the first would be one load behind the other.
  if (isSmall) {
    at = w.smallSlotFree;
    if (at) w.smallSlotFree = frame(at).next;
    else at = firstUse(true);
  } else {
    at = w.largeSlotFree;
    if (at) w.largeSlotFree = frame(at).next;
    else at = firstUse(false);
  }
  const f = frame(at);
  f.next = 0;
  f.bytes = bytes;
  f.epoch = 0;
  f.isSmall = isSmall ? 1 : 0;
  f.isFollower = 0;
  f.summed = 0;
  return at;
}

/** Returns a slot that no frame has had; the scrap one of its size when there is none. */
function firstUse(isSmall: bool): u32 {
  const w = world();
  const at = isSmall ? w.smallSlotsNext : w.largeSlotsNext;
  if (at == (isSmall ? w.smallSlotsEnd : w.largeSlotsEnd)) interruptRun(REASON_EXHAUSTED, EXHAUSTED_SLOTS);
  else if (isSmall) w.smallSlotsNext = at + SLOT_SMALL_BYTES;
  else w.largeSlotsNext = at + SLOT_LARGE_BYTES;
  return at;
}

/** Gives a slot back. */
export function freeSlot(at: u32): void {
  const w = world();
  const f = frame(at);
  if (f.isSmall) {
    f.next = w.smallSlotFree;
    w.smallSlotFree = at;
  } else {
    f.next = w.largeSlotFree;
    w.largeSlotFree = at;
  }
}

/** A first-in-first-out list of frames, linked through their headers. */
@unmanaged
export class FrameList {
  first: u32;
  last: u32;
}

export function append(list: FrameList, at: u32): void {
  frame(at).next = 0;
  if (list.first) frame(list.last).next = at;
  else list.first = at;
  list.last = at;
}

/** Takes the first frame off a list that is not empty. */
export function removeFirst(list: FrameList): u32 {
  const at = list.first;
  assert(at != 0, "a frame is taken from a list that has one");
  list.first = frame(at).next;
  return at;
}
