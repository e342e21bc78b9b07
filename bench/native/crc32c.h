/*
 * CRC-32C (Castagnoli, RFC 3720 section 12.1), eight bytes at a time from eight tables (slicing-by-8, Kounavis and Berry,
 * 2005), as the simulator has it.
 */
#ifndef CRC32C_H
#define CRC32C_H

#include <stdint.h>
#include <string.h>

#define CRC32C_POLYNOMIAL 0x82f63b78u

/* Table i moves a byte on by i more bytes. */
extern uint32_t crc32c_table[8][256];

/* Fills the tables; once. */
void create_crc32c_tables(void);

/* Starts with ~0 and ends with an inversion, so that a run of bytes may come in parts. */
static inline uint32_t crc32c_continued(uint32_t crc, const uint8_t *at, uint32_t bytes) {
  const uint8_t *const end = at + bytes;
  for (; end - at >= 8; at += 8) {
    uint32_t low, high;
    memcpy(&low, at, sizeof low);
    memcpy(&high, at + 4, sizeof high);
    low ^= crc;
    crc = crc32c_table[7][low & 0xff] ^ crc32c_table[6][low >> 8 & 0xff] ^ crc32c_table[5][low >> 16 & 0xff] ^
          crc32c_table[4][low >> 24] ^ crc32c_table[3][high & 0xff] ^ crc32c_table[2][high >> 8 & 0xff] ^
          crc32c_table[1][high >> 16 & 0xff] ^ crc32c_table[0][high >> 24];
  }
  if (end - at >= 4) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    word ^= crc;
    crc = crc32c_table[3][word & 0xff] ^ crc32c_table[2][word >> 8 & 0xff] ^ crc32c_table[1][word >> 16 & 0xff] ^
          crc32c_table[0][word >> 24];
    at += 4;
  }
  for (; at < end; at++) crc = crc32c_table[0][(crc ^ *at) & 0xff] ^ crc >> 8;
  return crc;
}

static inline uint32_t crc32c(const uint8_t *at, uint32_t bytes) { return ~crc32c_continued(~0u, at, bytes); }

#endif
