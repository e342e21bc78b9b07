/**
 * The capture tap: copies what a tapped wire carries into a buffer that the control plane reads (layout/capture.ts).
 *
 * Like a sniffer on the machine itself: a frame that leaves is stamped when its first bit goes out, a frame that
 * arrives when its last bit is in.
 */

import {
  CAPTURE_BYTES_MAX,
  CAPTURE_CLIENT,
  CAPTURE_EPOCH,
  CAPTURE_FRAME,
  CAPTURE_HEADER_BYTES,
  CAPTURE_KEPT,
  CAPTURE_LENGTH,
  CAPTURE_MACHINE,
  CAPTURE_MARGIN_BYTES,
  CAPTURE_TIME,
} from "../layout/capture";
import { reserve, world } from "../sim/world";
import { keptOf } from "./content";
import { FRAME_START, frame } from "./frame";

/** Reserves the capture buffer; without it nothing is captured. */
export function createCapture(): void {
  world().captureAt = reserve(CAPTURE_BYTES_MAX);
  world().snapBytes = u32.MAX_VALUE;
}

/** Copies a frame as seen by a client at a time. */
export function capture(client: u32, time: u64, slot: u32): void {
  const w = world();
  if (!w.captureAt) return;
  const f = frame(slot);
  const at = w.captureAt + w.captureBytes;
  const kept = keptOf(client < CAPTURE_MACHINE ? f.bytes : min<u32>(f.bytes, w.snapBytes));
  const bytes = CAPTURE_HEADER_BYTES + ((kept + 7) & ~7);
  assert(w.captureBytes + bytes <= CAPTURE_BYTES_MAX, "the capture is read before it is full");
  store<u64>(at, time, CAPTURE_TIME);
  store<u32>(at, client, CAPTURE_CLIENT);
  store<u32>(at, f.bytes, CAPTURE_LENGTH);
  store<u32>(at, f.epoch, CAPTURE_EPOCH);
  store<u32>(at, f.id, CAPTURE_FRAME);
  store<u32>(at, kept, CAPTURE_KEPT);
  memory.copy(at + CAPTURE_HEADER_BYTES, slot + FRAME_START, kept);
  w.captureBytes += bytes;
}

/** Tells whether the buffer wants to be read before another event is taken. */
export function isCaptureFull(): bool {
  return world().captureBytes > CAPTURE_BYTES_MAX - CAPTURE_MARGIN_BYTES;
}
