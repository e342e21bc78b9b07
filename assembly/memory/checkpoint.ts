/**
 * Collecting dirty pages into a staging buffer, and applying them to the backup's memory.
 *
 * Collecting harvests the log a list of pages at a time, so a page that is dirtied behind the collector's back is
 * collected again next time. Applying checks everything before it changes anything: the backup holds a whole
 * checkpoint or none of it. Bytes cross, frames never do.
 */
import {
  APPLY_BAD_DIGEST,
  APPLY_BAD_KIND,
  APPLY_BAD_PAGE,
  APPLY_OK,
  APPLY_SHORT,
  PAGE_DATA,
  PAGE_RECORD_DIGEST,
  PAGE_RECORD_HEADER_BYTES,
  PAGE_RECORD_KIND,
  PAGE_RECORD_NUMBER,
  PAGE_VERSION,
  PAGE_ZERO,
} from "../layout/checkpoint";
import { PAGE_BYTES } from "../layout/limits";
import { digestBytes } from "../sim/digest";
import { hasContent, world } from "../sim/world";
import { clearLog, harvest, LIST_COUNT_MAX, mark } from "./dirty-log";
import {
  frameOf,
  GuestMemory,
  isPayload,
  isPresent,
  presentFrameOf,
  setPayload,
  versionOf,
  writeProtect,
} from "./guest-memory";

/** Starts the processor's log; everything present counts as dirty, or nothing. */
export function startLogging(m: GuestMemory, isPresentDirty: bool): void {
  clearLog(m.log, m.pageCount);
  m.isLogging = 1;
  for (let page: u32 = 0; page < m.pageCount; page++) {
    if (!isPresent(m, page)) continue;
    if (isPresentDirty) mark(m.log, page);
    else writeProtect(m, page);
  }
}

/** Stops the processor's log. */
export function stopLogging(m: GuestMemory): void {
  m.isLogging = 0;
}

/**
 * Moves up to `pageCountMax` dirty pages as records to `to`, which has room for them; returns how many bytes they
 * take. The log keeps what was not moved.
 */
export function collectPages(m: GuestMemory, to: u32, pageCountMax: u32): u32 {
  return collectFrom(m, m.log, to, pageCountMax);
}

/** The same out of a log that is the guest's dirty log, or that of a round, whose pages are write-protected already. */
export function collectFrom(m: GuestMemory, log: u32, to: u32, pageCountMax: u32): u32 {
  const start = to;
  const list = world().scratch;
  let page: u32 = 0;
  for (let left = pageCountMax; left; ) {
    const wanted = min<u32>(left, LIST_COUNT_MAX);
    const count = harvest(log, page, m.pageCount, list, wanted);
    for (let at = list, end = list + (count << 2); at < end; at += 4) {
      page = load<u32>(at);
      if (log == m.log) writeProtect(m, page);
      to += writePage(m, page, to);
    }
    if (count < wanted) break;
    left -= count;
  }
  return to - start;
}

function writePage(m: GuestMemory, page: u32, to: u32): u32 {
  const frame = frameOf(m, page);
  store<u32>(to, page, PAGE_RECORD_NUMBER);
  if (isPayload(m, page) && versionOf(m, page)) {
    store<u32>(to, PAGE_VERSION, PAGE_RECORD_KIND);
    store<u64>(to, versionOf(m, page), PAGE_RECORD_DIGEST);
    return PAGE_RECORD_HEADER_BYTES;
  }
  if (!frame || isZero(frame)) {
    store<u32>(to, PAGE_ZERO, PAGE_RECORD_KIND);
    store<u64>(to, digestBytes(page, to, 8), PAGE_RECORD_DIGEST);
    return PAGE_RECORD_HEADER_BYTES;
  }
  const body = to + PAGE_RECORD_HEADER_BYTES;
  memory.copy(body, frame, PAGE_BYTES);
  store<u32>(to, PAGE_DATA, PAGE_RECORD_KIND);
  store<u64>(to, digestBytes(page, body, PAGE_BYTES), PAGE_RECORD_DIGEST);
  return PAGE_RECORD_HEADER_BYTES + PAGE_BYTES;
}

function isZero(frame: u32): bool {
  for (let i: u32 = 0; i < PAGE_BYTES; i += 64) {
    const a = v128.or(v128.load(frame + i), v128.load(frame + i, 16));
    const b = v128.or(v128.load(frame + i, 32), v128.load(frame + i, 48));
    if (v128.any_true(v128.or(a, b))) return false;
  }
  return true;
}

/** Returns the bytes that records would take if payload had content: those that cross the link. */
export function wholeRecordBytes(from: u32, bytes: u32): u64 {
  if (hasContent()) return bytes;
  let whole: u64 = 0;
  for (const end = from + bytes; from < end; ) {
    const kind = load<u32>(from, PAGE_RECORD_KIND);
    whole += kind == PAGE_ZERO ? PAGE_RECORD_HEADER_BYTES : PAGE_RECORD_HEADER_BYTES + PAGE_BYTES;
    from += kind == PAGE_DATA ? PAGE_RECORD_HEADER_BYTES + PAGE_BYTES : PAGE_RECORD_HEADER_BYTES;
  }
  return whole;
}

/** Returns whether the records at `from` could be applied, APPLY_OK or why not. */
export function checkPages(m: GuestMemory, from: u32, bytes: u32): u32 {
  const end = from + bytes;
  while (from < end) {
    if (end - from < PAGE_RECORD_HEADER_BYTES) return APPLY_SHORT;
    const page = load<u32>(from, PAGE_RECORD_NUMBER);
    if (page >= m.pageCount) return APPLY_BAD_PAGE;
    const kind = load<u32>(from, PAGE_RECORD_KIND);
    const body = from + PAGE_RECORD_HEADER_BYTES;
    if (kind == PAGE_VERSION && m.versions && !frameOf(m, page)) {
      from = body;
      continue;
    }
    if (kind > PAGE_ZERO || (kind == PAGE_DATA && isPayload(m, page))) return APPLY_BAD_KIND;
    const bodyBytes = kind == PAGE_DATA ? PAGE_BYTES : 0;
    if (end - body < bodyBytes) return APPLY_SHORT;
    const digest = kind == PAGE_DATA ? digestBytes(page, body, PAGE_BYTES) : digestBytes(page, from, 8);
    if (digest != load<u64>(from, PAGE_RECORD_DIGEST)) return APPLY_BAD_DIGEST;
    from = body + bodyBytes;
  }
  return APPLY_OK;
}

/** Applies records to a memory, all or none; returns APPLY_OK or why not. */
export function applyPages(m: GuestMemory, from: u32, bytes: u32): u32 {
  const problem = checkPages(m, from, bytes);
  if (problem) return problem;
  for (const end = from + bytes; from < end; ) {
    const page = load<u32>(from, PAGE_RECORD_NUMBER);
    const body = from + PAGE_RECORD_HEADER_BYTES;
    const kind = load<u32>(from, PAGE_RECORD_KIND);
    if (kind == PAGE_DATA) {
      memory.copy(presentFrameOf(m, page), body, PAGE_BYTES);
      from = body + PAGE_BYTES;
    } else if (kind == PAGE_VERSION) {
      setPayload(m, page, load<u64>(from, PAGE_RECORD_DIGEST));
      from = body;
    } else {
      // A page that is absent reads as zero already.
      if (frameOf(m, page)) memory.fill(frameOf(m, page), 0, PAGE_BYTES);
      else if (isPayload(m, page)) setPayload(m, page, 0);
      from = body;
    }
  }
  return APPLY_OK;
}
