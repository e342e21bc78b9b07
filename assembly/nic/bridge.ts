/**
 * The bridge of a port (VEB): which pools a frame goes to, and whether it leaves on the wire.
 *
 *     addresses, hashes -> VLAN -> default pool -> enables, lengths -> own pool -> replication
 *
 * A pool set is a word with a bit for each of the eight pools. Steps are numbered as in docs/device.md, The bridge.
 *
 * Source: 82576 datasheet section 7.10.3.
 */
import { POOL_COUNT } from "../layout/limits";
import { ETHERNET_CHECK_BYTES, ETHERNET_TYPE, ETHERTYPE_VLAN, VLAN_TAG_BYTES } from "../layout/packet";
import {
  DTXSWC_LOOPBACK,
  DTXSWC_SELF_SHIFT,
  ENABLE_BIT,
  FRAME_WITH_CHECK_MAX,
  MRQC_MODE_MASK,
  MRQC_VMDQ,
  MRQC_VMDQ_RSS,
  PF_MTA,
  PF_POOL,
  PF_UTA,
  PF_VFTA,
  RCTL_LONG,
  RCTL_MULTICAST_PROMISCUOUS,
  RCTL_UNICAST_PROMISCUOUS,
  RCTL_VLAN_FILTER,
  VLAN_MASK,
  VMOLR_LENGTH_MASK,
  VT_DEFAULT_POOL_SHIFT,
  VT_NO_DEFAULT_POOL,
  VT_REPLICATION,
} from "../layout/physical-function";
import { BROADCAST, destination, isGroup } from "../wire/ethernet";
import { limitOf, Pf, pf, poolsOf, poolsOfVlan } from "./physical-function";

/** Step 2 had no exact match: what the receive descriptor calls passed by an inexact filter. */
export const INEXACT: u32 = 0x100;
/** The frame goes to the wire as well. */
export const TO_WIRE: u32 = 0x200;
/** No pool takes it because of its length. */
export const TOO_LONG: u32 = 0x400;
export const POOLS: u32 = 0xff;

/** Returns the pools that a frame from the wire goes to, with INEXACT or TOO_LONG. */
export function poolsFromWire(port: u32, at: u32, bytes: u32): u32 {
  const p = pf(port);
  const isTagged = hasTag(at, bytes);
  const longest = p.rctl & RCTL_LONG ? p.rlpml & VMOLR_LENGTH_MASK : FRAME_WITH_CHECK_MAX;
  if (bytes + ETHERNET_CHECK_BYTES > longest + (isTagged ? VLAN_TAG_BYTES : 0)) {
    p.roc++;
    return TOO_LONG;
  }
  const vlan = isTagged ? vlanOf(at) : 0;
  if (p.rctl & RCTL_VLAN_FILTER && isTagged && !isVlanLetIn(p, vlan)) return 0;
  if (!isVmdq(p)) return limit(p, 1 << PF_POOL, bytes, isTagged) | INEXACT;
  const found = byAddress(p, destination(at));
  let pools = byVlan(p, found & POOLS, vlan, isTagged);
  if (!pools && !isGroup(destination(at)) && !(p.vtCtl & VT_NO_DEFAULT_POOL)) {
    pools = 1 << ((p.vtCtl >>> VT_DEFAULT_POOL_SHIFT) % POOL_COUNT);
  }
  return replicate(p, limit(p, pools, bytes, isTagged)) | (found & INEXACT);
}

