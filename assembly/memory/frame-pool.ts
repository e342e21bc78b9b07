/**
 * The pool of 4 KiB frames that guest memory is made of. Frames are handed out in chunks of 64, one chunk for 64
 * neighbouring pages of one guest: frames that lie in guest order made a 64-host run 1.5 times as fast as frames in
 * the order of first touch. A chunk's untouched frames cost address space only.
 *
 * No frame is ever shared between hosts, or equality of primary and backup would prove nothing.
 */
import { EXHAUSTED_FRAMES, REASON_EXHAUSTED } from "../layout/event";
import { CHUNK_PAGES, PAGE_BYTES } from "../layout/limits";
import { interruptRun, reserve, world } from "../sim/world";

/** Reserves address space for so many chunks. */
export function createFramePool(chunkCount: u32): void {
  const w = world();
  const bytes = chunkCount * CHUNK_PAGES * PAGE_BYTES;
  // One page to align the pool, one behind its end: the scrap frame.
  w.framesAt = (reserve(bytes + 2 * PAGE_BYTES) + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  w.framesNext = w.framesAt;
  w.framesEnd = w.framesAt + bytes;
}

/** Returns a frame that no memory maps: it takes the writes of the event during which the pool ran out. */
export function scrapFrame(): u32 {
  return world().framesEnd;
}

/** Returns the address of 64 zeroed frames, or 0 when the pool is exhausted, which stops the run. */
export function takeChunk(): u32 {
  const w = world();
  const at = w.framesNext;
  if (at == w.framesEnd) {
    interruptRun(REASON_EXHAUSTED, EXHAUSTED_FRAMES);
    return 0;
  }
  w.framesNext = at + CHUNK_PAGES * PAGE_BYTES;
  return at;
}
