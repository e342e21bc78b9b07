/**
 * The checksum of UDP or TCP that the device computes when it sends.
 *
 *     the driver's frame:   | ... | IP addresses | ... | L4 header: ... seed ... | payload |
 *     the frame sent:       | ... | IP addresses | ... | L4 header: ... ~sum ... | payload |     sum of L4 header, seed, payload
 *
 * The driver's seed is the sum of a pseudo header, and the device believes it. So what the header and payload of the frame
 * sent add up to is known without another look at them: ~seed, whatever they are. A slot remembers that (wire/frame.ts),
 * and the receiver's check is a matter of its pseudo header (receive-status.ts).
 *
 * A packet that is plain but for this offload is as quick as a plain one: most packets of a driver of Linux are that.
 *
 * Source: 82576 datasheet section 7.2.4; docs/device.md, Checksums; RFC 1071 for what holds of sums.
 */
import { L4_TCP, L4_UDP, TX_CONTEXT_BIT, TX_TXSM } from "../layout/descriptor";
import { ETHERNET_BYTES, TCP_CHECKSUM, UDP_CHECKSUM, UDP_START } from "../layout/packet";
import { CONTEXT_BYTES } from "../layout/virtual-function";
import { addToSum, foldSum } from "../wire/checksum";
import { keptFrom, keptOf } from "../wire/content";
import { FRAME_START, frame } from "../wire/frame";
import { ipBytesOf, macBytesOf, protocolOf } from "./offload-context";
import { slotOf } from "./packet";
import { Queue } from "./virtual-function";

/** Returns where UDP (L4_UDP) or TCP has its checksum, counted from its header. */
export function sumFieldOf(kind: u32): u32 {
  return kind == L4_UDP ? UDP_CHECKSUM - UDP_START : TCP_CHECKSUM;
}

/** Inserts the checksum of UDP or TCP over so many bytes from an offset on; `extra` is added, as it stands in a frame. */
export function insertL4Sum(at: u32, start: u32, bytes: u32, kind: u32, extra: u32): void {
  store<u16>(at + start + sumFieldOf(kind), sumToInsert(at, start, bytes, kind, extra));
}

function sumToInsert(at: u32, start: u32, bytes: u32, kind: u32, extra: u32): u16 {
  const sum = foldSum(addToSum(extra, at + start, keptFrom(start, bytes)));
  // A UDP checksum of zero would say that there is none (RFC 768).
  return sum || kind != L4_UDP ? sum : <u16>0xffff;
}

/** What of a status word says which checksum. */
export const SUM_BITS: u32 = TX_TXSM | TX_CONTEXT_BIT;

/**
 * The checksum that a status word asks for, if it leaves a packet plain: where the L4 header begins, and its protocol from bit
 * 16 on. 0 when it is not UDP's or TCP's, or lies among what the bridge looks at.
 */
export function plainSumOf(q: Queue, status: u32): u32 {
  const context = q.hidden + slotOf(status) * CONTEXT_BYTES;
  const start = macBytesOf(context) + ipBytesOf(context);
  const kind = protocolOf(context);
  return kind <= L4_TCP && start >= ETHERNET_BYTES ? start | (kind << KIND_SHIFT) : 0;
}

/** Tells whether there is such a checksum, and a packet of so many bytes has room for it, among the bytes that are kept. */
export function sumFits(sum: u32, bytes: u32): bool {
  return sum != 0 && (sum & START_MASK) + sumFieldOf(sum >>> KIND_SHIFT) + 2 <= keptOf(bytes);
}

/** So many bytes from an offset on, as a slot remembers which it knows the sum of. */
export function partOf(start: u32, bytes: u32): u32 {
  return start | (bytes << 16);
}

const KIND_SHIFT: u32 = 16;
const START_MASK: u32 = 0xffff;

/** Inserts such a checksum in a packet of so many bytes. */
export function insertPlainSum(sum: u32, at: u32, bytes: u32): void {
  const start = sum & START_MASK;
  insertL4Sum(at, start, bytes - start, sum >>> KIND_SHIFT, 0);
}

/**
 * The same in a slot, which remembers what header and payload add up to. They are added up where the packet came from: its
 * copy has just been made in pieces of 16 bytes, and a load over two of these waits for both.
 */
export function insertSumInSlot(sum: u32, slot: u32, from: u32, bytes: u32): void {
  const f = frame(slot);
  const start = sum & START_MASK;
  const kind = sum >>> KIND_SHIFT;
  const field = start + sumFieldOf(kind);
  f.summed = partOf(start, bytes - start);
  f.sum = ~load<u16>(from + field);
  store<u16>(slot + FRAME_START + field, sumToInsert(from, start, bytes - start, kind, 0));
}
