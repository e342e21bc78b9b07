/**
 * Offsets inside an Ethernet frame that carries UDP over IPv4 without options, and an ARP frame.
 *
 *       0        6        12     14                    34                 42
 *      +--------+--------+------+---------------------+------------------+-----------
 *      | to     | from   | type | IPv4 header, 20 B   | UDP header, 8 B  | payload
 *      +--------+--------+------+---------------------+------------------+-----------
 *
 * Sources: IEEE 802.3 section 3.1.1, RFC 791 section 3.1, RFC 768, RFC 826. Multi-byte fields are big-endian.
 */

export const ETHERNET_TO: u32 = 0;
export const ETHERNET_FROM: u32 = 6;
export const ETHERNET_TYPE: u32 = 12;
export const ETHERNET_BYTES: u32 = 14;
/** Bytes on the wire around a frame: preamble and start 8, check sequence 4 (IEEE 802.3 section 3.1.1). */
export const ETHERNET_WRAP_BYTES: u32 = 12;
/** Gap between frames, in bytes (IEEE 802.3 section 4.4.2). */
export const ETHERNET_GAP_BYTES: u32 = 12;
export const ETHERNET_CHECK_BYTES: u32 = 4;
export const ETHERTYPE_IPV4: u32 = 0x0800;
export const ETHERTYPE_ARP: u32 = 0x0806;
export const ETHERTYPE_IPV6: u32 = 0x86dd;
/** IEEE 802.1Q: the type that says that a tag of two bytes follows, then the type proper. */
export const ETHERTYPE_VLAN: u32 = 0x8100;
export const VLAN_TAG_BYTES: u32 = 4;
/**
 * Types as a little-endian load finds them in a frame. Shifted: of a constant whose value calls `bswap` asc makes a
 * variable, which the hot path would have to load.
 */
export const LOADED_IPV4: u32 = ((ETHERTYPE_IPV4 & 0xff) << 8) | (ETHERTYPE_IPV4 >>> 8);
export const LOADED_IPV6: u32 = ((ETHERTYPE_IPV6 & 0xff) << 8) | (ETHERTYPE_IPV6 >>> 8);
export const LOADED_VLAN: u32 = ((ETHERTYPE_VLAN & 0xff) << 8) | (ETHERTYPE_VLAN >>> 8);

export const IPV4_START: u32 = 14;
export const IPV4_LENGTH: u32 = 16;
export const IPV4_ID: u32 = 18;
export const IPV4_FRAGMENT: u32 = 20;
export const IPV4_TTL: u32 = 22;
export const IPV4_PROTOCOL: u32 = 23;
export const IPV4_CHECKSUM: u32 = 24;
export const IPV4_FROM: u32 = 26;
export const IPV4_TO: u32 = 30;
export const IPV4_BYTES: u32 = 20;
/** First byte of a header without options: version 4, five words. */
export const IPV4_VERSION_WORDS: u32 = 0x45;
export const IPV4_DONT_FRAGMENT: u32 = 0x4000;
/** Time to live that Linux uses (RFC 1700 recommends 64). */
export const IPV4_TTL_DEFAULT: u32 = 64;
export const PROTOCOL_TCP: u32 = 6;
export const PROTOCOL_UDP: u32 = 17;
export const PROTOCOL_SCTP: u32 = 132;
/** IPv4: more fragments follow, or this is one that does not begin its packet. */
export const IPV4_IS_FRAGMENT: u32 = 0x3fff;
export const IPV4_FRAGMENT_OFFSET: u32 = 0x1fff;
export const LOADED_IS_FRAGMENT: u32 = ((IPV4_IS_FRAGMENT & 0xff) << 8) | (IPV4_IS_FRAGMENT >>> 8);

/** IPv6 (RFC 8200 section 3), counted from its header. */
export const IPV6_BYTES: u32 = 40;
export const IPV6_PAYLOAD_BYTES: u32 = 4;
export const IPV6_NEXT: u32 = 6;
export const IPV6_FROM: u32 = 8;
export const IPV6_TO: u32 = 24;
export const IPV6_HOP_BY_HOP: u32 = 0;
export const IPV6_ROUTING: u32 = 43;
export const IPV6_FRAGMENT: u32 = 44;
export const IPV6_DESTINATION: u32 = 60;

/** TCP (RFC 9293 section 3.1), counted from its header. */
export const TCP_BYTES: u32 = 20;
export const TCP_SEQUENCE: u32 = 4;
export const TCP_OFFSET: u32 = 12;
export const TCP_FLAGS: u32 = 13;
export const TCP_CHECKSUM: u32 = 16;
export const TCP_FIN: u32 = 1;
export const TCP_PSH: u32 = 8;
export const TCP_CWR: u32 = 0x80;
/** SCTP (RFC 9260 section 3.1): its checksum, counted from its header. */
export const SCTP_BYTES: u32 = 12;
export const SCTP_CHECKSUM: u32 = 8;

export const UDP_START: u32 = 34;
export const UDP_FROM: u32 = 34;
export const UDP_TO: u32 = 36;
export const UDP_LENGTH: u32 = 38;
export const UDP_CHECKSUM: u32 = 40;
export const UDP_PAYLOAD: u32 = 42;
export const UDP_BYTES: u32 = 8;

export const ARP_START: u32 = 14;
export const ARP_BYTES: u32 = 28;
export const ARP_REQUEST: u32 = 1;
