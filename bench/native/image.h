/* Saving and restoring the state image of a virtual function: the cases "state image". */
#ifndef IMAGE_H
#define IMAGE_H

#include "image-format.h"
#include "image-state.h"

/* Room for an image. */
#define IMAGE_ROOM_BYTES 4096u

/* Writes an image; returns its bytes. */
uint32_t save_image(const struct image_state *s, uint8_t *at);

/* Returns why these bytes are no image that can be restored, or OK. */
uint32_t check_image(const uint8_t *at, uint32_t bytes);

/* Restores an image and returns OK, or why not, and changes nothing. */
uint32_t restore_image(struct image_state *s, const uint8_t *at, uint32_t bytes);

#endif
