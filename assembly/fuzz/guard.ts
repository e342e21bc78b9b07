/**
 * What no device may change: pages that are read-only, not mapped or beyond the map, and the memory of a guest without a
 * device; with a single offender at work, every page of the others as well. A hash of them is kept and compared.
 */
import { PAGE_BYTES, PAGE_SHIFT } from "../layout/limits";
import { frameOf, memoryOf } from "../memory/guest-memory";
import { digestBytes } from "../sim/digest";
import { GUEST_PAGES, OFFENDER_COUNT, PAGE_READ_ONLY, player } from "./player";
import { ROW_ESCAPES, ROW_GUARD_LOOKS } from "./rows";
import { BYSTANDER } from "./scene";
import { count } from "./stream";

@unmanaged
class Guard {
  digest: u64;
  /** The only offender at work, or ALL_PLAY. */
  solo: u32;
}
const GUARD: u32 = <u32>memory.data(16);
export const ALL_PLAY: u32 = 0xffffffff;

function guard(): Guard {
  return changetype<Guard>(GUARD);
}

/** Takes what is guarded as it is now. */
export function startGuard(solo: u32): void {
  guard().solo = solo;
  guard().digest = digestGuarded();
}

/** Compares what is guarded with what it was; a change is an escape. */
export function lookAtGuard(): void {
  count(ROW_GUARD_LOOKS);
  const digest = digestGuarded();
  if (digest == guard().digest) return;
  count(ROW_ESCAPES);
  guard().digest = digest;
}

function digestGuarded(): u64 {
  let digest = digestPages(0, frameOf(memoryOf(BYSTANDER), 0), 0);
  const solo = guard().solo;
  for (let pool: u32 = 0; pool < OFFENDER_COUNT; pool++) {
    const isIdle = solo != ALL_PLAY && pool != solo;
    digest = digestPages(digest, player(pool).base, isIdle ? 0 : PAGE_READ_ONLY);
  }
  return digest;
}

function digestPages(digest: u64, base: u32, first: u32): u64 {
  return digestBytes(digest, base + (first << PAGE_SHIFT), (GUEST_PAGES - first) * PAGE_BYTES);
}
