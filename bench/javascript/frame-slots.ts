/**
 * Slots for frames under way, of two sizes; free ones are kept last-in-first-out, so that the same warm lines are used
 * again.
 */
import { load32, type Pool, store32 } from "./pool";

const SMALL_SLOT_BYTES = 192;
const LARGE_SLOT_BYTES = 2048;
const SLOT_COUNT = 64;
/** Where a frame's bytes start in its slot: on the cache line behind the header. */
export const FRAME_START = 64;
const SMALL_BYTES_MAX = SMALL_SLOT_BYTES - FRAME_START;

// Places in a slot's header.
const NEXT = 0;
const BYTES = 4;
const EPOCH = 20;
const IS_SMALL = 24;

/** Slots of one size. */
class SlotList {
  free = 0;
  next: number;
  readonly end: number;

  constructor(
    pool: Pool,
    readonly slotBytes: number,
  ) {
    this.next = pool.reserve(SLOT_COUNT * slotBytes, 64);
    this.end = this.next + SLOT_COUNT * slotBytes;
  }
}

export class FrameSlots {
  readonly small: SlotList;
  readonly large: SlotList;

  constructor(readonly pool: Pool) {
    this.small = new SlotList(pool, SMALL_SLOT_BYTES);
    this.large = new SlotList(pool, LARGE_SLOT_BYTES);
  }
}

/** Returns a slot for a frame of so many bytes. */
export function takeSlot(slots: FrameSlots, byteCount: number): number {
  const { pool } = slots;
  const isSmall = byteCount <= SMALL_BYTES_MAX;
  const list = isSmall ? slots.small : slots.large;
  let at = list.free;
  if (at !== 0) {
    list.free = load32(pool, at + NEXT);
  } else {
    at = list.next;
    if (at === list.end) throw new RangeError("there is a slot for every frame");
    list.next = at + list.slotBytes;
  }
  store32(pool, at + NEXT, 0);
  store32(pool, at + BYTES, byteCount);
  store32(pool, at + EPOCH, 0);
  store32(pool, at + IS_SMALL, isSmall ? 1 : 0);
  return at;
}

/** Gives a slot back. */
export function freeSlot(slots: FrameSlots, at: number): void {
  const { pool } = slots;
  const list = load32(pool, at + IS_SMALL) !== 0 ? slots.small : slots.large;
  store32(pool, at + NEXT, list.free);
  list.free = at;
}
