/**
 * Payload pages of a world without content: what guests compute with and what connections buffer, whose bytes nothing in
 * the simulation looks at. Such a page has no frame but a version, 64 bits that each write changes:
 *
 *     version' = mix(mix(version, offset and length of the write), serial)       0: a page of zeros
 *
 * The serial says what is written: a counter's value, a sequence number. So two pages have one version if the same was
 * written to them in the same order, which is how primary and backup are compared, and a page that a log has missed shows.
 *
 *     entry of the page table:   | 0 ... 0 | open | payload | write-protected |
 *
 * A payload entry is write-protected always: so `touch` need not ask for it, and whoever means to write bytes comes to the
 * slow way. `open` says whether a payload write passes without a fault. Having no frame, the page reads as zeros.
 *
 * Which pages are payload is decided by who writes first: working sets (round.ts) and the rings of connections
 * (transport/tcp-ring.ts) are; everything else is bytes, as with content.
 */
import { mix } from "../sim/digest";

export const PAYLOAD: u32 = 2;
export const PAYLOAD_IS_OPEN: u32 = 4;
/** Serial of a write of zeros. */
export const ZEROS: u64 = 0;

/** Returns where the version of a page stands in a table of them. */
export function versionAt(versions: u32, page: u32): u32 {
  return versions + (page << 3);
}

/** Returns the version of a page. */
export function versionIn(versions: u32, page: u32): u64 {
  return load<u64>(versionAt(versions, page));
}

/** Sets the version of a page, as a checkpoint does. */
export function setVersion(versions: u32, page: u32, version: u64): void {
  store<u64>(versionAt(versions, page), version);
}

/** Changes the version of a page that is written; zeros on a page of zeros leave it one. */
export function changeVersion(versions: u32, page: u32, offset: u32, bytes: u32, serial: u64): void {
  const version = versionIn(versions, page);
  if (!version && serial == ZEROS) return;
  // The lowest bit keeps it from 0.
  setVersion(versions, page, mix(mix(version, ((<u64>offset) << 32) | bytes), serial) | 1);
}
