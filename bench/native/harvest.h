/* Harvesting a big dirty log: the case "dirty harvest". */
#ifndef HARVEST_H
#define HARVEST_H

#include <stdint.h>

/* Fills the log with `marked_count` marks, at the places of bench/log.ts. */
void prepare_log(uint32_t marked_count);

/* Finds and clears every mark of the log, in ascending order; returns the sum of the pages found. */
uint32_t harvest_log(void);

#endif
