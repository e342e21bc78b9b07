/**
 * Whether an image would be restored: framing, checksums, order, presence, and for every register that it has no bit
 * that it cannot have. Bytes come from another machine: no length is trusted.
 */
import { crc32c, crc32cContinued } from "./crc32c";
import {
  BAD_COUNT,
  BAD_FEATURES,
  BAD_HEADER_CRC,
  BAD_MAGIC,
  BAD_MAJOR,
  BAD_MODEL,
  BAD_ORDER,
  BAD_RECORD_CRC,
  BAD_VALUE,
  BAD_VERSION,
  CONTROL,
  END,
  FILTERS,
  HEADER_CRC,
  HEADER_FEATURES,
  HEADER_LENGTH,
  HEADER_MAJOR,
  HEADER_MODEL,
  HEADER_RECORDS,
  IDENTITY,
  IMAGE_HEADER_BYTES,
  IMAGE_MAJOR,
  IMAGE_MODEL,
  type ImageBytes,
  INTERRUPT,
  MAGIC_HIGH,
  MAGIC_LOW,
  MISSING_RECORD,
  MSIX,
  OK,
  OUTBOUND,
  POLICY,
  RECORD_BEYOND,
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_HEADER_BYTES,
  RECORD_LENGTH_MAX,
  RECORD_OPTIONAL,
  RECORD_VERSION,
  RX_QUEUE,
  SHORT,
  SHORT_PAYLOAD,
  TABLE_VERSION,
  THROTTLE,
  TX_QUEUE,
  UNKNOWN_RECORD,
} from "./image-format";
import {
  HASH_COUNT_MAX,
  QUEUE_COUNT,
  RECEIVE_ADDRESS_COUNT,
  VECTOR_COUNT,
  VLAN_FILTER_COUNT,
  VLAN_MASK,
} from "./image-state";

const ADDRESS_MAX = 2 ** 48 - 1;
const THROTTLE_PS_MAX = 8192e6;
const POSITION_MAX = 0xffff;
const FRAME_BYTES_MIN = 60;
const FRAME_BYTES_MAX = 1522;
const OUTBOUND_ENTRY_BYTES = 16;
/** Records that must be there: ten types, of the queues' two each. */
const MANDATORY_COUNT = 12;
/** Bytes that the payload of a type has at least, by type. */
const BYTES_MIN = [0, 16, 36, 48, 36, 72, 36, 56, 88, 8, 96, 16] as const;

// For each word of a record that is a register, the bits that it cannot have.
const INTERRUPT_IMPOSSIBLE = Int32Array.of(~7, ~7, ~7, ~7, ~0x1ffffc, ~0x1ffffc, ~0x1ffffc, ~0x83838383, ~0x83);
const RX_IMPOSSIBLE = Int32Array.of(127, 0, ~0xfff80, ~0x8ff03f7f, ~0xffff, ~0xffff, ~0xffff, ~0x021f1f1f, 0);
const TX_IMPOSSIBLE = Int32Array.of(127, 0, ~0xfff80, ~0xffff, ~0x2a00, ~0xffff, ~0x0a1f1f1f, 2, 0);

/** Returns why the first bytes of `image` are no image that can be restored, or OK. */
export function checkImage(image: ImageBytes, byteCount: number): number {
  if (byteCount < IMAGE_HEADER_BYTES) return SHORT;
  if (image.get32(0) !== MAGIC_LOW || image.get32(4) !== MAGIC_HIGH) return BAD_MAGIC;
  if (image.get16(HEADER_MAJOR) !== IMAGE_MAJOR) return BAD_MAJOR;
  if (image.get32(HEADER_MODEL) !== IMAGE_MODEL) return BAD_MODEL;
  if (image.get32(HEADER_FEATURES) !== 0) return BAD_FEATURES;
  if (image.get32(HEADER_CRC) !== crc32c(image.view, 0, HEADER_CRC)) return BAD_HEADER_CRC;
  if (image.get32(HEADER_LENGTH) !== byteCount) return SHORT;
  return checkRecords(image, byteCount);
}

function checkRecords(image: ImageBytes, end: number): number {
  let record = IMAGE_HEADER_BYTES;
  let before = -1;
  for (let count = 1; ; count++) {
    if (end - record < RECORD_HEADER_BYTES || image.payloadBytes(record) > RECORD_LENGTH_MAX) return RECORD_BEYOND;
    if (end < image.next(record)) return RECORD_BEYOND;
    if (image.get32(record + RECORD_CRC) !== recordCrc(image, record)) return BAD_RECORD_CRC;
    const order = image.typeOf(record) * 65_536 + image.instanceOf(record);
    if (order <= before) return BAD_ORDER;
    before = order;
    if (image.typeOf(record) === END) {
      const isEnd = end - record === RECORD_HEADER_BYTES && count === image.get32(HEADER_RECORDS);
      return isEnd ? checkPresence(image) : BAD_COUNT;
    }
    const problem = checkRecord(image, record);
    if (problem !== OK) return problem;
    record = image.next(record);
  }
}

function recordCrc(image: ImageBytes, record: number): number {
  const header = crc32cContinued(-1, image.view, record, RECORD_CRC);
  return ~crc32cContinued(header, image.view, record + RECORD_HEADER_BYTES, image.payloadBytes(record)) >>> 0;
}

