/**
 * Where the parts of a virtual function's record lie. Registers have one storage: the data path, the register port and
 * the state image all see the same bytes, because the register table maps BAR0 offsets to these places. The record's
 * classes (nic/virtual-function.ts) have guards that fail the build when they drift from here.
 *
 *      0                          256        384       512       576      640              1024             1408
 *     +--------------------------+----------+---------+---------+--------+----------------+----------------+----
 *     | identity, IOMMU map,     | outbound | control | MSI-X   | mailbox| receive queues | transmit queues|
 *     | throttles                | buffer   | words   | table   | memory | 2 x 192 B      | 2 x 192 B      |
 *     +--------------------------+----------+---------+---------+--------+----------------+----------------+----
 *       not visible to the guest            visible as registers, but for the hidden part of each queue
 *
 * The record's size is an odd number of cache lines, so that the same field of many functions spreads over the cache.
 */

export const VF_MAP: u32 = 128;
export const VF_THROTTLES: u32 = 176;
export const VF_OUTBOUND: u32 = 256;
export const VF_CONTROL: u32 = 384;
export const VF_MSIX: u32 = 512;
export const VF_MAIL: u32 = 576;
export const VF_RX: u32 = 640;
export const VF_TX: u32 = 1024;
export const VF_BYTES: u32 = 1472;

export const VF_STATUS: u32 = VF_CONTROL;
export const VF_EICR: u32 = VF_CONTROL + 4;
export const VF_EIMS: u32 = VF_CONTROL + 8;
export const VF_EIAC: u32 = VF_CONTROL + 12;
export const VF_EIAM: u32 = VF_CONTROL + 16;
export const VF_EITR: u32 = VF_CONTROL + 20;
export const VF_IVAR: u32 = VF_CONTROL + 32;
export const VF_IVAR_MISC: u32 = VF_CONTROL + 36;
export const VF_MAILBOX: u32 = VF_CONTROL + 40;
export const VF_PSRTYPE: u32 = VF_CONTROL + 44;
export const VF_GPRC: u32 = VF_CONTROL + 48;
export const VF_GPTC: u32 = VF_CONTROL + 52;
export const VF_GORC: u32 = VF_CONTROL + 56;
export const VF_GOTC: u32 = VF_CONTROL + 60;
export const VF_MPRC: u32 = VF_CONTROL + 64;
export const VF_GPRLBC: u32 = VF_CONTROL + 68;
export const VF_GPTLBC: u32 = VF_CONTROL + 72;
export const VF_GORLBC: u32 = VF_CONTROL + 76;
export const VF_GOTLBC: u32 = VF_CONTROL + 80;

/** MSI-X: three entries of address, data and control, then pending bits and the capability's control word. */
export const MSIX_ENTRY_BYTES: u32 = 16;
export const MSIX_ENTRY_CONTROL: u32 = 12;
export const MSIX_TABLE_BYTES: u32 = 48;
export const VF_PENDING: u32 = VF_MSIX + MSIX_TABLE_BYTES;
export const VF_MSIX_CONTROL: u32 = VF_PENDING + 4;
/** Vector control, bit 0: the vector is masked. */
export const MSIX_VECTOR_MASKED: u32 = 1;
/** Message control: MSI-X enable, function mask (PCI Local Bus Specification 3.0 section 6.8.2.3). */
export const MSIX_ENABLE: u32 = 0x8000;
export const MSIX_FUNCTION_MASKED: u32 = 0x4000;

/** Fields of a queue: registers, then what no register shows. */
export const QUEUE_BYTES: u32 = 192;
export const QUEUE_COUNT: u32 = 2;
export const QUEUE_BASE_LOW: u32 = 0;
export const QUEUE_BASE_HIGH: u32 = 4;
export const QUEUE_LENGTH: u32 = 8;
export const QUEUE_HEAD: u32 = 12;
export const QUEUE_TAIL: u32 = 16;
export const QUEUE_CONTROL: u32 = 20;
/** SRRCTL of a receive queue, TXCTL of a transmit queue. */
export const QUEUE_OPTIONS: u32 = 24;
/** What the queue may do and how, worked out from registers: QUEUE_IS_ constants. */
export const QUEUE_FLAGS: u32 = 28;
/** RQDPC of a receive queue, TDWBAL of a transmit queue. */
export const QUEUE_DROPPED: u32 = 32;
export const QUEUE_WRITE_BACK_LOW: u32 = 32;
/** RXCTL of a receive queue, TDWBAH of a transmit queue. */
export const QUEUE_CACHE: u32 = 36;
export const QUEUE_WRITE_BACK_HIGH: u32 = 36;
/** The first descriptor that is complete and not yet reported; the head when nothing is pending. */
export const QUEUE_REPORTED: u32 = 40;
export const QUEUE_PENDING: u32 = 44;
/** Bytes of a packet buffer (receive), or the position up to which packets have been fetched (transmit). */
export const QUEUE_BUFFER_BYTES: u32 = 56;
export const QUEUE_HEADER_BYTES: u32 = 60;
export const QUEUE_FETCHED: u32 = 56;
/** Transmit: two contexts. Receive: up to 31 words that wait to be written back. */
export const QUEUE_CONTEXTS: u32 = 64;
export const QUEUE_WORDS: u32 = 64;
export const CONTEXT_BYTES: u32 = 16;
export const CONTEXT_COUNT: u32 = 2;
/** Transmit, behind the contexts: how often the queue was started. */
export const QUEUE_GENERATION: u32 = QUEUE_CONTEXTS + CONTEXT_COUNT * CONTEXT_BYTES;
/** Where in the outbound buffer the packet is that was fetched last and is not complete. */
export const QUEUE_HELD_LAST: u32 = QUEUE_GENERATION + 4;
/** How many such packets there are. */
export const QUEUE_HELD_COUNT: u32 = QUEUE_HELD_LAST + 4;

