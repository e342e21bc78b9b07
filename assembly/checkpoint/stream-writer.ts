/**
 * The primary's end of the checkpoint stream: makes a stream of what a checkpoint has collected, and remembers what it
 * sent (memory/page-cache.ts).
 *
 * Pages come as the records of layout/checkpoint.ts, copied and hashed while the guest stood still; comparing them may
 * take its time. Invariant: the cache holds of each page what the reader has after this stream.
 */
import { PAGE_DATA, PAGE_RECORD_DIGEST, PAGE_RECORD_HEADER_BYTES, PAGE_RECORD_KIND } from "../layout/checkpoint";
import {
  DEVICE_DELTA,
  DEVICE_WHOLE,
  END_COUNT,
  END_CRC,
  END_LENGTH,
  PAGE_DIGEST_BYTES,
  RAW_LENGTH,
  STREAM_BATCH,
  STREAM_DELTA,
  STREAM_DEVICE,
  STREAM_END,
  STREAM_RAW,
  STREAM_VCPU,
  STREAM_ZERO,
  VCPU_LENGTH,
  WRITER_DELTA_COUNT,
  WRITER_RAW_COUNT,
  WRITER_SAME_COUNT,
  WRITER_ZERO_COUNT,
} from "../layout/checkpoint-stream";
import { PAGE_BYTES } from "../layout/limits";
import { IMAGE_BYTES_MAX, IMAGE_OK } from "../layout/state-image";
import { cachedPage, createPageCache, forgetPage, keepPage, PageCache } from "../memory/page-cache";
import { RUNS_TOO_LONG, writeRuns } from "../memory/page-delta";
import { checkImage } from "../renic/image-check";
import { makeDelta } from "../renic/image-delta";
import { reserve } from "../sim/world";
import { addHeader, addRecord, firstRecord, payloadOf, sealRecord, writeHeader } from "./stream-record";

@unmanaged
export class StreamWriter {
  // Pages of the stream at hand; the control plane reads them here.
  rawCount: u32;
  zeroCount: u32;
  deltaCount: u32;
  sameCount: u32;
  pageCount: u32;
  cache: PageCache;
  /** Number of the stream after this one. */
  sequence: u32;
  /** The image that was sent last, its bytes (0 when it is none that a delta could be of), its epoch. */
  image: u32;
  imageBytes: u32;
  imageEpoch: u32;
  // The stream at hand: where the next record goes, how many there are, the CRC of all headers so far.
  next: u32;
  recordCount: u32;
  headersCrc: u32;
}

if (offsetof<StreamWriter>("rawCount") != WRITER_RAW_COUNT) ERROR("layout: StreamWriter.rawCount has drifted");
if (offsetof<StreamWriter>("zeroCount") != WRITER_ZERO_COUNT) ERROR("layout: StreamWriter.zeroCount has drifted");
if (offsetof<StreamWriter>("deltaCount") != WRITER_DELTA_COUNT) ERROR("layout: StreamWriter.deltaCount has drifted");
if (offsetof<StreamWriter>("sameCount") != WRITER_SAME_COUNT) ERROR("layout: StreamWriter.sameCount has drifted");

/** Reserves a writer for a memory of so many pages that remembers so many of them. */
export function createStreamWriter(pageCount: u32, slotCount: u32): StreamWriter {
  const w = changetype<StreamWriter>(reserve(offsetof<StreamWriter>()));
  w.pageCount = pageCount;
  w.cache = createPageCache(pageCount, slotCount);
  w.image = reserve(IMAGE_BYTES_MAX);
  return w;
}

/** Writes page records as a batch of the first copy to `to`; returns the stream's bytes. */
export function writeBatch(w: StreamWriter, records: u32, bytes: u32, to: u32): u32 {
  open(w, to, STREAM_BATCH, 0);
  writePages(w, records, bytes);
  return close(w, to);
}

