/**
 * The contexts of offloads: those over IPv4 that a driver writes for its device, or dom0 for the same code when it cuts a
 * packet itself; and what the device reads in any.
 *
 * Source: 82576 datasheet section 7.2.2.2.
 */
import {
  CONTEXT_COMMAND,
  CONTEXT_IPLEN_MASK,
  CONTEXT_IPV4,
  CONTEXT_L4_MASK,
  CONTEXT_L4_SHIFT,
  CONTEXT_L4LEN_SHIFT,
  CONTEXT_LENGTHS,
  CONTEXT_MACLEN_MASK,
  CONTEXT_MACLEN_SHIFT,
  CONTEXT_MSS_SHIFT,
  CONTEXT_SIZES,
  L4_TCP,
  L4_UDP,
  TX_CONTEXT_BIT,
  TX_DEXT,
  TX_TYPE_CONTEXT,
} from "../layout/descriptor";
import { ETHERNET_BYTES } from "../layout/packet";

/** Writes the descriptor that has TCP cut, for slot 0: bytes of the headers of IPv4 and TCP, and of payload in a segment. */
export function writeTcpContext(at: u32, ipBytes: u32, tcpBytes: u32, segmentBytes: u32): void {
  write(at, L4_TCP, ipBytes, (tcpBytes << CONTEXT_L4LEN_SHIFT) | (segmentBytes << CONTEXT_MSS_SHIFT));
}

/** Writes the descriptor that has a checksum of UDP computed, for slot 1. */
export function writeUdpContext(at: u32, ipBytes: u32): void {
  write(at, L4_UDP, ipBytes, TX_CONTEXT_BIT);
}

function write(at: u32, protocol: u32, ipBytes: u32, sizes: u32): void {
  store<u32>(at, (ETHERNET_BYTES << CONTEXT_MACLEN_SHIFT) | ipBytes, CONTEXT_LENGTHS);
  store<u32>(at, 0, CONTEXT_LENGTHS + 4);
  store<u32>(at, TX_TYPE_CONTEXT | TX_DEXT | CONTEXT_IPV4 | (protocol << CONTEXT_L4_SHIFT), CONTEXT_COMMAND);
  store<u32>(at, sizes, CONTEXT_SIZES);
}

/** Returns the bytes of a context's headers before IP. */
export function macBytesOf(context: u32): u32 {
  return (load<u32>(context, CONTEXT_LENGTHS) >>> CONTEXT_MACLEN_SHIFT) & CONTEXT_MACLEN_MASK;
}

/** Returns the bytes of a context's IP headers. */
export function ipBytesOf(context: u32): u32 {
  return load<u32>(context, CONTEXT_LENGTHS) & CONTEXT_IPLEN_MASK;
}

/** Returns what a context says of L4, as an L4_ of layout/descriptor.ts, or 3. */
export function protocolOf(context: u32): u32 {
  return (load<u32>(context, CONTEXT_COMMAND) >>> CONTEXT_L4_SHIFT) & CONTEXT_L4_MASK;
}
