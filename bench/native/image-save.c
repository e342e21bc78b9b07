/* Saving: the records in order, each sealed when its payload stands. */
#include "crc32c.h"
#include "image.h"

static uint8_t *put_identity(const struct image_state *s, uint8_t *to) {
  to = put64(to, s->port.notes[s->pool].mac);
  to = put32(to, TABLE_VERSION);
  return put32(to, 0);
}

static uint8_t *put_interrupt(const struct vf_state *v, uint8_t *to) {
  to = put32(to, v->eims);
  to = put32(to, v->eiac);
  to = put32(to, v->eiam);
  to = put32(to, v->eicr);
  for (uint32_t i = 0; i < VECTOR_COUNT; i++) to = put32(to, v->eitr[i]);
  to = put32(to, v->ivar);
  return put32(to, v->ivar_misc);
}

static uint8_t *put_throttles(const struct image_state *s, uint8_t *to) {
  for (uint32_t i = 0; i < VECTOR_COUNT; i++) {
    const struct image_throttle *t = &s->vf.throttles[i];
    to = put64(to, t->next_at > s->now ? t->next_at - s->now : 0);
    to = put32(to, t->is_remembered);
    to = put32(to, 0);
  }
  return to;
}

static uint8_t *put_rx_queue(const struct image_queue *q, uint8_t *to) {
  to = put32(to, q->base_low);
  to = put32(to, q->base_high);
  to = put32(to, q->length);
  to = put32(to, q->options);
  to = put32(to, q->head);
  to = put32(to, q->cache);
  to = put32(to, q->tail);
  to = put32(to, q->control);
  return put32(to, q->dropped);
}

static uint8_t *put_tx_queue(const struct image_queue *q, uint8_t *to) {
  to = put32(to, q->base_low);
  to = put32(to, q->base_high);
  to = put32(to, q->length);
  to = put32(to, q->head);
  to = put32(to, q->options);
  to = put32(to, q->tail);
  to = put32(to, q->control);
  to = put32(to, q->dropped);
  to = put32(to, q->cache);
  to = put32(to, q->fetched);
  memcpy(to, q->hidden, CONTEXT_BYTES);
  return to + CONTEXT_BYTES;
}

static uint8_t *put_statistics(const struct vf_state *v, uint8_t *to) {
  to = put32(to, v->gprc);
  to = put32(to, v->gptc);
  to = put32(to, v->gorc);
  to = put32(to, v->gotc);
  to = put32(to, v->mprc);
  to = put32(to, v->gprlbc);
  to = put32(to, v->gptlbc);
  to = put32(to, v->gorlbc);
  return put32(to, v->gotlbc);
}

static uint8_t *put_msix(const struct vf_state *v, uint8_t *to) {
  memcpy(to, v->msix, sizeof v->msix);
  to = put32(to + sizeof v->msix, v->msix_pending);
  return put32(to, v->msix_control);
}

static uint8_t *put_control(const struct image_state *s, uint8_t *to) {
  const uint32_t asks = (s->port.mbvficr >> s->pool) & 1;
  const uint32_t acknowledges = (s->port.mbvficr >> (s->pool + MBVFICR_ACK_SHIFT)) & 1;
  const uint32_t has_reset = (s->port.vflre >> s->pool) & 1;
  to = put32(to, s->vf.mailbox);
  memcpy(to, s->vf.mail, sizeof s->vf.mail);
  to = put32(to + sizeof s->vf.mail, s->vf.psrtype);
  to = put32(to, asks | acknowledges << 1 | has_reset << 2);
  to = put32(to, s->vf.turn);
  return put64(to, s->now - s->vf.timer_start);
}

static uint64_t address_in(const struct receive_address *a) {
  return (uint64_t)(a->high & RAH_ADDRESS) << 32 | a->low;
}

/* Inserts into an ascending list, unless it is there; returns the new length. */
static uint32_t insert_address(uint8_t *list, uint32_t count, uint64_t address) {
  uint32_t i = count;
  while (i && get64(list + 8 * (i - 1)) > address) i--;
  if (i && get64(list + 8 * (i - 1)) == address) return count;
  memmove(list + 8 * (i + 1), list + 8 * i, 8 * (count - i));
  put64(list + 8 * i, address);
  return count + 1;
}

static uint32_t insert_vlan(uint8_t *list, uint32_t count, uint32_t vlan) {
  uint32_t i = count;
  while (i && get32(list + 4 * (i - 1)) > vlan) i--;
  if (i && get32(list + 4 * (i - 1)) == vlan) return count;
  memmove(list + 4 * (i + 1), list + 4 * i, 4 * (count - i));
  put32(list + 4 * i, vlan);
  return count + 1;
}

