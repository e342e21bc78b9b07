/**
 * Whether a state image would be restored: everything is looked at before anything is applied. Bytes come from another
 * machine: no length is trusted, and no register gets a bit that it cannot have.
 */
import { FRAME_BYTES_MAX, FRAME_BYTES_MIN } from "../layout/limits";
import { VLAN_TAG_BYTES } from "../layout/packet";
import {
  NOTE_FLAG_BITS,
  NOTE_FLAGS,
  NOTE_HASH_COUNT,
  NOTE_HASH_COUNT_MAX,
  NOTE_MAC,
  RECEIVE_ADDRESS_COUNT,
  VLAN_FILTER_COUNT,
  VLAN_MASK,
  VMVIR_BITS,
} from "../layout/physical-function";
import {
  BASE_BYTES,
  CONTROL_BYTES,
  CONTROL_MAIL,
  CONTROL_TURN,
  FEATURE_DELTA,
  FILTERS_ADDRESS_BYTES,
  FILTERS_ADDRESS_COUNT,
  FILTERS_BYTES_MIN,
  FILTERS_VLAN_BYTES,
  FILTERS_VLAN_COUNT,
  HEADER_CRC,
  HEADER_FEATURES,
  HEADER_LENGTH,
  HEADER_MAJOR,
  HEADER_MODEL,
  HEADER_RECORDS,
  IDENTITY_BYTES,
  IDENTITY_MAC,
  IDENTITY_TABLE_VERSION,
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
  IMAGE_HEADER_BYTES,
  IMAGE_MAGIC_HIGH,
  IMAGE_MAGIC_LOW,
  IMAGE_MAJOR,
  IMAGE_MISSING_RECORD,
  IMAGE_MODEL,
  IMAGE_OK,
  IMAGE_RECORD_BEYOND,
  IMAGE_SHORT,
  IMAGE_SHORT_PAYLOAD,
  IMAGE_UNKNOWN_RECORD,
  INTERRUPT_BYTES,
  MSIX_BYTES,
  OUTBOUND_BYTES_MIN,
  OUTBOUND_COUNT,
  OUTBOUND_ENTRY_BYTES,
  OUTBOUND_ENTRY_DESCRIPTORS,
  OUTBOUND_ENTRY_LENGTH,
  OUTBOUND_ENTRY_QUEUE,
  OUTBOUND_FLAGS,
  OUTBOUND_HOLDS,
  OUTBOUND_PROTECTS,
  POLICY_BIT_COUNT,
  POLICY_BITS,
  POLICY_BYTES,
  POLICY_NOTES,
  POLICY_VMVIR,
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_HEADER_BYTES,
  RECORD_LENGTH_MAX,
  RECORD_OPTIONAL,
  RECORD_VERSION,
  RX_QUEUE_BYTES,
  STATISTICS_BYTES,
  TABLE_VERSION,
  THROTTLE_BYTES,
  THROTTLE_ENTRY_BYTES,
  THROTTLE_LEFT,
  THROTTLE_REMEMBERED,
  THROTTLE_US_MAX,
  TX_FETCHED,
  TX_QUEUE_BYTES,
  TYPE_BASE,
  TYPE_CONTROL,
  TYPE_END,
  TYPE_FILTERS,
  TYPE_IDENTITY,
  TYPE_INTERRUPT,
  TYPE_MANDATORY_LAST,
  TYPE_MSIX,
  TYPE_OUTBOUND,
  TYPE_POLICY,
  TYPE_RX_QUEUE,
  TYPE_STATISTICS,
  TYPE_THROTTLE,
  TYPE_TX_QUEUE,
} from "../layout/state-image";
import { PS_PER_US } from "../layout/time";
import {
  MAIL_ACK,
  MAIL_BITS,
  MAIL_REQ,
  MSIX_ENABLE,
  MSIX_ENTRY_BYTES,
  MSIX_ENTRY_CONTROL,
  MSIX_FUNCTION_MASKED,
  MSIX_TABLE_BYTES,
  MSIX_VECTOR_MASKED,
  QUEUE_COUNT,
  RING_COUNT_MAX,
  VECTOR_COUNT,
} from "../layout/virtual-function";
import { crc32c } from "../sim/digest";
import { ADDRESS_MASK } from "../wire/ethernet";
import {
  firstRecord,
  instanceOf,
  nextRecord,
  payloadBytes,
  payloadOf,
  recordBytes,
  recordCrc,
  typeOf,
} from "./image-record";
import { instanceCount, WORD_BYTES, WORD_IMPOSSIBLE, wordsOf } from "./image-words";

/** Returns why these bytes are no state image that can be restored, IMAGE_OK if they are one. */
export function checkImage(at: u32, bytes: u32): u32 {
  const problem = checkFrame(at, bytes, 0);
  return problem ? problem : checkPresence(at);
}

