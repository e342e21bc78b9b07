/**
 * The framing of a state image: a header, then records of type, instance, length and checksum, then an END record.
 * docs/vf-state-image.md is the specification and draws the boxes.
 */
import {
  HEADER_CRC,
  HEADER_FEATURES,
  HEADER_LENGTH,
  HEADER_MAGIC,
  HEADER_MAJOR,
  HEADER_MINOR,
  HEADER_MODEL,
  HEADER_RECORDS,
  IMAGE_HEADER_BYTES,
  IMAGE_MAGIC_HIGH,
  IMAGE_MAGIC_LOW,
  IMAGE_MAJOR,
  IMAGE_MINOR,
  IMAGE_MODEL,
  RECORD_CRC,
  RECORD_HEADER_BYTES,
  RECORD_INSTANCE,
  RECORD_LENGTH,
  RECORD_TYPE,
  RECORD_VERSION,
  TYPE_END,
} from "../layout/state-image";
import { addToCrc, crc32c } from "../sim/digest";

/** Writes the header of an image whose records end at `end`. */
export function sealImage(at: u32, end: u32, recordCount: u32, features: u32): u32 {
  const bytes = end - at;
  store<u32>(at, IMAGE_MAGIC_LOW, HEADER_MAGIC);
  store<u32>(at, IMAGE_MAGIC_HIGH, HEADER_MAGIC + 4);
  store<u16>(at, <u16>IMAGE_MAJOR, HEADER_MAJOR);
  store<u16>(at, <u16>IMAGE_MINOR, HEADER_MINOR);
  store<u32>(at, IMAGE_MODEL, HEADER_MODEL);
  store<u32>(at, features, HEADER_FEATURES);
  store<u32>(at, recordCount, HEADER_RECORDS);
  store<u32>(at, bytes, HEADER_LENGTH);
  store<u32>(at, crc32c(at, HEADER_CRC), HEADER_CRC);
  return bytes;
}

/** Completes a record whose payload of so many bytes has been written; returns where the next one begins. */
export function sealRecord(at: u32, type: u32, instance: u32, bytes: u32): u32 {
  store<u64>(at, 0);
  store<u64>(at, 0, 8);
  store<u16>(at, <u16>type, RECORD_TYPE);
  store<u32>(at, bytes, RECORD_LENGTH);
  store<u16>(at, <u16>instance, RECORD_INSTANCE);
  store<u16>(at, 1, RECORD_VERSION);
  for (let i = bytes; i & 7; i++) store<u8>(payloadOf(at) + i, 0);
  store<u32>(at, recordCrc(at), RECORD_CRC);
  return nextRecord(at);
}

/** CRC over the header without its CRC, then the payload. */
export function recordCrc(at: u32): u32 {
  return ~addToCrc(addToCrc(~0, at, RECORD_CRC), payloadOf(at), payloadBytes(at));
}

export function typeOf(record: u32): u32 {
  return <u32>load<u16>(record, RECORD_TYPE);
}

export function instanceOf(record: u32): u32 {
  return <u32>load<u16>(record, RECORD_INSTANCE);
}

/** Returns the bytes of a record's payload, without padding. */
export function payloadBytes(record: u32): u32 {
  return load<u32>(record, RECORD_LENGTH);
}

export function payloadOf(record: u32): u32 {
  return record + RECORD_HEADER_BYTES;
}

/** Returns the bytes that a record takes, with header and padding. */
export function recordBytes(record: u32): u32 {
  return RECORD_HEADER_BYTES + ((payloadBytes(record) + 7) & ~7);
}

export function firstRecord(at: u32): u32 {
  return at + IMAGE_HEADER_BYTES;
}

export function nextRecord(record: u32): u32 {
  return record + recordBytes(record);
}

/** Returns a record of an image that has been checked and has it. */
export function findRecord(at: u32, type: u32, instance: u32): u32 {
  let record = firstRecord(at);
  while (typeOf(record) != type || instanceOf(record) != instance) {
    assert(typeOf(record) != TYPE_END, "the image has the record");
    record = nextRecord(record);
  }
  return record;
}
