/**
 * Where the parts of a physical function's record lie: the storage of its registers, then what is worked out from
 * them, then what its driver keeps about each virtual function (the driver is software of dom0; its memory about a VF
 * lies here so that a saved world and a state image have it).
 *
 *      0         256        448         640    832       1024      1536    2048    2560      2976       3488   4032
 *     +---------+----------+-----------+------+---------+---------+-------+-------+---------+----------+------+
 *     | words   | EITR,    | VMOLR,    | RAL, | RETA,   | MTA     | UTA   | VFTA  | filters | driver's |      |
 *     |         | IVAR     | VMVIR,VLVF| RAH  | RSSRK   |         |       |       |         | notes    |      |
 *     +---------+----------+-----------+------+---------+---------+-------+-------+---------+----------+------+
 */
import { POOL_COUNT } from "./limits";

export const PF_CTRL: u32 = 0;
export const PF_CTRL_EXT: u32 = 4;
export const PF_ICR: u32 = 8;
export const PF_IMS: u32 = 12;
export const PF_IAM: u32 = 16;
export const PF_GPIE: u32 = 20;
export const PF_EICR: u32 = 24;
export const PF_EIMS: u32 = 28;
export const PF_EIAC: u32 = 32;
export const PF_EIAM: u32 = 36;
export const PF_MBVFICR: u32 = 40;
export const PF_MBVFIMR: u32 = 44;
export const PF_VFLRE: u32 = 48;
export const PF_VFRE: u32 = 52;
export const PF_VFTE: u32 = 56;
export const PF_RCTL: u32 = 60;
export const PF_TCTL: u32 = 64;
export const PF_RXCSUM: u32 = 68;
export const PF_RLPML: u32 = 72;
export const PF_RFCTL: u32 = 76;
export const PF_MRQC: u32 = 80;
export const PF_VT_CTL: u32 = 84;
export const PF_DTXSWC: u32 = 88;
export const PF_WVBR: u32 = 92;
export const PF_LVMMC: u32 = 96;
export const PF_RPLOLR: u32 = 100;
export const PF_SWSM: u32 = 104;
export const PF_SW_FW_SYNC: u32 = 108;
export const PF_FWSM: u32 = 112;
export const PF_IVAR_MISC: u32 = 116;
export const PF_MPC: u32 = 120;
export const PF_GPRC: u32 = 124;
export const PF_BPRC: u32 = 128;
export const PF_MPRC: u32 = 132;
export const PF_GPTC: u32 = 136;
export const PF_GORC: u32 = 144;
export const PF_GOTC: u32 = 152;
export const PF_ROC: u32 = 160;

export const PF_EITR: u32 = 256;
export const PF_IVAR: u32 = PF_EITR + 25 * 4;
export const PF_VMOLR: u32 = 448;
export const PF_VMVIR: u32 = PF_VMOLR + 32;
export const PF_VLVF: u32 = PF_VMVIR + 32;
export const PF_RA: u32 = 640;
export const PF_RETA: u32 = 832;
export const PF_RSSRK: u32 = PF_RETA + 128;
export const PF_MTA: u32 = 1024;
export const PF_UTA: u32 = 1536;
export const PF_VFTA: u32 = 2048;
/** Valid receive addresses, packed: 16 bytes each, address and pools; their number before them. */
export const PF_FILTERS: u32 = 2560;
export const PF_FILTER_LIST: u32 = PF_FILTERS + 16;
export const FILTER_BYTES: u32 = 16;
export const FILTER_POOLS: u32 = 8;
/** Beside the pools of an entry: it counts as a match even if it has none. */
export const FILTER_MATCHES: u32 = 0x100;
export const PF_NOTES: u32 = 2976;
export const PF_BYTES: u32 = 4032;

/** The driver's notes about a virtual function: its address, what it may, the multicast hashes it asked for. */
export const NOTE_BYTES: u32 = 128;
export const NOTE_MAC: u32 = 0;
export const NOTE_FLAGS: u32 = 8;
export const NOTE_HASH_COUNT: u32 = 12;
export const NOTE_HASHES: u32 = 16;
export const NOTE_HASH_COUNT_MAX: u32 = 30;
export const NOTE_USED_BYTES: u32 = NOTE_HASHES + 2 * 30;
/** NOTE_FLAGS: the VF has been reset and may send messages; the administrator fixed its address; it is trusted. */
export const NOTE_CLEAR_TO_SEND: u32 = 1;
export const NOTE_FIXED_MAC: u32 = 2;
export const NOTE_TRUSTED: u32 = 4;
/** The administrator gave it a port VLAN. */
export const NOTE_PORT_VLAN: u32 = 8;
export const NOTE_FLAG_BITS: u32 = 15;

