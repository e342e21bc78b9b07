/* Packets from one guest to another: the case "ring path". */
#ifndef RING_PATH_H
#define RING_PATH_H

#include <stdint.h>

/* Makes both guests and boots their drivers; then both logs start, empty. */
void create_guests(void);

/* Moves `count` packets, a multiple of 32; each starts with its number. Returns how many were received. */
uint32_t ring_path(uint32_t count, uint32_t bytes);

/* Writes both guests' present pages and logs to a file, and clears the logs. */
void dump_guests(const char *path);

#endif
