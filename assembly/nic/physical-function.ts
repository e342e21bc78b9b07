/**
 * The record of a physical function: the storage of its registers, and the list of valid receive addresses that is
 * packed from RAL and RAH, so that the bridge looks at few entries and only at valid ones.
 */
import { POOL_COUNT } from "../layout/limits";
import { PFS } from "../layout/memory-map";
import {
  FILTER_BYTES,
  FILTER_MATCHES,
  FILTER_POOLS,
  FRAME_WITH_CHECK_MAX,
  NOTE_BYTES,
  PF_BYTES,
  PF_EITR,
  PF_FILTER_LIST,
  PF_FILTERS,
  PF_GOTC,
  PF_GPRC,
  PF_LVMMC,
  PF_NOTES,
  PF_RA,
  PF_ROC,
  PF_VFRE,
  PF_VLVF,
  PF_VMOLR,
  PF_VMVIR,
  RAH_POOLS_SHIFT,
  RAH_VALID,
  RECEIVE_ADDRESS_COUNT,
  VLAN_FILTER_COUNT,
  VLAN_MASK,
  VLVF_ENABLE,
  VLVF_POOLS_SHIFT,
  VMOLR_ALL_MULTICAST,
  VMOLR_BROADCAST,
  VMOLR_LENGTH_MASK,
  VMOLR_LONG,
  VMOLR_MULTICAST_HASH,
  VMOLR_UNICAST_HASH,
  VMOLR_UNTAGGED,
} from "../layout/physical-function";

@unmanaged
export class Pf {
  ctrl: u32;
  ctrlExt: u32;
  icr: u32;
  ims: u32;
  iam: u32;
  gpie: u32;
  eicr: u32;
  eims: u32;
  eiac: u32;
  eiam: u32;
  mbvficr: u32;
  mbvfimr: u32;
  vflre: u32;
  vfre: u32;
  vfte: u32;
  rctl: u32;
  tctl: u32;
  rxcsum: u32;
  rlpml: u32;
  rfctl: u32;
  mrqc: u32;
  vtCtl: u32;
  dtxswc: u32;
  wvbr: u32;
  lvmmc: u32;
  rplolr: u32;
  swsm: u32;
  swFwSync: u32;
  fwsm: u32;
  ivarMisc: u32;
  mpc: u32;
  gprc: u32;
  bprc: u32;
  mprc: u32;
  gptc: u32;
  unused: u32;
  gorc: u64;
  gotc: u64;
  roc: u32;
  /** Worked out from VMOLR (`summarize`): pools that take broadcasts, and so on, a bit each. */
  broadcastPools: u32;
  untaggedPools: u32;
  multicastHashPools: u32;
  unicastHashPools: u32;
  allMulticastPools: u32;
  /** The longest frame, check sequence included, that every pool takes. */
  shortestLimit: u32;
}

if (offsetof<Pf>("vfre") != PF_VFRE) ERROR("layout: Pf.vfre has drifted");
if (offsetof<Pf>("lvmmc") != PF_LVMMC) ERROR("layout: Pf.lvmmc has drifted");
if (offsetof<Pf>("gprc") != PF_GPRC) ERROR("layout: Pf.gprc has drifted");
if (offsetof<Pf>("gotc") != PF_GOTC) ERROR("layout: Pf.gotc has drifted");
if (offsetof<Pf>("roc") != PF_ROC) ERROR("layout: Pf.roc has drifted");
if (offsetof<Pf>() > PF_EITR) ERROR("layout: Pf has grown into its arrays");
if (PF_FILTER_LIST + RECEIVE_ADDRESS_COUNT * FILTER_BYTES > PF_NOTES) ERROR("layout: filters overlap the notes");
if (PF_NOTES + 8 * NOTE_BYTES > PF_BYTES) ERROR("layout: the notes do not fit PF_BYTES");

/** Returns the physical function of a port. */
export function pf(port: u32): Pf {
  return changetype<Pf>(PFS + port * PF_BYTES);
}

/** Returns VMOLR of a pool. */
export function vmolr(p: Pf, pool: u32): u32 {
  return load<u32>(changetype<u32>(p) + PF_VMOLR + (pool << 2));
}

