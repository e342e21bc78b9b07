/** Frames that a tap saw, as the control plane reads them (layout: assembly/layout/capture.ts). */
import {
  CAPTURE_CLIENT,
  CAPTURE_EPOCH,
  CAPTURE_FRAME,
  CAPTURE_HEADER_BYTES,
  CAPTURE_KEPT,
  CAPTURE_LENGTH,
  CAPTURE_TIME,
} from "../../assembly/layout/capture";

/** A frame on a client's wire. */
export interface CapturedFrame {
  readonly timePs: number;
  readonly client: number;
  /** The epoch of the virtual function that sent it; null when none applies. */
  readonly epoch: number | null;
  /** Number of the frame in the trace. */
  readonly frame: number;
  /** A copy, of the beginning if the tap keeps no more; without the frame check sequence. */
  readonly bytes: Uint8Array;
  /** Bytes of the whole frame. */
  readonly frameBytes: number;
}

/** Decodes `byteCount` bytes of the capture buffer at `at`. */
export function decodeCapture(buffer: ArrayBufferLike, at: number, byteCount: number): CapturedFrame[] {
  const view = new DataView(buffer, at, byteCount);
  const frames: CapturedFrame[] = [];
  for (let from = 0; from < byteCount; ) {
    const bytes = view.getUint32(from + CAPTURE_KEPT, true);
    const epoch = view.getUint32(from + CAPTURE_EPOCH, true);
    const start = at + from + CAPTURE_HEADER_BYTES;
    frames.push({
      timePs: view.getUint32(from + CAPTURE_TIME, true) + view.getUint32(from + CAPTURE_TIME + 4, true) * 2 ** 32,
      client: view.getUint32(from + CAPTURE_CLIENT, true),
      epoch: epoch ? epoch - 1 : null,
      frame: view.getUint32(from + CAPTURE_FRAME, true),
      bytes: new Uint8Array(buffer.slice(start, start + bytes)),
      frameBytes: view.getUint32(from + CAPTURE_LENGTH, true),
    });
    from += CAPTURE_HEADER_BYTES + Math.ceil(bytes / 8) * 8;
  }
  return frames;
}
