/*
 * The bytes that everything lies in: frames of both guests, slots of frames under way. An address is an offset into
 * the pool, 32 bits wide, as it is in the simulator's own memory; 0 means none, because page 0 is never handed out.
 *
 * Words are loaded and stored by memcpy, which a compiler turns into one move and which may be of any type.
 */
#ifndef POOL_H
#define POOL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 4096u
#define PAGE_SHIFT 12
#define PAGE_MASK 4095u
/* A page that is never written: what an absent page reads as. */
#define ZERO_PAGE PAGE_BYTES
#define POOL_BYTES (32u << 20)

extern uint8_t pool[POOL_BYTES];

/* Reserves bytes at a multiple of `alignment`, a power of two. */
uint32_t reserve(uint32_t bytes, uint32_t alignment);

/* Ends the program: a broken invariant is our own mistake. These checks stay, as the simulator's do. */
static inline void check(int holds, const char *claim) {
  if (__builtin_expect(!holds, 0)) {
    fprintf(stderr, "broken: %s\n", claim);
    exit(1);
  }
}

static inline uint16_t load16(uint32_t at) {
  uint16_t value;
  memcpy(&value, pool + at, sizeof value);
  return value;
}

static inline uint32_t load32(uint32_t at) {
  uint32_t value;
  memcpy(&value, pool + at, sizeof value);
  return value;
}

static inline uint64_t load64(uint32_t at) {
  uint64_t value;
  memcpy(&value, pool + at, sizeof value);
  return value;
}

static inline void store16(uint32_t at, uint16_t value) { memcpy(pool + at, &value, sizeof value); }

static inline void store32(uint32_t at, uint32_t value) { memcpy(pool + at, &value, sizeof value); }

static inline void store64(uint32_t at, uint64_t value) { memcpy(pool + at, &value, sizeof value); }

#endif
