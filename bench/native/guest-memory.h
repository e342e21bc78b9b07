/*
 * A guest's memory: a table of frames, one word a page, 0 while a page is absent. An absent page reads as zero and
 * gets a frame when it is first written; 64 neighbouring pages get neighbouring frames.
 *
 * `look` and `touch` are the guest's software; `touch` is where the processor's log marks.
 */
#ifndef GUEST_MEMORY_H
#define GUEST_MEMORY_H

#include "dirty-log.h"
#include "pool.h"

#define GUEST_PAGE_COUNT 2048u
#define CHUNK_PAGES 64u

struct guest_memory {
  uint32_t page_count;
  uint32_t is_logging;
  /* Pages that `touch` marked anew. */
  uint32_t fault_count;
  uint64_t *log;
  uint32_t table[GUEST_PAGE_COUNT];
  uint32_t chunks[GUEST_PAGE_COUNT / CHUNK_PAGES];
};

static inline uint32_t frame_of(const struct guest_memory *m, uint32_t page) {
  check(page < m->page_count, "a guest frame number lies in its memory");
  return m->table[page];
}

static uint32_t __attribute__((noinline)) add_frame(struct guest_memory *m, uint32_t page) {
  uint32_t *chunk = &m->chunks[page / CHUNK_PAGES];
  if (!*chunk) *chunk = reserve(CHUNK_PAGES * PAGE_BYTES, PAGE_BYTES);
  return m->table[page] = *chunk + (page % CHUNK_PAGES) * PAGE_BYTES;
}

static inline uint32_t present_frame_of(struct guest_memory *m, uint32_t page) {
  const uint32_t frame = frame_of(m, page);
  return __builtin_expect(frame != 0, 1) ? frame : add_frame(m, page);
}

/* Returns where a guest address can be read, up to the end of its page. */
static inline uint32_t look(const struct guest_memory *m, uint32_t address) {
  const uint32_t frame = frame_of(m, address >> PAGE_SHIFT);
  return (frame ? frame : ZERO_PAGE) + (address & PAGE_MASK);
}

/* Returns where a guest address can be written, up to the end of its page, and marks the page. */
static inline uint32_t touch(struct guest_memory *m, uint32_t address) {
  const uint32_t page = address >> PAGE_SHIFT;
  if (m->is_logging && !is_marked(m->log, page)) {
    mark(m->log, page);
    m->fault_count++;
  }
  return present_frame_of(m, page) + (address & PAGE_MASK);
}

#endif
