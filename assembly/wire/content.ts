/**
 * How much of a frame is there. With content that is all of it. Without, a frame is its first FRAME_KEPT_BYTES bytes,
 * which hold every header, and the rest counts as zeros: whoever moves a frame moves no more, and whoever adds up a
 * checksum adds no more. Lengths are always those of the whole frame, so times, counters and charges do not differ.
 *
 * Invariant: what a transmitter puts behind the headers within these bytes goes unchanged to the receiver, so a checksum
 * over them is right at the end if it was at the beginning.
 */
import { world } from "../sim/world";

/** Returns how many of a frame's first so many bytes are there. */
export function keptOf(bytes: u32): u32 {
  return min<u32>(bytes, world().keptBytes);
}

/** Returns how many of so many bytes, which begin at an offset in a frame, are there. */
export function keptFrom(offset: u32, bytes: u32): u32 {
  const end = keptOf(offset + bytes);
  return end > offset ? end - offset : 0;
}
