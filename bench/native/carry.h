/* What a packet's way does with its bytes, and nothing else: the floor below the traffic table. */
#ifndef CARRY_H
#define CARRY_H

#include <stdint.h>

/* Gives some flows their buffers, if they have not been given to so many: not measured. */
void prepare_carry(uint32_t flow_count);

/*
 * Carries packets of so many bytes, the flows taking turns by bursts of 32; `count` is a multiple of 32. Returns what has
 * been added up, so that no compiler leaves it out.
 */
uint32_t carry_bytes(uint32_t count, uint32_t bytes, uint32_t flow_count);

#endif
