/*
 * An event queue: a 4-ary implicit heap ordered by (time, key). The simulator's own queue is a radix wheel, another
 * algorithm; this is what a good C program would use, so the case compares queues, not compilers.
 */
#ifndef EVENT_QUEUE_H
#define EVENT_QUEUE_H

#include <stdint.h>

#include "pool.h"

#define EVENT_COUNT_MAX 1048576u
#define ARITY 4u
#define NEVER UINT64_MAX

struct event {
  uint64_t time;
  uint32_t key;
};

struct event_queue {
  uint64_t now;
  uint32_t count;
  struct event heap[EVENT_COUNT_MAX];
};

static inline int is_before(const struct event *a, const struct event *b) {
  return a->time != b->time ? a->time < b->time : a->key < b->key;
}

/* Returns the time of the earliest event, NEVER without one. */
static inline uint64_t peek(const struct event_queue *q) { return q->count ? q->heap[0].time : NEVER; }

static inline void schedule(struct event_queue *q, uint32_t kind, uint32_t index, uint64_t time) {
  check(time >= q->now, "an event lies in the future");
  check(q->count < EVENT_COUNT_MAX, "there is room for every event");
  const struct event e = {time, (kind << 24) | index};
  uint32_t hole = q->count++;
  while (hole) {
    const uint32_t parent = (hole - 1) / ARITY;
    if (!is_before(&e, &q->heap[parent])) break;
    q->heap[hole] = q->heap[parent];
    hole = parent;
  }
  q->heap[hole] = e;
}

static inline uint32_t least_child(const struct event_queue *q, uint32_t first) {
  const uint32_t end = first + ARITY < q->count ? first + ARITY : q->count;
  uint32_t least = first;
  for (uint32_t child = first + 1; child < end; child++) {
    if (is_before(&q->heap[child], &q->heap[least])) least = child;
  }
  return least;
}

/* Takes the earliest event out, moves `now` to its time and returns its key. */
static inline uint32_t take(struct event_queue *q) {
  const struct event first = q->heap[0];
  const struct event last = q->heap[--q->count];
  uint32_t hole = 0;
  for (uint32_t child = 1; child < q->count; child = hole * ARITY + 1) {
    const uint32_t least = least_child(q, child);
    if (!is_before(&q->heap[least], &last)) break;
    q->heap[hole] = q->heap[least];
    hole = least;
  }
  q->heap[hole] = last;
  q->now = first.time;
  return first.key;
}

#endif
