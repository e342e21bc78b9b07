/**
 * The pages of a checkpoint on their way from primary to backup.
 *
 *      0       4       8            16
 *     +-------+-------+------------+----------------------------+
 *     | page  | kind  | digest     | 4,096 bytes for kind DATA  |
 *     +-------+-------+------------+----------------------------+
 *
 * The digest covers the page's bytes and its number, so that a page that lost its way is seen.
 */

export const PAGE_RECORD_NUMBER: u32 = 0;
export const PAGE_RECORD_KIND: u32 = 4;
export const PAGE_RECORD_DIGEST: u32 = 8;
export const PAGE_RECORD_HEADER_BYTES: u32 = 16;
export const PAGE_DATA: u32 = 0;
/** The page is all zeros and carries no bytes. */
export const PAGE_ZERO: u32 = 1;
/** The page is payload of a world without content: its version stands in the digest's place, and it counts as kind DATA. */
export const PAGE_VERSION: u32 = 2;

// What became of a checkpoint at the backup.
export const APPLY_OK: u32 = 0;
export const APPLY_SHORT: u32 = 1;
export const APPLY_BAD_PAGE: u32 = 2;
export const APPLY_BAD_DIGEST: u32 = 3;
export const APPLY_BAD_KIND: u32 = 4;
