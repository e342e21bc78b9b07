/**
 * The backup's end of the checkpoint stream: takes a stream that has arrived, all of it or nothing.
 *
 * Invariant: memory, image and sequence change only after the whole stream has been found right (stream-check.ts).
 */
import {
  PAGE_DIGEST_BYTES,
  STREAM_BATCH,
  STREAM_DELTA,
  STREAM_END,
  STREAM_HEADER_EPOCH,
  STREAM_HEADER_FLAGS,
  STREAM_OK,
  STREAM_RAW,
  STREAM_VCPU,
  STREAM_ZERO,
} from "../layout/checkpoint-stream";
import { PAGE_BYTES } from "../layout/limits";
import { IMAGE_BYTES_MAX } from "../layout/state-image";
import { frameOf, GuestMemory, presentFrameOf } from "../memory/guest-memory";
import { applyRuns } from "../memory/page-delta";
import { reserve } from "../sim/world";
import { checkStream } from "./stream-check";
import { StreamReader } from "./stream-reader-record";
import { firstRecord, nextRecord, payloadBytes, payloadOf, subjectOf, typeOf } from "./stream-record";

/** Reserves a reader that keeps the device's state at `image`, which has IMAGE_BYTES_MAX of room. */
export function createStreamReader(image: u32): StreamReader {
  const r = changetype<StreamReader>(reserve(offsetof<StreamReader>()));
  r.image = image;
  // A delta is joined before it is known whether the result is as long as an image may be.
  r.arrived = reserve(2 * IMAGE_BYTES_MAX);
  return r;
}

/** Takes a stream for a memory: applies it and returns STREAM_OK, or changes nothing and returns why not. */
export function readStream(r: StreamReader, m: GuestMemory, at: u32, bytes: u32): u32 {
  const problem = checkStream(r, m, at, bytes);
  if (problem) return problem;
  for (let record = firstRecord(at); typeOf(record) != STREAM_END; record = nextRecord(record)) apply(r, m, record);
  r.sequence++;
  if (load<u32>(at, STREAM_HEADER_FLAGS) & STREAM_BATCH) return STREAM_OK;
  memory.copy(r.image, r.arrived, r.arrivedBytes);
  r.imageBytes = r.arrivedBytes;
  r.imageEpoch = load<u32>(at, STREAM_HEADER_EPOCH);
  r.hasCheckpoint = 1;
  return STREAM_OK;
}

/** The device's state was put together by the check; a record of an unknown type is optional. */
function apply(r: StreamReader, m: GuestMemory, record: u32): void {
  const type = typeOf(record);
  const payload = payloadOf(record);
  const page = subjectOf(record);
  if (type == STREAM_RAW) {
    memory.copy(presentFrameOf(m, page), payload + PAGE_DIGEST_BYTES, PAGE_BYTES);
  } else if (type == STREAM_DELTA) {
    applyRuns(payload + PAGE_DIGEST_BYTES, payloadBytes(record) - PAGE_DIGEST_BYTES, presentFrameOf(m, page));
  } else if (type == STREAM_ZERO) {
    // A page that is absent reads as zero already.
    if (frameOf(m, page)) memory.fill(frameOf(m, page), 0, PAGE_BYTES);
  } else if (type == STREAM_VCPU) {
    r.vcpuFlags = load<u32>(payload);
  }
}
