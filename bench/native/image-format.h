/* The framing of a state image (docs/vf-state-image.md): places, types, and reasons for refusing one. */
#ifndef IMAGE_FORMAT_H
#define IMAGE_FORMAT_H

#include <stdint.h>
#include <string.h>

#define IMAGE_HEADER_BYTES 32u
#define HEADER_MAJOR 8
#define HEADER_MODEL 12
#define HEADER_FEATURES 16
#define HEADER_RECORDS 20
#define HEADER_LENGTH 24
#define HEADER_CRC 28
#define IMAGE_MAJOR 2u
#define IMAGE_MODEL 0x10ca8086u
#define TABLE_VERSION 2u

#define RECORD_HEADER_BYTES 16u
#define RECORD_FLAGS 2
#define RECORD_LENGTH 4
#define RECORD_INSTANCE 8
#define RECORD_VERSION 10
#define RECORD_CRC 12
#define RECORD_LENGTH_MAX 65536u
#define RECORD_OPTIONAL 1u

enum {
  IDENTITY = 1,
  INTERRUPT,
  THROTTLE,
  RX_QUEUE,
  TX_QUEUE,
  STATISTICS,
  MSIX,
  CONTROL,
  FILTERS,
  POLICY,
  OUTBOUND,
  END = 0xffff
};

/* Why an image is refused: the numbers of assembly/layout/state-image.ts, so that engines can be compared. */
enum {
  OK,
  SHORT,
  BAD_MAGIC,
  BAD_MAJOR,
  BAD_MODEL,
  BAD_FEATURES,
  BAD_HEADER_CRC,
  RECORD_BEYOND,
  BAD_RECORD_CRC,
  BAD_ORDER,
  UNKNOWN_RECORD,
  MISSING_RECORD,
  SHORT_PAYLOAD,
  BAD_VALUE,
  BAD_COUNT,
  BAD_VERSION,
  NO_ROOM = 17
};

static inline uint16_t get16(const uint8_t *at) {
  uint16_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint32_t get32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint64_t get64(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint8_t *put16(uint8_t *at, uint16_t value) {
  memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

static inline uint8_t *put32(uint8_t *at, uint32_t value) {
  memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

static inline uint8_t *put64(uint8_t *at, uint64_t value) {
  memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

static inline uint32_t type_of(const uint8_t *record) { return get16(record); }

static inline uint32_t instance_of(const uint8_t *record) { return get16(record + RECORD_INSTANCE); }

static inline uint32_t payload_bytes(const uint8_t *record) { return get32(record + RECORD_LENGTH); }

static inline uint32_t record_bytes(const uint8_t *record) {
  return RECORD_HEADER_BYTES + ((payload_bytes(record) + 7) & ~7u);
}

/* Returns how many records of a type an image has. */
static inline uint32_t instance_count(uint32_t type) { return type == RX_QUEUE || type == TX_QUEUE ? 2 : 1; }

/* Tells whether a record is one of this version's. */
static inline int is_known(const uint8_t *record) {
  const uint32_t type = type_of(record);
  if (type == OUTBOUND) return 1;
  return type >= IDENTITY && type <= POLICY && instance_of(record) < instance_count(type);
}

#endif
