/**
 * A round of pre-copy: the pages that it is to send, in a bitmap beside the dirty log.
 *
 *     dirty log   --open: marks move, pages are write-protected-->   round log   --collect-->   page records
 *        ^                                                                                        (contents as they are then)
 *        +-- a page that is written behind the opening is marked anew, whether it was sent by then or not
 *
 * That is what Xen's log-dirty mode does with its clean operation (xg_sr_save.c, send_dirty_pages): the bitmap is copied
 * and cleared in one act, and pages are read when their turn comes. Invariant: a page whose contents the target does not
 * have is marked in one of the two logs, or in that of a device.
 */
import { collectFrom } from "./checkpoint";
import { countMarked, createLog, logBytes, mark } from "./dirty-log";
import { GuestMemory, writeProtect } from "./guest-memory";

/** Reserves a round log for a guest that may be migrated; set-up only. */
export function createRoundLog(m: GuestMemory): void {
  m.round = createLog(m.pageCount);
}

/** Puts every page into the round, present or not: the first round. */
export function openWholeRound(m: GuestMemory): u32 {
  assert(m.round != 0, "a guest that is migrated has a round log");
  for (let page: u32 = 0; page < m.pageCount; page++) mark(m.round, page);
  return countMarked(m.round, m.pageCount);
}

/** Moves the dirty log's marks into the round, behind whatever is left of the round before; returns the round's pages. */
export function openRound(m: GuestMemory): u32 {
  assert(m.round != 0, "a guest that is migrated has a round log");
  const bytes = logBytes(m.pageCount);
  for (let at: u32 = 0; at < bytes; at += 8) {
    let bits = load<u64>(m.log + at);
    if (!bits) continue;
    store<u64>(m.log + at, 0);
    store<u64>(m.round + at, load<u64>(m.round + at) | bits);
    for (const first = at << 3; bits; bits &= bits - 1) writeProtect(m, first + <u32>ctz(bits));
  }
  return countMarked(m.round, m.pageCount);
}

/** Moves up to so many pages of the round as records to `to`, which has room for them; returns how many bytes they take. */
export function collectRound(m: GuestMemory, to: u32, pageCountMax: u32): u32 {
  return collectFrom(m, m.round, to, pageCountMax);
}
