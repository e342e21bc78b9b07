/**
 * Destinations that the bridge has just decided on. Frames come in rows to the same few addresses, and while one look at
 * a port lasts (`drain`, or a port that fetches) nothing changes by which the bridge decides; so it is asked once for each
 * address and look.
 *
 * Only what is plain is known: an untagged frame, shorter than any limit, that goes to a unicast address, and by it to
 * one running pool, whose memory is here; or from a pool to the wire and nowhere else.
 *
 * Nothing here is state of a device: an entry is good for the look with whose number it was written.
 */
import { POOL_COUNT } from "../layout/limits";
import { ETHERNET_CHECK_BYTES } from "../layout/packet";
import { FRAME_WITH_CHECK_MAX, RCTL_LONG, VMOLR_LENGTH_MASK } from "../layout/physical-function";
import { reserve, world } from "../sim/world";
import { destination, isGroup } from "../wire/ethernet";
import { hasTag, POOLS, poolsFromPool, poolsFromWire, TO_WIRE } from "./bridge";
import { pf } from "./physical-function";
import { RUNNING, Vf, vf } from "./virtual-function";

@unmanaged
class KnownDestination {
  /** The number of the look. */
  look: u64;
  /** The address, and above it the pool that sends; 0 from the wire. */
  key: u64;
  /** The pool that receives, or that sends; null for an address whose frames are not plain. */
  pool: Vf | null;
  /** Longer frames, without their check sequence, are not plain. */
  bytes: u32;
}

const ENTRY_SHIFT: u32 = 5;
/** More than a port has pools; which one an address has, its last byte decides, and the pool that sends. */
const ENTRY_MASK: u32 = 15;
const LAST_BYTE_SHIFT: u64 = 40;
const POOL_SHIFT: u64 = 48;
if (offsetof<KnownDestination>() > 1 << ENTRY_SHIFT) ERROR("layout: KnownDestination does not fit its place");

export function createKnownDestinations(): void {
  world().knownDestinations = reserve((ENTRY_MASK + 1) << ENTRY_SHIFT);
}

/** A look at a port begins: nothing is known. */
export function beginLook(): void {
  world().look++;
}

function entryOf(key: u64): KnownDestination {
  const mixed = <u32>(key >> LAST_BYTE_SHIFT) ^ <u32>(key >> (LAST_BYTE_SHIFT + 4)) ^ <u32>(key >> POOL_SHIFT);
  return changetype<KnownDestination>(world().knownDestinations + ((mixed & ENTRY_MASK) << ENTRY_SHIFT));
}

/** Returns the pool that a frame from the wire goes to, if it is plain but perhaps for its tag, else null. */
export function knownReceiver(port: u32, at: u32, bytes: u32): Vf | null {
  const to = destination(at);
  const e = entryOf(to);
  if ((e.look != world().look || e.key != to) && !decideFromWire(e, to, port, at, bytes)) return null;
  return bytes <= e.bytes ? e.pool : null;
}

/** Asks the bridge; returns false, without having asked, when the frame is tagged or longer than some limit. */
function decideFromWire(e: KnownDestination, to: u64, port: u32, at: u32, bytes: u32): bool {
  const p = pf(port);
  const longest = p.rctl & RCTL_LONG ? p.rlpml & VMOLR_LENGTH_MASK : FRAME_WITH_CHECK_MAX;
  const limit = min<u32>(longest, p.shortestLimit);
  if (bytes + ETHERNET_CHECK_BYTES > limit || hasTag(at, bytes)) return false;
  const pools = isGroup(to) ? 0 : poolsFromWire(port, at, bytes) & POOLS;
  const isOne = pools != 0 && !(pools & (pools - 1));
  const v = isOne ? vf(port * POOL_COUNT + <u32>ctz(pools)) : null;
  remember(e, to, v && v.quiet == RUNNING && !v.remote ? v : null, limit);
  return true;
}

/** Tells whether a frame of a pool, if it is plain but perhaps for its tag, leaves on the wire and nowhere else. */
export function leavesOnly(v: Vf, at: u32, bytes: u32): bool {
  const key = destination(at) | ((<u64>v.pool) << POOL_SHIFT);
  const e = entryOf(key);
  if ((e.look != world().look || e.key != key) && !decideFromPool(e, key, v, at, bytes)) return false;
  return bytes <= e.bytes && e.pool != null;
}

function decideFromPool(e: KnownDestination, key: u64, v: Vf, at: u32, bytes: u32): bool {
  const limit = pf(v.port).shortestLimit;
  if (bytes + ETHERNET_CHECK_BYTES > limit || hasTag(at, bytes)) return false;
  const found = poolsFromPool(v.port, v.pool, at, bytes);
  remember(e, key, (found & (POOLS | TO_WIRE)) == TO_WIRE ? v : null, limit);
  return true;
}

function remember(e: KnownDestination, key: u64, v: Vf | null, limit: u32): void {
  e.look = world().look;
  e.key = key;
  e.pool = v;
  e.bytes = limit - ETHERNET_CHECK_BYTES;
}
