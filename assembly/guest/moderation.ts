/**
 * Adaptive interrupt moderation, as the drivers of the virtual and of the physical function do it: how much each
 * interrupt brought decides the class of the traffic, the class the least time between two interrupts. Two rules:
 *
 *     class     by packets (igb): to lowest  to low                          to bulk
 *     lowest    -                            few packets, some bytes         packets of segments
 *     low       2 or less, small             -                               much, in large packets
 *     bulk      -                            many packets, or few bytes      -
 *
 *     class     by throughput (ixgbe): to lowest   to low                    to bulk
 *     lowest    -                                  above the lower limit     -
 *     low       up to the lower limit              -                         above the upper limit
 *     bulk      -                                  up to the upper limit     -
 *
 * Receiving and sending are classed apart and the slower class wins. By packets, the lowest class is used only when it
 * is allowed (ethtool's rx-usecs 1); rx-usecs 3, the driver's default, has the other two. There a rate that rises does
 * so by a quarter of the new one at a time, and the device is told with the next interrupt; by throughput a rate goes a
 * tenth of the way either way, and the device is told at once. Intervals and limits are rows of the cost model.
 *
 * Source: Linux drivers/net/ethernet/intel: igb_update_itr and igb_set_itr of igb, those of igbvf as they were in the
 * paper's time; ixgbe_update_itr and ixgbe_set_itr of ixgbe, ixgbevf's alike. Since 2011 igbvf hands the first one the
 * interval where the class is expected, and so never leaves its start value: that is MODERATION_FIXED of
 * layout/guest-software.ts.
 */
import { cost } from "../cpu/cost";
import {
  INTERVAL_BULK,
  INTERVAL_LOW,
  INTERVAL_LOWEST,
  INTERVAL_START,
  THROUGHPUT_HIGH,
  THROUGHPUT_LOW,
} from "../layout/cost";
import { DEVICE_VF, MODERATION_CONSERVATIVE, MODERATION_THROUGHPUT } from "../layout/guest-software";
import { VTEITR } from "../layout/vf-registers";
import { EITR_KEEP_COUNTER } from "../layout/virtual-function";
import { writeVf } from "../nic/registers";
import { Vf } from "../nic/virtual-function";
import { Driver } from "./driver";

const LOWEST: u32 = 0;
const LOW: u32 = 1;
const BULK: u32 = 2;

/** EITR counts quarters of a microsecond; its two lowest bits are no part of the interval. */
const QUARTERS_PER_SECOND: u64 = 4_000_000;
const INTERVAL_MASK: u32 = 0x7ffc;

/** Takes an interrupt: a virtual function learns of the interval that the poll before has come to. */
export function applyInterval(d: Driver, v: Vf): void {
  if (!d.isIntervalNew || d.kind != DEVICE_VF) return;
  d.isIntervalNew = 0;
  writeVf(v, VTEITR, d.interval);
}

/** Ends a poll: what came and went since the last one moves the interval; a driver with nothing new keeps it. */
export function adapt(d: Driver, v: Vf): void {
  if (!d.interval) d.interval = cost(INTERVAL_START);
  d.rxClass = classAfter(d, d.rxClass, d.rxPolledPackets, d.rxPolledBytes);
  d.txClass = classAfter(d, d.txClass, d.txPolledPackets, d.txPolledBytes);
  d.rxPolledPackets = 0;
  d.rxPolledBytes = 0;
  d.txPolledPackets = 0;
  d.txPolledBytes = 0;
  const wanted = intervalOf(max<u32>(d.rxClass, d.txClass));
  if (wanted == d.interval) return;
  if (d.moderation == MODERATION_THROUGHPUT) {
    d.interval = smoothed(d.interval, wanted);
    // Without the bit the interval at hand would end now, with an interrupt. An emulated NIC is told behind the poll.
    if (d.kind == DEVICE_VF) writeVf(v, VTEITR, (d.interval & INTERVAL_MASK) | EITR_KEEP_COUNTER);
    else d.isIntervalNew = 1;
    return;
  }
  d.interval = wanted < d.interval ? shortened(d.interval, wanted) : wanted;
  d.isIntervalNew = 1;
}

/** The rate rises by a quarter of the new one at most: 1 / interval = 1 / old + 1 / (4 x new), never below the new one. */
function shortened(old: u32, wanted: u32): u32 {
  return max<u32>(wanted, (4 * old * wanted) / (4 * wanted + old)) & INTERVAL_MASK;
}

/** Nine tenths of the old rate and one of the new one: 1 / interval = 0.9 / old + 0.1 / new. */
function smoothed(old: u32, wanted: u32): u32 {
  return <u32>((10 * <u64>old * wanted) / (9 * <u64>wanted + old));
}

function intervalOf(trafficClass: u32): u32 {
  if (trafficClass == LOWEST) return cost(INTERVAL_LOWEST);
  return cost(trafficClass == LOW ? INTERVAL_LOW : INTERVAL_BULK);
}

/** Returns the class after so many packets and bytes in one class. */
function classAfter(d: Driver, before: u32, packets: u32, bytes: u32): u32 {
  if (!packets) return before;
  if (d.moderation == MODERATION_THROUGHPUT) return classOfThroughput(before, bytes, d.interval);
  const after = classOfPackets(before, packets, bytes);
  return d.moderation == MODERATION_CONSERVATIVE && after == LOWEST ? LOW : after;
}

/** Takes the interval for the time in which the bytes came, as ixgbe does: bytes of a longer poll count as more. */
function classOfThroughput(before: u32, bytes: u32, interval: u32): u32 {
  if (!interval) return before;
  const throughput = (<u64>bytes * QUARTERS_PER_SECOND) / interval;
  const isAboveLow = throughput > <u64>cost(THROUGHPUT_LOW);
  const isAboveHigh = throughput > <u64>cost(THROUGHPUT_HIGH);
  if (before == LOWEST) return isAboveLow ? LOW : LOWEST;
  if (isAboveHigh) return BULK;
  return before == LOW && !isAboveLow ? LOWEST : LOW;
}

function classOfPackets(before: u32, packets: u32, bytes: u32): u32 {
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
