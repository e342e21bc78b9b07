/*
 * The ring path, without wires or time: driver posts, device fetches and copies, device receives and writes back,
 * driver polls and refills. The same steps in the same order as assembly/bench.ts.
 */
#include "ring-path.h"

#include "driver.h"
#include "frame-slots.h"
#include "rx-ring.h"
#include "tx-ring.h"

#define BATCH 32u
#define GUEST_COUNT 2u

static struct guest_memory memories[GUEST_COUNT];
static struct virtual_function functions[GUEST_COUNT];
static struct frame_slots slots;

uint32_t ring_path(uint32_t count, uint32_t bytes) {
  struct virtual_function *sender = &functions[0];
  struct virtual_function *receiver = &functions[1];
  uint32_t received = 0;
  for (uint32_t number = 0; number < count; number += BATCH) {
    struct driver *d = driver_of(sender->memory);
    reclaim(sender->memory, d);
    for (uint32_t i = 0; i < BATCH; i++) {
      store32(next_packet(sender->memory, d), number + i);
      post(sender->memory, d, bytes);
    }
    sender->tx.tail = d->tx_next;
    for (uint32_t room = measure(sender); room; room = measure(sender)) {
      const uint32_t slot = take_slot(&slots, room);
      gather(sender, slot + FRAME_START, room);
      receive(receiver, slot + FRAME_START, room);
      free_slot(&slots, slot);
    }
    struct driver *e = driver_of(receiver->memory);
    received += poll_receive(receiver->memory, e, BATCH);
    while (e->socket_count) leave_socket(receiver->memory, e);
    receiver->rx.tail = (e->rx_next + RING_MASK) & RING_MASK;
  }
  return received;
}

static void boot(struct guest_memory *m, struct virtual_function *v) {
  struct driver *d = driver_of(m);
  touch_page(m, RX_RING_PAGE);
  touch_page(m, TX_RING_PAGE);
  const uint32_t free_buffers = touch_page(m, FREE_BUFFERS_PAGE);
  for (uint32_t i = 0; i < RX_BUFFER_MASK; i++) store16(free_buffers + (i << 1), (uint16_t)(RX_BUFFER_MASK - 1 - i));
  d->free_count = RX_BUFFER_COUNT - 1;
  /* Every descriptor gets a buffer, also the one at the tail. */
  const uint32_t ring = touch_page(m, RX_RING_PAGE);
  const uint32_t buffer_of = touch_page(m, RX_BUFFER_OF_PAGE);
  for (uint32_t i = 0; i < RING_COUNT; i++) refill(ring, buffer_of, free_buffers, d, i);
  d->rx_told = RING_MASK;
  const uint32_t ring_bytes = RING_COUNT << DESCRIPTOR_SHIFT;
  v->rx = (struct queue){RX_RING_PAGE << PAGE_SHIFT, ring_bytes, 0, RING_MASK, QUEUE_ENABLE, 0};
  v->tx = (struct queue){TX_RING_PAGE << PAGE_SHIFT, ring_bytes, 0, 0, QUEUE_ENABLE, 0};
}

void create_guests(void) {
  create_slots(&slots.small, SLOT_SMALL_BYTES);
  create_slots(&slots.large, SLOT_LARGE_BYTES);
  for (uint32_t index = 0; index < GUEST_COUNT; index++) {
    struct guest_memory *m = &memories[index];
    struct virtual_function *v = &functions[index];
    m->page_count = GUEST_PAGE_COUNT;
    m->log = create_log(GUEST_PAGE_COUNT);
    v->memory = m;
    v->map_page_count = GUEST_PAGE_COUNT;
    for (uint32_t page = 0; page < GUEST_PAGE_COUNT; page++) v->map[page] = (page << 2) | MAY_READ | MAY_WRITE;
    boot(m, v);
    m->is_logging = 1;
    v->log = create_log(GUEST_PAGE_COUNT);
  }
}

static void put(const void *from, size_t bytes, FILE *file) {
  check(fwrite(from, 1, bytes, file) == bytes, "the dump can be written");
}

static void dump_pages(const struct guest_memory *m, FILE *file) {
  uint32_t present_count = 0;
  for (uint32_t page = 0; page < m->page_count; page++) present_count += m->table[page] != 0;
  put(&present_count, sizeof present_count, file);
  for (uint32_t page = 0; page < m->page_count; page++) {
    if (!m->table[page]) continue;
    put(&page, sizeof page, file);
    put(pool + m->table[page], PAGE_BYTES, file);
  }
}

void dump_guests(const char *path) {
  FILE *file = fopen(path, "wb");
  check(file != NULL, "the dump can be opened");
  for (uint32_t index = 0; index < GUEST_COUNT; index++) {
    dump_pages(&memories[index], file);
    put(memories[index].log, GUEST_PAGE_COUNT / 8, file);
    put(functions[index].log, GUEST_PAGE_COUNT / 8, file);
    clear_log(memories[index].log, GUEST_PAGE_COUNT);
    clear_log(functions[index].log, GUEST_PAGE_COUNT);
  }
  check(fclose(file) == 0, "the dump can be closed");
}
