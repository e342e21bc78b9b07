/*
 * The C engine: a child process that reads a command a line and answers each with a line.
 *
 *     run ring-path COUNT BYTES            nanoseconds, frames received
 *     run hold-events COUNT PENDING        nanoseconds, low word of the final time
 *     run dirty-scan COUNT PAGES STRIDE    nanoseconds, sum of the pages that the last scan found
 *     dump FILE                            ok
 *
 * Time is measured here, so that the pipe is not.
 */
#define _POSIX_C_SOURCE 199309L

#include <inttypes.h>
#include <time.h>

#include "dirty-scan.h"
#include "hold-events.h"
#include "pool.h"
#include "ring-path.h"

#define LINE_BYTES 4096

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint32_t run(const char *work, uint32_t count, uint32_t first, uint32_t second) {
  if (!strcmp(work, "ring-path")) return ring_path(count, first);
  if (!strcmp(work, "hold-events")) return hold_events(first, count);
  check(!strcmp(work, "dirty-scan"), "a command names work that is known");
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; i++) sum = scan_log(first, second);
  return sum;
}

static void answer(char *line) {
  char work[32];
  uint32_t count = 0, first = 0, second = 0;
  if (sscanf(line, "run %31s %" SCNu32 " %" SCNu32 " %" SCNu32, work, &count, &first, &second) >= 3) {
    const uint64_t start = now_ns();
    const uint32_t result = run(work, count, first, second);
    const uint64_t end = now_ns();
    printf("%" PRIu64 " %" PRIu32 "\n", end - start, result);
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
  while (fgets(line, sizeof line, stdin)) {
    answer(line);
    fflush(stdout);
  }
  return 0;
}
