/*
 * The guest's driver. All that it knows lies in guest memory: the pages are those of the simulator's guest, written
 * down here a second time. Every write goes through `touch`.
 *
 *     page 1    driver: ring positions, counts       2, 3    receive and transmit ring, 256 descriptors each
 *     page 4    buffer of each receive descriptor    5       stack of free receive buffers, 16 bits each
 *     page 6    socket queue: buffer and bytes       16      512 receive buffers of 2 KiB
 *                                                    272     256 transmit buffers of 2 KiB
 */
#ifndef DRIVER_H
#define DRIVER_H

#include "descriptor.h"
#include "guest-memory.h"

#define DRIVER_PAGE 1u
#define RX_RING_PAGE 2u
#define TX_RING_PAGE 3u
#define RX_BUFFER_OF_PAGE 4u
#define FREE_BUFFERS_PAGE 5u
#define SOCKET_PAGE 6u
#define RX_BUFFERS_PAGE 16u
#define TX_BUFFERS_PAGE 272u
#define RING_COUNT 256u
#define RING_MASK 255u
#define RX_BUFFER_COUNT 512u
#define RX_BUFFER_MASK 511u
#define BUFFER_SHIFT 11
/* Frames begin a few cache lines into their buffers, by a line more from one to the next, eight in turn. */
#define START_SHIFT 6
#define START_MASK (7u << START_SHIFT)
#define SOCKET_COUNT 254u
#define SOCKET_MASK 255u

/* The driver's page. */
struct driver {
  uint32_t rx_next;
  uint32_t tx_next;
  uint32_t tx_clean;
  uint32_t tx_start;
  uint32_t rx_told;
  uint32_t tx_told;
  uint32_t free_count;
  uint32_t socket_first;
  uint32_t socket_count;
  uint32_t socket_dropped;
  uint32_t packet_id;
};

struct socket_entry {
  uint16_t buffer;
  uint16_t start;
  uint32_t bytes;
};

static inline uint32_t touch_page(struct guest_memory *m, uint32_t page) { return touch(m, page << PAGE_SHIFT); }

static inline struct driver *driver_of(struct guest_memory *m) {
  return (struct driver *)(pool + touch_page(m, DRIVER_PAGE));
}

/* Where in a buffer its frame begins. */
static inline uint32_t start_of(uint32_t buffer) { return (buffer << START_SHIFT) & START_MASK; }

/* Gives a receive descriptor a free buffer. */
static inline void refill(uint32_t ring, uint32_t buffer_of, uint32_t free, struct driver *d, uint32_t position) {
  d->free_count = (d->free_count - 1) & RX_BUFFER_MASK;
  const uint32_t buffer = load16(free + (d->free_count << 1));
  store32(buffer_of + (position << 2), buffer);
  const uint32_t at = ring + (position << DESCRIPTOR_SHIFT);
  store64(at + RX_ADDRESS, (RX_BUFFERS_PAGE << PAGE_SHIFT) + (buffer << BUFFER_SHIFT) + start_of(buffer));
  store64(at + RX_STATUS, 0);
}

static inline void free_buffer(uint32_t free, struct driver *d, uint32_t buffer) {
  store16(free + (d->free_count << 1), (uint16_t)buffer);
  d->free_count = (d->free_count + 1) & RX_BUFFER_MASK;
}

static inline struct socket_entry *socket_entry_at(uint32_t socket, uint32_t position) {
  return (struct socket_entry *)(pool + socket) + position;
}

static inline void enqueue(uint32_t socket, uint32_t free, struct driver *d, uint32_t buffer, uint32_t bytes) {
  if (d->socket_count >= SOCKET_COUNT) {
    d->socket_dropped++;
    free_buffer(free, d, buffer);
    return;
  }
  struct socket_entry *e = socket_entry_at(socket, (d->socket_first + d->socket_count++) & SOCKET_MASK);
  e->buffer = (uint16_t)buffer;
  e->start = (uint16_t)start_of(buffer);
  e->bytes = bytes;
}

/* Takes the frame that has waited longest off the queue; its buffer is free again. */
static inline void leave_socket(struct guest_memory *m, struct driver *d) {
  const uint32_t socket = touch_page(m, SOCKET_PAGE);
  free_buffer(touch_page(m, FREE_BUFFERS_PAGE), d, socket_entry_at(socket, d->socket_first & SOCKET_MASK)->buffer);
  d->socket_first = (d->socket_first + 1) & SOCKET_MASK;
  d->socket_count--;
}

static inline int is_received(uint32_t ring, uint32_t position) {
  return (load32(ring + (position << DESCRIPTOR_SHIFT) + RX_STATUS) & RX_DD) != 0;
}

/* Moves received frames to the socket queue and refills the ring; returns how many frames there were. */
static inline uint32_t poll_receive(struct guest_memory *m, struct driver *d, uint32_t budget) {
  if (!is_received(look(m, RX_RING_PAGE << PAGE_SHIFT), d->rx_next & RING_MASK)) return 0;
  const uint32_t ring = touch_page(m, RX_RING_PAGE);
  const uint32_t buffer_of = touch_page(m, RX_BUFFER_OF_PAGE);
  const uint32_t free = touch_page(m, FREE_BUFFERS_PAGE);
  const uint32_t socket = touch_page(m, SOCKET_PAGE);
  uint32_t count = 0;
  for (; count < budget; count++) {
    const uint32_t position = d->rx_next & RING_MASK;
    if (!is_received(ring, position)) break;
    const uint32_t bytes = load16(ring + (position << DESCRIPTOR_SHIFT) + RX_LENGTH);
    enqueue(socket, free, d, load32(buffer_of + (position << 2)), bytes);
    refill(ring, buffer_of, free, d, position);
    d->rx_next = (position + 1) & RING_MASK;
  }
  return count;
}

/* Reclaims transmit descriptors that the device has completed; with the last one the buffers begin anew. */
static inline void reclaim(struct guest_memory *m, struct driver *d) {
  const uint32_t ring = look(m, TX_RING_PAGE << PAGE_SHIFT);
  while (d->tx_clean != d->tx_next) {
    const uint32_t at = ring + ((d->tx_clean & RING_MASK) << DESCRIPTOR_SHIFT);
    if (!(load32(at + TX_STATUS) & TX_DD)) return;
    d->tx_clean = (d->tx_clean + 1) & RING_MASK;
  }
  d->tx_start = d->tx_next;
}

/* Returns the guest address of the next packet's buffer. */
static inline uint32_t next_buffer(const struct driver *d) {
  const uint32_t buffer = (d->tx_next - d->tx_start) & RING_MASK;
  return (TX_BUFFERS_PAGE << PAGE_SHIFT) + (buffer << BUFFER_SHIFT) + start_of(buffer);
}

/* Returns where the next packet's bytes are to be written. */
static inline uint32_t next_packet(struct guest_memory *m, const struct driver *d) {
  return touch(m, next_buffer(d));
}

/* Posts the packet that was written to `next_packet`. */
static inline void post(struct guest_memory *m, struct driver *d, uint32_t bytes) {
  const uint32_t position = d->tx_next & RING_MASK;
  const uint32_t at = touch_page(m, TX_RING_PAGE) + (position << DESCRIPTOR_SHIFT);
  store64(at + TX_ADDRESS, next_buffer(d));
  store32(at + TX_COMMAND, bytes | TX_TYPE_DATA | TX_DEXT | TX_IFCS | TX_EOP | TX_RS);
  store32(at + TX_STATUS, bytes << TX_PAYLEN_SHIFT);
  d->tx_next = (position + 1) & RING_MASK;
}

#endif
