/*
 * The hold model (Vaucher and Duval, 1975) over the heap, with the distances of assembly/bench-events.ts: Philox4x32-10 of a
 * counter (Salmon et al., SC'11), so that every engine draws the same ones.
 */
#include "hold-events.h"

#include "event-queue.h"

#define KEY_0 1u
#define KEY_1 2u
#define DISTANCE_MASK 0xfffffu

#define HOLD_COUNT_MAX 50000u

static struct event_queue queue;
static uint32_t distances[HOLD_COUNT_MAX];

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

static inline uint32_t distance(uint32_t index) { return philox_word(index) & DISTANCE_MASK; }

static void fill_events(uint32_t pending) {
  while (peek(&queue) != NEVER) take(&queue);
  for (uint32_t i = 0; i < pending; i++) {
    const uint32_t one = distance(2 * i), other = distance(2 * i + 1);
    schedule(&queue, 0, i, queue.now + (one < other ? one : other));
  }
}

void prepare_hold(uint32_t pending, uint32_t count) {
  check(count <= HOLD_COUNT_MAX, "the table has room for every distance");
  if (queue.count != pending) fill_events(pending);
  for (uint32_t i = 0; i < count; i++) distances[i] = distance(i);
}

uint32_t hold_events(uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t key = take(&queue);
    schedule(&queue, 0, key & 0xffffff, queue.now + distances[i]);
  }
  return (uint32_t)queue.now;
}
