/**
 * The pages that were sent last, as they were sent: what the next version of each is compared with.
 *
 * So many slots of a page each, in a ring in the order of sending: the one that was sent longest ago is the next to be
 * given away. Slots that hold nothing stand at that end. Which page has which slot is a flat table, as a guest's page table is.
 *
 *     entry of a slot:  | page | slot sent before | slot sent after |        the entry behind the last closes the ring
 */
import { PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import { reserve } from "../sim/world";

@unmanaged
export class PageCache {
  slotCount: u32;
  /** Slot + 1 by page, 0 for none. */
  table: u32;
  entries: u32;
  pages: u32;
}

@unmanaged
class Entry {
  page: u32;
  before: u32;
  after: u32;
}

const ENTRY_BYTES: u32 = 12;
if (offsetof<Entry>() != ENTRY_BYTES) ERROR("layout: Entry has drifted");
/** The page of a slot that holds none. */
const NO_PAGE: u32 = 0xffffffff;

/** Reserves an empty cache of so many slots, at least one, for a memory of so many pages. */
export function createPageCache(pageCount: u32, slotCount: u32): PageCache {
  assert(slotCount != 0, "a cache has room for a page");
  const c = changetype<PageCache>(reserve(offsetof<PageCache>()));
  c.slotCount = slotCount;
  c.table = reserve(pageCount << 2);
  c.entries = reserve((slotCount + 1) * ENTRY_BYTES);
  c.pages = (reserve((slotCount << PAGE_SHIFT) + PAGE_BYTES) + PAGE_MASK) & ~PAGE_MASK;
  for (let slot: u32 = 0; slot <= slotCount; slot++) {
    const e = entry(c, slot);
    e.page = NO_PAGE;
    e.before = slot ? slot - 1 : slotCount;
    e.after = slot == slotCount ? 0 : slot + 1;
  }
  return c;
}

function entry(c: PageCache, slot: u32): Entry {
  return changetype<Entry>(c.entries + slot * ENTRY_BYTES);
}

function frameOfSlot(c: PageCache, slot: u32): u32 {
  return c.pages + (slot << PAGE_SHIFT);
}

/** Returns where the version of a page lies that was sent last, 0 when it is not known. */
export function cachedPage(c: PageCache, page: u32): u32 {
  const slot = load<u32>(c.table + (page << 2));
  return slot ? frameOfSlot(c, slot - 1) : 0;
}

/** Counts a page as sent now, and returns where its version is to be kept: of a page that was cached, where it was. */
export function keepPage(c: PageCache, page: u32): u32 {
  const known = load<u32>(c.table + (page << 2));
  // The ring's end closes it: before it stands the slot that was sent longest ago.
  const slot = known ? known - 1 : entry(c, c.slotCount).before;
  const e = entry(c, slot);
  if (!known) {
    if (e.page != NO_PAGE) store<u32>(c.table + (e.page << 2), 0);
    e.page = page;
    store<u32>(c.table + (page << 2), slot + 1);
  }
  unlink(c, e);
  linkBehind(c, c.slotCount, slot);
  return frameOfSlot(c, slot);
}

/** Gives a page's slot away, if it has one. */
export function forgetPage(c: PageCache, page: u32): void {
  const known = load<u32>(c.table + (page << 2));
  if (!known) return;
  const e = entry(c, known - 1);
  store<u32>(c.table + (page << 2), 0);
  e.page = NO_PAGE;
  unlink(c, e);
  linkBehind(c, entry(c, c.slotCount).before, known - 1);
}

function unlink(c: PageCache, e: Entry): void {
  entry(c, e.before).after = e.after;
  entry(c, e.after).before = e.before;
}

function linkBehind(c: PageCache, left: u32, slot: u32): void {
  const e = entry(c, slot);
  e.before = left;
  e.after = entry(c, left).after;
  entry(c, e.after).before = slot;
  entry(c, left).after = slot;
}
