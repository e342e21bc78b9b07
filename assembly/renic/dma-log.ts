/**
 * The device's DMA dirty log: armed, it has a bit for each entry of the IOMMU map through which the virtual function's
 * DMA may have written since the last collection. The marks are set where the DMA engine reaches memory (nic/dma.ts).
 *
 * Collecting translates device frames back to guest frames, adds them to the guest's log and clears the device's:
 * reading and clearing are one act, as with VFIO's DMA logging. It is final only while the virtual function is
 * quiesced.
 */
import { clearLog, createLog, harvest, LIST_COUNT_MAX, mark } from "../memory/dirty-log";
import { memoryOf } from "../memory/guest-memory";
import { entryCountOf, entryOf, guestFrameOf, setUnlogged } from "../memory/iommu";
import { drain } from "../nic/port";
import { vf } from "../nic/virtual-function";
import { world } from "../sim/world";

/** Arms the log; its room is reserved the first time, so this belongs to set-up. */
export function armDmaLog(index: u32): void {
  const v = vf(index);
  const map = v.map;
  drain(v.port);
  const entryCount = entryCountOf(map);
  if (!map.logRoom) map.logRoom = createLog(entryCount);
  map.log = map.logRoom;
  clearLog(map.log, entryCount);
  for (let number: u32 = 0; number < entryCount; number++) setUnlogged(map, number, true);
}

/** Ends the log: what is in it is forgotten, and writes cost what they did before there was one. */
export function disarmDmaLog(index: u32): void {
  const v = vf(index);
  const map = v.map;
  drain(v.port);
  if (!map.log) return;
  map.log = 0;
  const entryCount = entryCountOf(map);
  for (let number: u32 = 0; number < entryCount; number++) setUnlogged(map, number, false);
}

/** Adds the logged frames to the guest's log, clears the device's, and returns how many device frames there were. */
export function collectDmaLog(index: u32): u32 {
  const v = vf(index);
  const map = v.map;
  drain(v.port);
  if (!map.log) return 0;
  const guestLog = memoryOf(v.guest).log;
  const entryCount = entryCountOf(map);
  const list = world().scratch;
  let total: u32 = 0;
  let number: u32 = 0;
  let count: u32 = 0;
  do {
    count = harvest(map.log, number, entryCount, list, LIST_COUNT_MAX);
    for (let at = list, end = list + (count << 2); at < end; at += 4) {
      number = load<u32>(at);
      const entry = entryOf(map, number);
      if (entry) mark(guestLog, guestFrameOf(entry));
      setUnlogged(map, number, true);
    }
    total += count;
  } while (count == LIST_COUNT_MAX);
  return total;
}
