/**
 * The device's DMA dirty log: armed, it has a bit for each device frame that the virtual function's DMA may have
 * written since the last collection. The marks are set where the DMA engine reaches memory (nic/dma.ts).
 *
 * Collecting translates device frames back to guest frames, adds them to the guest's log and clears the device's:
 * reading and clearing are one act, as with VFIO's DMA logging. It is final only while the virtual function is
 * quiesced.
 */
import { clearLog, createLog, mark, nextMarked } from "../memory/dirty-log";
import { memoryOf } from "../memory/guest-memory";
import { entryOf, guestFrameOf, setUnlogged } from "../memory/iommu";
import { drain } from "../nic/port";
import { vf } from "../nic/virtual-function";

/** Arms the log; its room is reserved the first time, so this belongs to set-up. */
export function armDmaLog(index: u32): void {
  const v = vf(index);
  drain(v.port);
  if (!v.log) {
    v.log = createLog(v.map.pageCount);
  }
  clearLog(v.log, v.map.pageCount);
  for (let page: u32 = 0; page < v.map.pageCount; page++) setUnlogged(v.map, page, true);
}

/** Adds the logged frames to the guest's log, clears the device's, and returns how many device frames there were. */
export function collectDmaLog(index: u32): u32 {
  const v = vf(index);
  drain(v.port);
  if (!v.log) return 0;
  const log = memoryOf(v.guest).log;
  let count: u32 = 0;
  let page = nextMarked(v.log, 0, v.map.pageCount);
  for (; page < v.map.pageCount; page = nextMarked(v.log, page + 1, v.map.pageCount)) {
    const entry = entryOf(v.map, page);
    if (entry) mark(log, guestFrameOf(entry));
    setUnlogged(v.map, page, true);
    count++;
  }
  clearLog(v.log, v.map.pageCount);
  return count;
}
