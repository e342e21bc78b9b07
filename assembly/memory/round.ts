/** Writing round a region of a guest's memory: what software does whose working set is known, and its contents are not. */
import { GuestMemory, touchPage, writePayload } from "./guest-memory";

const VALUE_BYTES: u32 = 8;

/**
 * Writes a value to so many of a region's pages, in turn from page `next` of it on; returns the page after the last. The
 * region is `pages` pages from `first` on.
 */
export function writeRound(m: GuestMemory, first: u32, pages: u32, next: u32, writes: u32, value: u64): u32 {
  for (let i: u32 = 0; i < writes; i++) {
    if (m.versions) writePayload(m, first + next, 0, VALUE_BYTES, value);
    else store<u64>(touchPage(m, first + next), value);
    next = next + 1 == pages ? 0 : next + 1;
  }
  return next;
}
