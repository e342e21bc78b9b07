/*
 * The hold model (Vaucher and Duval, 1975) over the heap, with the distances of assembly/bench.ts: Philox4x32-10 of a
 * counter (Salmon et al., SC'11), so that every engine draws the same ones.
 */
#include "hold-events.h"

#include "event-queue.h"

#define KEY_0 1u
#define KEY_1 2u
#define DISTANCE_MASK 0xfffffu

static struct event_queue queue;

static inline uint32_t philox_word(uint32_t counter) {
  uint32_t c0 = counter, c1 = 0, c2 = 0, c3 = 0, key_0 = KEY_0, key_1 = KEY_1;
  for (int round = 0; round < 10; round++) {
    const uint64_t product_0 = UINT64_C(0xd2511f53) * c0;
    const uint64_t product_1 = UINT64_C(0xcd9e8d57) * c2;
    c0 = (uint32_t)(product_1 >> 32) ^ c1 ^ key_0;
    c1 = (uint32_t)product_1;
    c2 = (uint32_t)(product_0 >> 32) ^ c3 ^ key_1;
    c3 = (uint32_t)product_0;
    key_0 += 0x9e3779b9u;
    key_1 += 0xbb67ae85u;
  }
  return c0;
}

static inline uint64_t time_after(uint32_t index) { return queue.now + (philox_word(index) & DISTANCE_MASK); }

uint32_t hold_events(uint32_t pending, uint32_t count) {
  for (uint32_t i = 0; i < pending; i++) schedule(&queue, 0, i, time_after(i));
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t key = take(&queue);
    schedule(&queue, 0, key & 0xffffff, time_after(pending + i));
  }
  const uint32_t end = (uint32_t)queue.now;
  while (peek(&queue) != NEVER) take(&queue);
  return end;
}
