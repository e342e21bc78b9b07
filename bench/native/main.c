/*
 * The C engine: a child process that reads a command a line and answers each with a line.
 *
 *     run ring-path COUNT BYTES            nanoseconds, frames received
 *     run hold-events COUNT PENDING        nanoseconds, low word of the final time
 *     run harvest COUNT MARKED             nanoseconds, sum of the pages that the last harvest found
 *     run save-image COUNT IMAGE           nanoseconds, CRC-32C of the last image saved
 *     run restore-image COUNT IMAGE        nanoseconds, CRC-32C of the state's image then, or why one was refused
 *     run copy-page COUNT 0                nanoseconds, CRC-32C of the pages copied
 *     run hash-page COUNT 0                nanoseconds, sum of the digests' low words
 *     run delta-page COUNT CHANGED         nanoseconds, sum of the runs' bytes XOR CRC-32C of where they were written
 *     carry COUNT BYTES FLOWS              nanoseconds, what was added up
 *     image IMAGE HEX                      ok
 *     dump FILE                            ok
 *
 * Time is measured here, so that neither the pipe is nor what comes before the work.
 */
#define _POSIX_C_SOURCE 199309L

#include <inttypes.h>
#include <time.h>

#include "carry.h"
#include "crc32c.h"
#include "harvest.h"
#include "hold-events.h"
#include "images.h"
#include "pages.h"
#include "pool.h"
#include "ring-path.h"

/* An image of 4096 bytes, two digits each, fits. */
#define LINE_BYTES 16384

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct measured {
  uint64_t ns;
  uint32_t result;
};

static struct measured run_ring_path(uint32_t count, uint32_t bytes) {
  const uint64_t start = now_ns();
  const uint32_t result = ring_path(count, bytes);
  return (struct measured){now_ns() - start, result};
}

static struct measured run_hold_events(uint32_t count, uint32_t pending) {
  prepare_hold(pending, count);
  const uint64_t start = now_ns();
  const uint32_t result = hold_events(count);
  return (struct measured){now_ns() - start, result};
}

static struct measured run_harvest(uint32_t count, uint32_t marked_count) {
  struct measured sum = {0, 0};
  for (uint32_t i = 0; i < count; i++) {
    prepare_log(marked_count);
    const uint64_t start = now_ns();
    sum.result = harvest_log();
    sum.ns += now_ns() - start;
  }
  return sum;
}

static struct measured run_save_image(uint32_t count, uint32_t image) {
  prepare_save(image);
  const uint64_t start = now_ns();
  save_images(count);
  const uint64_t ns = now_ns() - start;
  return (struct measured){ns, saved_image_crc()};
}

static struct measured run_restore_image(uint32_t count, uint32_t image) {
  const uint64_t start = now_ns();
  const uint32_t problem = restore_images(image, count);
  const uint64_t ns = now_ns() - start;
  return (struct measured){ns, problem ? problem : state_crc()};
}

static struct measured run_copy_page(uint32_t count) {
  prepare_pages(0);
  const uint64_t start = now_ns();
  copy_pages(count);
  const uint64_t ns = now_ns() - start;
  return (struct measured){ns, copied_crc()};
}

static struct measured run_hash_page(uint32_t count) {
  prepare_pages(0);
  const uint64_t start = now_ns();
  const uint32_t result = hash_pages(count);
  return (struct measured){now_ns() - start, result};
}

static struct measured run_delta_page(uint32_t count, uint32_t changed_words) {
  prepare_pages(changed_words);
  const uint64_t start = now_ns();
  const uint32_t bytes = delta_pages(count);
  const uint64_t ns = now_ns() - start;
  return (struct measured){ns, bytes ^ runs_crc()};
}

static struct measured run_carry(uint32_t count, uint32_t bytes, uint32_t flow_count) {
  prepare_carry(flow_count);
  const uint64_t start = now_ns();
  const uint32_t result = carry_bytes(count, bytes, flow_count);
  return (struct measured){now_ns() - start, result};
}

static struct measured run(const char *work, uint32_t count, uint32_t parameter) {
  if (!strcmp(work, "ring-path")) return run_ring_path(count, parameter);
  if (!strcmp(work, "hold-events")) return run_hold_events(count, parameter);
  if (!strcmp(work, "save-image")) return run_save_image(count, parameter);
  if (!strcmp(work, "restore-image")) return run_restore_image(count, parameter);
  if (!strcmp(work, "copy-page")) return run_copy_page(count);
  if (!strcmp(work, "hash-page")) return run_hash_page(count);
  if (!strcmp(work, "delta-page")) return run_delta_page(count, parameter);
  check(!strcmp(work, "harvest"), "a command names work that is known");
  return run_harvest(count, parameter);
}

static void print(struct measured m) { printf("%" PRIu64 " %" PRIu32 "\n", m.ns, m.result); }

static void answer(char *line) {
  char work[32];
  uint32_t count = 0, parameter = 0;
  if (sscanf(line, "run %31s %" SCNu32 " %" SCNu32, work, &count, &parameter) == 3) {
    print(run(work, count, parameter));
    return;
  }
  uint32_t flow_count = 0;
  if (sscanf(line, "carry %" SCNu32 " %" SCNu32 " %" SCNu32, &count, &parameter, &flow_count) == 3) {
    print(run_carry(count, parameter, flow_count));
    return;
  }
  int hex_at = 0;
  if (sscanf(line, "image %" SCNu32 " %n", &parameter, &hex_at) == 1 && hex_at) {
    keep_image(parameter, line + hex_at);
    printf("ok\n");
    return;
  }
  check(!strncmp(line, "dump ", 5), "a line is a command");
  line[strcspn(line, "\r\n")] = 0;
  dump_guests(line + 5);
  printf("ok\n");
}

int main(void) {
  static char line[LINE_BYTES];
  create_guests();
  create_crc32c_tables();
  while (fgets(line, sizeof line, stdin)) {
    answer(line);
    fflush(stdout);
  }
  return 0;
}
