/**
 * The state image of a virtual function: save, check, restore. docs/vf-state-image.md is the specification.
 *
 * The register table says which record carries which register; only what no register shows (throttles, a stopped
 * queue) is written by hand. Invariant: `restore` applies nothing before `check` has accepted everything.
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
  IDENTITY_BYTES,
  IMAGE_BAD_COUNT,
  IMAGE_BAD_FEATURES,
  IMAGE_BAD_HEADER_CRC,
  IMAGE_BAD_MAGIC,
  IMAGE_BAD_MAJOR,
  IMAGE_BAD_MODEL,
  IMAGE_BAD_ORDER,
  IMAGE_BAD_RECORD_CRC,
  IMAGE_BAD_VALUE,
  IMAGE_BAD_VERSION,
  IMAGE_BYTES_MAX,
  IMAGE_HEADER_BYTES,
  IMAGE_MAGIC_HIGH,
  IMAGE_MAGIC_LOW,
  IMAGE_MAJOR,
  IMAGE_MINOR,
  IMAGE_MISSING_RECORD,
  IMAGE_MODEL,
  IMAGE_OK,
  IMAGE_RECORD_BEYOND,
  IMAGE_SHORT,
  IMAGE_SHORT_PAYLOAD,
  IMAGE_UNKNOWN_RECORD,
  INTERRUPT_BYTES,
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_HEADER_BYTES,
  RECORD_INSTANCE,
  RECORD_LENGTH,
  RECORD_LENGTH_MAX,
  RECORD_OPTIONAL,
  RECORD_TYPE,
  RECORD_VERSION,
  RX_QUEUE_BYTES,
  STATISTICS_BYTES,
  TABLE_VERSION,
  THROTTLE_BYTES,
  TX_QUEUE_BYTES,
  TYPE_END,
  TYPE_IDENTITY,
  TYPE_INTERRUPT,
  TYPE_RX_QUEUE,
  TYPE_STATISTICS,
  TYPE_THROTTLE,
  TYPE_TX_QUEUE,
} from "../layout/state-image";
import {
  COLUMN_EFFECT,
  COLUMN_OFFSET,
  COLUMN_PLACE,
  COLUMN_RECORD,
  COLUMN_WRITABLE,
  FILLS,
  NOTHING,
  ROW_COUNT,
  SWITCHES_RX,
  SWITCHES_TX,
  TRANSMITS,
  UNMASKS,
} from "../layout/vf-registers";
import { QUEUE_LENGTH, VECTOR_COUNT, VF_RX, VF_TX } from "../layout/virtual-function";
import { drain, refreshWake } from "../nic/port";
import { cell, writeRegister } from "../nic/registers";
import { moderation, Vf, vf } from "../nic/virtual-function";
import { crc32c } from "../sim/digest";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";

/** Writes the image of a quiesced virtual function to `at`, which has IMAGE_BYTES_MAX of room; returns its bytes. */
export function saveImage(index: u32, at: u32): u32 {
  const v = vf(index);
  assert(v.isQuiesced != 0, "a virtual function is quiesced before its state is read");
  drain(v.port);
  memory.fill(at, 0, IMAGE_BYTES_MAX);
  let next = at + IMAGE_HEADER_BYTES;
  for (let type: u32 = TYPE_IDENTITY; type <= TYPE_STATISTICS; type++) next = writeRecord(v, type, next);
  next = sealRecord(next, TYPE_END, 0);
  const bytes = next - at;
  store<u32>(at, IMAGE_MAGIC_LOW, HEADER_MAGIC);
  store<u32>(at, IMAGE_MAGIC_HIGH, HEADER_MAGIC + 4);
  store<u16>(at, <u16>IMAGE_MAJOR, HEADER_MAJOR);
  store<u16>(at, <u16>IMAGE_MINOR, HEADER_MINOR);
  store<u32>(at, IMAGE_MODEL, HEADER_MODEL);
  store<u32>(at, 0, HEADER_FEATURES);
  store<u32>(at, TYPE_STATISTICS + 1, HEADER_RECORDS);
  store<u32>(at, bytes, HEADER_LENGTH);
  store<u32>(at, crc32c(at, HEADER_CRC), HEADER_CRC);
  return bytes;
}

function writeRecord(v: Vf, type: u32, at: u32): u32 {
  let to = at + RECORD_HEADER_BYTES;
  if (type == TYPE_IDENTITY) {
    store<u64>(to, v.mac);
    store<u32>(to, TABLE_VERSION, 8);
    to += IDENTITY_BYTES;
  } else if (type == TYPE_THROTTLE) {
    const now = world().now;
    for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++, to += 8) {
      const nextAt = moderation(v, vector).nextAt;
      store<u64>(to, nextAt > now ? nextAt - now : 0);
    }
  } else {
    for (let row: u32 = 0; row < ROW_COUNT; row++) {
      if (cell(row, COLUMN_RECORD) != type) continue;
      store<u32>(to, load<u32>(changetype<u32>(v) + cell(row, COLUMN_PLACE)));
      to += 4;
    }
    if (type == TYPE_TX_QUEUE) {
      store<u32>(to, v.isTxFaulted);
      to += 4;
    }
  }
  const bytes = to - at - RECORD_HEADER_BYTES;
  assert(bytes == payloadBytes(type), "a record is as long as the specification says");
  return sealRecord(at, type, bytes);
}

