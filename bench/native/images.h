/* The images that the harness hands over, and the loops over them. */
#ifndef IMAGES_H
#define IMAGES_H

#include <stdint.h>

/* Keeps an image under a number; `hex` is its bytes, two digits each. */
void keep_image(uint32_t number, const char *hex);

/* Makes the state what an image says. */
void prepare_save(uint32_t number);

/* Saves so many times; a statistic counts the saves, so that no two images are the same. */
void save_images(uint32_t count);

/* Restores an image and its neighbour (the number's lowest bit the other way) in turns; returns OK, or why not. */
uint32_t restore_images(uint32_t number, uint32_t count);

/* Returns the CRC-32C of the image that was saved last. */
uint32_t saved_image_crc(void);

/* Returns the CRC-32C of what the state would be saved as. */
uint32_t state_crc(void);

#endif
