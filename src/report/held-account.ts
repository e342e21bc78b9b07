/** What output a protected machine had waiting: on its NIC, or in dom0's hold queue. */
import { HOLD_BYTES_PEAK, HOLD_DROPPED_FULL, HOLD_FRAMES_PEAK } from "../../assembly/layout/paravirtual";
import type { World } from "../core/world";
import type { Place } from "../host/place";

export interface HeldAccount {
  readonly heldFramesPeak: number;
  readonly heldBytesPeak: number;
  /** Times that an outbound buffer had no room: its device stopped fetching, or dropped. */
  readonly fetchStops: number;
  /** Frames that found dom0's hold queue full, or a buffer that drops, and were lost. */
  readonly heldDrops: number;
}

/** Returns what waited at the place where a machine's output is held. */
export function heldAccount({ plane }: World, { vf, front }: Place): HeldAccount {
  if (!front) {
    return {
      heldFramesPeak: plane.outboundFramesPeak(vf),
      heldBytesPeak: plane.outboundBytesPeak(vf),
      fetchStops: plane.outboundFullCount(vf),
      heldDrops: plane.outboundOverflowCount(vf),
    };
  }
  return {
    heldFramesPeak: plane.countOfHold(front.vif, HOLD_FRAMES_PEAK),
    heldBytesPeak: plane.countOfHold(front.vif, HOLD_BYTES_PEAK),
    fetchStops: 0,
    heldDrops: plane.countOfHold(front.vif, HOLD_DROPPED_FULL),
  };
}
