/*
 * The harvest: blocks of 512 pages that are clean go by in one step; the pages of the others are listed, and the list
 * is read whenever it is full.
 *
 * A loop that ends when a word is empty is the obvious way to list a word's pages. Its end is mispredicted once a word,
 * which took 2.5 times as long with every hundredth page marked and 1.5 times with every tenth; so a word takes steps of
 * fixed size, and what they write too much the next word overwrites.
 */
#include "harvest.h"

#include "dirty-log.h"
#include "pool.h"

#define PAGE_COUNT 16777216u
#define BLOCK_PAGES (64 * BLOCK_WORDS)
/* Numbers read at a time; a block's come on top of it, and those that steps of fixed size write too much. */
#define LIST_COUNT 1024u
#define LIST_SLACK 3u

static uint64_t *log_words;
static uint64_t *marked_words;
static uint32_t marked_words_count = UINT32_MAX;

/* A permutation of page numbers; bench/log.ts has the same. */
static uint32_t scrambled(uint32_t number) {
  uint32_t page = (number * 0x9e3779b1u) & (PAGE_COUNT - 1);
  page ^= page >> 12;
  page = (page * 0x2c1b3c6du) & (PAGE_COUNT - 1);
  return page ^ (page >> 11);
}

void prepare_log(uint32_t marked_count) {
  if (!log_words) {
    log_words = create_log(PAGE_COUNT);
    marked_words = create_log(PAGE_COUNT);
  }
  if (marked_words_count != marked_count) {
    clear_log(marked_words, PAGE_COUNT);
    for (uint32_t i = 0; i < marked_count; i++) mark(marked_words, scrambled(i));
    marked_words_count = marked_count;
  }
  memcpy(log_words, marked_words, log_word_count(PAGE_COUNT) * sizeof(uint64_t));
}

static inline uint64_t any_of_block(const uint64_t *block) {
  uint64_t any = 0;
  for (uint32_t i = 0; i < BLOCK_WORDS; i++) any |= block[i];
  return any;
}

/* Writes the pages of a word's lowest bits; without a bit, a number that means nothing. */
static inline uint64_t list_bits(uint64_t bits, uint32_t page, uint32_t *to, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    to[i] = page + (uint32_t)__builtin_ctzll(bits);
    bits &= bits - 1;
  }
  return bits;
}

/* Writes the pages of a word; returns behind the last. */
static inline uint32_t *list_word(uint64_t bits, uint32_t page, uint32_t *to) {
  uint32_t *const end = to + __builtin_popcountll(bits);
  bits = list_bits(bits, page, to, 2);
  if (end - to <= 2) return end;
  bits = list_bits(bits, page, to + 2, 4);
  if (end - to <= 6) return end;
  bits = list_bits(bits, page, to + 6, 4);
  for (to += 10; bits; bits &= bits - 1) *to++ = page + (uint32_t)__builtin_ctzll(bits);
  return end;
}

static uint32_t sum_of(const uint32_t *first, const uint32_t *end) {
  uint32_t sum = 0;
  while (first < end) sum += *first++;
  return sum;
}

uint32_t harvest_log(void) {
  static uint32_t list[LIST_COUNT + BLOCK_PAGES + LIST_SLACK];
  uint64_t *const log = log_words;
  const uint32_t word_count = log_word_count(PAGE_COUNT);
  uint32_t *to = list;
  uint32_t sum = 0;
  for (uint32_t block = 0; block < word_count; block += BLOCK_WORDS) {
    if (!any_of_block(log + block)) continue;
    for (uint32_t word = block; word < block + BLOCK_WORDS; word++) to = list_word(log[word], word << 6, to);
    memset(log + block, 0, BLOCK_WORDS * sizeof(uint64_t));
    if (to < list + LIST_COUNT) continue;
    sum += sum_of(list, to);
    to = list;
  }
  return sum + sum_of(list, to);
}
