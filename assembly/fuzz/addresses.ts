/**
 * Where hostile software points: addresses at the ends of pages, of the map, of four gigabytes and of all addresses; and
 * whom it sends to. No offender ever names the victim.
 */
import { PAGE_BYTES, PAGE_SHIFT } from "../layout/limits";
import { BROADCAST } from "../wire/ethernet";
import {
  isOffender,
  MAPPED_PAGES,
  macOf,
  OFFENDER_COUNT,
  PAGE_READ_ONLY,
  PAGE_UNMAPPED,
  PEER_MAC,
  PF_PLAYER,
  Player,
} from "./player";
import { below, next, Stream, word } from "./stream";

/** An address that may be anything. */
export function oddAddress(s: Stream, p: Player): u64 {
  const near = <u64>below(s, 64);
  switch (below(s, 10)) {
    case 0:
      return <u64>below(s, MAPPED_PAGES << PAGE_SHIFT);
    case 1:
      return p.window + below(s, MAPPED_PAGES << PAGE_SHIFT);
    case 2:
      // Across the end of a page.
      return ((<u64>below(s, MAPPED_PAGES) + 1) << PAGE_SHIFT) - near;
    case 3:
      return ((<u64>PAGE_READ_ONLY) << PAGE_SHIFT) - near;
    case 4:
      return ((<u64>PAGE_UNMAPPED) << PAGE_SHIFT) - near;
    case 5:
      return ((<u64>MAPPED_PAGES) << PAGE_SHIFT) - near;
    case 6:
      return <u64>0x100000000 - near;
    case 7:
      return 0 - <u64>below(s, PAGE_BYTES * 2);
    case 8:
      return <u64>word(s);
    default:
      return next(s);
  }
}

/** An address that no write reaches: read-only, not mapped, beyond the map, beyond everything. */
export function unwritableAddress(s: Stream): u64 {
  switch (below(s, 4)) {
    case 0:
      return ((<u64>(PAGE_READ_ONLY + below(s, 5))) << PAGE_SHIFT) + below(s, PAGE_BYTES);
    case 1:
      return ((<u64>(PAGE_UNMAPPED + below(s, 5))) << PAGE_SHIFT) + below(s, PAGE_BYTES);
    case 2:
      return ((<u64>(MAPPED_PAGES + below(s, 1000))) << PAGE_SHIFT) + below(s, PAGE_BYTES);
    default:
      return 0x7000000000000000 | word(s);
  }
}

/** Whom a player sends to. */
export function pickDestination(s: Stream, p: Player): u64 {
  if (!isOffender(p)) return PEER_MAC;
  return pickReceiver(s);
}

/** Somebody who is not the victim: mostly an offender. */
export function pickReceiver(s: Stream): u64 {
  const r = below(s, 100);
  if (r < 64) return macOf(below(s, OFFENDER_COUNT));
  if (r < 70) return BROADCAST;
  if (r < 80) return 0x5e0001 | ((<u64>below(s, 64)) << 36);
  if (r < 88) return macOf(PF_PLAYER);
  return 0x2a | ((<u64>(word(s) & 0xffff)) << 24);
}