function sealRecord(at: u32, type: u32, bytes: u32): u32 {
  store<u16>(at, <u16>type, RECORD_TYPE);
  store<u32>(at, bytes, RECORD_LENGTH);
  store<u16>(at, 1, RECORD_VERSION);
  store<u32>(at, recordCrc(at, bytes), RECORD_CRC);
  return at + RECORD_HEADER_BYTES + ((bytes + 7) & ~7);
}

/** CRC over the header without its CRC, then the payload: the CRC field is moved out of the way for the moment. */
function recordCrc(at: u32, bytes: u32): u32 {
  const high = load<u32>(at, 8);
  const crc = load<u32>(at, RECORD_CRC);
  const low = load<u64>(at);
  // The twelve header bytes are shifted up by four, so that they and the payload are one run.
  store<u64>(at, low, 4);
  store<u32>(at, high, 12);
  const result = crc32c(at + 4, 12 + bytes);
  store<u64>(at, low);
  store<u32>(at, high, 8);
  store<u32>(at, crc, RECORD_CRC);
  return result;
}

function payloadBytes(type: u32): u32 {
  switch (type) {
    case TYPE_IDENTITY:
      return IDENTITY_BYTES;
    case TYPE_INTERRUPT:
      return INTERRUPT_BYTES;
    case TYPE_THROTTLE:
      return THROTTLE_BYTES;
    case TYPE_RX_QUEUE:
      return RX_QUEUE_BYTES;
    case TYPE_TX_QUEUE:
      return TX_QUEUE_BYTES;
    case TYPE_STATISTICS:
      return STATISTICS_BYTES;
    default:
      return 0;
  }
}

/** Returns why `restoreImage` would refuse these bytes, IMAGE_OK if it would not. */
export function checkImage(at: u32, bytes: u32): u32 {
  if (bytes < IMAGE_HEADER_BYTES) return IMAGE_SHORT;
  if (load<u32>(at) != IMAGE_MAGIC_LOW || load<u32>(at, 4) != IMAGE_MAGIC_HIGH) return IMAGE_BAD_MAGIC;
  if (load<u16>(at, HEADER_MAJOR) != <u16>IMAGE_MAJOR) return IMAGE_BAD_MAJOR;
  if (load<u32>(at, HEADER_MODEL) != IMAGE_MODEL) return IMAGE_BAD_MODEL;
  if (load<u32>(at, HEADER_FEATURES)) return IMAGE_BAD_FEATURES;
  if (load<u32>(at, HEADER_CRC) != crc32c(at, HEADER_CRC)) return IMAGE_BAD_HEADER_CRC;
  if (load<u32>(at, HEADER_LENGTH) != bytes) return IMAGE_SHORT;
  return checkRecords(at, bytes);
}

function checkRecords(at: u32, bytes: u32): u32 {
  const end = at + bytes;
  let record = at + IMAGE_HEADER_BYTES;
  let seen: u32 = 0;
  let before: i64 = -1;
  let count: u32 = 0;
  while (true) {
    if (end - record < RECORD_HEADER_BYTES) return IMAGE_RECORD_BEYOND;
    const length = load<u32>(record, RECORD_LENGTH);
    const stride = RECORD_HEADER_BYTES + ((length + 7) & ~7);
    if (length > RECORD_LENGTH_MAX || end - record < stride) return IMAGE_RECORD_BEYOND;
    if (load<u32>(record, RECORD_CRC) != recordCrc(record, length)) return IMAGE_BAD_RECORD_CRC;
    const type = <u32>load<u16>(record, RECORD_TYPE);
    const order = ((<i64>type) << 16) | load<u16>(record, RECORD_INSTANCE);
    if (order <= before) return IMAGE_BAD_ORDER;
    before = order;
    count++;
    if (type == TYPE_END) break;
    const problem = checkRecord(record, type, length);
    if (problem) return problem;
    if (isKnown(record)) seen |= 1 << type;
    record += stride;
  }
  if (end - record != RECORD_HEADER_BYTES || count != load<u32>(at, HEADER_RECORDS)) return IMAGE_BAD_COUNT;
  const all = (1 << (TYPE_STATISTICS + 1)) - (1 << TYPE_IDENTITY);
  return seen == all ? IMAGE_OK : IMAGE_MISSING_RECORD;
}

function checkRecord(record: u32, type: u32, length: u32): u32 {
  if (!isKnown(record)) return load<u16>(record, RECORD_FLAGS) & <u16>RECORD_OPTIONAL ? IMAGE_OK : IMAGE_UNKNOWN_RECORD;
  if (load<u16>(record, RECORD_VERSION) != 1) return IMAGE_BAD_VERSION;
  if (length < payloadBytes(type)) return IMAGE_SHORT_PAYLOAD;
  if (type == TYPE_IDENTITY) {
    return load<u32>(record, RECORD_HEADER_BYTES + 8) == TABLE_VERSION ? IMAGE_OK : IMAGE_BAD_VERSION;
  }
  if (!hasPossibleWords(record, type)) return IMAGE_BAD_VALUE;
  if (type != TYPE_RX_QUEUE && type != TYPE_TX_QUEUE) return IMAGE_OK;
  const place = type == TYPE_RX_QUEUE ? VF_RX : VF_TX;
  return wordFor(record, type, place + QUEUE_LENGTH) & 127 ? IMAGE_BAD_VALUE : IMAGE_OK;
}

