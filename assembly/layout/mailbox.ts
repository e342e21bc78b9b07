/**
 * Messages between a virtual function and the driver of the physical function, in the sixteen words that they share.
 *
 *     word 0                                                        words 1 to 15
 *      31    30     29    28      24 23          16 15          0
 *     +-----+------+-----+----------+--------------+-------------+------------------------------+
 *     | ACK | NACK | CTS |          | INFO         | type        | what the type says           |
 *     +-----+------+-----+----------+--------------+-------------+------------------------------+
 *
 * Source: the messages of Linux igb and igbvf (their e1000_mbx.h and mbx.h), which no datasheet has: hardware only
 * carries the words.
 */

export const MESSAGE_TYPE_MASK: u32 = 0xffff;
export const MESSAGE_INFO_SHIFT: u32 = 16;
export const MESSAGE_INFO_MASK: u32 = 0xff;
/** In an answer: the virtual function may send messages; its request was granted; it was refused. */
export const MESSAGE_CTS: u32 = 0x20000000;
export const MESSAGE_NACK: u32 = 0x40000000;
export const MESSAGE_ACK: u32 = 0x80000000;

/** One word. The answer has three: the address is in words 1 and 2, first byte on the wire lowest. */
export const MESSAGE_RESET: u32 = 1;
/** Words 1 and 2 are an address; INFO 0 makes it the virtual function's own, the others follow. */
export const MESSAGE_SET_MAC: u32 = 2;
/** INFO hashes of 12 bits, two in a word, the lower half first. */
export const MESSAGE_SET_MULTICAST: u32 = 3;
/** Word 1 is the VLAN; INFO 1 joins it, INFO 0 leaves it. */
export const MESSAGE_SET_VLAN: u32 = 4;
/** Word 1 is the longest frame that is received, with its check sequence, in bytes. */
export const MESSAGE_SET_LPE: u32 = 5;
/** INFO says which frames for others are wanted; 0 is none. */
export const MESSAGE_SET_PROMISC: u32 = 6;

/** INFO of MESSAGE_SET_MAC: forget all further addresses; one more address. */
export const MAC_FILTER_CLEAR: u32 = 1;
export const MAC_FILTER_ADD: u32 = 2;
export const VLAN_LEAVE: u32 = 0;
export const VLAN_JOIN: u32 = 1;
/** INFO of MESSAGE_SET_PROMISC, bits. */
export const PROMISC_UNICAST: u32 = 1;
export const PROMISC_MULTICAST: u32 = 2;

export const MULTICAST_HASH_MASK: u32 = 0xfff;
/** VLAN 4095 is reserved (IEEE 802.1Q table 9-2). */
export const VLAN_LAST: u32 = 4094;
/** Shortest Ethernet frame with its check sequence (IEEE 802.3 section 3.2.7). */
export const LONGEST_FRAME_BYTES_MIN: u32 = 64;
/** What igb sets a port to at most, and what RLPML and VMOLR have after a reset. */
export const LONGEST_FRAME_BYTES_MAX: u32 = 0x2600;