/** Writes a checkpoint to `to`; returns the stream's bytes. */
export function writeCheckpoint(
  w: StreamWriter,
  epoch: u32,
  vcpuFlags: u32,
  image: u32,
  imageBytes: u32,
  records: u32,
  bytes: u32,
  to: u32,
): u32 {
  open(w, to, 0, epoch);
  store<u32>(payloadOf(w.next), vcpuFlags);
  store<u32>(payloadOf(w.next), 0, 4);
  seal(w, STREAM_VCPU, 0, VCPU_LENGTH);
  writeDevice(w, epoch, image, imageBytes);
  writePages(w, records, bytes);
  return close(w, to);
}

function open(w: StreamWriter, at: u32, flags: u32, epoch: u32): void {
  writeHeader(at, flags, w.sequence++, epoch, w.pageCount);
  w.headersCrc = addHeader(~0, at);
  w.next = firstRecord(at);
  w.recordCount = 0;
  w.rawCount = 0;
  w.zeroCount = 0;
  w.deltaCount = 0;
  w.sameCount = 0;
}

/** Ends the record whose payload has been written behind the last one. */
function seal(w: StreamWriter, type: u32, subject: u32, bytes: u32): void {
  const record = w.next;
  w.next = sealRecord(record, type, subject, bytes);
  w.headersCrc = addRecord(w.headersCrc, record);
  w.recordCount++;
}

function close(w: StreamWriter, at: u32): u32 {
  store<u32>(payloadOf(w.next), w.recordCount + 1, END_COUNT);
  store<u32>(payloadOf(w.next), ~w.headersCrc, END_CRC);
  return sealRecord(w.next, STREAM_END, 0, END_LENGTH) - at;
}

/** Writes the device's state: a delta where there is an image before, and it is shorter. */
function writeDevice(w: StreamWriter, epoch: u32, image: u32, bytes: u32): void {
  assert(bytes <= IMAGE_BYTES_MAX, "a device's state fits its record");
  const payload = payloadOf(w.next);
  const isImage = checkImage(image, bytes) == IMAGE_OK;
  const canDiffer = isImage && w.imageBytes != 0;
  const deltaBytes = canDiffer ? makeDelta(w.image, w.imageBytes, w.imageEpoch, image, payload) : bytes;
  if (deltaBytes < bytes) {
    seal(w, STREAM_DEVICE, DEVICE_DELTA, deltaBytes);
  } else {
    memory.copy(payload, image, bytes);
    seal(w, STREAM_DEVICE, DEVICE_WHOLE, bytes);
  }
  memory.copy(w.image, image, bytes);
  w.imageBytes = isImage ? bytes : 0;
  w.imageEpoch = epoch;
}

function writePages(w: StreamWriter, records: u32, bytes: u32): void {
  for (const end = records + bytes; records < end; ) {
    const page = load<u32>(records);
    const body = records + PAGE_RECORD_HEADER_BYTES;
    if (load<u32>(records, PAGE_RECORD_KIND) == PAGE_DATA) {
      writePage(w, page, load<u64>(records, PAGE_RECORD_DIGEST), body);
      records = body + PAGE_BYTES;
    } else {
      forgetPage(w.cache, page);
      seal(w, STREAM_ZERO, page, 0);
      w.zeroCount++;
      records = body;
    }
  }
}

/** Writes a page that is not zero, in the shortest way, and remembers it. */
function writePage(w: StreamWriter, page: u32, digest: u64, body: u32): void {
  const payload = payloadOf(w.next);
  const older = cachedPage(w.cache, page);
  const runs = older ? writeRuns(older, body, payload + PAGE_DIGEST_BYTES, PAGE_BYTES - 1) : RUNS_TOO_LONG;
  const kept = keepPage(w.cache, page);
  if (runs == 0) {
    w.sameCount++;
    return;
  }
  memory.copy(kept, body, PAGE_BYTES);
  store<u64>(payload, digest);
  if (runs != RUNS_TOO_LONG) {
    seal(w, STREAM_DELTA, page, PAGE_DIGEST_BYTES + runs);
    w.deltaCount++;
    return;
  }
  memory.copy(payload + PAGE_DIGEST_BYTES, body, PAGE_BYTES);
  seal(w, STREAM_RAW, page, RAW_LENGTH);
  w.rawCount++;
}
