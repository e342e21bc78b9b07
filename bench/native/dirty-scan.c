/* The scan: blocks of 512 pages that are clean go by in one step, then words of 64, then bits. */
#include "dirty-scan.h"

#include "dirty-log.h"
#include "pool.h"

static uint64_t *log_words;
static uint32_t log_page_count;

static inline uint64_t any_of_block(const uint64_t *block) {
  uint64_t any = 0;
  for (uint32_t i = 0; i < BLOCK_WORDS; i++) any |= block[i];
  return any;
}

static uint32_t sum_of_marked(const uint64_t *log, uint32_t page_count) {
  const uint32_t word_count = log_word_count(page_count);
  uint32_t sum = 0;
  for (uint32_t block = 0; block < word_count; block += BLOCK_WORDS) {
    if (!any_of_block(log + block)) continue;
    for (uint32_t word = block; word < block + BLOCK_WORDS; word++) {
      for (uint64_t bits = log[word]; bits; bits &= bits - 1) sum += (word << 6) + (uint32_t)__builtin_ctzll(bits);
    }
  }
  return sum;
}

uint32_t scan_log(uint32_t page_count, uint32_t stride) {
  if (log_page_count != page_count) {
    free(log_words);
    log_words = create_log(page_count);
    log_page_count = page_count;
  }
  for (uint32_t page = 0; page < page_count; page += stride) mark(log_words, page);
  const uint32_t sum = sum_of_marked(log_words, page_count);
  clear_log(log_words, page_count);
  return sum;
}
