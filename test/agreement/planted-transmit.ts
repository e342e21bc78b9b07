/** Planted bugs of transmission: packets, offloads, completion, anti-spoofing, the outbound buffer. */
import { bug, type PlantedBug } from "./planted-bug";

const RING = "nic/tx-ring.ts";
const L4_SUM = "nic/l4-sum.ts";
const SEGMENTATION = "nic/segmentation.ts";
const WRITE_BACK = "nic/write-back.ts";
const SENDER = "nic/sender.ts";
const OUTBOUND = "renic/outbound.ts";

export const TRANSMIT_BUGS: readonly PlantedBug[] = [
  bug(RING, "contexts, both in slot 0", "slotOf(load<u32>(at, TX_STATUS))", "0"),
  bug(
    RING,
    "endless packet, waits",
    "p.descriptorCount == PACKET_DESCRIPTOR_MAX ?",
    "p.descriptorCount > PACKET_DESCRIPTOR_MAX ?",
  ),
  bug(RING, "queues, do not take turns", "v.turn = (number + 1) % QUEUE_COUNT;", "v.turn = number;"),
  bug(RING, "VMVIR never, ignored", "TX_VLE && !(policy & VMVIR_NEVER)", "TX_VLE"),
  bug(RING, "oversize, without the tag", "FRAME_BYTES_MAX - (p.isTagged ? VLAN_TAG_BYTES : 0)", "FRAME_BYTES_MAX"),
  bug(RING, "longest TSO packet, one more", "p.bytes > TSO_BYTES_MAX", "p.bytes > TSO_BYTES_MAX + 4096"),
  bug(SEGMENTATION, "TSO, identification stands still", "load<u16>(ip, IP_ID)) + index", "load<u16>(ip, IP_ID))"),
  bug(SEGMENTATION, "TSO, sequence number", "+ index * p.segmentBytes;\n  store<u32>(l4", "+ index;\n  store<u32>(l4"),
  bug(SEGMENTATION, "TSO, FIN and PSH", "if (index + 1 < p.frameCount) flags", "if (index + 1 <= p.frameCount) flags"),
  bug(SEGMENTATION, "TSO, CWR in all", "if (index) flags &= <u8>~TCP_CWR;", ""),
  bug(SEGMENTATION, "TSO, IPv4 length", "swapped(ipBytes(p) + afterIp)", "swapped(ipBytes(p) + payload)"),
  bug(SEGMENTATION, "TSO, IPv6 length", "ipBytes(p) - IPV6_BYTES + afterIp", "ipBytes(p) + afterIp"),
  bug(SEGMENTATION, "TSO, length missing in the sum", "swapped(l4Bytes(p) + payload)", "0"),
  bug(SEGMENTATION, "IPv4 checksum, without options", "addToSum(0, ip, ipBytes(p))", "addToSum(0, ip, IPV4_BYTES)"),
  bug(L4_SUM, "TCP checksum, beside its field", "UDP_START : TCP_CHECKSUM;", "UDP_START : TCP_CHECKSUM + 2;"),
  bug(L4_SUM, "UDP checksum of zero", "sum || kind != L4_UDP ? sum : <u16>0xffff", "sum"),
  bug(L4_SUM, "plain but for its sum, by the other context", "slotOf(status) * CONTEXT_BYTES", "0"),
  bug(L4_SUM, "plain but for its sum, SCTP", "kind <= L4_TCP && ", ""),
  bug(L4_SUM, "plain but for its sum, beyond the packet", " + 2 <= keptOf(bytes)", " <= keptOf(bytes)"),
  bug(
    L4_SUM,
    "row sent, the sum of headers as well",
    "sumToInsert(from, start, bytes - start",
    "sumToInsert(from, 0, bytes",
  ),
  bug(RING, "plain but for its sum, without it", "  if (p.plainSum) insertPlainSum(p.plainSum, to, p.bytes);\n", ""),
  bug(SEGMENTATION, "SCTP checksum, over itself", "store<u32>(l4, 0, SCTP_CHECKSUM);", ""),
  bug(
    SEGMENTATION,
    "legacy checksum, from the start",
    "addToSum(0, at + start, keptFrom(start, bytes - start))",
    "addToSum(0, at, keptFrom(0, bytes))",
  ),
  bug(SEGMENTATION, "VLAN insertion, tag swapped", "bswap<u16>(<u16>tag)", "<u16>tag"),
  bug(
    WRITE_BACK,
    "DD, though nobody asked",
    "if (load<u32>(at, TX_COMMAND) & TX_RS) {",
    "if (load<u32>(at, TX_COMMAND)) {",
  ),
  bug(WRITE_BACK, "head write-back, old value", "q.headAddress, q.head)", "q.headAddress, q.reported)"),
  bug(WRITE_BACK, "head write-back, though nobody asked", "if (hasAsked && q.writesHead", "if (q.writesHead"),
  bug(WRITE_BACK, "WTHRESH, one more", "q.pending < q.threshold", "q.pending <= q.threshold"),
  bug(WRITE_BACK, "write-back timer, restarts", "if (q.flushAt != NEVER) return;", ""),
  bug(WRITE_BACK, "interrupt, after a failed head write-back", "return hasAsked && !q.writesHead;", "return hasAsked;"),
  bug(WRITE_BACK, "fault, the queue goes on", "q.control &= ~QUEUE_ENABLE;", ""),
  bug(WRITE_BACK, "LVMMC, direction", "(isReceive ? LVMMC_RECEIVE : 0)", "0"),
  bug(SENDER, "anti-spoofing, any pool's address", "!(poolsOf(p, source(at)) & bit)", "!poolsOf(p, source(at))"),
  bug(SENDER, "anti-spoofing, any pool's VLAN", "poolsOfVlan(p, vlanOf(at)) & bit", "poolsOfVlan(p, vlanOf(at))"),
  bug(SENDER, "WVBR, VLAN half", "p.wvbr |= bit << DTXSWC_VLAN_SHIFT;", "p.wvbr |= bit;"),
  bug(
    OUTBOUND,
    "outbound, less room",
    "const atEnd = o.bytesMax - o.tail;",
    "const atEnd = o.bytesMax - o.tail - 256;",
  ),
  bug(
    OUTBOUND,
    "outbound, epoch released early",
    "if (epoch + 1 > o.releasedBelow) o.releasedBelow = epoch + 1",
    "if (epoch + 1 > o.releasedBelow) o.releasedBelow = epoch + 2",
  ),
  bug(OUTBOUND, "DD at release, at acceptance", "completePacket(v, true);", "completePacket(v, false);"),
];
