/**
 * Which words of a record are registers. Worked out from the register table once for a world, because walking the
 * table for each record took most of an image's time.
 *
 *     IMAGE_WORDS  +------------------------+------------------------------------------
 *                  | where each type's list | place | impossible bits,  for each word
 *                  | begins, by its type    |       |
 *                  +------------------------+------------------------------------------
 *
 * A list ends where the next type's begins. Of a queue's registers it has those of queue 0.
 */
import { IMAGE_WORDS, IMAGE_WORDS_BYTES } from "../layout/memory-map";
import {
  COLUMN_COUNT,
  COLUMN_OFFSET,
  COLUMN_PLACE,
  COLUMN_PLACE_STRIDE,
  COLUMN_RECORD,
  COLUMN_WRITABLE,
} from "../layout/register-table";
import { TYPE_IDENTITY, TYPE_MANDATORY_LAST, TYPE_RX_QUEUE, TYPE_TX_QUEUE } from "../layout/state-image";
import { VF_ROW_COUNT, VFMAILBOX } from "../layout/vf-registers";
import { MAIL_BITS, QUEUE_COUNT } from "../layout/virtual-function";
import { vfCell } from "../nic/reset";

/** Bytes of a word's entry: its place in the virtual function's record, then the bits that it cannot have. */
export const WORD_BYTES: u32 = 8;
export const WORD_IMPOSSIBLE: u32 = 4;
const LISTS_BYTES: u32 = (TYPE_MANDATORY_LAST + 2) * 4;

/** Returns how many records of a type an image has. */
export function instanceCount(type: u32): u32 {
  return type == TYPE_RX_QUEUE || type == TYPE_TX_QUEUE ? QUEUE_COUNT : 1;
}

/** Returns how many words a register or an array has in a record: of a queue's registers each record has one. */
export function wordCount(type: u32, row: u32): u32 {
  return instanceCount(type) > 1 ? 1 : vfCell(row, COLUMN_COUNT);
}

/** Returns where the list of a type's words begins. */
export function wordsOf(type: u32): u32 {
  return load<u32>(IMAGE_WORDS + (type << 2));
}

/** Works the lists out. */
export function createImageWords(): void {
  let to = IMAGE_WORDS + LISTS_BYTES;
  for (let type: u32 = TYPE_IDENTITY; type <= TYPE_MANDATORY_LAST; type++) {
    store<u32>(IMAGE_WORDS + (type << 2), to);
    for (let row: u32 = 0; row < VF_ROW_COUNT; row++) {
      if (vfCell(row, COLUMN_RECORD) == type) to = listRow(type, row, to);
    }
  }
  store<u32>(IMAGE_WORDS + ((TYPE_MANDATORY_LAST + 1) << 2), to);
  assert(to <= IMAGE_WORDS + IMAGE_WORDS_BYTES, "the lists of words fit their place");
}

function listRow(type: u32, row: u32, to: u32): u32 {
  const bits = vfCell(row, COLUMN_OFFSET) == VFMAILBOX ? MAIL_BITS : vfCell(row, COLUMN_WRITABLE);
  for (let i: u32 = 0; i < wordCount(type, row); i++, to += WORD_BYTES) {
    store<u32>(to, vfCell(row, COLUMN_PLACE) + i * vfCell(row, COLUMN_PLACE_STRIDE));
    store<u32>(to, bits ? ~bits : 0, WORD_IMPOSSIBLE);
  }
  return to;
}
