/* The receive queue: one buffer a frame; the descriptor is written back with its status word last. */
#ifndef RX_RING_H
#define RX_RING_H

#include "descriptor.h"
#include "dma.h"

#define ETHERNET_TYPE 12u
#define ETHERTYPE_IPV4 0x0008u /* 0x0800 on the wire, as a little-endian load sees it */
#define IPV4_PROTOCOL 23u
#define PROTOCOL_UDP 17u

enum received { RECEIVED, DISABLED, NO_DESCRIPTOR, NOT_REACHED };

static inline uint32_t packet_type(uint32_t from) {
  if (load16(from + ETHERNET_TYPE) != ETHERTYPE_IPV4) return 0;
  return pool[from + IPV4_PROTOCOL] == PROTOCOL_UDP ? RX_TYPE_IPV4 | RX_TYPE_UDP : RX_TYPE_IPV4;
}

/* The group bit is the lowest bit of the first byte (IEEE 802.3 section 3.2.3). */
static inline int is_to_group(uint32_t from) { return pool[from] & 1; }

/* Writes a frame of so many bytes at `from` into the guest's next buffer. */
static inline enum received receive(struct virtual_function *v, uint32_t from, uint32_t bytes) {
  struct queue *q = &v->rx;
  if (!is_enabled(q)) return DISABLED;
  if (!has_work(q)) {
    q->dropped++;
    return NO_DESCRIPTOR;
  }
  const uint32_t at = reach_to_write(v, descriptor_address(q, q->head));
  if (!at || !dma_write(v, load64(at + RX_ADDRESS), from, bytes)) return NOT_REACHED;
  store32(at + RX_TYPE, packet_type(from));
  store32(at + RX_HASH, 0);
  store32(at + RX_LENGTH, bytes);
  store32(at + RX_STATUS, RX_DD | RX_EOP);
  q->head = position_after(q, q->head);
  v->gprc++;
  v->gorc += bytes + CHECK_BYTES;
  if (is_to_group(from)) v->mprc++;
  return RECEIVED;
}

#endif
