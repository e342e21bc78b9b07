/**
 * Finds the IP packet in an Ethernet frame: up to two VLAN tags, IPv4, or IPv6 with extension headers.
 *
 * Leaves out checksums (a capture taken on the sending machine often lacks them) and reassembly of fragments: the first
 * one is told apart, later ones have no ports and are no packet. Invariant: what is read of the headers lies inside the
 * frame; the payload may end beyond it. Read first: IEEE 802.1Q clause 9, RFC 791 section 3.1, RFC 8200 sections 3 and 4.
 */

import type { ByteView } from "./byte-view";

/** The part of an IP packet behind its headers. */
export interface IpPayload {
  readonly protocol: number;
  readonly source: string;
  readonly target: string;
  readonly at: number;
  /** Where it ends by the length in the IP header, which may be past the end of the frame. */
  readonly end: number;
  readonly isFragment: boolean;
}

/** Who sent a packet to whom, in UDP or TCP. */
export interface PortAddresses {
  /** Address as text, dotted or with colons, not shortened. */
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
}

const ETHERNET = { type: 12, tagBytes: 4, payload: 14 } as const;
const ETHER_TYPE_IPV4 = 0x0800;
const ETHER_TYPE_IPV6 = 0x86dd;
/** Customer and service tag (IEEE 802.1Q, clause 9.5). */
const ETHER_TYPE_TAGS: readonly number[] = [0x8100, 0x88a8];
const VLAN_TAG_COUNT_MAX = 2;

/**
 *      0       1   2        4   6                 8   9          10        12       16       20
 *     +-------+---+--------+---+-----------------+---+----------+---------+--------+--------+
 *     |ver|ihl|tos| length |id | flags, fragment |ttl| protocol | checksum| source | target |
 *     +-------+---+--------+---+-----------------+---+----------+---------+--------+--------+
 */
const IPV4 = { length: 2, fragment: 6, protocol: 9, source: 12, target: 16, bytesMin: 20 } as const;
/** More fragments follow; and the place of this one in units of 8 bytes. */
const IPV4_MORE_FRAGMENTS = 0x2000;
const IPV4_FRAGMENT_OFFSET = 0x1fff;

/**
 *      0                 4         6             7   8        24       40
 *     +-----------------+---------+-------------+---+--------+--------+
 *     | version and flow| length  | next header |hop| source | target |
 *     +-----------------+---------+-------------+---+--------+--------+
 */
const IPV6 = { length: 4, nextHeader: 6, source: 8, target: 24, bytes: 40 } as const;
/** Next header, length in units of 8 bytes beyond the first 8 (RFC 8200, section 4.3). */
const IPV6_EXTENSION = { nextHeader: 0, length: 1, bytesUnit: 8 } as const;
/** Hop-by-hop options, routing, destination options: all of one shape. */
const IPV6_EXTENSION_TYPES: readonly number[] = [0, 43, 60];
/** Fragment header (section 4.5): 8 bytes; at 2 the offset in the upper 13 bits and "more follow" in the lowest. */
const IPV6_FRAGMENT_TYPE = 44;
const IPV6_FRAGMENT = { nextHeader: 0, fragment: 2, bytes: 8, offsetShift: 3, moreFragments: 1 } as const;

/** Returns the IP packet of an Ethernet frame; null when there is none, or it is a later fragment. */
export function readIp(view: ByteView): IpPayload | null {
  let at: number = ETHERNET.payload;
  if (view.byteCount < at) return null;
  let etherType = view.u16(ETHERNET.type);
  for (let tag = 0; tag < VLAN_TAG_COUNT_MAX && ETHER_TYPE_TAGS.includes(etherType); tag++) {
    at += ETHERNET.tagBytes;
    if (view.byteCount < at) return null;
    etherType = view.u16(at - 2);
  }
  if (etherType === ETHER_TYPE_IPV4) return readIpv4(view, at);
  return etherType === ETHER_TYPE_IPV6 ? readIpv6(view, at) : null;
}

/** Returns the addresses of a packet for messages. */
export function route({ source, sourcePort, target, targetPort }: PortAddresses): string {
  return `from ${source} port ${sourcePort} to ${target} port ${targetPort}`;
}

function readIpv4(view: ByteView, at: number): IpPayload | null {
  if (view.byteCount - at < IPV4.bytesMin) return null;
  const headerBytes = (view.u8(at) & 0xf) * 4;
  if (view.u8(at) >>> 4 !== 4 || headerBytes < IPV4.bytesMin) return null;
  const fragment = view.u16(at + IPV4.fragment);
  if ((fragment & IPV4_FRAGMENT_OFFSET) !== 0) return null;
  return {
    protocol: view.u8(at + IPV4.protocol),
    source: dotted(view.slice(at + IPV4.source, 4)),
    target: dotted(view.slice(at + IPV4.target, 4)),
    at: at + headerBytes,
    end: at + view.u16(at + IPV4.length),
    isFragment: (fragment & IPV4_MORE_FRAGMENTS) !== 0,
  };
}

function readIpv6(view: ByteView, at: number): IpPayload | null {
  if (view.byteCount - at < IPV6.bytes || view.u8(at) >>> 4 !== 6) return null;
  const source = withColons(view, at + IPV6.source);
  const target = withColons(view, at + IPV6.target);
  const end = at + IPV6.bytes + view.u16(at + IPV6.length);
  let protocol = view.u8(at + IPV6.nextHeader);
  let isFragment = false;
  let headerAt = at + IPV6.bytes;
  while (protocol === IPV6_FRAGMENT_TYPE || IPV6_EXTENSION_TYPES.includes(protocol)) {
    if (view.byteCount - headerAt < IPV6_FRAGMENT.bytes) return null;
    if (protocol === IPV6_FRAGMENT_TYPE) {
      const fragment = view.u16(headerAt + IPV6_FRAGMENT.fragment);
      if (fragment >>> IPV6_FRAGMENT.offsetShift !== 0) return null;
      isFragment = (fragment & IPV6_FRAGMENT.moreFragments) !== 0;
      protocol = view.u8(headerAt + IPV6_FRAGMENT.nextHeader);
      headerAt += IPV6_FRAGMENT.bytes;
    } else {
      protocol = view.u8(headerAt + IPV6_EXTENSION.nextHeader);
      headerAt += (view.u8(headerAt + IPV6_EXTENSION.length) + 1) * IPV6_EXTENSION.bytesUnit;
    }
  }
  return { protocol, source, target, at: headerAt, end, isFragment };
}

function dotted(address: Uint8Array): string {
  return address.join(".");
}

function withColons(view: ByteView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => view.u16(at + 2 * index).toString(16));
  return groups.join(":");
}
