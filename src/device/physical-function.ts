/**
 * The driver of the physical function, which runs in dom0: how it sets up a port with virtual functions, and what an
 * administrator tells it about them (`ip link set dev ... vf ...`). pf-mailbox.ts has what it does later on.
 *
 * Nothing of it is an object: all it remembers lies in the port's registers and notes (pf-pool.ts), so that a saved
 * world has it. Left out: rings for dom0's own traffic, PHY and EEPROM, rate limits, and its reset while VFs run.
 * Read first: docs/device.md; igb_main.c of Linux, igb_setup_mrqc, igb_setup_rctl, igb_vmm_control, igb_ndo_set_vf_*.
 */
import { POOL_COUNT } from "../../assembly/layout/limits";
import { LONGEST_FRAME_BYTES_MAX, VLAN_LAST } from "../../assembly/layout/mailbox";
import {
  PF_CTRL_EXT_AT,
  PF_DTXSWC_AT,
  PF_IMS_AT,
  PF_MBVFIMR_AT,
  PF_MRQC_AT,
  PF_RCTL_AT,
  PF_RETA_AT,
  PF_RLPML_AT,
  PF_RPLOLR_AT,
  PF_RSSRK_AT,
  PF_RXCSUM_AT,
  PF_TCTL_AT,
  PF_UTA_AT,
  PF_VFRE_AT,
  PF_VFTE_AT,
  PF_VMVIR_AT,
  PF_VT_CTL_AT,
} from "../../assembly/layout/pf-registers";
import {
  CTRL_EXT_READY,
  DTXSWC_LOOPBACK,
  DTXSWC_VLAN_SHIFT,
  ENABLE_BIT,
  ICR_VMMB,
  MRQC_TYPE_SHIFT,
  MRQC_VMDQ,
  MRQC_VMDQ_RSS,
  NOTE_FIXED_MAC,
  NOTE_PORT_VLAN,
  NOTE_TRUSTED,
  PF_POOL,
  RCTL_LONG,
  RCTL_VLAN_FILTER,
  RXCSUM_PCSD,
  VMOLR_ALL_MULTICAST,
  VMOLR_STRIP_CRC,
  VMOLR_STRIP_VLAN,
  VMOLR_UNICAST_HASH,
  VMOLR_UNTAGGED,
  VMVIR_ALWAYS,
  VT_DEFAULT_POOL_SHIFT,
  VT_REPLICATION,
} from "../../assembly/layout/physical-function";
import { InternalError } from "../core/load";
import { numbersTo } from "../sim/numbers";
import {
  changeFlags,
  changeOptions,
  flagsOf,
  isStation,
  joinVlan,
  leaveVlansBut,
  type MacAddress,
  type PfPort,
  setDefaults,
  setOwnAddress,
} from "./pf-pool";

/** How a port is set up. */
export interface PfOptions {
  /** Each pool spreads frames over its two queues by their RSS hash; otherwise all go to queue 0. Off by default. */
  readonly isRssOn?: boolean;
  /** Virtual functions may send only from their addresses; see `setVfSpoofCheck`. Off by default, on in igb. */
  readonly isAntiSpoofing?: boolean;
  /** Frames with a tag reach only members of their VLAN. Off by default. */
  readonly isVlanFiltering?: boolean;
  /** Longest frame of the port, with its check sequence and without a tag: 64 to 9,728, which is the default. */
  readonly longestFrameBytes?: number;
  /** The physical function's own address; without one its pool gets what no other takes, and broadcast. */
  readonly mac?: MacAddress;
}