// Flags of a queue.
export const QUEUE_IS_ACTIVE: u32 = 1;
/** Nothing but whole frames in advanced one-buffer descriptors, reported at once. */
export const QUEUE_IS_PLAIN: u32 = 2;
/** Received checksums are looked at: of IPv4 headers, of TCP and UDP. */
export const QUEUE_CHECKS_IP: u32 = 4;
export const QUEUE_CHECKS_L4: u32 = 8;
/** The RSS hash takes the place of identification and fragment checksum. */
export const QUEUE_GIVES_HASH: u32 = 16;
/** Not worked out: something was reported and the cause not raised yet. */
export const QUEUE_HAS_NEWS: u32 = 0x80000000;

/** A ring's positions, and so its descriptors, fit sixteen bits. */
export const RING_COUNT_MAX: u32 = 0xffff;
/** MSI-X vectors of a virtual function. */
export const VECTOR_COUNT: u32 = 3;
/** RXDCTL and TXDCTL: enable; write all pending descriptors back; write-back threshold. */
export const QUEUE_ENABLE: u32 = 0x02000000;
export const QUEUE_FLUSH: u32 = 0x04000000;
export const THRESHOLD_SHIFT: u32 = 16;
export const THRESHOLD_MASK: u32 = 31;
/** TDWBAL: the head is written back in place of descriptors. */
export const HEAD_WRITE_BACK: u32 = 1;
export const HEAD_ADDRESS_MASK: u32 = 0xfffffffc;
/** SRRCTL. */
export const BUFFER_KIB_MASK: u32 = 0x7f;
export const BUFFER_BYTES_DEFAULT: u32 = 2048;
export const HEADER_UNITS_SHIFT: u32 = 8;
export const HEADER_UNITS_MASK: u32 = 0x3f;
export const HEADER_UNIT_BYTES: u32 = 64;
export const DESCRIPTOR_TYPE_SHIFT: u32 = 25;
export const DESCRIPTOR_TYPE_MASK: u32 = 7;
export const DESCRIPTOR_LEGACY: u32 = 0;
export const DESCRIPTOR_ONE_BUFFER: u32 = 1;
export const DESCRIPTOR_SPLIT: u32 = 2;
export const DESCRIPTOR_SPLIT_ALWAYS: u32 = 5;
/** PSRTYPE, headers that are split off. assumed: the numbering of bits. */
export const SPLIT_IPV4: u32 = 1;
export const SPLIT_IPV4_TCP: u32 = 2;
export const SPLIT_IPV4_UDP: u32 = 3;
export const SPLIT_IPV6: u32 = 7;
export const SPLIT_IPV6_TCP: u32 = 8;
export const SPLIT_IPV6_UDP: u32 = 9;
/** VTIVAR: a valid entry, its vector, and where the entries of queue 0 lie; those of queue 1 are 16 bits higher. */
export const IVAR_VALID: u32 = 0x80;
export const IVAR_VECTOR_MASK: u32 = 3;
export const IVAR_RX0_SHIFT: u32 = 0;
export const IVAR_TX0_SHIFT: u32 = 8;
export const IVAR_QUEUE_SHIFT: u32 = 16;
/** VTCTRL.RST. */
export const CONTROL_RESET: u32 = 0x04000000;
/** EITR: interval in microseconds in bits 14:2, running counter in bits 30:21, bit 31 leaves the counter alone. */
export const EITR_SHIFT: u32 = 2;
export const EITR_MASK: u32 = 0x1fff;
export const EITR_COUNTER_SHIFT: u32 = 21;
export const EITR_COUNTER_MASK: u32 = 0x3ff;
export const EITR_KEEP_COUNTER: u32 = 0x80000000;
/** assumed: the counter's ten bits are the upper ones of thirteen that count microseconds. */
export const EITR_COUNTER_US: u32 = 8;

// VFMAILBOX.
export const MAIL_REQ: u32 = 1;
export const MAIL_ACK: u32 = 2;
export const MAIL_VFU: u32 = 4;
export const MAIL_PFU: u32 = 8;
export const MAIL_PFSTS: u32 = 16;
export const MAIL_PFACK: u32 = 32;
export const MAIL_RSTI: u32 = 64;
export const MAIL_RSTD: u32 = 128;
/** The bits that are state; the others are signals. */
export const MAIL_BITS: u32 = 0xfc;
/** Words of the mailbox memory. */
export const MAIL_WORD_COUNT: u32 = 16;
