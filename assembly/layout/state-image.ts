/** Numbers of the state image; docs/vf-state-image.md is the specification and draws the boxes. */

export const IMAGE_MAGIC_LOW: u32 = 0x494e4552; // "RENI"
export const IMAGE_MAGIC_HIGH: u32 = 0x00465643; // "CVF\0"
export const IMAGE_MAJOR: u32 = 2;
export const IMAGE_MINOR: u32 = 0;
export const IMAGE_MODEL: u32 = 0x10ca8086;

export const HEADER_MAGIC: u32 = 0;
export const HEADER_MAJOR: u32 = 8;
export const HEADER_MINOR: u32 = 10;
export const HEADER_MODEL: u32 = 12;
export const HEADER_FEATURES: u32 = 16;
export const HEADER_RECORDS: u32 = 20;
export const HEADER_LENGTH: u32 = 24;
export const HEADER_CRC: u32 = 28;
export const IMAGE_HEADER_BYTES: u32 = 32;

export const RECORD_TYPE: u32 = 0;
export const RECORD_FLAGS: u32 = 2;
export const RECORD_LENGTH: u32 = 4;
export const RECORD_INSTANCE: u32 = 8;
export const RECORD_VERSION: u32 = 10;
export const RECORD_CRC: u32 = 12;
export const RECORD_HEADER_BYTES: u32 = 16;
export const RECORD_OPTIONAL: u32 = 1;
export const RECORD_LENGTH_MAX: u32 = 65536;

export const TYPE_IDENTITY: u32 = 1;
export const TYPE_INTERRUPT: u32 = 2;
export const TYPE_THROTTLE: u32 = 3;
export const TYPE_RX_QUEUE: u32 = 4;
export const TYPE_TX_QUEUE: u32 = 5;
export const TYPE_STATISTICS: u32 = 6;
export const TYPE_MSIX: u32 = 7;
export const TYPE_CONTROL: u32 = 8;
export const TYPE_FILTERS: u32 = 9;
export const TYPE_POLICY: u32 = 10;
/** Every image has the types up to here. */
export const TYPE_MANDATORY_LAST: u32 = TYPE_POLICY;
/** Frames that wait in the outbound buffer: a migration carries them, a checkpoint does not. */
export const TYPE_OUTBOUND: u32 = 11;
/** In a delta: of which epoch the image is that it changes, and the numbers of the records it keeps. */
export const TYPE_BASE: u32 = 12;
export const TYPE_END: u32 = 0xffff;

export const IDENTITY_BYTES: u32 = 16;
export const INTERRUPT_BYTES: u32 = 36;
export const THROTTLE_BYTES: u32 = 48;
export const THROTTLE_ENTRY_BYTES: u32 = 16;
/** No interval is longer: thirteen bits of microseconds. */
export const THROTTLE_US_MAX: u32 = 8192;
export const RX_QUEUE_BYTES: u32 = 36;
export const TX_QUEUE_BYTES: u32 = 72;
export const STATISTICS_BYTES: u32 = 36;
export const MSIX_BYTES: u32 = 56;
export const CONTROL_BYTES: u32 = 88;
export const POLICY_BYTES: u32 = 96;
/** FILTERS and OUTBOUND grow with what they list; this much they have at least. */
export const FILTERS_BYTES_MIN: u32 = 8;
export const OUTBOUND_BYTES_MIN: u32 = 16;
export const BASE_BYTES: u32 = 16;
// IDENTITY.
export const IDENTITY_MAC: u32 = 0;
export const IDENTITY_TABLE_VERSION: u32 = 8;
// An entry of THROTTLE.
export const THROTTLE_LEFT: u32 = 0;
export const THROTTLE_REMEMBERED: u32 = 8;
// FILTERS before its lists.
export const FILTERS_ADDRESS_COUNT: u32 = 0;
export const FILTERS_VLAN_COUNT: u32 = 4;
export const FILTERS_ADDRESS_BYTES: u32 = 8;
export const FILTERS_VLAN_BYTES: u32 = 4;
// An entry of OUTBOUND; behind this the frame, padded to 8.
export const OUTBOUND_ENTRY_EPOCH: u32 = 0;
export const OUTBOUND_ENTRY_LENGTH: u32 = 4;
export const OUTBOUND_ENTRY_DESCRIPTORS: u32 = 8;
export const OUTBOUND_ENTRY_QUEUE: u32 = 12;
export const OUTBOUND_ENTRY_BYTES: u32 = 16;
// Words of OUTBOUND before its entries.
export const OUTBOUND_COUNT: u32 = 0;
export const OUTBOUND_EPOCH: u32 = 4;
export const OUTBOUND_RELEASED: u32 = 8;
export const OUTBOUND_FLAGS: u32 = 12;
export const OUTBOUND_HOLDS: u32 = 1;
export const OUTBOUND_PROTECTS: u32 = 2;
// Words of CONTROL behind its registers.
export const CONTROL_MAIL: u32 = 72;
export const CONTROL_TURN: u32 = 76;
export const CONTROL_TIMER: u32 = 80;
// POLICY: two registers of the pool, bits of registers that all pools share, then the driver's notes.
export const POLICY_VMOLR: u32 = 0;
export const POLICY_VMVIR: u32 = 4;
export const POLICY_BITS: u32 = 8;
export const POLICY_NOTES: u32 = 16;
/** Bits of POLICY_BITS: VFRE, VFTE, DTXSWC by address, by VLAN, own frames. */
export const POLICY_BIT_COUNT: u32 = 5;
// TX_QUEUE behind its registers.
export const TX_FETCHED: u32 = 36;
export const TX_CONTEXTS: u32 = 40;
// BASE.
export const BASE_EPOCH: u32 = 0;
export const BASE_CRC: u32 = 4;
export const BASE_KEPT: u32 = 8;
/** Records that a full image has at most, so that a delta can name each by a bit. */
export const BASE_RECORD_COUNT_MAX: u32 = 64;
/** HEADER_FEATURES: the image is a delta. */
export const FEATURE_DELTA: u32 = 1;
/** Version of the register table that the words follow. */
export const TABLE_VERSION: u32 = 2;

/** Room that a checkpoint's image needs at most. */
export const IMAGE_BYTES_MAX: u32 = 4096;

// Why an image is refused; 0 is accepted.
export const IMAGE_OK: u32 = 0;
export const IMAGE_SHORT: u32 = 1;
export const IMAGE_BAD_MAGIC: u32 = 2;
export const IMAGE_BAD_MAJOR: u32 = 3;
export const IMAGE_BAD_MODEL: u32 = 4;
export const IMAGE_BAD_FEATURES: u32 = 5;
export const IMAGE_BAD_HEADER_CRC: u32 = 6;
export const IMAGE_RECORD_BEYOND: u32 = 7;
export const IMAGE_BAD_RECORD_CRC: u32 = 8;
export const IMAGE_BAD_ORDER: u32 = 9;
export const IMAGE_UNKNOWN_RECORD: u32 = 10;
export const IMAGE_MISSING_RECORD: u32 = 11;
export const IMAGE_SHORT_PAYLOAD: u32 = 12;
export const IMAGE_BAD_VALUE: u32 = 13;
export const IMAGE_BAD_COUNT: u32 = 14;
export const IMAGE_BAD_VERSION: u32 = 15;
export const IMAGE_BAD_BASE: u32 = 16;
/** The target has no room: receive addresses, VLAN filters, or bytes in its outbound buffer. */
export const IMAGE_NO_ROOM: u32 = 17;
