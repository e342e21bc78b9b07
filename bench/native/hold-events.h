/* The hold model: the case "event queue". */
#ifndef HOLD_EVENTS_H
#define HOLD_EVENTS_H

#include <stdint.h>

/* `pending` events wait; `count` times the first is taken and scheduled again. Returns a word of the final time. */
uint32_t hold_events(uint32_t pending, uint32_t count);

#endif
