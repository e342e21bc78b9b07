/**
 * Looks at every byte of a stream that has arrived, and says what is wrong and where; docs/checkpoint-stream.md lists what
 * is refused. Nothing that the backup holds is changed. What must be made to be looked at, pages from runs and a device's
 * state from a delta, is made beside it.
 */
import {
  DELTA_LENGTH_MIN,
  DEVICE_DELTA,
  DEVICE_WHOLE,
  END_COUNT,
  END_CRC,
  END_LENGTH,
  PAGE_DIGEST_BYTES,
  RAW_LENGTH,
  STREAM_BAD_COUNT,
  STREAM_BAD_DEVICE,
  STREAM_BAD_DIGEST,
  STREAM_BAD_END_CRC,
  STREAM_BAD_FLAGS,
  STREAM_BAD_HEADER_CRC,
  STREAM_BAD_LENGTH,
  STREAM_BAD_MAGIC,
  STREAM_BAD_MAJOR,
  STREAM_BAD_MEMORY,
  STREAM_BAD_ORDER,
  STREAM_BAD_PAGE,
  STREAM_BAD_RECORD_CRC,
  STREAM_BAD_RUNS,
  STREAM_BAD_SEQUENCE,
  STREAM_BATCH,
  STREAM_BEYOND,
  STREAM_DELTA,
  STREAM_DEVICE,
  STREAM_END,
  STREAM_HEADER_BYTES,
  STREAM_HEADER_CRC,
  STREAM_HEADER_EPOCH,
  STREAM_HEADER_FLAGS,
  STREAM_HEADER_MAJOR,
  STREAM_HEADER_PAGES,
  STREAM_HEADER_SEQUENCE,
  STREAM_LENGTH_MAX,
  STREAM_MAGIC_HIGH,
  STREAM_MAGIC_LOW,
  STREAM_MAJOR,
  STREAM_MISSING_RECORD,
  STREAM_OK,
  STREAM_RAW,
  STREAM_RECORD_BYTES,
  STREAM_RECORD_CRC,
  STREAM_RECORD_FLAGS,
  STREAM_RECORD_OPTIONAL,
  STREAM_SHORT,
  STREAM_UNKNOWN_RECORD,
  STREAM_VCPU,
  STREAM_ZERO,
  VCPU_LENGTH,
} from "../layout/checkpoint-stream";
import { PAGE_BYTES } from "../layout/limits";
import { ZERO_PAGE } from "../layout/memory-map";
import { IMAGE_BYTES_MAX, IMAGE_OK } from "../layout/state-image";
import { frameOf, GuestMemory } from "../memory/guest-memory";
import { applyRuns, areRuns } from "../memory/page-delta";
import { checkDelta, joinDelta } from "../renic/image-delta";
import { digestBytes } from "../sim/digest";
import { world } from "../sim/world";
import { StreamReader } from "./stream-reader-record";
import {
  addHeader,
  addRecord,
  firstRecord,
  headerCrc,
  nextRecord,
  paddedBytes,
  payloadBytes,
  payloadOf,
  recordCrc,
  subjectOf,
  typeOf,
} from "./stream-record";

/** Returns STREAM_OK, or why a stream cannot be applied; then the reader's `offset` says where. */
export function checkStream(r: StreamReader, m: GuestMemory, at: u32, bytes: u32): u32 {
  r.offset = 0;
  const problem = checkHeader(r, m, at, bytes);
  if (problem) return problem;
  r.flags = load<u32>(at, STREAM_HEADER_FLAGS);
  r.place = 0;
  r.pageLeast = 0;
  const end = at + bytes;
  let headersCrc = addHeader(~0, at);
  let count: u32 = 1;
  let record = firstRecord(at);
  for (; ; record = nextRecord(record), count++) {
    r.offset = record - at;
    const broken = checkFrame(record, end);
    if (broken) return broken;
    if (typeOf(record) == STREAM_END) break;
    const refused = checkRecord(r, m, record);
    if (refused) return refused;
    headersCrc = addRecord(headersCrc, record);
  }
  const unfinished = checkEnd(r, record, count, ~headersCrc);
  if (unfinished) return unfinished;
  r.offset = nextRecord(record) - at;
  return r.offset == bytes ? STREAM_OK : STREAM_BEYOND;
}

function checkHeader(r: StreamReader, m: GuestMemory, at: u32, bytes: u32): u32 {
  if (bytes < STREAM_HEADER_BYTES) return STREAM_SHORT;
  if (load<u32>(at) != STREAM_MAGIC_LOW || load<u32>(at, 4) != STREAM_MAGIC_HIGH) return STREAM_BAD_MAGIC;
  if (load<u16>(at, STREAM_HEADER_MAJOR) != <u16>STREAM_MAJOR) return STREAM_BAD_MAJOR;
  if (load<u32>(at, STREAM_HEADER_CRC) != headerCrc(at)) return STREAM_BAD_HEADER_CRC;
  const flags = load<u32>(at, STREAM_HEADER_FLAGS);
  if (flags & ~STREAM_BATCH) return STREAM_BAD_FLAGS;
  if (load<u32>(at, STREAM_HEADER_SEQUENCE) != r.sequence) return STREAM_BAD_SEQUENCE;
  const isOld = r.hasCheckpoint && load<u32>(at, STREAM_HEADER_EPOCH) <= r.imageEpoch;
  if (!(flags & STREAM_BATCH) && isOld) return STREAM_BAD_SEQUENCE;
  return load<u32>(at, STREAM_HEADER_PAGES) == m.pageCount ? STREAM_OK : STREAM_BAD_MEMORY;
}

