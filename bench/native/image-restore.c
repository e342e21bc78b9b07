/* Restoring: everything is checked and has a place before anything is applied. */
#include "image.h"

/* Where the pool's filters would be. */
struct placed_filters {
  struct receive_address addresses[RECEIVE_ADDRESS_COUNT];
  uint32_t vlans[VLAN_FILTER_COUNT];
};

static void take_interrupt(struct vf_state *v, const uint8_t *from) {
  v->eims = get32(from);
  v->eiac = get32(from + 4);
  v->eiam = get32(from + 8);
  v->eicr = get32(from + 12);
  for (uint32_t i = 0; i < VECTOR_COUNT; i++) v->eitr[i] = get32(from + 16 + 4 * i);
  v->ivar = get32(from + 28);
  v->ivar_misc = get32(from + 32);
}

static void take_throttles(struct image_state *s, const uint8_t *from) {
  for (uint32_t i = 0; i < VECTOR_COUNT; i++, from += 16) {
    const uint64_t left = get64(from);
    s->vf.throttles[i] = (struct image_throttle){left ? s->now + left : 0, NEVER, get32(from + 8)};
  }
}

static void take_rx_queue(struct image_queue *q, const uint8_t *from) {
  q->base_low = get32(from);
  q->base_high = get32(from + 4);
  q->length = get32(from + 8);
  q->options = get32(from + 12);
  q->head = get32(from + 16);
  q->cache = get32(from + 20);
  q->tail = get32(from + 24);
  q->control = get32(from + 28);
  q->dropped = get32(from + 32);
}

/* No frame waits in an outbound buffer, so what was fetched beyond the head is fetched again. */
static void take_tx_queue(struct image_queue *q, const uint8_t *from) {
  q->base_low = get32(from);
  q->base_high = get32(from + 4);
  q->length = get32(from + 8);
  q->head = get32(from + 12);
  q->options = get32(from + 16);
  q->tail = get32(from + 20);
  q->control = get32(from + 24);
  q->dropped = get32(from + 28);
  q->cache = get32(from + 32);
  q->fetched = q->head;
  memcpy(q->hidden, from + 40, CONTEXT_BYTES);
}

static void take_statistics(struct vf_state *v, const uint8_t *from) {
  v->gprc = get32(from);
  v->gptc = get32(from + 4);
  v->gorc = get32(from + 8);
  v->gotc = get32(from + 12);
  v->mprc = get32(from + 16);
  v->gprlbc = get32(from + 20);
  v->gptlbc = get32(from + 24);
  v->gorlbc = get32(from + 28);
  v->gotlbc = get32(from + 32);
}

static void take_msix(struct vf_state *v, const uint8_t *from) {
  memcpy(v->msix, from, sizeof v->msix);
  v->msix_pending = get32(from + 48);
  v->msix_control = get32(from + 52);
}

static uint32_t with_bit(uint32_t word, uint32_t number, uint32_t value) {
  return (word & ~(1u << number)) | (value & 1) << number;
}

static void take_control(struct image_state *s, const uint8_t *from) {
  struct port_state *const p = &s->port;
  s->vf.mailbox = get32(from);
  memcpy(s->vf.mail, from + 4, sizeof s->vf.mail);
  s->vf.psrtype = get32(from + 68);
  const uint32_t mail = get32(from + 72);
  p->mbvficr = with_bit(with_bit(p->mbvficr, s->pool, mail), s->pool + MBVFICR_ACK_SHIFT, mail >> 1);
  p->vflre = with_bit(p->vflre, s->pool, mail >> 2);
  s->vf.turn = get32(from + 76);
  s->vf.timer_start = s->now - get64(from + 80);
}

static void set_bit(uint32_t *table, uint32_t number) { table[number >> 5] |= 1u << (number & 31); }

static void take_filters(struct port_state *p, const struct placed_filters *placed, const uint8_t *from) {
  memcpy(p->addresses, placed->addresses, sizeof p->addresses);
  memcpy(p->vlans, placed->vlans, sizeof p->vlans);
  const uint8_t *at = from + 8 + 8 * get32(from);
  for (uint32_t left = get32(from + 4); left; left--, at += 4) set_bit(p->vfta, get32(at));
}

static void take_policy(struct image_state *s, const uint8_t *from) {
  struct port_state *const p = &s->port;
  struct pool_notes *const n = &p->notes[s->pool];
  p->vmolr[s->pool] = get32(from);
  p->vmvir[s->pool] = get32(from + 4);
  const uint32_t bits = get32(from + 8);
  p->vfre = with_bit(p->vfre, s->pool, bits);
  p->vfte = with_bit(p->vfte, s->pool, bits >> 1);
  p->dtxswc = with_bit(p->dtxswc, s->pool, bits >> 2);
  p->dtxswc = with_bit(p->dtxswc, DTXSWC_VLAN_SHIFT + s->pool, bits >> 3);
  p->dtxswc = with_bit(p->dtxswc, DTXSWC_SELF_SHIFT + s->pool, bits >> 4);
  n->mac = get64(from + 16);
  n->flags = get32(from + 24);
  n->hash_count = get32(from + 28);
  memcpy(n->hashes, from + 32, sizeof n->hashes);
  for (uint32_t i = 0; i < n->hash_count; i++) set_bit(p->mta, n->hashes[i] & 0xfff);
}

