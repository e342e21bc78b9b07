/*
 * The device's way to memory: device address, IOMMU map, guest frame, bytes, page by page. A write marks its page in
 * the virtual function's own log. Nothing happens to an address that is not mapped: the caller gets 0 or false.
 */
#ifndef DMA_H
#define DMA_H

#include <stdbool.h>

#include "virtual-function.h"

/* Returns the guest frame number that a device address reaches, or NOT_MAPPED after recording the fault. */
static inline uint32_t translate(struct virtual_function *v, uint64_t address, uint32_t access) {
  const uint64_t page = address >> PAGE_SHIFT;
  if (__builtin_expect(page < v->map_page_count, 1)) {
    const uint32_t entry = v->map[page];
    if (__builtin_expect(entry & access, 1)) return entry >> 2;
  }
  v->fault_count++;
  v->fault_access = access;
  v->fault_address = address;
  return NOT_MAPPED;
}

/* Returns where a device may read, up to the end of the page; 0 after a fault. */
static inline uint32_t reach_to_read(struct virtual_function *v, uint64_t address) {
  const uint32_t page = translate(v, address, MAY_READ);
  if (page == NOT_MAPPED) return 0;
  const uint32_t frame = frame_of(v->memory, page);
  return (frame ? frame : ZERO_PAGE) + ((uint32_t)address & PAGE_MASK);
}

/* Returns where a device may write, up to the end of the page, and marks the page; 0 after a fault. */
static inline uint32_t reach_to_write(struct virtual_function *v, uint64_t address) {
  const uint32_t page = translate(v, address, MAY_WRITE);
  if (page == NOT_MAPPED) return 0;
  if (v->log) mark(v->log, (uint32_t)(address >> PAGE_SHIFT));
  return present_frame_of(v->memory, page) + ((uint32_t)address & PAGE_MASK);
}

/* Copies guest memory to `to`; false after a fault. */
static inline bool dma_read(struct virtual_function *v, uint64_t address, uint32_t to, uint32_t bytes) {
  while (true) {
    const uint32_t from = reach_to_read(v, address);
    if (!from) return false;
    const uint32_t room = PAGE_BYTES - ((uint32_t)address & PAGE_MASK);
    const uint32_t part = bytes < room ? bytes : room;
    memcpy(pool + to, pool + from, part);
    if (part == bytes) return true;
    address += part;
    to += part;
    bytes -= part;
  }
}

/* Copies bytes into guest memory; false after a fault. */
static inline bool dma_write(struct virtual_function *v, uint64_t address, uint32_t from, uint32_t bytes) {
  while (true) {
    const uint32_t to = reach_to_write(v, address);
    if (!to) return false;
    const uint32_t room = PAGE_BYTES - ((uint32_t)address & PAGE_MASK);
    const uint32_t part = bytes < room ? bytes : room;
    memcpy(pool + to, pool + from, part);
    if (part == bytes) return true;
    address += part;
    from += part;
    bytes -= part;
  }
}

#endif
