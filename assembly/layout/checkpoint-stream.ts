/** Numbers of the checkpoint stream; docs/checkpoint-stream.md is the specification and draws the boxes. */

export const STREAM_MAGIC_LOW: u32 = 0x494e4552; // "RENI"
export const STREAM_MAGIC_HIGH: u32 = 0x00504343; // "CCP\0"
export const STREAM_MAJOR: u32 = 1;
export const STREAM_MINOR: u32 = 0;
/** The header's flag for a batch of the first copy: pages alone. */
export const STREAM_BATCH: u32 = 1;

export const STREAM_HEADER_MAGIC: u32 = 0;
export const STREAM_HEADER_MAJOR: u32 = 8;
export const STREAM_HEADER_MINOR: u32 = 10;
export const STREAM_HEADER_FLAGS: u32 = 12;
export const STREAM_HEADER_SEQUENCE: u32 = 16;
export const STREAM_HEADER_EPOCH: u32 = 20;
export const STREAM_HEADER_PAGES: u32 = 24;
export const STREAM_HEADER_CRC: u32 = 28;
export const STREAM_HEADER_BYTES: u32 = 32;

export const STREAM_RECORD_TYPE: u32 = 0;
export const STREAM_RECORD_FLAGS: u32 = 2;
export const STREAM_RECORD_LENGTH: u32 = 4;
export const STREAM_RECORD_SUBJECT: u32 = 8;
export const STREAM_RECORD_CRC: u32 = 12;
export const STREAM_RECORD_BYTES: u32 = 16;
export const STREAM_RECORD_OPTIONAL: u32 = 1;
export const STREAM_LENGTH_MAX: u32 = 65536;

export const STREAM_VCPU: u32 = 1;
export const STREAM_DEVICE: u32 = 2;
export const STREAM_RAW: u32 = 3;
export const STREAM_ZERO: u32 = 4;
export const STREAM_DELTA: u32 = 5;
export const STREAM_END: u32 = 0xffff;

export const VCPU_LENGTH: u32 = 8;
/** Bytes of a page's digest, with which RAW and DELTA begin. */
export const PAGE_DIGEST_BYTES: u32 = 8;
export const RAW_LENGTH: u32 = 4104;
/** A digest and one run of one word. */
export const DELTA_LENGTH_MIN: u32 = 14;
export const END_LENGTH: u32 = 8;
/** END: number of records, then the CRC of all headers. */
export const END_COUNT: u32 = 0;
export const END_CRC: u32 = 4;
/** The subject of DEVICE: state as the device wrote it, or a delta of an image. */
export const DEVICE_WHOLE: u32 = 0;
export const DEVICE_DELTA: u32 = 1;

/** A run's head: words that are the same, words that differ; each at most this. */
export const RUN_SKIP: u32 = 0;
export const RUN_COUNT: u32 = 1;
export const RUN_HEAD_BYTES: u32 = 2;
export const RUN_WORDS_MAX: u32 = 255;

// Why a stream is refused; 0 is accepted.
export const STREAM_OK: u32 = 0;
export const STREAM_SHORT: u32 = 1;
export const STREAM_BAD_MAGIC: u32 = 2;
export const STREAM_BAD_MAJOR: u32 = 3;
export const STREAM_BAD_HEADER_CRC: u32 = 4;
export const STREAM_BAD_FLAGS: u32 = 5;
export const STREAM_BAD_SEQUENCE: u32 = 6;
export const STREAM_BAD_MEMORY: u32 = 7;
export const STREAM_BAD_RECORD_CRC: u32 = 8;
export const STREAM_UNKNOWN_RECORD: u32 = 9;
export const STREAM_BAD_LENGTH: u32 = 10;
export const STREAM_BAD_ORDER: u32 = 11;
export const STREAM_MISSING_RECORD: u32 = 12;
export const STREAM_BAD_PAGE: u32 = 13;
export const STREAM_BAD_RUNS: u32 = 14;
export const STREAM_BAD_DIGEST: u32 = 15;
export const STREAM_BAD_DEVICE: u32 = 16;
export const STREAM_BAD_COUNT: u32 = 17;
export const STREAM_BAD_END_CRC: u32 = 18;
export const STREAM_BEYOND: u32 = 19;
export const STREAM_REASON_NAMES: string =
  "accepted,it ends too early,another magic,another major version,the CRC of its header is wrong,an unknown flag," +
  "another sequence or an epoch that is not newer,another number of pages,the CRC of a record is wrong," +
  "an unknown record,a record of another length,a record out of order,the vCPU or the device is missing," +
  "a page beyond the memory,runs that cannot be,the digest of a page is wrong," +
  "a delta that the last image cannot be joined with,another number of records,the CRC of all headers is wrong," +
  "bytes behind its end";

// Where the control plane finds what a writer has counted in the stream at hand, and what a reader has found.
export const WRITER_RAW_COUNT: u32 = 0;
export const WRITER_ZERO_COUNT: u32 = 4;
export const WRITER_DELTA_COUNT: u32 = 8;
export const WRITER_SAME_COUNT: u32 = 12;
export const WRITER_COUNT_BYTES: u32 = 16;
export const READER_OFFSET: u32 = 0;
export const READER_VCPU_FLAGS: u32 = 4;
export const READER_IMAGE_BYTES: u32 = 8;
export const READER_FOUND_BYTES: u32 = 12;