/** Returns why these bytes are no image with these features, IMAGE_OK if they are; what it must have is not looked at. */
export function checkFrame(at: u32, bytes: u32, features: u32): u32 {
  if (bytes < IMAGE_HEADER_BYTES) return IMAGE_SHORT;
  if (load<u32>(at) != IMAGE_MAGIC_LOW || load<u32>(at, 4) != IMAGE_MAGIC_HIGH) return IMAGE_BAD_MAGIC;
  if (load<u16>(at, HEADER_MAJOR) != <u16>IMAGE_MAJOR) return IMAGE_BAD_MAJOR;
  if (load<u32>(at, HEADER_MODEL) != IMAGE_MODEL) return IMAGE_BAD_MODEL;
  if (load<u32>(at, HEADER_FEATURES) != features) return IMAGE_BAD_FEATURES;
  if (load<u32>(at, HEADER_CRC) != crc32c(at, HEADER_CRC)) return IMAGE_BAD_HEADER_CRC;
  if (load<u32>(at, HEADER_LENGTH) != bytes) return IMAGE_SHORT;
  return checkRecords(at, bytes, features);
}

function checkRecords(at: u32, bytes: u32, features: u32): u32 {
  const end = at + bytes;
  let record = firstRecord(at);
  let before: i64 = -1;
  let count: u32 = 0;
  while (true) {
    if (end - record < RECORD_HEADER_BYTES) return IMAGE_RECORD_BEYOND;
    if (payloadBytes(record) > RECORD_LENGTH_MAX || end - record < recordBytes(record)) return IMAGE_RECORD_BEYOND;
    if (load<u32>(record, RECORD_CRC) != recordCrc(record)) return IMAGE_BAD_RECORD_CRC;
    const order = ((<i64>typeOf(record)) << 16) | instanceOf(record);
    if (order <= before) return IMAGE_BAD_ORDER;
    before = order;
    count++;
    if (typeOf(record) == TYPE_END) break;
    const problem = checkRecord(record, features);
    if (problem) return problem;
    record = nextRecord(record);
  }
  const isEnd = end - record == RECORD_HEADER_BYTES && count == load<u32>(at, HEADER_RECORDS);
  return isEnd ? IMAGE_OK : IMAGE_BAD_COUNT;
}

/** Tells whether all records are there that an image must have; it has been checked otherwise. */
function checkPresence(at: u32): u32 {
  let missing: u32 = 0;
  for (let type: u32 = TYPE_IDENTITY; type <= TYPE_MANDATORY_LAST; type++) missing += instanceCount(type);
  for (let record = firstRecord(at); typeOf(record) != TYPE_END; record = nextRecord(record)) {
    if (isKnown(record) && typeOf(record) <= TYPE_MANDATORY_LAST) missing--;
  }
  return missing ? IMAGE_MISSING_RECORD : IMAGE_OK;
}

/** Tells whether a record is one of this version's; a known type with another instance is an unknown record. */
export function isKnown(record: u32): bool {
  const type = typeOf(record);
  if (type == TYPE_OUTBOUND) return true;
  return type >= TYPE_IDENTITY && type <= TYPE_MANDATORY_LAST && instanceOf(record) < instanceCount(type);
}

/** Tells whether a record is the one that makes an image a delta. */
export function isBase(record: u32): bool {
  return typeOf(record) == TYPE_BASE && instanceOf(record) == 0;
}

/** Returns the bytes that the payload of a type has at least. */
export function bytesMinOf(type: u32): u32 {
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
    case TYPE_MSIX:
      return MSIX_BYTES;
    case TYPE_CONTROL:
      return CONTROL_BYTES;
    case TYPE_FILTERS:
      return FILTERS_BYTES_MIN;
    case TYPE_POLICY:
      return POLICY_BYTES;
    case TYPE_BASE:
      return BASE_BYTES;
    default:
      return OUTBOUND_BYTES_MIN;
  }
}

function checkRecord(record: u32, features: u32): u32 {
  const type = typeOf(record);
  if (!isKnown(record) && !(features & FEATURE_DELTA && isBase(record)))
    return load<u16>(record, RECORD_FLAGS) & <u16>RECORD_OPTIONAL ? IMAGE_OK : IMAGE_UNKNOWN_RECORD;
  if (load<u16>(record, RECORD_VERSION) != 1) return IMAGE_BAD_VERSION;
  if (payloadBytes(record) < bytesMinOf(type)) return IMAGE_SHORT_PAYLOAD;
  const payload = payloadOf(record);
  if (type == TYPE_IDENTITY && load<u32>(payload, IDENTITY_TABLE_VERSION) != TABLE_VERSION) return IMAGE_BAD_VERSION;
  return hasPossibleWords(type, payload) && isPossible(type, payload, payloadBytes(record))
    ? IMAGE_OK
    : IMAGE_BAD_VALUE;
}

/** Tells whether no register would get a bit that it cannot have. */
function hasPossibleWords(type: u32, from: u32): bool {
  if (type > TYPE_MANDATORY_LAST) return true;
  for (let word = wordsOf(type), end = wordsOf(type + 1); word < end; word += WORD_BYTES, from += 4) {
    if (load<u32>(from) & load<u32>(word, WORD_IMPOSSIBLE)) return false;
  }
  return true;
}

