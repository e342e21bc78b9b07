/**
 * Grants: which pages of a guest dom0 may read or write. The guest writes its table like any memory, at any time, so
 * the hypervisor looks at each use and believes nothing.
 *
 *     type is access, granted to dom0?  ->  a page of the guest?  ->  to be written: not read-only?  ->  granted
 *
 * Invariant: dom0 reaches a page of a guest for a frame's bytes only by a number that this file has returned. Left out:
 * the bits by which Xen shows that a grant is in use: dom0 uses one inside a burst, while nobody looks.
 *
 * Source: Xen, xen/common/grant_table.c (acquire_grant_for_copy, map_grant_ref); layout/paravirtual.ts.
 */
import { GRANT_TABLE_PAGE, GRANT_TABLE_PAGE_COUNT } from "../layout/guest-software";
import { PAGE_BYTES, PAGE_SHIFT } from "../layout/limits";
import {
  DOMAIN_0,
  GRANT_ACCESS,
  GRANT_BYTES,
  GRANT_COUNT,
  GRANT_DOMAIN,
  GRANT_FLAGS,
  GRANT_FRAME,
  GRANT_READ_ONLY,
  GRANT_RESERVED_COUNT,
  GRANT_TYPE_MASK,
} from "../layout/paravirtual";
import { GuestMemory, look, touch } from "./guest-memory";

if (GRANT_COUNT * GRANT_BYTES != GRANT_TABLE_PAGE_COUNT * PAGE_BYTES) ERROR("layout: the grant table is whole pages");

/** What a reference grants nothing by. */
export const NOT_GRANTED: u32 = 0xffffffff;

function entryAddress(reference: u32): u32 {
  return (GRANT_TABLE_PAGE << PAGE_SHIFT) + reference * GRANT_BYTES;
}

/** Returns the page that a reference grants to dom0, to be read or also written; NOT_GRANTED for none. */
export function grantedPage(m: GuestMemory, reference: u32, isWrite: bool): u32 {
  if (reference < GRANT_RESERVED_COUNT || reference >= GRANT_COUNT) return NOT_GRANTED;
  const at = look(m, entryAddress(reference));
  const flags = <u32>load<u16>(at, GRANT_FLAGS);
  if ((flags & GRANT_TYPE_MASK) != GRANT_ACCESS || load<u16>(at, GRANT_DOMAIN) != DOMAIN_0) return NOT_GRANTED;
  if (isWrite && flags & GRANT_READ_ONLY) return NOT_GRANTED;
  const page = load<u32>(at, GRANT_FRAME);
  return page < m.pageCount ? page : NOT_GRANTED;
}

/** Grants a page to dom0, as the guest's software does. */
export function grantAccess(m: GuestMemory, reference: u32, page: u32, isReadOnly: bool): void {
  const at = touch(m, entryAddress(reference));
  store<u32>(at, page, GRANT_FRAME);
  store<u16>(at, <u16>DOMAIN_0, GRANT_DOMAIN);
  store<u16>(at, <u16>(isReadOnly ? GRANT_ACCESS | GRANT_READ_ONLY : GRANT_ACCESS), GRANT_FLAGS);
}

/** Takes a grant back, as the guest's software does. */
export function endAccess(m: GuestMemory, reference: u32): void {
  store<u16>(touch(m, entryAddress(reference)), 0, GRANT_FLAGS);
}
