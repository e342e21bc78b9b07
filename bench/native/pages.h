/* Pages of a checkpoint: copied, hashed, compared with an older version. */
#ifndef PAGES_H
#define PAGES_H

#include <stdint.h>

/* Makes both versions of the set of bench/pages.ts; so many words of a page differ. */
void prepare_pages(uint32_t changed_words);

void copy_pages(uint32_t count);

/* Returns the CRC-32C of the pages that were copied. */
uint32_t copied_crc(void);

/* Returns the sum of the digests' low words. */
uint32_t hash_pages(uint32_t count);

/* Returns the sum of the runs' bytes. */
uint32_t delta_pages(uint32_t count);

/* Returns the CRC-32C of a page's room that runs were written to. */
uint32_t runs_crc(void);

#endif