/* Takes the pool out of every entry; one that no pool has any more is free. */
static void leave_filters(struct placed_filters *placed, uint32_t pool) {
  const uint32_t address_bit = 1u << (RAH_POOLS_SHIFT + pool), vlan_bit = 1u << (VLVF_POOLS_SHIFT + pool);
  for (uint32_t i = 0; i < RECEIVE_ADDRESS_COUNT; i++) {
    struct receive_address *const a = &placed->addresses[i];
    if (!(a->high & address_bit)) continue;
    a->high &= ~address_bit;
    if (!(a->high >> RAH_POOLS_SHIFT & POOLS_MASK)) *a = (struct receive_address){0, 0};
  }
  for (uint32_t i = 0; i < VLAN_FILTER_COUNT; i++) {
    uint32_t *const word = &placed->vlans[i];
    if (!(*word & vlan_bit)) continue;
    *word &= ~vlan_bit;
    if (!(*word >> VLVF_POOLS_SHIFT & POOLS_MASK)) *word = 0;
  }
}

/* An entry that equals the address, else the highest invalid one. */
static int place_address(struct placed_filters *placed, uint32_t pool, uint64_t address) {
  const uint32_t bit = 1u << (RAH_POOLS_SHIFT + pool);
  struct receive_address *vacant = 0;
  for (uint32_t i = 0; i < RECEIVE_ADDRESS_COUNT; i++) {
    struct receive_address *const a = &placed->addresses[i];
    if (!(a->high & RAH_VALID)) {
      vacant = a;
    } else if (((uint64_t)(a->high & RAH_ADDRESS) << 32 | a->low) == address) {
      a->high |= bit;
      return 1;
    }
  }
  if (!vacant) return 0;
  *vacant = (struct receive_address){(uint32_t)address, (uint32_t)(address >> 32) | RAH_VALID | bit};
  return 1;
}

/* An enabled entry of the VLAN, else the lowest that is not enabled. */
static int place_vlan(struct placed_filters *placed, uint32_t pool, uint32_t vlan) {
  const uint32_t bit = 1u << (VLVF_POOLS_SHIFT + pool);
  uint32_t *vacant = 0;
  for (uint32_t i = 0; i < VLAN_FILTER_COUNT; i++) {
    uint32_t *const word = &placed->vlans[i];
    if (!(*word & VLVF_ENABLE)) {
      if (!vacant) vacant = word;
    } else if ((*word & VLAN_MASK) == vlan) {
      *word |= bit;
      return 1;
    }
  }
  if (!vacant) return 0;
  *vacant = VLVF_ENABLE | bit | vlan;
  return 1;
}

static int place_filters(const struct image_state *s, struct placed_filters *placed, const uint8_t *from) {
  memcpy(placed->addresses, s->port.addresses, sizeof placed->addresses);
  memcpy(placed->vlans, s->port.vlans, sizeof placed->vlans);
  leave_filters(placed, s->pool);
  const uint32_t address_count = get32(from), vlan_count = get32(from + 4);
  const uint8_t *at = from + 8;
  for (uint32_t i = 0; i < address_count; i++, at += 8) {
    if (!place_address(placed, s->pool, get64(at))) return 0;
  }
  for (uint32_t i = 0; i < vlan_count; i++, at += 4) {
    if (!place_vlan(placed, s->pool, get32(at))) return 0;
  }
  return 1;
}

/* There is no outbound buffer here: frames that wait have no room. */
static int outbound_fits(const uint8_t *at) {
  for (const uint8_t *record = at + IMAGE_HEADER_BYTES; type_of(record) != END; record += record_bytes(record)) {
    if (type_of(record) == OUTBOUND && get32(record + RECORD_HEADER_BYTES)) return 0;
  }
  return 1;
}

static const uint8_t *find_payload(const uint8_t *at, uint32_t type) {
  const uint8_t *record = at + IMAGE_HEADER_BYTES;
  while (type_of(record) != type) record += record_bytes(record);
  return record + RECORD_HEADER_BYTES;
}

/* What the queues had under way is not the image's. */
static void forget_queues(struct vf_state *v) {
  for (uint32_t i = 0; i < QUEUE_COUNT; i++) {
    v->rx[i].pending = 0;
    v->tx[i].pending = 0;
    v->tx[i].held_count = 0;
  }
}

static void take_payload(struct image_state *s, const struct placed_filters *placed, const uint8_t *record) {
  const uint8_t *const from = record + RECORD_HEADER_BYTES;
  switch (type_of(record)) {
    case INTERRUPT:
      return take_interrupt(&s->vf, from);
    case THROTTLE:
      return take_throttles(s, from);
    case RX_QUEUE:
      return take_rx_queue(&s->vf.rx[instance_of(record)], from);
    case TX_QUEUE:
      return take_tx_queue(&s->vf.tx[instance_of(record)], from);
    case STATISTICS:
      return take_statistics(&s->vf, from);
    case MSIX:
      return take_msix(&s->vf, from);
    case CONTROL:
      return take_control(s, from);
    case FILTERS:
      return take_filters(&s->port, placed, from);
    case POLICY:
      return take_policy(s, from);
  }
}

uint32_t restore_image(struct image_state *s, const uint8_t *at, uint32_t bytes) {
  struct placed_filters placed;
  const uint32_t problem = check_image(at, bytes);
  if (problem) return problem;
  if (!outbound_fits(at) || !place_filters(s, &placed, find_payload(at, FILTERS))) return NO_ROOM;
  forget_queues(&s->vf);
  for (const uint8_t *record = at + IMAGE_HEADER_BYTES; type_of(record) != END; record += record_bytes(record)) {
    if (is_known(record)) take_payload(s, &placed, record);
  }
  return OK;
}
