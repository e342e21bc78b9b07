/* Scanning a big dirty log: the case "dirty scan". */
#ifndef DIRTY_SCAN_H
#define DIRTY_SCAN_H

#include <stdint.h>

/* Marks every `stride`-th page of a log, finds all marks, clears the log; returns the sum of the pages found. */
uint32_t scan_log(uint32_t page_count, uint32_t stride);

#endif
