/** The benchmark's loop over a dirty log; see bench.ts. */
import { harvest, LIST_COUNT_MAX } from "./memory/dirty-log";
import { world } from "./sim/world";

/** Finds and clears every mark of a log, as collecting a checkpoint does; returns the sum of the pages found. */
export function harvestLog(log: u32, pageCount: u32): u32 {
  const list = world().scratch;
  let sum: u32 = 0;
  let page: u32 = 0;
  let count: u32 = 0;
  do {
    count = harvest(log, page, pageCount, list, LIST_COUNT_MAX);
    sum += sumOf(list, count);
    if (count) page = load<u32>(list + ((count - 1) << 2));
  } while (count == LIST_COUNT_MAX);
  return sum;
}

/** Four at a time, as a C compiler adds them without being asked: what is measured is the harvest. */
function sumOf(list: u32, count: u32): u32 {
  let sums = i32x4.splat(0);
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4) sums = i32x4.add(sums, v128.load(list + (i << 2)));
  let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
  sum += i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  for (; i < count; i++) sum += load<i32>(list + (i << 2));
  return sum;
}