/** Tells whether a record is one of this version's; another instance of a known type is an unknown record. */
function isKnown(record: u32): bool {
  const type = <u32>load<u16>(record, RECORD_TYPE);
  return type >= TYPE_IDENTITY && type <= TYPE_STATISTICS && load<u16>(record, RECORD_INSTANCE) == 0;
}

/** Tells whether no register would get a bit that it cannot have. */
function hasPossibleWords(record: u32, type: u32): bool {
  let from = record + RECORD_HEADER_BYTES;
  for (let row: u32 = 0; row < ROW_COUNT; row++) {
    if (cell(row, COLUMN_RECORD) != type) continue;
    if (cell(row, COLUMN_WRITABLE) && load<u32>(from) & ~cell(row, COLUMN_WRITABLE)) return false;
    from += 4;
  }
  return true;
}

/** Returns the word of a record that belongs to the register stored at a place. */
function wordFor(record: u32, type: u32, place: u32): u32 {
  let from = record + RECORD_HEADER_BYTES;
  for (let row: u32 = 0; row < ROW_COUNT; row++) {
    if (cell(row, COLUMN_RECORD) != type) continue;
    if (cell(row, COLUMN_PLACE) == place) return load<u32>(from);
    from += 4;
  }
  assert(false, "the record carries the register");
  return 0;
}

/**
 * Restores an image into a quiesced virtual function, whatever its number, and returns IMAGE_OK; or returns why not,
 * and changes nothing. No side effect of a write happens: nothing is fetched, raised or reset.
 */
export function restoreImage(index: u32, at: u32, bytes: u32): u32 {
  const v = vf(index);
  assert(v.isQuiesced != 0, "a virtual function is quiesced before its state is written");
  const problem = checkImage(at, bytes);
  if (problem) return problem;
  drain(v.port);
  for (let record = at + IMAGE_HEADER_BYTES; ; ) {
    const type = <u32>load<u16>(record, RECORD_TYPE);
    if (type == TYPE_END) break;
    if (isKnown(record)) applyRecord(v, type, record + RECORD_HEADER_BYTES);
    record += RECORD_HEADER_BYTES + ((load<u32>(record, RECORD_LENGTH) + 7) & ~7);
  }
  refreshWake(v.port);
  return IMAGE_OK;
}

function applyRecord(v: Vf, type: u32, from: u32): void {
  if (type == TYPE_IDENTITY) {
    v.mac = load<u64>(from);
    return;
  }
  if (type == TYPE_THROTTLE) {
    for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++, from += 8) {
      const left = load<u64>(from);
      const m = moderation(v, vector);
      m.nextAt = left ? world().now + left : 0;
      m.armed = NEVER;
    }
    return;
  }
  for (let row: u32 = 0; row < ROW_COUNT; row++) {
    if (cell(row, COLUMN_RECORD) != type) continue;
    store<u32>(changetype<u32>(v) + cell(row, COLUMN_PLACE), load<u32>(from));
    from += 4;
  }
  if (type == TYPE_TX_QUEUE) v.isTxFaulted = load<u32>(from);
}

/**
 * What a hypervisor can do without the ability to write device state: write every register that a driver could, in
 * the order in which a driver would. Heads, causes, throttles and statistics stay as after power-up.
 */
export function restoreByRegisterWrites(index: u32, at: u32, bytes: u32): u32 {
  const problem = checkImage(at, bytes);
  if (problem) return problem;
  const identity = findRecord(at, TYPE_IDENTITY);
  vf(index).mac = load<u64>(identity + RECORD_HEADER_BYTES);
  writeRows(index, at, NOTHING);
  writeRows(index, at, SWITCHES_RX);
  writeRows(index, at, SWITCHES_TX);
  writeRows(index, at, FILLS);
  writeRows(index, at, TRANSMITS);
  writeRows(index, at, UNMASKS);
  return IMAGE_OK;
}

function writeRows(index: u32, at: u32, effect: u32): void {
  for (let row: u32 = 0; row < ROW_COUNT; row++) {
    const type = cell(row, COLUMN_RECORD);
    if (!type || cell(row, COLUMN_EFFECT) != effect) continue;
    const value = wordFor(findRecord(at, type), type, cell(row, COLUMN_PLACE));
    writeRegister(index, cell(row, COLUMN_OFFSET), value);
  }
}

function findRecord(at: u32, type: u32): u32 {
  let record = at + IMAGE_HEADER_BYTES;
  while (<u32>load<u16>(record, RECORD_TYPE) != type) {
    record += RECORD_HEADER_BYTES + ((load<u32>(record, RECORD_LENGTH) + 7) & ~7);
  }
  return record;
}