function checkPresence(image: ImageBytes): number {
  let missing = MANDATORY_COUNT;
  for (let record = IMAGE_HEADER_BYTES; image.typeOf(record) !== END; record = image.next(record)) {
    if (image.isKnown(record) && image.typeOf(record) <= POLICY) missing--;
  }
  return missing > 0 ? MISSING_RECORD : OK;
}

function checkRecord(image: ImageBytes, record: number): number {
  const type = image.typeOf(record);
  if (!image.isKnown(record)) return image.get16(record + RECORD_FLAGS) & RECORD_OPTIONAL ? OK : UNKNOWN_RECORD;
  if (image.get16(record + RECORD_VERSION) !== 1) return BAD_VERSION;
  if (image.payloadBytes(record) < (BYTES_MIN[type] ?? 0)) return SHORT_PAYLOAD;
  const payload = record + RECORD_HEADER_BYTES;
  if (type === IDENTITY && image.get32(payload + 8) !== TABLE_VERSION) return BAD_VERSION;
  return isPossible(image, type, payload, image.payloadBytes(record)) ? OK : BAD_VALUE;
}

function isPossible(image: ImageBytes, type: number, from: number, byteCount: number): boolean {
  switch (type) {
    case IDENTITY:
      return image.get64(from) <= ADDRESS_MAX;
    case INTERRUPT:
      return arePossible(image, from, INTERRUPT_IMPOSSIBLE);
    case THROTTLE:
      return arePossibleThrottles(image, from);
    case RX_QUEUE:
      return arePossible(image, from, RX_IMPOSSIBLE);
    case TX_QUEUE:
      return arePossible(image, from, TX_IMPOSSIBLE) && image.get32(from + 36) <= POSITION_MAX;
    case MSIX:
      return isPossibleMsix(image, from);
    case CONTROL:
      return isPossibleControl(image, from);
    case FILTERS:
      return arePossibleFilters(image, from, byteCount);
    case POLICY:
      return isPossiblePolicy(image, from);
    case OUTBOUND:
      return isPossibleOutbound(image, from, byteCount);
    default:
      return true;
  }
}

function arePossible(image: ImageBytes, from: number, impossible: Int32Array): boolean {
  let wrong = 0;
  for (let i = 0; i < impossible.length; i++) wrong |= image.get32(from + 4 * i) & (impossible[i] ?? 0);
  return wrong === 0;
}

function arePossibleThrottles(image: ImageBytes, from: number): boolean {
  for (let at = from; at < from + 16 * VECTOR_COUNT; at += 16) {
    if (image.get64(at) > THROTTLE_PS_MAX || image.get32(at + 8) > 1) return false;
  }
  return true;
}

function isPossibleMsix(image: ImageBytes, from: number): boolean {
  for (let vector = 0; vector < VECTOR_COUNT; vector++) {
    if (image.get32(from + 16 * vector + 12) & ~1) return false;
  }
  return image.get32(from + 48) < 1 << VECTOR_COUNT && !(image.get32(from + 52) & ~0xc000);
}

function isPossibleControl(image: ImageBytes, from: number): boolean {
  if (image.get32(from) & ~0xfc || image.get32(from + 68) & ~0x3fff) return false;
  return image.get32(from + 72) <= 7 && image.get32(from + 76) < QUEUE_COUNT;
}

function arePossibleFilters(image: ImageBytes, from: number, byteCount: number): boolean {
  const addressCount = image.get32(from);
  const vlanCount = image.get32(from + 4);
  if (addressCount > RECEIVE_ADDRESS_COUNT || vlanCount > VLAN_FILTER_COUNT) return false;
  if (byteCount !== 8 + 8 * addressCount + 4 * vlanCount) return false;
  let at = from + 8;
  for (let i = 0; i < addressCount; i++, at += 8) {
    if (image.get64(at) > ADDRESS_MAX || (i > 0 && image.get64(at) <= image.get64(at - 8))) return false;
  }
  for (let i = 0; i < vlanCount; i++, at += 4) {
    if (image.get32(at) > VLAN_MASK || (i > 0 && image.get32(at) <= image.get32(at - 4))) return false;
  }
  return true;
}

function isPossiblePolicy(image: ImageBytes, from: number): boolean {
  if (image.get32(from + 4) & ~0xc000ffff || image.get32(from + 8) > 31) return false;
  if (image.get64(from + 16) > ADDRESS_MAX || image.get32(from + 24) & ~15) return false;
  return image.get32(from + 28) <= HASH_COUNT_MAX;
}

function isPossibleOutbound(image: ImageBytes, from: number, byteCount: number): boolean {
  const end = from + byteCount;
  if (image.get32(from + 12) & ~3) return false;
  let at = from + 16;
  for (let left = image.get32(from); left > 0; left--) {
    if (end - at < OUTBOUND_ENTRY_BYTES) return false;
    const frame = image.get32(at + 4);
    if (frame < FRAME_BYTES_MIN || frame > FRAME_BYTES_MAX) return false;
    if (image.get32(at + 8) > POSITION_MAX || image.get32(at + 12) >= QUEUE_COUNT) return false;
    at += OUTBOUND_ENTRY_BYTES + Math.ceil(frame / 8) * 8;
    if (end < at) return false;
  }
  return at === end;
}
