/* The images that the harness hands over, and the loops over them. */
#include "images.h"

#include "crc32c.h"
#include "image.h"
#include "pool.h"

/* Two are measured; a test hands over one for each bit. */
#define IMAGE_COUNT_MAX 8192u

struct kept_image {
  uint32_t bytes;
  uint8_t content[IMAGE_ROOM_BYTES];
};

static struct kept_image images[IMAGE_COUNT_MAX];
static struct image_state state;
static uint8_t saved[IMAGE_ROOM_BYTES];
static uint32_t saved_bytes;

void keep_image(uint32_t number, const char *hex) {
  check(number < IMAGE_COUNT_MAX, "an image has a place");
  struct kept_image *const image = &images[number];
  uint32_t byte;
  for (image->bytes = 0; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
    check(image->bytes < IMAGE_ROOM_BYTES, "an image fits its place");
    image->content[image->bytes++] = (uint8_t)byte;
  }
}

static uint32_t restore_kept(uint32_t number) {
  check(number < IMAGE_COUNT_MAX, "an image has a place");
  return restore_image(&state, images[number].content, images[number].bytes);
}

void prepare_save(uint32_t number) { check(restore_kept(number) == OK, "the state to save is possible"); }

void save_images(uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    state.vf.gprc = i;
    saved_bytes = save_image(&state, saved);
  }
}

uint32_t restore_images(uint32_t number, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t problem = restore_kept(number ^ (i & 1));
    if (problem) return problem;
  }
  return OK;
}

uint32_t saved_image_crc(void) { return crc32c(saved, saved_bytes); }

uint32_t state_crc(void) {
  saved_bytes = save_image(&state, saved);
  return saved_image_crc();
}