/** The record is there to its end, and as it was written. */
function checkFrame(record: u32, end: u32): u32 {
  if (end - record < STREAM_RECORD_BYTES) return STREAM_SHORT;
  if (payloadBytes(record) > STREAM_LENGTH_MAX) return STREAM_BAD_LENGTH;
  if (end - payloadOf(record) < paddedBytes(record)) return STREAM_SHORT;
  return load<u32>(record, STREAM_RECORD_CRC) == recordCrc(record) ? STREAM_OK : STREAM_BAD_RECORD_CRC;
}

function checkRecord(r: StreamReader, m: GuestMemory, record: u32): u32 {
  const type = typeOf(record);
  if (type == STREAM_VCPU || type == STREAM_DEVICE) return checkState(r, record, type);
  if (type == STREAM_RAW || type == STREAM_ZERO || type == STREAM_DELTA) return checkPage(r, m, record, type);
  return load<u16>(record, STREAM_RECORD_FLAGS) & <u16>STREAM_RECORD_OPTIONAL ? STREAM_OK : STREAM_UNKNOWN_RECORD;
}

/** VCPU is first, DEVICE second; what is left out is found at END or by the one that follows. */
function checkState(r: StreamReader, record: u32, type: u32): u32 {
  if (r.flags & STREAM_BATCH || type <= r.place) return STREAM_BAD_ORDER;
  if (type != r.place + 1) return STREAM_MISSING_RECORD;
  r.place = type;
  if (type == STREAM_DEVICE) return checkDevice(r, record);
  return payloadBytes(record) == VCPU_LENGTH ? STREAM_OK : STREAM_BAD_LENGTH;
}

/** Puts the device's state together beside the last one. */
function checkDevice(r: StreamReader, record: u32): u32 {
  const bytes = payloadBytes(record);
  const payload = payloadOf(record);
  if (bytes > IMAGE_BYTES_MAX) return STREAM_BAD_LENGTH;
  if (subjectOf(record) == DEVICE_WHOLE) {
    memory.copy(r.arrived, payload, bytes);
    r.arrivedBytes = bytes;
    return STREAM_OK;
  }
  if (subjectOf(record) != DEVICE_DELTA || !r.hasCheckpoint) return STREAM_BAD_DEVICE;
  if (checkDelta(r.image, r.imageBytes, r.imageEpoch, payload, bytes) != IMAGE_OK) return STREAM_BAD_DEVICE;
  r.arrivedBytes = joinDelta(r.image, payload, r.arrived);
  return r.arrivedBytes <= IMAGE_BYTES_MAX ? STREAM_OK : STREAM_BAD_DEVICE;
}

function checkPage(r: StreamReader, m: GuestMemory, record: u32, type: u32): u32 {
  const page = subjectOf(record);
  const bytes = payloadBytes(record);
  if (!(r.flags & STREAM_BATCH) && r.place != STREAM_DEVICE) return STREAM_MISSING_RECORD;
  if (page < r.pageLeast) return STREAM_BAD_ORDER;
  if (page >= m.pageCount) return STREAM_BAD_PAGE;
  r.pageLeast = page + 1;
  if (type == STREAM_ZERO) return bytes ? STREAM_BAD_LENGTH : STREAM_OK;
  const body = payloadOf(record) + PAGE_DIGEST_BYTES;
  if (type == STREAM_DELTA) return checkRuns(m, page, record, body, bytes);
  if (bytes != RAW_LENGTH) return STREAM_BAD_LENGTH;
  return hasDigest(record, page, body) ? STREAM_OK : STREAM_BAD_DIGEST;
}

/** Makes the new version beside the old one, to see whether it is what the primary has. */
function checkRuns(m: GuestMemory, page: u32, record: u32, body: u32, bytes: u32): u32 {
  if (bytes < DELTA_LENGTH_MIN || bytes >= RAW_LENGTH) return STREAM_BAD_LENGTH;
  if (!areRuns(body, bytes - PAGE_DIGEST_BYTES)) return STREAM_BAD_RUNS;
  const frame = frameOf(m, page);
  const made = world().scratch;
  memory.copy(made, frame ? frame : ZERO_PAGE, PAGE_BYTES);
  applyRuns(body, bytes - PAGE_DIGEST_BYTES, made);
  return hasDigest(record, page, made) ? STREAM_OK : STREAM_BAD_DIGEST;
}

function hasDigest(record: u32, page: u32, at: u32): bool {
  return digestBytes(page, at, PAGE_BYTES) == load<u64>(payloadOf(record));
}

function checkEnd(r: StreamReader, record: u32, count: u32, headersCrc: u32): u32 {
  if (payloadBytes(record) != END_LENGTH) return STREAM_BAD_LENGTH;
  if (!(r.flags & STREAM_BATCH) && r.place != STREAM_DEVICE) return STREAM_MISSING_RECORD;
  if (load<u32>(payloadOf(record), END_COUNT) != count) return STREAM_BAD_COUNT;
  return load<u32>(payloadOf(record), END_CRC) == headersCrc ? STREAM_OK : STREAM_BAD_END_CRC;
}
