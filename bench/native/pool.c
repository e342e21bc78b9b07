/* The pool's storage; see pool.h. */
#include "pool.h"

_Alignas(4096) uint8_t pool[POOL_BYTES];

/* Behind page 0, which no address names, and the zero page. */
static uint32_t next = 2 * PAGE_BYTES;

uint32_t reserve(uint32_t bytes, uint32_t alignment) {
  const uint32_t at = (next + alignment - 1) & ~(alignment - 1);
  check(bytes <= POOL_BYTES && at <= POOL_BYTES - bytes, "the pool covers every reservation");
  next = at + bytes;
  return at;
}
