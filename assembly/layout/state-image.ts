/** Numbers of the state image; docs/vf-state-image.md is the specification and draws the boxes. */

export const IMAGE_MAGIC_LOW: u32 = 0x494e4552; // "RENI"
export const IMAGE_MAGIC_HIGH: u32 = 0x00465643; // "CVF\0"
export const IMAGE_MAJOR: u32 = 1;
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
export const TYPE_END: u32 = 0xffff;

export const IDENTITY_BYTES: u32 = 16;
export const INTERRUPT_BYTES: u32 = 36;
export const THROTTLE_BYTES: u32 = 24;
export const RX_QUEUE_BYTES: u32 = 32;
export const TX_QUEUE_BYTES: u32 = 32;
export const STATISTICS_BYTES: u32 = 20;
/** Version of the register table that the words follow. */
export const TABLE_VERSION: u32 = 1;

/** Room that a saved image needs at most; this version writes 312 bytes. */
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
