/* The transmit queue: `measure` looks for a whole packet, `gather` copies it and completes its descriptors. */
#ifndef TX_RING_H
#define TX_RING_H

#include "descriptor.h"
#include "dma.h"

/* Returns the bytes of the packet at the head, 0 when there is no whole packet. */
static inline uint32_t measure(struct virtual_function *v) {
  const struct queue *q = &v->tx;
  if (!is_enabled(q) || v->is_tx_faulted || !has_work(q)) return 0;
  uint32_t bytes = 0;
  uint32_t count = 0;
  for (uint32_t position = q->head; position != q->tail; position = position_after(q, position)) {
    const uint32_t at = reach_to_read(v, descriptor_address(q, position));
    if (!at) {
      v->is_tx_faulted = 1;
      return 0;
    }
    const uint32_t command = load32(at + TX_COMMAND);
    bytes += command & TX_LENGTH_MASK;
    count++;
    if (command & TX_EOP) {
      v->packet_descriptor_count = count;
      return bytes < FRAME_BYTES_MIN ? FRAME_BYTES_MIN : bytes;
    }
  }
  return 0;
}

/* What became of a packet: whole without or with a report, too long, not a data descriptor, not mapped. */
enum gathered { SILENT, REPORTED, OVERSIZE, MALFORMED, FAULT };

/* Copies the measured packet to `to`, padded to the shortest frame, and completes its descriptors. */
static inline enum gathered gather(struct virtual_function *v, uint32_t to, uint32_t bytes) {
  struct queue *q = &v->tx;
  enum gathered result = bytes > FRAME_BYTES_MAX ? OVERSIZE : SILENT;
  uint32_t room = bytes;
  for (uint32_t left = v->packet_descriptor_count; left; left--) {
    const uint64_t address = descriptor_address(q, q->head);
    const uint32_t at = reach_to_read(v, address);
    check(at != 0, "the ring was mapped when the packet was measured");
    const uint32_t command = load32(at + TX_COMMAND);
    if ((command & (TX_DEXT | TX_TYPE_MASK)) != (TX_DEXT | TX_TYPE_DATA)) result = MALFORMED;
    const uint32_t part = command & TX_LENGTH_MASK;
    if (result <= REPORTED) {
      if (!dma_read(v, load64(at + TX_ADDRESS), to, part)) {
        v->is_tx_faulted = 1;
        return FAULT;
      }
      to += part;
      room -= part;
    }
    if (command & TX_RS) {
      const uint32_t back = reach_to_write(v, address);
      if (!back) {
        v->is_tx_faulted = 1;
        return FAULT;
      }
      store32(back + TX_STATUS, load32(back + TX_STATUS) | TX_DD);
      if (result == SILENT) result = REPORTED;
    }
    q->head = position_after(q, q->head);
  }
  if (result > REPORTED) return result;
  if (room) memset(pool + to, 0, room);
  v->gptc++;
  v->gotc += bytes + CHECK_BYTES;
  return result;
}

#endif
