/**
 * Frames in flight lie in slots, and every slot comes back: after a while of quiet those in use are those of frames that
 * wait for a quiesced pool. A frame that is lost without a reason, or ended twice, shows here.
 */
import { POOL_COUNT, SLOT_LARGE_BYTES, SLOT_SMALL_BYTES } from "../layout/limits";
import { port } from "../nic/port-record";
import { vf } from "../nic/virtual-function";
import { world } from "../sim/world";
import { frame } from "../wire/frame";
import { wire } from "../wire/wire";
import { SLOT_COUNT } from "./scene";
import { passTime } from "./watch";

const STEP_PS: u64 = 100000000;
const STEPS_MAX: u32 = 200;

/** Lets the port come to rest and looks whether slots are missing, or too many. */
export function lookForLeaks(): void {
  let steps: u32 = 0;
  while (isBusy() && steps++ < STEPS_MAX) passTime(STEP_PS);
  assert(!isBusy(), "a port whose guests have stopped comes to rest");
  const w = world();
  const small = SLOT_COUNT - (w.smallSlotsEnd - w.smallSlotsNext) / SLOT_SMALL_BYTES;
  const large = SLOT_COUNT - (w.largeSlotsEnd - w.largeSlotsNext) / SLOT_LARGE_BYTES;
  const free = lengthFrom(w.smallSlotFree, small) + lengthFrom(w.largeSlotFree, large);
  let waiting: u32 = 0;
  for (let pool: u32 = 0; pool < POOL_COUNT; pool++) waiting += lengthFrom(vf(pool).parkedFirst, small + large);
  assert(free + waiting == small + large, "every slot is free again, or waits for a quiesced pool");
}

/** Tells whether frames are under way or a pool is to be served. */
function isBusy(): bool {
  const p = port(0);
  return p.listedPools != 0 || wire(p.wireIn).underWayFirst != 0 || wire(p.loop).underWayFirst != 0;
}

/** Counts the slots of a list, which has at most so many. */
function lengthFrom(at: u32, countMax: u32): u32 {
  let length: u32 = 0;
  for (; at; at = frame(at).next) {
    length++;
    assert(length <= countMax, "a list of slots ends");
  }
  return length;
}