export const RECEIVE_ADDRESS_COUNT: u32 = 24;
export const VLAN_FILTER_COUNT: u32 = 32;
/** The pool that the physical function keeps for itself. */
export const PF_POOL: u32 = POOL_COUNT - 1;

/** STATUS: how many virtual functions are on, and that any may be. */
export const STATUS_VF_COUNT_SHIFT: u32 = 14;
export const STATUS_SRIOV: u32 = 0x00040000;
export const CTRL_RESET: u32 = 0x04000000;
export const CTRL_EXT_READY: u32 = 0x00004000;
export const ICR_VMMB: u32 = 0x100;
export const ENABLE_BIT: u32 = 2;
export const RCTL_UNICAST_PROMISCUOUS: u32 = 8;
export const RCTL_MULTICAST_PROMISCUOUS: u32 = 16;
export const RCTL_LONG: u32 = 32;
export const RCTL_VLAN_FILTER: u32 = 0x40000;
export const RXCSUM_IPOFL: u32 = 0x100;
export const RXCSUM_TUOFL: u32 = 0x200;
export const RXCSUM_PCSD: u32 = 0x2000;
export const MRQC_MODE_MASK: u32 = 7;
export const MRQC_VMDQ: u32 = 3;
export const MRQC_VMDQ_RSS: u32 = 5;
/** MRQC: RSS types 1 to 9 are bits 16 to 24. */
export const MRQC_TYPE_SHIFT: u32 = 15;
export const VT_DEFAULT_POOL_SHIFT: u32 = 7;
export const VT_NO_DEFAULT_POOL: u32 = 0x20000000;
export const VT_REPLICATION: u32 = 0x40000000;
export const DTXSWC_VLAN_SHIFT: u32 = 8;
export const DTXSWC_SELF_SHIFT: u32 = 16;
export const DTXSWC_LOOPBACK: u32 = 0x80000000;
export const VMOLR_LENGTH_MASK: u32 = 0x3fff;
export const VMOLR_LONG: u32 = 0x10000;
export const VMOLR_RSS: u32 = 0x20000;
export const VMOLR_UNTAGGED: u32 = 0x01000000;
export const VMOLR_MULTICAST_HASH: u32 = 0x02000000;
export const VMOLR_UNICAST_HASH: u32 = 0x04000000;
export const VMOLR_BROADCAST: u32 = 0x08000000;
export const VMOLR_ALL_MULTICAST: u32 = 0x10000000;
export const VMOLR_STRIP_VLAN: u32 = 0x40000000;
export const VMOLR_STRIP_CRC: u32 = 0x80000000;
/** Bits that VMVIR has. */
export const VMVIR_BITS: u32 = 0xc000ffff;
export const VMVIR_ALWAYS: u32 = 0x40000000;
export const VMVIR_NEVER: u32 = 0x80000000;
export const RAH_VALID: u32 = 0x80000000;
export const RAH_POOLS_SHIFT: u32 = 18;
export const VLVF_ENABLE: u32 = 0x80000000;
export const VLVF_POOLS_SHIFT: u32 = 12;
export const VLAN_MASK: u32 = 0xfff;
// P2VMAILBOX.
export const P2V_STS: u32 = 1;
export const P2V_ACK: u32 = 2;
export const P2V_PFU: u32 = 8;
export const P2V_RVFU: u32 = 16;
/** MBVFICR: acknowledgements are 16 bits higher than requests. */
export const MBVFICR_ACK_SHIFT: u32 = 16;
/** LVMMC, the last DMA fault: pool, queue, and that there was one, of a receive queue. */
export const LVMMC_QUEUE: u32 = 8;
export const LVMMC_FAULT: u32 = 16;
export const LVMMC_RECEIVE: u32 = 32;
/** Longest frame with its check sequence where nothing else is said (IEEE 802.3 section 3.2.7). */
export const FRAME_WITH_CHECK_MAX: u32 = 1518;