/** Tells whether the part of a record that is not registers is possible. */
function isPossible(type: u32, payload: u32, bytes: u32): bool {
  switch (type) {
    case TYPE_IDENTITY:
      return load<u64>(payload, IDENTITY_MAC) <= ADDRESS_MASK;
    case TYPE_THROTTLE:
      return arePossibleThrottles(payload);
    case TYPE_TX_QUEUE:
      return load<u32>(payload, TX_FETCHED) <= RING_COUNT_MAX;
    case TYPE_MSIX:
      return isPossibleMsix(payload);
    case TYPE_CONTROL:
      return load<u32>(payload, CONTROL_MAIL) <= 7 && load<u32>(payload, CONTROL_TURN) < QUEUE_COUNT;
    case TYPE_FILTERS:
      return arePossibleFilters(payload, bytes);
    case TYPE_POLICY:
      return isPossiblePolicy(payload);
    case TYPE_OUTBOUND:
      return isPossibleOutbound(payload, bytes);
    default:
      return true;
  }
}

function arePossibleThrottles(payload: u32): bool {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++, payload += THROTTLE_ENTRY_BYTES) {
    if (load<u64>(payload, THROTTLE_LEFT) > <u64>THROTTLE_US_MAX * PS_PER_US) return false;
    if (load<u32>(payload, THROTTLE_REMEMBERED) > 1) return false;
  }
  return true;
}

function isPossibleMsix(payload: u32): bool {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    if (load<u32>(payload + vector * MSIX_ENTRY_BYTES, MSIX_ENTRY_CONTROL) & ~MSIX_VECTOR_MASKED) return false;
  }
  const pending = load<u32>(payload, MSIX_TABLE_BYTES);
  const control = load<u32>(payload, MSIX_TABLE_BYTES + 4);
  return pending < 1 << VECTOR_COUNT && !(control & ~(MSIX_ENABLE | MSIX_FUNCTION_MASKED));
}

/** Addresses, then VLANs, each list ascending. */
function arePossibleFilters(payload: u32, bytes: u32): bool {
  const addressCount = load<u32>(payload, FILTERS_ADDRESS_COUNT);
  const vlanCount = load<u32>(payload, FILTERS_VLAN_COUNT);
  if (addressCount > RECEIVE_ADDRESS_COUNT || vlanCount > VLAN_FILTER_COUNT) return false;
  const listBytes = addressCount * FILTERS_ADDRESS_BYTES + vlanCount * FILTERS_VLAN_BYTES;
  if (bytes != FILTERS_BYTES_MIN + listBytes) return false;
  let at = payload + FILTERS_BYTES_MIN;
  for (let i: u32 = 0; i < addressCount; i++, at += FILTERS_ADDRESS_BYTES) {
    if (load<u64>(at) > ADDRESS_MASK || (i && load<u64>(at) <= load<u64>(at - FILTERS_ADDRESS_BYTES))) return false;
  }
  for (let i: u32 = 0; i < vlanCount; i++, at += FILTERS_VLAN_BYTES) {
    if (load<u32>(at) > VLAN_MASK || (i && load<u32>(at) <= load<u32>(at - FILTERS_VLAN_BYTES))) return false;
  }
  return true;
}

function isPossiblePolicy(payload: u32): bool {
  if (load<u32>(payload, POLICY_VMVIR) & ~VMVIR_BITS || load<u32>(payload, POLICY_BITS) >>> POLICY_BIT_COUNT)
    return false;
  const notes = payload + POLICY_NOTES;
  if (load<u64>(notes, NOTE_MAC) > ADDRESS_MASK || load<u32>(notes, NOTE_FLAGS) & ~NOTE_FLAG_BITS) return false;
  return load<u32>(notes, NOTE_HASH_COUNT) <= NOTE_HASH_COUNT_MAX;
}

function isPossibleOutbound(payload: u32, bytes: u32): bool {
  if (load<u32>(payload, OUTBOUND_FLAGS) & ~(OUTBOUND_HOLDS | OUTBOUND_PROTECTS)) return false;
  const end = payload + bytes;
  let at = payload + OUTBOUND_BYTES_MIN;
  for (let left = load<u32>(payload, OUTBOUND_COUNT); left; left--) {
    if (end - at < OUTBOUND_ENTRY_BYTES) return false;
    const frame = load<u32>(at, OUTBOUND_ENTRY_LENGTH);
    if (frame < FRAME_BYTES_MIN || frame > FRAME_BYTES_MAX + VLAN_TAG_BYTES) return false;
    if (load<u32>(at, OUTBOUND_ENTRY_DESCRIPTORS) > RING_COUNT_MAX) return false;
    if (load<u32>(at, OUTBOUND_ENTRY_QUEUE) >= QUEUE_COUNT) return false;
    const room = OUTBOUND_ENTRY_BYTES + ((frame + 7) & ~7);
    if (end - at < room) return false;
    at += room;
  }
  return at == end;
}

if (MAIL_BITS & (MAIL_REQ | MAIL_ACK)) ERROR("layout: signals of the mailbox are no state");
