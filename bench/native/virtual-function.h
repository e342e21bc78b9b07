/*
 * A virtual function: its queues, its IOMMU map (guest frame number, may write, may read; 0 is not mapped), its DMA
 * log and its counters.
 */
#ifndef VIRTUAL_FUNCTION_H
#define VIRTUAL_FUNCTION_H

#include "guest-memory.h"

#define MAY_READ 1u
#define MAY_WRITE 2u
#define NOT_MAPPED UINT32_MAX
#define QUEUE_ENABLE 0x02000000u

/* Software owns the tail, hardware the head, and hardware works on [head, tail). */
struct queue {
  uint64_t base;
  uint32_t length_bytes;
  uint32_t head;
  uint32_t tail;
  uint32_t control;
  uint32_t dropped;
};

struct virtual_function {
  struct guest_memory *memory;
  /* The DMA log, NULL while it is not armed. */
  uint64_t *log;
  uint32_t packet_descriptor_count;
  uint32_t is_tx_faulted;
  uint32_t map_page_count;
  uint32_t fault_count;
  uint32_t fault_access;
  uint64_t fault_address;
  uint32_t gprc, gptc, gorc, gotc, mprc;
  struct queue rx;
  struct queue tx;
  uint32_t map[GUEST_PAGE_COUNT];
};

static inline uint32_t descriptor_count(const struct queue *q) { return q->length_bytes >> 4; }

static inline int is_enabled(const struct queue *q) { return (q->control & QUEUE_ENABLE) != 0; }

static inline int has_work(const struct queue *q) { return q->head != q->tail && q->tail < descriptor_count(q); }

static inline uint64_t descriptor_address(const struct queue *q, uint32_t position) {
  return q->base + ((uint64_t)position << 4);
}

static inline uint32_t position_after(const struct queue *q, uint32_t position) {
  return position + 1 == descriptor_count(q) ? 0 : position + 1;
}

#endif