/** Returns the pools that a frame of a pool goes to, with INEXACT, TO_WIRE and TOO_LONG. */
export function poolsFromPool(port: u32, pool: u32, at: u32, bytes: u32): u32 {
  const p = pf(port);
  if (!isVmdq(p) || !(p.dtxswc & DTXSWC_LOOPBACK)) return TO_WIRE;
  const isTagged = hasTag(at, bytes);
  const vlan = isTagged ? vlanOf(at) : 0;
  if (p.rctl & RCTL_VLAN_FILTER && isTagged && !isVlanLetIn(p, vlan)) return TO_WIRE;
  const to = destination(at);
  const found = byAddress(p, to);
  const isToWire = isGroup(to) || found & INEXACT ? TO_WIRE : 0;
  let pools = limit(p, byVlan(p, found & POOLS, vlan, isTagged), bytes, isTagged);
  const isOwnWanted = (p.dtxswc >>> (DTXSWC_SELF_SHIFT + pool)) & 1;
  if (!isOwnWanted) pools &= ~(1 << pool);
  return replicate(p, pools) | isToWire | (found & INEXACT);
}

function isVmdq(p: Pf): bool {
  const mode = p.mrqc & MRQC_MODE_MASK;
  return mode == MRQC_VMDQ || mode == MRQC_VMDQ_RSS;
}

/** Tells whether a frame has a VLAN tag. */
export function hasTag(at: u32, bytes: u32): bool {
  return load<u16>(at, ETHERNET_TYPE) == bswap<u16>(<u16>ETHERTYPE_VLAN) && bytes >= ETHERNET_TYPE + VLAN_TAG_BYTES;
}

/** Returns the VLAN of a frame that has a tag. */
export function vlanOf(at: u32): u32 {
  return <u32>bswap<u16>(load<u16>(at, ETHERNET_TYPE + 2)) & VLAN_MASK;
}

function bitOf(p: Pf, table: u32, number: u32): u32 {
  return (load<u32>(changetype<u32>(p) + table + ((number >>> 5) << 2)) >>> (number & 31)) & 1;
}

function isVlanLetIn(p: Pf, vlan: u32): bool {
  return bitOf(p, PF_VFTA, vlan) != 0;
}

/** Step 2: pools by address, with INEXACT for a group address that no receive address equals, or a unicast one. */
function byAddress(p: Pf, to: u64): u32 {
  if (to == BROADCAST) return p.broadcastPools | INEXACT;
  const exact = poolsOf(p, to);
  if (exact) return exact & POOLS;
  const hash = ((<u32>(to >> 40)) << 4) | (<u32>(to >> 36) & 15);
  if (!isGroup(to)) {
    const isWanted = p.rctl & RCTL_UNICAST_PROMISCUOUS || bitOf(p, PF_UTA, hash);
    return (isWanted ? p.unicastHashPools : 0) | INEXACT;
  }
  const isWanted = p.rctl & RCTL_MULTICAST_PROMISCUOUS || bitOf(p, PF_MTA, hash);
  return p.allMulticastPools | (isWanted ? p.multicastHashPools : 0) | INEXACT;
}

/** Step 3: of these pools those that are members of the frame's VLAN, or take untagged frames. */
function byVlan(p: Pf, pools: u32, vlan: u32, isTagged: bool): u32 {
  if (!pools || !(p.rctl & RCTL_VLAN_FILTER)) return pools;
  return pools & (isTagged ? poolsOfVlan(p, vlan) : p.untaggedPools);
}

/** Step 5: of these pools those that are enabled and take frames of this length; TOO_LONG if only that was wrong. */
function limit(p: Pf, pools: u32, bytes: u32, isTagged: bool): u32 {
  if (!(p.rctl & ENABLE_BIT)) return 0;
  const enabled = pools & p.vfre;
  const excess = bytes + ETHERNET_CHECK_BYTES - (isTagged ? VLAN_TAG_BYTES : 0);
  if (excess <= p.shortestLimit) return enabled;
  let left: u32 = 0;
  for (let some = enabled; some; some &= some - 1) {
    const pool = <u32>ctz(some);
    if (excess <= limitOf(p, pool)) left |= 1 << pool;
  }
  if (left || !enabled) return left;
  p.roc++;
  return TOO_LONG;
}

/** Step 7: without replication only the lowest pool. */
function replicate(p: Pf, pools: u32): u32 {
  return p.vtCtl & VT_REPLICATION ? pools : (pools & -pools & POOLS) | (pools & TOO_LONG);
}
