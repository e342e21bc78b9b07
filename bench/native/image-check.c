/*
 * Whether an image would be restored: framing, checksums, order, presence, and for every register that it has no bit
 * that it cannot have. Bytes come from another machine: no length is trusted.
 */
#include "crc32c.h"
#include "image.h"

#define ADDRESS_MASK UINT64_C(0xffffffffffff)
#define THROTTLE_PS_MAX (UINT64_C(8192) * 1000000)
#define POSITION_MAX 0xffffu
#define FRAME_BYTES_MIN 60u
#define FRAME_BYTES_MAX 1522u
#define OUTBOUND_ENTRY_BYTES 16u

/* For each word of a record that is a register, the bits that it cannot have. */
static const uint32_t interrupt_impossible[] = {~7u,        ~7u,        ~7u,        ~7u,   ~0x1ffffcu,
                                                ~0x1ffffcu, ~0x1ffffcu, ~0x83838383u, ~0x83u};
static const uint32_t rx_impossible[] = {127, 0, ~0xfff80u, ~0x8ff03f7fu, ~0xffffu, ~0xffffu, ~0xffffu, ~0x021f1f1fu, 0};
static const uint32_t tx_impossible[] = {127, 0, ~0xfff80u, ~0xffffu, ~0x2a00u, ~0xffffu, ~0x0a1f1f1fu, 2, 0};

static int are_possible(const uint8_t *from, const uint32_t *impossible, uint32_t count) {
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < count; i++) wrong |= get32(from + 4 * i) & impossible[i];
  return !wrong;
}

#define ARE_POSSIBLE(from, table) are_possible(from, table, sizeof table / sizeof *table)

static int are_possible_throttles(const uint8_t *from) {
  for (uint32_t i = 0; i < VECTOR_COUNT; i++, from += 16) {
    if (get64(from) > THROTTLE_PS_MAX || get32(from + 8) > 1) return 0;
  }
  return 1;
}

static int is_possible_msix(const uint8_t *from) {
  for (uint32_t i = 0; i < VECTOR_COUNT; i++) {
    if (get32(from + 16 * i + 12) & ~1u) return 0;
  }
  return get32(from + 48) < 1u << VECTOR_COUNT && !(get32(from + 52) & ~0xc000u);
}

static int is_possible_control(const uint8_t *from) {
  if (get32(from) & ~0xfcu || get32(from + 68) & ~0x3fffu) return 0;
  return get32(from + 72) <= 7 && get32(from + 76) < QUEUE_COUNT;
}

static int are_possible_filters(const uint8_t *from, uint32_t bytes) {
  const uint32_t address_count = get32(from), vlan_count = get32(from + 4);
  if (address_count > RECEIVE_ADDRESS_COUNT || vlan_count > VLAN_FILTER_COUNT) return 0;
  if (bytes != 8 + 8 * address_count + 4 * vlan_count) return 0;
  const uint8_t *at = from + 8;
  for (uint32_t i = 0; i < address_count; i++, at += 8) {
    if (get64(at) > ADDRESS_MASK || (i && get64(at) <= get64(at - 8))) return 0;
  }
  for (uint32_t i = 0; i < vlan_count; i++, at += 4) {
    if (get32(at) > VLAN_MASK || (i && get32(at) <= get32(at - 4))) return 0;
  }
  return 1;
}

static int is_possible_policy(const uint8_t *from) {
  if (get32(from + 4) & ~0xc000ffffu || get32(from + 8) > 31) return 0;
  return get64(from + 16) <= ADDRESS_MASK && !(get32(from + 24) & ~15u) && get32(from + 28) <= HASH_COUNT_MAX;
}

static int is_possible_outbound(const uint8_t *from, uint32_t bytes) {
  const uint8_t *const end = from + bytes;
  if (get32(from + 12) & ~3u) return 0;
  const uint8_t *at = from + 16;
  for (uint32_t left = get32(from); left; left--) {
    if (end - at < OUTBOUND_ENTRY_BYTES) return 0;
    const uint32_t frame = get32(at + 4);
    if (frame < FRAME_BYTES_MIN || frame > FRAME_BYTES_MAX) return 0;
    if (get32(at + 8) > POSITION_MAX || get32(at + 12) >= QUEUE_COUNT) return 0;
    const uint32_t room = OUTBOUND_ENTRY_BYTES + ((frame + 7) & ~7u);
    if (end - at < room) return 0;
    at += room;
  }
  return at == end;
}