/** The key of Microsoft's test vectors for RSS, so that hashes can be compared with published ones; igb's is random. */
export const RSS_KEY: readonly number[] = [
  0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b,
  0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac,
  0x01, 0xfa,
];
/** What is hashed, types of docs/device.md: TCP/IPv4, IPv4, TCP/IPv6, IPv6, TCP/IPv6ex; like igb, no ports of UDP. */
const RSS_TYPES = [1, 2, 3, 5, 6];
/** Four entries of a byte: queues 0, 1, 0, 1. */
const RETA_ALTERNATING = 0x01000100;
const RETA_WORD_COUNT = 32;
const UTA_WORD_COUNT = 128;
const ALL_BITS = 0xffffffff;
/** IEEE 802.1Q section 9.6. */
const PRIORITY_SHIFT = 13;
const PRIORITY_MAX = 7;

/**
 * Sets up a port that was powered up or reset, as igb does with virtual functions enabled. The default pool is the
 * physical function's. Virtual functions neither receive nor send until they have said RESET.
 */
export function initialise(port: PfPort, options: PfOptions = {}): void {
  const { isRssOn = false, isAntiSpoofing = false, isVlanFiltering = false, mac } = options;
  port.write(PF_RLPML_AT, options.longestFrameBytes ?? LONGEST_FRAME_BYTES_MAX);
  if (isRssOn) setUpRss(port);
  else port.write(PF_MRQC_AT, MRQC_VMDQ);
  port.write(PF_VT_CTL_AT, VT_REPLICATION | (PF_POOL << VT_DEFAULT_POOL_SHIFT));
  port.write(PF_DTXSWC_AT, DTXSWC_LOOPBACK);
  // A frame for a group would otherwise show a VF the tag of its port VLAN, of which it knows nothing.
  port.write(PF_RPLOLR_AT, VMOLR_STRIP_CRC | VMOLR_STRIP_VLAN);
  // With every hash in it, the bit of a pool that looks here means all unicast frames; so igb uses it.
  for (const index of numbersTo(UTA_WORD_COUNT)) port.write(PF_UTA_AT + 4 * index, ALL_BITS);
  // The physical function first: it keeps the entry of VLAN 0 for all of them.
  for (const pool of [PF_POOL, ...numbersTo(port.vfCount)]) setDefaults(port, pool);
  if (mac) setOwnAddress(port, PF_POOL, mac);

  port.write(PF_VFRE_AT, 1 << PF_POOL);
  port.write(PF_VFTE_AT, 1 << PF_POOL);
  port.write(PF_RCTL_AT, ENABLE_BIT | RCTL_LONG | (isVlanFiltering ? RCTL_VLAN_FILTER : 0));
  port.write(PF_TCTL_AT, ENABLE_BIT);
  if (isAntiSpoofing) for (const pool of numbersTo(port.vfCount)) setVfSpoofCheck(port, pool, { isChecked: true });

  port.write(PF_MBVFIMR_AT, 2 ** POOL_COUNT - 1);
  port.write(PF_IMS_AT, ICR_VMMB);
  // Last: it tells the virtual functions that they may begin.
  port.write(PF_CTRL_EXT_AT, port.read(PF_CTRL_EXT_AT) | CTRL_EXT_READY);
}

function setUpRss(port: PfPort): void {
  const key = new DataView(Uint8Array.from(RSS_KEY).buffer);
  for (let at = 0; at < key.byteLength; at += 4) port.write(PF_RSSRK_AT + at, key.getUint32(at, true));
  for (const index of numbersTo(RETA_WORD_COUNT)) port.write(PF_RETA_AT + 4 * index, RETA_ALTERNATING);
  port.write(PF_RXCSUM_AT, port.read(PF_RXCSUM_AT) | RXCSUM_PCSD);
  port.write(
    PF_MRQC_AT,
    RSS_TYPES.reduce((word, type) => word | (1 << (MRQC_TYPE_SHIFT + type)), MRQC_VMDQ_RSS),
  );
}

/**
 * Gives a virtual function its address (`vf mac`), which it learns at its next RESET. One that is fixed, as igb's always
 * are, it cannot change unless it is trusted; one that is not is lost when the VF is reset. Returns false, and
 * changes nothing, when no receive address is free; throws for a group's address.
 */
