/*
 * Slots for frames under way, of two sizes; a frame's bytes start on the cache line behind the header. Free slots are
 * kept last-in-first-out, so that the same warm lines are used again.
 */
#ifndef FRAME_SLOTS_H
#define FRAME_SLOTS_H

#include "pool.h"

#define SLOT_SMALL_BYTES 192u
#define SLOT_LARGE_BYTES 2048u
#define SLOT_COUNT 64u
#define FRAME_START 64u
#define SMALL_BYTES_MAX (SLOT_SMALL_BYTES - FRAME_START)

/* Places in a slot's header. */
#define FRAME_NEXT 0u
#define FRAME_BYTES 4u
#define FRAME_EPOCH 20u
#define FRAME_IS_SMALL 24u

struct slot_list {
  uint32_t free;
  uint32_t next;
  uint32_t end;
  uint32_t slot_bytes;
};

struct frame_slots {
  struct slot_list small;
  struct slot_list large;
};

static inline void create_slots(struct slot_list *list, uint32_t slot_bytes) {
  list->free = 0;
  list->next = reserve(SLOT_COUNT * slot_bytes, 64);
  list->end = list->next + SLOT_COUNT * slot_bytes;
  list->slot_bytes = slot_bytes;
}

/* Returns a slot for a frame of so many bytes. */
static inline uint32_t take_slot(struct frame_slots *slots, uint32_t bytes) {
  const uint32_t is_small = bytes <= SMALL_BYTES_MAX;
  struct slot_list *list = is_small ? &slots->small : &slots->large;
  uint32_t at = list->free;
  if (at) {
    list->free = load32(at + FRAME_NEXT);
  } else {
    at = list->next;
    check(at != list->end, "there is a slot for every frame");
    list->next = at + list->slot_bytes;
  }
  store32(at + FRAME_NEXT, 0);
  store32(at + FRAME_BYTES, bytes);
  store32(at + FRAME_EPOCH, 0);
  store32(at + FRAME_IS_SMALL, is_small);
  return at;
}

static inline void free_slot(struct frame_slots *slots, uint32_t at) {
  struct slot_list *list = load32(at + FRAME_IS_SMALL) ? &slots->small : &slots->large;
  store32(at + FRAME_NEXT, list->free);
  list->free = at;
}

#endif
