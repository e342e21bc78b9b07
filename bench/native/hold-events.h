/* The hold model: the case "event queue". */
#ifndef HOLD_EVENTS_H
#define HOLD_EVENTS_H

#include <stdint.h>

/* Has `pending` events wait, each for the lesser of two distances, and draws the distances of `count` holds. */
void prepare_hold(uint32_t pending, uint32_t count);

/* Takes the first event and schedules it again, `count` times. Returns a word of the final time. */
uint32_t hold_events(uint32_t count);

#endif
