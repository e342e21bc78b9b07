/**
 * What a driver remembers of the registers that it has written, in guest memory, so that it crosses with the guest:
 *
 *     0 entries | 4 unused | 8 first entry: register, value | 16 second | ...
 *
 * In the order of the writes; a later one takes the place of an earlier one to the same register. A record that is full
 * is a mistake of the driver's, whose set-up has a few dozen writes. Memory may be torn: a count is no more than fits.
 */
import { RECORD_PAGE } from "../layout/guest-software";
import { PAGE_BYTES, PAGE_SHIFT } from "../layout/limits";
import { GuestMemory, look, touch } from "../memory/guest-memory";

@unmanaged
export class RecordedWrite {
  register: u32;
  value: u32;
}

const FIRST_AT: u32 = 8;
const ENTRY_BYTES: u32 = 8;
const ENTRY_COUNT_MAX: u32 = (PAGE_BYTES - FIRST_AT) / ENTRY_BYTES;
if (offsetof<RecordedWrite>() != ENTRY_BYTES) ERROR("layout: a recorded write has grown");

/** Remembers a write. */
export function recordWrite(m: GuestMemory, register: u32, value: u32): void {
  const page = touch(m, RECORD_PAGE << PAGE_SHIFT);
  const count = min<u32>(load<u32>(page), ENTRY_COUNT_MAX);
  let index: u32 = 0;
  while (index < count && entryAt(page, index).register != register) index++;
  assert(index < ENTRY_COUNT_MAX, "a driver's record has room for its set-up");
  const e = entryAt(page, index);
  e.register = register;
  e.value = value;
  if (index == count) store<u32>(page, count + 1);
}

/** Returns how many writes are remembered. */
export function recordedCount(m: GuestMemory): u32 {
  return min<u32>(load<u32>(look(m, RECORD_PAGE << PAGE_SHIFT)), ENTRY_COUNT_MAX);
}

/** Returns a write that is remembered. */
export function recordedWrite(m: GuestMemory, index: u32): RecordedWrite {
  return entryAt(look(m, RECORD_PAGE << PAGE_SHIFT), index);
}

function entryAt(page: u32, index: u32): RecordedWrite {
  return changetype<RecordedWrite>(page + FIRST_AT + index * ENTRY_BYTES);
}
