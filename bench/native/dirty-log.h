/*
 * Dirty logs: one bit a page, page 64n + i in bit i of word n, so a little-endian machine has the same bytes as one
 * that keeps 32-bit words. A log is a whole number of 64-byte blocks.
 */
#ifndef DIRTY_LOG_H
#define DIRTY_LOG_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_WORDS 8u

static inline uint32_t log_word_count(uint32_t page_count) {
  return (page_count + 64 * BLOCK_WORDS - 1) / (64 * BLOCK_WORDS) * BLOCK_WORDS;
}

static inline uint64_t *create_log(uint32_t page_count) {
  const size_t bytes = log_word_count(page_count) * sizeof(uint64_t);
  uint64_t *log = aligned_alloc(64, bytes);
  if (!log) abort();
  return memset(log, 0, bytes);
}

static inline int is_marked(const uint64_t *log, uint32_t page) { return (log[page >> 6] >> (page & 63)) & 1; }

/* Most marks find the bit set; a store for each would make the line dirty for nothing. */
static inline void mark(uint64_t *log, uint32_t page) {
  const uint64_t bit = UINT64_C(1) << (page & 63);
  if (!(log[page >> 6] & bit)) log[page >> 6] |= bit;
}

static inline void clear_log(uint64_t *log, uint32_t page_count) {
  memset(log, 0, log_word_count(page_count) * sizeof(uint64_t));
}

#endif
