/*
 * What a state image is made of, as a C program would keep it: the virtual function's registers and hidden state, and
 * what the physical function has for its pool. One virtual function, pool 0 of a port.
 */
#ifndef IMAGE_STATE_H
#define IMAGE_STATE_H

#include <stdint.h>

#define VECTOR_COUNT 3u
#define QUEUE_COUNT 2u
#define POOL_COUNT 8u
#define MAIL_WORD_COUNT 16u
#define CONTEXT_BYTES 32u
#define RECEIVE_ADDRESS_COUNT 24u
#define VLAN_FILTER_COUNT 32u
#define HASH_COUNT_MAX 30u

/* Registers of a queue in the order in which the data path has them; `hidden` is what no register shows. */
struct image_queue {
  uint32_t base_low, base_high, length, head, tail, control, options;
  /* RQDPC, or TDWBAL; RXCTL, or TDWBAH. */
  uint32_t dropped, cache;
  uint32_t fetched, pending, held_count;
  uint8_t hidden[CONTEXT_BYTES];
};

struct image_throttle {
  uint64_t next_at, armed;
  uint32_t is_remembered;
};

struct vf_state {
  uint64_t timer_start;
  uint32_t turn;
  struct image_throttle throttles[VECTOR_COUNT];
  uint32_t eicr, eims, eiac, eiam, eitr[VECTOR_COUNT], ivar, ivar_misc, mailbox, psrtype;
  uint32_t gprc, gptc, gorc, gotc, mprc, gprlbc, gptlbc, gorlbc, gotlbc;
  /* Entries of four words, then pending bits and message control. */
  uint32_t msix[4 * VECTOR_COUNT], msix_pending, msix_control;
  uint32_t mail[MAIL_WORD_COUNT];
  struct image_queue rx[QUEUE_COUNT], tx[QUEUE_COUNT];
};

/* The driver's notes about a pool. */
struct pool_notes {
  uint64_t mac;
  uint32_t flags, hash_count;
  uint16_t hashes[HASH_COUNT_MAX];
};

struct receive_address {
  uint32_t low, high;
};

struct port_state {
  uint32_t mbvficr, vflre, vfre, vfte, dtxswc;
  uint32_t vmolr[POOL_COUNT], vmvir[POOL_COUNT];
  struct receive_address addresses[RECEIVE_ADDRESS_COUNT];
  uint32_t vlans[VLAN_FILTER_COUNT];
  uint32_t mta[128], vfta[128];
  struct pool_notes notes[POOL_COUNT];
};

struct image_state {
  uint64_t now;
  uint32_t pool;
  struct vf_state vf;
  struct port_state port;
};

/* Bits of a receive address's high word, and of a VLAN filter. */
#define RAH_VALID 0x80000000u
#define RAH_POOLS_SHIFT 18
#define RAH_ADDRESS 0xffffu
#define VLVF_ENABLE 0x80000000u
#define VLVF_POOLS_SHIFT 12
#define VLAN_MASK 0xfffu
/* Pools of an entry, once shifted down. */
#define POOLS_MASK 0xffu
#define MBVFICR_ACK_SHIFT 16
#define DTXSWC_VLAN_SHIFT 8
#define DTXSWC_SELF_SHIFT 16
#define NEVER UINT64_MAX

#endif