export function setVfMac(port: PfPort, vf: number, mac: MacAddress, { isFixed = true } = {}): boolean {
  checkVf(port, vf);
  if (!isStation(mac) || mac.high > 0xffff) throw new InternalError(`the address of VF ${vf} is not a station's`);
  if (!setOwnAddress(port, vf, mac)) return false;
  changeFlags(port, vf, isFixed ? { set: NOTE_FIXED_MAC } : { clear: NOTE_FIXED_MAC });
  return true;
}

/** A port VLAN: 1 to 4094, and the priority of the frames that are sent, 0 to 7. */
export interface PortVlan {
  readonly vlan: number;
  readonly priority?: number;
}

/**
 * Puts a virtual function into a port VLAN (`vf vlan`), and out of all others: what it sends is tagged, what it gets is
 * not, and of neither does it know; null takes it out again. Returns false, and changes nothing, when the VLAN filter
 * is full; throws for a VLAN or priority that does not exist.
 */
export function setVfVlan(port: PfPort, vf: number, tag: PortVlan | null): boolean {
  checkVf(port, vf);
  const { vlan, priority = 0 } = tag ?? { vlan: 0 };
  if (tag && !(isWithin(vlan, 1, VLAN_LAST) && isWithin(priority, 0, PRIORITY_MAX)))
    throw new InternalError(`VLAN ${vlan} with priority ${priority} cannot be the port VLAN of VF ${vf}`);
  // One that is in none keeps the VLANs that it joined itself.
  if (!tag && !(flagsOf(port, vf) & NOTE_PORT_VLAN)) return true;
  if (!joinVlan(port, vf, vlan)) return false;
  leaveVlansBut(port, vf, vlan);
  port.write(PF_VMVIR_AT + 4 * vf, tag ? VMVIR_ALWAYS | (priority << PRIORITY_SHIFT) | vlan : 0);
  changeFlags(port, vf, tag ? { set: NOTE_PORT_VLAN } : { clear: NOTE_PORT_VLAN });
  changeOptions(
    port,
    vf,
    tag ? { set: VMOLR_STRIP_VLAN, clear: VMOLR_UNTAGGED } : { set: VMOLR_UNTAGGED, clear: VMOLR_STRIP_VLAN },
  );
  return true;
}

/**
 * Says whether a virtual function may ask for frames that are not its own (`vf trust`). One that has them loses them
 * with its trust.
 */
export function setVfTrust(port: PfPort, vf: number, { isTrusted }: { readonly isTrusted: boolean }): void {
  checkVf(port, vf);
  changeFlags(port, vf, isTrusted ? { set: NOTE_TRUSTED } : { clear: NOTE_TRUSTED });
  if (!isTrusted) changeOptions(port, vf, { clear: VMOLR_UNICAST_HASH | VMOLR_ALL_MULTICAST });
}

/**
 * Says whether the frames of a virtual function must come from its addresses (`vf spoofchk`) and, where the port
 * filters VLANs, belong to its VLANs. igb looks at VLANs in any case; without the filter nobody would have joined one.
 */
export function setVfSpoofCheck(port: PfPort, vf: number, { isChecked }: { readonly isChecked: boolean }): void {
  checkVf(port, vf);
  const hasVlanFilter = (port.read(PF_RCTL_AT) & RCTL_VLAN_FILTER) !== 0;
  const both = (1 << vf) | (1 << (vf + DTXSWC_VLAN_SHIFT));
  const set = isChecked ? (hasVlanFilter ? both : 1 << vf) : 0;
  port.write(PF_DTXSWC_AT, (port.read(PF_DTXSWC_AT) & ~both) | set);
}

function isWithin(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

function checkVf(port: PfPort, vf: number): void {
  if (!isWithin(vf, 0, port.vfCount - 1)) throw new InternalError(`VF ${vf} of ${port.vfCount} does not exist`);
}
