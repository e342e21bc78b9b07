/**
 * Ethernet addresses and headers, and the gratuitous ARP that tells switches where an address has moved.
 *
 * An address is carried as the 48 low bits of a u64, first byte on the wire lowest, so that it can be loaded, compared
 * and stored in one go.
 */

import { FRAME_BYTES_MIN } from "../layout/limits";
import {
  ARP_BYTES,
  ARP_REQUEST,
  ARP_START,
  ETHERNET_FROM,
  ETHERNET_TO,
  ETHERNET_TYPE,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
} from "../layout/packet";

export const ADDRESS_MASK: u64 = 0xffffffffffff;
export const BROADCAST: u64 = 0xffffffffffff;
/** The group bit is the lowest bit of the first byte (IEEE 802.3 section 3.2.3). */
const GROUP_BIT: u64 = 1;

/** Returns the address at `at`; reads two bytes past it, which a frame always has. */
export function address(at: u32): u64 {
  return load<u64>(at) & ADDRESS_MASK;
}

export function setAddress(at: u32, value: u64): void {
  store<u32>(at, <u32>value);
  store<u16>(at, <u16>(value >> 32), 4);
}

export function destination(at: u32): u64 {
  return address(at + ETHERNET_TO);
}

export function source(at: u32): u64 {
  return address(at + ETHERNET_FROM);
}

export function isGroup(value: u64): bool {
  return (value & GROUP_BIT) != 0;
}

/** Writes an Ethernet header: the first address and the beginning of the second are a word together. */
export function writeEthernet(at: u32, to: u64, from: u64, type: u16): void {
  store<u64>(at, (to & ADDRESS_MASK) | (from << 48), ETHERNET_TO);
  store<u32>(at, <u32>(from >> 16), ETHERNET_FROM + 2);
  store<u16>(at, bswap<u16>(type), ETHERNET_TYPE);
}

/**
 * Writes a gratuitous ARP request (RFC 5227 section 3, an announcement): sender and target protocol address are the
 * machine's own. Returns the frame's bytes.
 */
export function writeAnnouncement(at: u32, mac: u64, ip: u32): u32 {
  memory.fill(at, 0, FRAME_BYTES_MIN);
  writeEthernet(at, BROADCAST, mac, <u16>ETHERTYPE_ARP);
  const arp = at + ARP_START;
  store<u16>(arp, bswap<u16>(1)); // hardware: Ethernet
  store<u16>(arp, bswap<u16>(<u16>ETHERTYPE_IPV4), 2);
  store<u8>(arp, 6, 4); // bytes of a hardware address
  store<u8>(arp, 4, 5); // bytes of a protocol address
  store<u16>(arp, bswap<u16>(<u16>ARP_REQUEST), 6);
  setAddress(arp + 8, mac);
  store<u32>(arp, bswap<u32>(ip), 14);
  store<u32>(arp, bswap<u32>(ip), 24);
  assert(ARP_START + ARP_BYTES <= FRAME_BYTES_MIN, "an ARP frame is padded to the shortest frame");
  return FRAME_BYTES_MIN;
}