static uint8_t *put_filters(const struct image_state *s, uint8_t *to) {
  uint8_t *const addresses = to + 8;
  uint32_t address_count = 0, vlan_count = 0;
  for (uint32_t i = 0; i < RECEIVE_ADDRESS_COUNT; i++) {
    const struct receive_address *a = &s->port.addresses[i];
    if (!(a->high & RAH_VALID) || !(a->high >> (RAH_POOLS_SHIFT + s->pool) & 1)) continue;
    address_count = insert_address(addresses, address_count, address_in(a));
  }
  uint8_t *const vlans = addresses + 8 * address_count;
  for (uint32_t i = 0; i < VLAN_FILTER_COUNT; i++) {
    const uint32_t word = s->port.vlans[i];
    if (!(word & VLVF_ENABLE) || !(word >> (VLVF_POOLS_SHIFT + s->pool) & 1)) continue;
    vlan_count = insert_vlan(vlans, vlan_count, word & VLAN_MASK);
  }
  put32(to, address_count);
  put32(to + 4, vlan_count);
  return vlans + 4 * vlan_count;
}

static uint8_t *put_policy(const struct image_state *s, uint8_t *to) {
  const struct port_state *p = &s->port;
  const struct pool_notes *n = &p->notes[s->pool];
  to = put32(to, p->vmolr[s->pool]);
  to = put32(to, p->vmvir[s->pool]);
  to = put32(to, (p->vfre >> s->pool & 1) | (p->vfte >> s->pool & 1) << 1 | (p->dtxswc >> s->pool & 1) << 2 |
                     (p->dtxswc >> (DTXSWC_VLAN_SHIFT + s->pool) & 1) << 3 |
                     (p->dtxswc >> (DTXSWC_SELF_SHIFT + s->pool) & 1) << 4);
  to = put32(to, 0);
  to = put64(to, n->mac);
  to = put32(to, n->flags);
  to = put32(to, n->hash_count);
  memcpy(to, n->hashes, sizeof n->hashes);
  return put32(to + sizeof n->hashes, 0);
}

static uint8_t *put_payload(const struct image_state *s, uint32_t type, uint32_t instance, uint8_t *to) {
  switch (type) {
    case IDENTITY:
      return put_identity(s, to);
    case INTERRUPT:
      return put_interrupt(&s->vf, to);
    case THROTTLE:
      return put_throttles(s, to);
    case RX_QUEUE:
      return put_rx_queue(&s->vf.rx[instance], to);
    case TX_QUEUE:
      return put_tx_queue(&s->vf.tx[instance], to);
    case STATISTICS:
      return put_statistics(&s->vf, to);
    case MSIX:
      return put_msix(&s->vf, to);
    case CONTROL:
      return put_control(s, to);
    case FILTERS:
      return put_filters(s, to);
    case POLICY:
      return put_policy(s, to);
    default:
      return to;
  }
}

/* Writes a record whose payload of so many bytes stands; returns where the next one begins. */
static uint8_t *seal_record(uint8_t *record, uint32_t type, uint32_t instance, uint32_t bytes) {
  uint8_t *const payload = record + RECORD_HEADER_BYTES;
  put16(record, (uint16_t)type);
  put16(record + RECORD_FLAGS, 0);
  put32(record + RECORD_LENGTH, bytes);
  put16(record + RECORD_INSTANCE, (uint16_t)instance);
  put16(record + RECORD_VERSION, 1);
  for (uint32_t i = bytes; i & 7; i++) payload[i] = 0;
  put32(record + RECORD_CRC, ~crc32c_continued(crc32c_continued(~0u, record, RECORD_CRC), payload, bytes));
  return record + record_bytes(record);
}

uint32_t save_image(const struct image_state *s, uint8_t *at) {
  uint8_t *record = at + IMAGE_HEADER_BYTES;
  uint32_t count = 1;
  for (uint32_t type = IDENTITY; type <= POLICY; type++) {
    for (uint32_t instance = 0; instance < instance_count(type); instance++, count++) {
      uint8_t *const payload = record + RECORD_HEADER_BYTES;
      const uint32_t bytes = (uint32_t)(put_payload(s, type, instance, payload) - payload);
      record = seal_record(record, type, instance, bytes);
    }
  }
  const uint32_t bytes = (uint32_t)(seal_record(record, END, 0, 0) - at);
  memcpy(at, "RENICVF", 8);
  put16(at + HEADER_MAJOR, IMAGE_MAJOR);
  put16(at + HEADER_MAJOR + 2, 0);
  put32(at + HEADER_MODEL, IMAGE_MODEL);
  put32(at + HEADER_FEATURES, 0);
  put32(at + HEADER_RECORDS, count);
  put32(at + HEADER_LENGTH, bytes);
  put32(at + HEADER_CRC, crc32c(at, HEADER_CRC));
  return bytes;
}
