/**
 * Destinations that the bridge has decided on. Frames come in rows to the same few addresses, so each port keeps a table of
 * them, and the bridge is asked once for each address until something changes by which it decides (`forgetDecisions`).
 *
 * Only what is plain is known: an untagged frame, shorter than any limit, that goes to a unicast address, and by it to
 * one pool; or from a pool to the wire and nowhere else. Whether that pool receives just now is no matter of the bridge:
 * it is looked at with each frame. So is a pool that a reset has taken out of VFRE: its queues are not active.
 *
 * Nothing here is state of a device: an entry is good for the rules with whose number it was written.
 */
import { POOL_COUNT } from "../layout/limits";
import { KNOWN_DESTINATIONS, KNOWN_DESTINATIONS_BYTES } from "../layout/memory-map";
import { ETHERNET_CHECK_BYTES } from "../layout/packet";
import { FRAME_WITH_CHECK_MAX, RCTL_LONG, VMOLR_LENGTH_MASK } from "../layout/physical-function";
import { world } from "../sim/world";
import { destination, isGroup } from "../wire/ethernet";
import { hasTag, POOLS, poolsFromPool, poolsFromWire, TO_WIRE } from "./bridge";
import { pf } from "./physical-function";
import { RUNNING, Vf, vf } from "./virtual-function";

@unmanaged
export class KnownDestination {
  /** The number of the rules by which it was decided. */
  rules: u64;
  /** The address, and above it the pool that sends, with FROM_POOL; nothing for a frame from the wire. */
  key: u64;
  /** The pool that receives, or that sends; null for an address whose frames are not plain. */
  pool: Vf | null;
  /** Longer frames, without their check sequence, are not plain. */
  bytes: u32;
}

/** No destination: longer than an address. */
export const NOWHERE: u64 = 0xffffffffffffffff;

const ENTRY_SHIFT: u32 = 5;
/** More than a port has pools; which one an address has, its last byte decides, and the pool that sends. */
const ENTRY_MASK: u32 = (KNOWN_DESTINATIONS_BYTES >>> ENTRY_SHIFT) - 1;
const LAST_BYTE_SHIFT: u64 = 40;
const POOL_SHIFT: u64 = 48;
const FROM_POOL: u32 = POOL_COUNT;
if (offsetof<KnownDestination>() > 1 << ENTRY_SHIFT) ERROR("layout: KnownDestination does not fit its place");
if ((ENTRY_MASK + 1) << ENTRY_SHIFT != KNOWN_DESTINATIONS_BYTES || ENTRY_MASK & (ENTRY_MASK + 1)) {
  ERROR("layout: a port's table has a power of two of entries");
}

/** Something has changed by which some port's bridge decides: nothing is known. */
export function forgetDecisions(): void {
  world().bridgeRules++;
}

function entryOf(port: u32, key: u64): KnownDestination {
  const mixed = <u32>(key >> LAST_BYTE_SHIFT) ^ <u32>(key >> (LAST_BYTE_SHIFT + 4)) ^ <u32>(key >> POOL_SHIFT);
  const table = KNOWN_DESTINATIONS + port * KNOWN_DESTINATIONS_BYTES;
  return changetype<KnownDestination>(table + ((mixed & ENTRY_MASK) << ENTRY_SHIFT));
}

function isKnown(e: KnownDestination, key: u64): bool {
  return e.key == key && e.rules == world().bridgeRules;
}

/** Returns what is known of a frame from the wire, if it is plain but perhaps for its tag and its length, and its pool receives, else null. */
export function knownReceiver(port: u32, at: u32, bytes: u32): KnownDestination | null {
  const to = destination(at);
  const e = entryOf(port, to);
  if (!isKnown(e, to) && !decideFromWire(e, to, port, at, bytes)) return null;
  const v = e.pool;
  return v && v.quiet == RUNNING && !v.remote ? e : null;
}

/** Asks the bridge; returns false, without having asked, when the frame is tagged or longer than some limit. */
function decideFromWire(e: KnownDestination, to: u64, port: u32, at: u32, bytes: u32): bool {
  const p = pf(port);
  const longest = p.rctl & RCTL_LONG ? p.rlpml & VMOLR_LENGTH_MASK : FRAME_WITH_CHECK_MAX;
  const limit = min<u32>(longest, p.shortestLimit);
  if (bytes + ETHERNET_CHECK_BYTES > limit || hasTag(at, bytes)) return false;
  const pools = isGroup(to) ? 0 : poolsFromWire(port, at, bytes) & POOLS;
  const isOne = pools != 0 && !(pools & (pools - 1));
  remember(e, to, isOne ? vf(port * POOL_COUNT + <u32>ctz(pools)) : null, limit - ETHERNET_CHECK_BYTES);
  return true;
}

/** Tells whether a frame of a pool, if it is plain but perhaps for its tag, leaves on the wire and nowhere else. */
export function leavesOnly(v: Vf, at: u32, bytes: u32): bool {
  const key = destination(at) | ((<u64>(v.pool | FROM_POOL)) << POOL_SHIFT);
  const e = entryOf(v.port, key);
  if (!isKnown(e, key) && !decideFromPool(e, key, v, at, bytes)) return false;
  return e.pool != null;
}

/** What no pool wants of a length that all take goes to the wire at any length. */
function decideFromPool(e: KnownDestination, key: u64, v: Vf, at: u32, bytes: u32): bool {
  if (bytes + ETHERNET_CHECK_BYTES > pf(v.port).shortestLimit || hasTag(at, bytes)) return false;
  const found = poolsFromPool(v.port, v.pool, at, bytes);
  remember(e, key, (found & (POOLS | TO_WIRE)) == TO_WIRE ? v : null, u32.MAX_VALUE);
  return true;
}

function remember(e: KnownDestination, key: u64, v: Vf | null, bytesMax: u32): void {
  e.rules = world().bridgeRules;
  e.key = key;
  e.pool = v;
  e.bytes = bytesMax;
}
