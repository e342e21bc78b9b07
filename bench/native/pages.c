/*
 * Copies are memcpy. The digest has four lanes, as its document says, and a compiler leaves them scalar: there is no
 * 64-bit multiplication to be had eight times at once. For the runs, 64 bytes give a bit a word, with the instructions of
 * x86 for it by name: left to a compiler, that took several times as long.
 */
#include "pages.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "crc32c.h"
#include "pool.h"

#define SET_PAGES 512u
#define SET_BYTES (SET_PAGES * PAGE_BYTES)
#define PAGE_WORDS (PAGE_BYTES / 4)
#define GROUP_WORDS 64u
#define BLOCK_WORDS 16u
#define SKIP_MAX 255u
#define CHANGE 0x5a5a5a5au
#define P1 0x9e3779b185ebca87u
#define P2 0xc2b2ae3d27d4eb4fu

static uint32_t older[SET_PAGES * PAGE_WORDS];
static uint32_t newer[SET_PAGES * PAGE_WORDS];
static uint8_t copied[SET_BYTES];
static uint8_t runs[PAGE_BYTES];
static uint32_t prepared = UINT32_MAX;

/* A permutation of 32-bit numbers; bench/pages.ts has the same. */
static uint32_t scrambled(uint32_t word) {
  word *= 0x9e3779b1u;
  word ^= word >> 15;
  word *= 0x2c1b3c6du;
  return word ^ (word >> 12);
}

void prepare_pages(uint32_t changed_words) {
  memset(runs, 0, sizeof runs);
  if (prepared == changed_words) return;
  prepared = changed_words;
  for (uint32_t i = 0; i < SET_PAGES * PAGE_WORDS; i++) older[i] = scrambled(i);
  memcpy(newer, older, sizeof newer);
  for (uint32_t i = 0; i < SET_PAGES * changed_words; i++) {
    const uint32_t at = i / changed_words * PAGE_WORDS + scrambled(~i) % PAGE_WORDS;
    newer[at] = older[at] ^ CHANGE;
  }
}

void copy_pages(uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t page = i % SET_PAGES;
    memcpy(copied + page * PAGE_BYTES, older + page * PAGE_WORDS, PAGE_BYTES);
  }
}

uint32_t copied_crc(void) { return crc32c(copied, sizeof copied); }

static inline uint64_t rotl(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

static inline uint64_t mixed(uint64_t lane, const uint32_t *words) {
  uint64_t word;
  memcpy(&word, words, sizeof word);
  return rotl(lane + word * P2, 31) * P1;
}

static uint64_t digest(uint32_t page, const uint32_t *words) {
  uint64_t a = page + P1 + P2, b = page + P2, c = page, d = page - P1;
  for (const uint32_t *end = words + PAGE_WORDS; words < end; words += 8) {
    a = mixed(a, words);
    b = mixed(b, words + 2);
    c = mixed(c, words + 4);
    d = mixed(d, words + 6);
  }
  uint64_t h = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
  h ^= h >> 33;
  h *= P2;
  return h ^ h >> 29;
}

uint32_t hash_pages(uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t page = i % SET_PAGES;
    sum += (uint32_t)digest(page, older + page * PAGE_WORDS);
  }
  return sum;
}

/* Returns a bit for each of 16 words that differs. */
#ifdef __SSE2__
static inline uint64_t changed_in_block(const uint32_t *a, const uint32_t *b) {
  __m128i same[4];
  for (uint32_t i = 0; i < 4; i++) {
    const __m128i first = _mm_loadu_si128((const __m128i *)(a + 4 * i));
    same[i] = _mm_cmpeq_epi32(first, _mm_loadu_si128((const __m128i *)(b + 4 * i)));
  }
  const __m128i low = _mm_packs_epi32(same[0], same[1]), high = _mm_packs_epi32(same[2], same[3]);
  return (uint64_t)_mm_movemask_epi8(_mm_packs_epi16(low, high)) ^ 0xffff;
}
#else
static inline uint64_t changed_in_block(const uint32_t *a, const uint32_t *b) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < BLOCK_WORDS; i++) bits |= (uint64_t)(a[i] != b[i]) << i;
  return bits;
}
#endif

static inline uint64_t changed_words(const uint32_t *a, const uint32_t *b) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < GROUP_WORDS; i += BLOCK_WORDS) bits |= changed_in_block(a + i, b + i) << i;
  return bits;
}

static inline uint8_t *write_run(uint8_t *to, uint32_t skip, const uint32_t *a, const uint32_t *b, uint32_t count) {
  for (; skip >= SKIP_MAX; skip -= SKIP_MAX) {
    *to++ = SKIP_MAX;
    *to++ = 0;
  }
  *to++ = (uint8_t)skip;
  *to++ = (uint8_t)count;
  for (uint32_t i = 0; i < count; i++, to += 4) {
    const uint32_t difference = a[i] ^ b[i];
    memcpy(to, &difference, sizeof difference);
  }
  return to;
}

/* Writes the runs between two versions; returns their bytes, or UINT32_MAX for as many as the page has or more. */
static uint32_t write_runs(const uint32_t *a, const uint32_t *b, uint8_t *to) {
  const uint8_t *const end = to + PAGE_BYTES - 1;
  uint8_t *at = to;
  uint32_t done = 0;
  for (uint32_t group = 0; group < PAGE_WORDS; group += GROUP_WORDS) {
    uint32_t word = group;
    for (uint64_t bits = changed_words(a + group, b + group); bits;) {
      const uint32_t same = (uint32_t)__builtin_ctzll(bits);
      bits >>= same;
      word += same;
      const uint32_t count = ~bits ? (uint32_t)__builtin_ctzll(~bits) : GROUP_WORDS;
      if (at + (word - done) / SKIP_MAX * 2 + 2 + 4 * count > end) return UINT32_MAX;
      at = write_run(at, word - done, a + word, b + word, count);
      word += count;
      done = word;
      bits = count == GROUP_WORDS ? 0 : bits >> count;
    }
  }
  return (uint32_t)(at - to);
}

uint32_t delta_pages(uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t offset = i % SET_PAGES * PAGE_WORDS;
    sum += write_runs(older + offset, newer + offset, runs);
  }
  return sum;
}

uint32_t runs_crc(void) { return crc32c(runs, sizeof runs); }