static int is_possible(uint32_t type, const uint8_t *from, uint32_t bytes) {
  switch (type) {
    case IDENTITY:
      return get64(from) <= ADDRESS_MASK;
    case INTERRUPT:
      return ARE_POSSIBLE(from, interrupt_impossible);
    case THROTTLE:
      return are_possible_throttles(from);
    case RX_QUEUE:
      return ARE_POSSIBLE(from, rx_impossible);
    case TX_QUEUE:
      return ARE_POSSIBLE(from, tx_impossible) && get32(from + 36) <= POSITION_MAX;
    case MSIX:
      return is_possible_msix(from);
    case CONTROL:
      return is_possible_control(from);
    case FILTERS:
      return are_possible_filters(from, bytes);
    case POLICY:
      return is_possible_policy(from);
    case OUTBOUND:
      return is_possible_outbound(from, bytes);
    default:
      return 1;
  }
}

static uint32_t check_record(const uint8_t *record) {
  static const uint32_t bytes_min[] = {0, 16, 36, 48, 36, 72, 36, 56, 88, 8, 96, 16};
  const uint32_t type = type_of(record);
  if (!is_known(record)) return get16(record + RECORD_FLAGS) & RECORD_OPTIONAL ? OK : UNKNOWN_RECORD;
  if (get16(record + RECORD_VERSION) != 1) return BAD_VERSION;
  if (payload_bytes(record) < bytes_min[type]) return SHORT_PAYLOAD;
  const uint8_t *const payload = record + RECORD_HEADER_BYTES;
  if (type == IDENTITY && get32(payload + 8) != TABLE_VERSION) return BAD_VERSION;
  return is_possible(type, payload, payload_bytes(record)) ? OK : BAD_VALUE;
}

static uint32_t record_crc(const uint8_t *record) {
  const uint32_t crc = crc32c_continued(~0u, record, RECORD_CRC);
  return ~crc32c_continued(crc, record + RECORD_HEADER_BYTES, payload_bytes(record));
}

static uint32_t check_presence(const uint8_t *at) {
  uint32_t missing = 12;
  for (const uint8_t *record = at + IMAGE_HEADER_BYTES; type_of(record) != END; record += record_bytes(record)) {
    if (is_known(record) && type_of(record) <= POLICY) missing--;
  }
  return missing ? MISSING_RECORD : OK;
}

static uint32_t check_records(const uint8_t *at, uint32_t bytes) {
  const uint8_t *const end = at + bytes;
  const uint8_t *record = at + IMAGE_HEADER_BYTES;
  int64_t before = -1;
  for (uint32_t count = 1;; count++) {
    if (end - record < RECORD_HEADER_BYTES || payload_bytes(record) > RECORD_LENGTH_MAX) return RECORD_BEYOND;
    if (end - record < record_bytes(record)) return RECORD_BEYOND;
    if (get32(record + RECORD_CRC) != record_crc(record)) return BAD_RECORD_CRC;
    const int64_t order = (int64_t)type_of(record) << 16 | instance_of(record);
    if (order <= before) return BAD_ORDER;
    before = order;
    if (type_of(record) == END) {
      const int is_end = end - record == RECORD_HEADER_BYTES && count == get32(at + HEADER_RECORDS);
      return is_end ? check_presence(at) : BAD_COUNT;
    }
    const uint32_t problem = check_record(record);
    if (problem) return problem;
    record += record_bytes(record);
  }
}

uint32_t check_image(const uint8_t *at, uint32_t bytes) {
  if (bytes < IMAGE_HEADER_BYTES) return SHORT;
  if (memcmp(at, "RENICVF", 8)) return BAD_MAGIC;
  if (get16(at + HEADER_MAJOR) != IMAGE_MAJOR) return BAD_MAJOR;
  if (get32(at + HEADER_MODEL) != IMAGE_MODEL) return BAD_MODEL;
  if (get32(at + HEADER_FEATURES)) return BAD_FEATURES;
  if (get32(at + HEADER_CRC) != crc32c(at, HEADER_CRC)) return BAD_HEADER_CRC;
  if (get32(at + HEADER_LENGTH) != bytes) return SHORT;
  return check_records(at, bytes);
}
