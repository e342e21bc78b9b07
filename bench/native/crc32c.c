/* The tables of crc32c.h. */
#include "crc32c.h"

uint32_t crc32c_table[8][256];

void create_crc32c_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ CRC32C_POLYNOMIAL : crc >> 1;
    crc32c_table[0][byte] = crc;
  }
  for (uint32_t i = 1; i < 8; i++) {
    for (uint32_t byte = 0; byte < 256; byte++) {
      const uint32_t before = crc32c_table[i - 1][byte];
      crc32c_table[i][byte] = crc32c_table[0][before & 0xff] ^ before >> 8;
    }
  }
}
