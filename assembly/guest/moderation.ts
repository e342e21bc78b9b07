/**
 * Adaptive interrupt moderation, as the drivers of the virtual and of the physical function do it: how much each
 * interrupt brought decides the class of the traffic, the class the least time between two interrupts.
 *
 *     class     interrupts a second   to lowest            to low                          to bulk
 *     lowest    70,000                -                    few packets, some bytes         packets of segments
 *     low       20,000                2 or less, small     -                               much, in large packets
 *     bulk      4,000                 -                    many packets, or few bytes      -
 *
 * Receiving and sending are classed apart and the slower class wins. The lowest class is used only when it is allowed
 * (ethtool's rx-usecs 1); rx-usecs 3, the driver's default, has the other two. A rate that rises does so by a quarter
 * of the new one at a time.
 *
 * Source: Linux drivers/net/ethernet/intel: igb_update_itr and igb_set_itr of igb, those of igbvf as they were in the
 * paper's time. Since 2011 igbvf hands the first one the interval where the class is expected, and so never leaves its
 * start value: that is MODERATION_FIXED of layout/guest-software.ts.
 */
import { MODERATION_CONSERVATIVE } from "../layout/guest-software";
import { VTEITR } from "../layout/vf-registers";
import { writeVf } from "../nic/registers";
import { Vf } from "../nic/virtual-function";
import { Driver, EITR_START } from "./driver";

const LOWEST: u32 = 0;
const LOW: u32 = 1;
const BULK: u32 = 2;

/** EITR of each class: quarters of a microsecond. */
const EITR_LOWEST: u32 = 56;
const EITR_LOW: u32 = 196;
const EITR_BULK: u32 = 980;

/** Takes an interrupt: the device learns of the interval that the poll before has come to. */
export function applyInterval(d: Driver, v: Vf): void {
  if (!d.isIntervalNew) return;
  d.isIntervalNew = 0;
  writeVf(v, VTEITR, d.interval);
}

/** Ends a poll: what came and went since the last one moves the interval; a driver with nothing new keeps it. */
export function adapt(d: Driver): void {
  d.rxClass = classAfter(d.rxClass, d.rxPolledPackets, d.rxPolledBytes, d.moderation);
  d.txClass = classAfter(d.txClass, d.txPolledPackets, d.txPolledBytes, d.moderation);
  d.rxPolledPackets = 0;
  d.rxPolledBytes = 0;
  d.txPolledPackets = 0;
  d.txPolledBytes = 0;
  const wanted = intervalOf(max<u32>(d.rxClass, d.txClass));
  if (!d.interval) d.interval = EITR_START;
  if (wanted == d.interval) return;
  d.interval = wanted < d.interval ? shortened(d.interval, wanted) : wanted;
  d.isIntervalNew = 1;
}

/** The rate rises by a quarter of the new one at most: 1 / interval = 1 / old + 1 / (4 x new), never below the new one. */
function shortened(old: u32, wanted: u32): u32 {
  return max<u32>(wanted, (4 * old * wanted) / (4 * wanted + old)) & INTERVAL_MASK;
}

/** EITR's two lowest bits are no part of the interval. */
const INTERVAL_MASK: u32 = ~3;

function intervalOf(trafficClass: u32): u32 {
  if (trafficClass == LOWEST) return EITR_LOWEST;
  return trafficClass == LOW ? EITR_LOW : EITR_BULK;
}

/** Returns the class after so many packets and bytes in one class. */
function classAfter(before: u32, packets: u32, bytes: u32, moderation: u32): u32 {
  if (!packets) return before;
  const after = unlimitedClass(before, packets, bytes);
  return moderation == MODERATION_CONSERVATIVE && after == LOWEST ? LOW : after;
}

function unlimitedClass(before: u32, packets: u32, bytes: u32): u32 {
  const each = bytes / packets;
  switch (before) {
    case LOWEST:
      if (each > 8000) return BULK;
      return packets < 5 && bytes > 512 ? LOW : before;
    case LOW:
      if (bytes > 10000) {
        if (each > 8000 || packets < 10 || each > 1200) return BULK;
        return packets > 35 ? LOWEST : before;
      }
      if (each > 2000) return BULK;
      return packets <= 2 && bytes < 512 ? LOWEST : before;
    default:
      if (bytes > 25000) return packets > 35 ? LOW : before;
      return bytes < 6000 ? LOW : before;
  }
}
