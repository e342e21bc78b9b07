/**
 * The difference between two state images: the records of the newer one that the older one has not got to the letter.
 *
 * A checkpoint of a running machine changes heads, statistics and a throttle; filters, contexts and the MSI-X table stay
 * for hours. A delta names the image it changes by epoch and checksum, and each record it keeps by a bit, so it can only
 * be joined with that image. Joined, they are the newer image byte for byte.
 */
import {
  BASE_BYTES,
  BASE_CRC,
  BASE_EPOCH,
  BASE_KEPT,
  BASE_RECORD_COUNT_MAX,
  FEATURE_DELTA,
  IMAGE_BAD_BASE,
  IMAGE_BAD_COUNT,
  IMAGE_OK,
  TYPE_BASE,
  TYPE_END,
} from "../layout/state-image";
import { crc32c } from "../sim/digest";
import { checkFrame, checkImage, isBase } from "./image-check";
import {
  findRecord,
  firstRecord,
  instanceOf,
  nextRecord,
  payloadOf,
  recordBytes,
  sealRecord,
  typeOf,
} from "./image-record";
import { sealed } from "./state-image";

/**
 * Writes the delta from a committed image to a newer one to `to`, which has room for the newer one and a BASE record;
 * returns its bytes.
 */
export function makeDelta(base: u32, baseBytes: u32, epoch: u32, image: u32, to: u32): u32 {
  let at = firstRecord(to);
  let kept: u64 = 0;
  let bit: u64 = 1;
  for (let record = firstRecord(base); typeOf(record) != TYPE_END; record = nextRecord(record), bit <<= 1) {
    const newer = recordLike(image, record);
    if (newer && memory.compare(newer, record, recordBytes(record)) == 0) kept |= bit;
  }
  for (let record = firstRecord(image); typeOf(record) != TYPE_END; record = nextRecord(record)) {
    if (isKept(base, kept, record)) continue;
    memory.copy(at, record, recordBytes(record));
    at += recordBytes(record);
  }
  const payload = payloadOf(at);
  store<u32>(payload, epoch, BASE_EPOCH);
  store<u32>(payload, crc32c(base, baseBytes), BASE_CRC);
  store<u64>(payload, kept, BASE_KEPT);
  return sealed(to, sealRecord(at, TYPE_BASE, 0, BASE_BYTES), FEATURE_DELTA);
}

/** Returns the record of an image that has the type and instance of another's; 0 when it has none. */
function recordLike(image: u32, like: u32): u32 {
  let record = firstRecord(image);
  for (; typeOf(record) != TYPE_END; record = nextRecord(record)) {
    if (typeOf(record) == typeOf(like) && instanceOf(record) == instanceOf(like)) return record;
  }
  return 0;
}

function isKept(base: u32, kept: u64, like: u32): bool {
  let bit: u64 = 1;
  for (let record = firstRecord(base); typeOf(record) != TYPE_END; record = nextRecord(record), bit <<= 1) {
    if (typeOf(record) == typeOf(like) && instanceOf(record) == instanceOf(like)) return (kept & bit) != 0;
  }
  return false;
}

/** Returns why a delta cannot be joined with an image of an epoch, IMAGE_OK if it can. */
export function checkDelta(base: u32, baseBytes: u32, epoch: u32, delta: u32, deltaBytes: u32): u32 {
  const problem = checkImage(base, baseBytes);
  if (problem) return problem;
  const broken = checkFrame(delta, deltaBytes, FEATURE_DELTA);
  if (broken) return broken;
  const record = baseOf(delta);
  if (!record) return IMAGE_BAD_BASE;
  const payload = payloadOf(record);
  if (load<u32>(payload, BASE_EPOCH) != epoch) return IMAGE_BAD_BASE;
  if (load<u32>(payload, BASE_CRC) != crc32c(base, baseBytes)) return IMAGE_BAD_BASE;
  return checkKept(base, load<u64>(payload, BASE_KEPT), delta);
}

function baseOf(delta: u32): u32 {
  for (let record = firstRecord(delta); typeOf(record) != TYPE_END; record = nextRecord(record)) {
    if (isBase(record)) return record;
  }
  return 0;
}

/** Every kept record exists, and none of them comes again. */
function checkKept(base: u32, kept: u64, delta: u32): u32 {
  let count: u32 = 0;
  for (let record = firstRecord(base); typeOf(record) != TYPE_END; record = nextRecord(record), count++) {
    if (count >= BASE_RECORD_COUNT_MAX) return IMAGE_BAD_COUNT;
    if ((kept >> count) & 1 && recordLike(delta, record)) return IMAGE_BAD_BASE;
  }
  return count < BASE_RECORD_COUNT_MAX && kept >> count ? IMAGE_BAD_BASE : IMAGE_OK;
}

/**
 * Joins a delta with the image that it changes, to `to`, which has room for both; returns the joined image's bytes. The
 * delta has been checked; whether the joined image can be restored is looked at when it is.
 */
export function joinDelta(base: u32, delta: u32, to: u32): u32 {
  const kept = load<u64>(payloadOf(findRecord(delta, TYPE_BASE, 0)), BASE_KEPT);
  let at = firstRecord(to);
  let older = firstRecord(base);
  let newer = firstRecord(delta);
  let bit: u64 = 1;
  while (true) {
    while (typeOf(older) != TYPE_END && !(kept & bit)) {
      older = nextRecord(older);
      bit <<= 1;
    }
    if (isBase(newer)) newer = nextRecord(newer);
    if (typeOf(older) == TYPE_END && typeOf(newer) == TYPE_END) break;
    const isOlder = orderOf(older) < orderOf(newer);
    const from = isOlder ? older : newer;
    memory.copy(at, from, recordBytes(from));
    at += recordBytes(from);
    if (isOlder) {
      older = nextRecord(older);
      bit <<= 1;
    } else {
      newer = nextRecord(newer);
    }
  }
  return sealed(to, at, 0);
}

/** The order in which records stand. */
function orderOf(record: u32): u32 {
  return (typeOf(record) << 16) | instanceOf(record);
}
