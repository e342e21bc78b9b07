/** Planted bugs of the bridge and of reception. */
import { bug, type PlantedBug } from "./planted-bug";

const BRIDGE = "nic/bridge.ts";
const PORT = "nic/port.ts";
const RING = "nic/rx-ring.ts";
const STATUS = "nic/receive-status.ts";
const RSS = "nic/rss.ts";

export const RECEIVE_BUGS: readonly PlantedBug[] = [
  bug(
    BRIDGE,
    "VFTA, lets everything in",
    "isTagged && !isVlanLetIn(p, vlan)) return 0;",
    "isTagged && false) return 0;",
  ),
  bug(BRIDGE, "default pool, for group addresses", "!isGroup(destination(at)) && !(p.vtCtl", "!(p.vtCtl"),
  bug(BRIDGE, "replication, always", "return p.vtCtl & VT_REPLICATION ?", "return true ?"),
  bug(BRIDGE, "own pool, gets its frame", "if (!isOwnWanted) pools &= ~(1 << pool);", ""),
  bug(
    BRIDGE,
    "pool's longest frame, one less",
    "if (excess <= limitOf(p, pool)) left",
    "if (excess < limitOf(p, pool)) left",
  ),
  bug(BRIDGE, "ROC, pool's length not counted", "return left;\n  p.roc++;", "return left;"),
  bug(BRIDGE, "hash of addresses, a bit", "(<u32>(to >> 36) & 15)", "(<u32>(to >> 36) & 7)"),
  bug(
    BRIDGE,
    "untagged frames, into every VLAN",
    "poolsOfVlan(p, vlan) : p.untaggedPools",
    "poolsOfVlan(p, vlan) : pools",
  ),
  bug(PORT, "MPC, counts long frames", "if (!(found & TOO_LONG)) p.mpc++;", "p.mpc++;"),
  bug(PORT, "PIF, for every group address", "found & INEXACT && isToGroup ?", "isToGroup ?"),
  bug(PORT, "VFGPRLBC, counts all", "if (!isLooped) return;", ""),
  bug(
    RING,
    "VLAN stripping, tag swapped",
    "a.tag = <u32>bswap<u16>(load<u16>(at, ETHERNET_TYPE + 2))",
    "a.tag = <u32>load<u16>(at, ETHERNET_TYPE + 2)",
  ),
  bug(RING, "appended FCS, of the stripped frame", "crc32(at, keptOf(bytes)));", "crc32(a.at, keptOf(a.bytes)));"),
  bug(RING, "header split, counts a stripped tag", "if (bytes && a.status & RX_VP) bytes -= VLAN_TAG_BYTES;", ""),
  bug(
    RING,
    "header split, no length",
    "a.split = RX_SPLIT | ((bytes & RX_HEADER_MASK) << RX_HEADER_SHIFT);",
    "a.split = RX_SPLIT;",
  ),
  bug(RING, "HBO, missing", "a.status |= RX_HBO;", ""),
  bug(RING, "split always, the whole frame", "bytes = min<u32>(q.headerBytes, a.bytes);", "return;"),
  bug(RING, "RQDPC, not counted", "if (found == Received.NoDescriptor) q.dropped++;", ""),
  bug(RING, "empty descriptor, is used", "if (passesEmpty && !load<u64>(at, RX_ADDRESS)) continue;", ""),
  bug(
    RING,
    "legacy checksum, in every descriptor",
    "const sum = isLast ? a.sum << 16 : 0;",
    "const sum = a.sum << 16;",
  ),
  bug(RING, "RXE, missing", "a.status | RX_DD | RX_EOP | RX_RXE", "a.status | RX_DD | RX_EOP"),
  bug(STATUS, "UDP without a checksum, checked", "if (!load<u16>(l4, L4_UDP_CHECKSUM)) return 0;", ""),
  bug(STATUS, "fragment sum, missing", "return h.identification | (sumOf", "return h.identification | (0 * sumOf"),
  bug(STATUS, "IPE, missing", "status |= RX_IPE;", "status |= 0;"),
  bug(
    STATUS,
    "UDPV, missing",
    "isValidUdpFragment(h, at)) status |= RX_UDPV;",
    "isValidUdpFragment(h, at)) status |= 0;",
  ),
  bug(RSS, "RETA, half of it", "const RETA_MASK: u32 = 127;", "const RETA_MASK: u32 = 63;"),
  bug(RSS, "RSS hash, one port", "at + h.l4, PORTS_BYTES)", "at + h.l4, 2)"),
];
