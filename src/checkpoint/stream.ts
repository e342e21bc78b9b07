/**
 * A protection's checkpoint stream (docs/checkpoint-stream.md) as the control plane sees it: where both ends lie, what
 * became of the pages of one stream, why one was refused. The bytes are made and read in assembly/checkpoint.
 */
import {
  RAW_LENGTH,
  READER_FOUND_BYTES,
  READER_IMAGE_BYTES,
  READER_OFFSET,
  READER_VCPU_FLAGS,
  STREAM_OK,
  STREAM_REASON_NAMES,
  STREAM_RECORD_BYTES,
  WRITER_COUNT_BYTES,
  WRITER_DELTA_COUNT,
  WRITER_RAW_COUNT,
  WRITER_SAME_COUNT,
  WRITER_ZERO_COUNT,
} from "../../assembly/layout/checkpoint-stream";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { IMAGE_BYTES_MAX } from "../../assembly/layout/state-image";
import { InternalError } from "../core/load";
import type { World } from "../core/world";

/** Bytes of a stream beside its pages: header, vCPU, device, END, each with room to spare. */
const STATE_BYTES_MAX = 4 * IMAGE_BYTES_MAX;
const PAGE_RECORD_BYTES_MAX = STREAM_RECORD_BYTES + RAW_LENGTH;
/** What a cache has for each slot beside the page, and for each page of the guest. */
const SLOT_BYTES = 12;
const TABLE_ENTRY_BYTES = 4;

const REASONS = STREAM_REASON_NAMES.split(",");

export interface StreamEnds {
  /** The sender, with the pages that it remembers. */
  readonly writer: number;
  /** The receiver, with what it expects. */
  readonly reader: number;
}

/** One stream, as it was written. */
export interface WrittenStream {
  readonly at: number;
  readonly byteCount: number;
  readonly rawPages: number;
  readonly zeroPages: number;
  readonly deltaPages: number;
  /** Pages that were written with what was there before. */
  readonly samePages: number;
}

/** What a checkpoint brings beside pages. */
export interface ArrivedState {
  readonly vcpuFlags: number;
  readonly imageBytes: number;
}

/** Reserves both ends for a guest; the receiver keeps the device's state at an address. */
export function createStream({ plane }: World, guest: number, cacheBytes: number, imageAt: number): StreamEnds {
  return {
    writer: plane.createStreamWriter(guest, slotCount(cacheBytes)) >>> 0,
    reader: plane.createStreamReader(imageAt) >>> 0,
  };
}

/** Returns the memory that both ends take together, at most. */
export function streamEndsBytes(pageCount: number, cacheBytes: number): number {
  const slots = slotCount(cacheBytes);
  return (slots + 1) * (PAGE_BYTES + SLOT_BYTES) + pageCount * TABLE_ENTRY_BYTES + STATE_BYTES_MAX;
}

function slotCount(cacheBytes: number): number {
  return Math.floor(cacheBytes / PAGE_BYTES);
}

/** Returns the bytes that a stream of so many pages takes at most. */
export function streamRoomBytes(pageCount: number): number {
  return STATE_BYTES_MAX + pageCount * PAGE_RECORD_BYTES_MAX;
}

/** Returns what became of the pages of the stream that was written last. */
export function writtenStream(world: World, { writer }: StreamEnds, at: number, byteCount: number): WrittenStream {
  const counts = world.words(writer, WRITER_COUNT_BYTES);
  return {
    at,
    byteCount,
    rawPages: counts.getUint32(WRITER_RAW_COUNT, true),
    zeroPages: counts.getUint32(WRITER_ZERO_COUNT, true),
    deltaPages: counts.getUint32(WRITER_DELTA_COUNT, true),
    samePages: counts.getUint32(WRITER_SAME_COUNT, true),
  };
}

/**
 * Applies a stream that has arrived to a guest, and returns what the last checkpoint brought beside pages; throws
 * InternalError when it is refused, because the link does not damage bytes.
 */
export function takeStream(world: World, { reader }: StreamEnds, guest: number, stream: WrittenStream): ArrivedState {
  const { at, byteCount } = stream;
  const code = world.plane.readStream(reader, guest, at, byteCount);
  const found = world.words(reader, READER_FOUND_BYTES);
  if (code !== STREAM_OK) {
    const offset = found.getUint32(READER_OFFSET, true);
    const reason = REASONS[code] ?? `code ${code}`;
    throw new InternalError(`a checkpoint stream of ${byteCount} bytes is refused at byte ${offset}: ${reason}`);
  }
  return {
    vcpuFlags: found.getUint32(READER_VCPU_FLAGS, true),
    imageBytes: found.getUint32(READER_IMAGE_BYTES, true),
  };
}
