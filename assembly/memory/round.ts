/** Writing round a region of a guest's memory: what software does whose working set is known, and its contents are not. */
import { PAGE_SHIFT } from "../layout/limits";
import { GuestMemory, touch } from "./guest-memory";

/** Writes a value to so many pages of a region, in turn from page `next` of it on; returns the page after the last. */
export function writeRound(m: GuestMemory, address: u32, pages: u32, next: u32, writes: u32, value: u64): u32 {
  for (let i: u32 = 0; i < writes; i++) {
    store<u64>(touch(m, address + (next << PAGE_SHIFT)), value);
    next = next + 1 == pages ? 0 : next + 1;
  }
  return next;
}