/** Returns VMVIR of a pool. */
export function vmvir(p: Pf, pool: u32): u32 {
  return load<u32>(changetype<u32>(p) + PF_VMVIR + (pool << 2));
}

/** Returns where the driver's notes about a pool are. */
export function noteAt(p: Pf, pool: u32): u32 {
  return changetype<u32>(p) + PF_NOTES + pool * NOTE_BYTES;
}

/** Works out from VMOLR which pools take what, so that the bridge need not ask each. */
export function summarize(p: Pf): void {
  let broadcast: u32 = 0;
  let untagged: u32 = 0;
  let multicastHash: u32 = 0;
  let unicastHash: u32 = 0;
  let allMulticast: u32 = 0;
  let shortest = u32.MAX_VALUE;
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) {
    const rules = vmolr(p, pool);
    broadcast |= bitIf(rules & VMOLR_BROADCAST, pool);
    untagged |= bitIf(rules & VMOLR_UNTAGGED, pool);
    multicastHash |= bitIf(rules & VMOLR_MULTICAST_HASH, pool);
    unicastHash |= bitIf(rules & VMOLR_UNICAST_HASH, pool);
    allMulticast |= bitIf(rules & VMOLR_ALL_MULTICAST, pool);
    shortest = min<u32>(shortest, limitOf(p, pool));
  }
  p.broadcastPools = broadcast;
  p.untaggedPools = untagged;
  p.multicastHashPools = multicastHash;
  p.unicastHashPools = unicastHash;
  p.allMulticastPools = allMulticast;
  p.shortestLimit = shortest;
}

function bitIf(bits: u32, pool: u32): u32 {
  return bits ? 1 << pool : 0;
}

/** Returns the longest frame that a pool takes, check sequence included, a tag not counted. */
export function limitOf(p: Pf, pool: u32): u32 {
  const rules = vmolr(p, pool);
  return rules & VMOLR_LONG ? rules & VMOLR_LENGTH_MASK : FRAME_WITH_CHECK_MAX;
}

/** Packs the valid receive addresses; entries of one address stay apart, the bridge joins their pools. */
export function packFilters(p: Pf): void {
  const at = changetype<u32>(p);
  let count: u32 = 0;
  for (let entry: u32 = 0; entry < RECEIVE_ADDRESS_COUNT; entry++) {
    const low = load<u32>(at + PF_RA + (entry << 3));
    const high = load<u32>(at + PF_RA + (entry << 3), 4);
    if (!(high & RAH_VALID)) continue;
    const to = at + PF_FILTER_LIST + count++ * FILTER_BYTES;
    store<u64>(to, ((<u64>(high & 0xffff)) << 32) | low);
    store<u32>(to, ((high >>> RAH_POOLS_SHIFT) & 0xff) | FILTER_MATCHES, FILTER_POOLS);
  }
  store<u32>(at + PF_FILTERS, count);
}

/** Returns the pools of the receive addresses that equal an address, with FILTER_MATCHES; 0 when none does. */
export function poolsOf(p: Pf, address: u64): u32 {
  const at = changetype<u32>(p) + PF_FILTER_LIST;
  const end = at + load<u32>(changetype<u32>(p) + PF_FILTERS) * FILTER_BYTES;
  let pools: u32 = 0;
  for (let entry = at; entry < end; entry += FILTER_BYTES) {
    if (load<u64>(entry) == address) pools |= load<u32>(entry, FILTER_POOLS);
  }
  return pools;
}

/** Returns the pools that are members of a VLAN. */
export function poolsOfVlan(p: Pf, vlan: u32): u32 {
  let pools: u32 = 0;
  for (let entry: u32 = 0; entry < VLAN_FILTER_COUNT; entry++) {
    const word = load<u32>(changetype<u32>(p) + PF_VLVF + (entry << 2));
    if (word & VLVF_ENABLE && (word & VLAN_MASK) == vlan) pools |= (word >>> VLVF_POOLS_SHIFT) & 0xff;
  }
  return pools;
}
