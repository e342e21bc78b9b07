/**
 * The framing of a checkpoint stream: a header, then records of type, length, subject and checksum.
 * docs/checkpoint-stream.md is the specification and draws the boxes.
 */
import {
  PAGE_DIGEST_BYTES,
  STREAM_HEADER_BYTES,
  STREAM_HEADER_CRC,
  STREAM_HEADER_EPOCH,
  STREAM_HEADER_FLAGS,
  STREAM_HEADER_MAGIC,
  STREAM_HEADER_MAJOR,
  STREAM_HEADER_MINOR,
  STREAM_HEADER_PAGES,
  STREAM_HEADER_SEQUENCE,
  STREAM_MAGIC_HIGH,
  STREAM_MAGIC_LOW,
  STREAM_MAJOR,
  STREAM_MINOR,
  STREAM_RAW,
  STREAM_RECORD_BYTES,
  STREAM_RECORD_CRC,
  STREAM_RECORD_FLAGS,
  STREAM_RECORD_LENGTH,
  STREAM_RECORD_SUBJECT,
  STREAM_RECORD_TYPE,
} from "../layout/checkpoint-stream";
import { addToCrc, crc32c } from "../sim/digest";

/** Writes the header of a stream. */
export function writeHeader(at: u32, flags: u32, sequence: u32, epoch: u32, pageCount: u32): void {
  store<u32>(at, STREAM_MAGIC_LOW, STREAM_HEADER_MAGIC);
  store<u32>(at, STREAM_MAGIC_HIGH, STREAM_HEADER_MAGIC + 4);
  store<u16>(at, <u16>STREAM_MAJOR, STREAM_HEADER_MAJOR);
  store<u16>(at, <u16>STREAM_MINOR, STREAM_HEADER_MINOR);
  store<u32>(at, flags, STREAM_HEADER_FLAGS);
  store<u32>(at, sequence, STREAM_HEADER_SEQUENCE);
  store<u32>(at, epoch, STREAM_HEADER_EPOCH);
  store<u32>(at, pageCount, STREAM_HEADER_PAGES);
  store<u32>(at, headerCrc(at), STREAM_HEADER_CRC);
}

export function headerCrc(at: u32): u32 {
  return crc32c(at, STREAM_HEADER_CRC);
}

/** Completes a record whose payload of so many bytes has been written; returns where the next one begins. */
export function sealRecord(at: u32, type: u32, subject: u32, bytes: u32): u32 {
  store<u16>(at, <u16>type, STREAM_RECORD_TYPE);
  store<u16>(at, 0, STREAM_RECORD_FLAGS);
  store<u32>(at, bytes, STREAM_RECORD_LENGTH);
  store<u32>(at, subject, STREAM_RECORD_SUBJECT);
  for (let i = bytes; i & 7; i++) store<u8>(payloadOf(at) + i, 0);
  store<u32>(at, recordCrc(at), STREAM_RECORD_CRC);
  return nextRecord(at);
}

/** CRC over the header without its CRC, then the payload; of RAW only over the digest, which covers the rest. */
export function recordCrc(at: u32): u32 {
  const padded = paddedBytes(at);
  const covered = typeOf(at) == STREAM_RAW ? min<u32>(padded, PAGE_DIGEST_BYTES) : padded;
  return ~addToCrc(addToCrc(~0, at, STREAM_RECORD_CRC), payloadOf(at), covered);
}

/** Adds a stream's header to the CRC of all headers, which begins with all ones and ends inverted. */
export function addHeader(crc: u32, at: u32): u32 {
  return addToCrc(crc, at, STREAM_HEADER_BYTES);
}

/** Adds a record's header to the CRC of all headers. */
export function addRecord(crc: u32, at: u32): u32 {
  return addToCrc(crc, at, STREAM_RECORD_BYTES);
}

export function typeOf(record: u32): u32 {
  return <u32>load<u16>(record, STREAM_RECORD_TYPE);
}

export function subjectOf(record: u32): u32 {
  return load<u32>(record, STREAM_RECORD_SUBJECT);
}

/** Returns the bytes of a record's payload, without padding. */
export function payloadBytes(record: u32): u32 {
  return load<u32>(record, STREAM_RECORD_LENGTH);
}

export function payloadOf(record: u32): u32 {
  return record + STREAM_RECORD_BYTES;
}

/** Returns the bytes of a record's payload with its padding; the length is not absurd. */
export function paddedBytes(record: u32): u32 {
  return (payloadBytes(record) + 7) & ~7;
}

export function firstRecord(at: u32): u32 {
  return at + STREAM_HEADER_BYTES;
}

export function nextRecord(record: u32): u32 {
  return payloadOf(record) + paddedBytes(record);
}
