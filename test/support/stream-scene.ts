/** A guest whose checkpoints become streams, and one that takes them; a model beside it. */
import {
  READER_FOUND_BYTES,
  READER_IMAGE_BYTES,
  READER_OFFSET,
  READER_VCPU_FLAGS,
  STREAM_OK,
  WRITER_COUNT_BYTES,
  WRITER_DELTA_COUNT,
  WRITER_RAW_COUNT,
  WRITER_SAME_COUNT,
  WRITER_ZERO_COUNT,
} from "../../assembly/layout/checkpoint-stream";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { IMAGE_BYTES_MAX } from "../../assembly/layout/state-image";
import type { World } from "../../src/core/world";
import { type Refusal, StreamModel } from "../reference/checkpoint-stream";
import { Network, type Server } from "./network";
import { PageStaging } from "./page-staging";
import { createSmallWorld } from "./small-world";

export const PAGE_COUNT = 256;
const STREAM_ROOM_BYTES = 2 * 1024 ** 2;

export interface Counts {
  readonly raw: number;
  readonly zero: number;
  readonly delta: number;
  readonly same: number;
}

export class StreamScene {
  readonly world: World;
  readonly source: Server;
  readonly target: Server;
  readonly staging: PageStaging;
  readonly model = new StreamModel(PAGE_COUNT);
  readonly writer: number;
  readonly reader: number;
  readonly imageAt: number;
  readonly keptImageAt: number;
  readonly streamAt: number;

  /** Makes both ends; the sender remembers so many pages. */
  constructor(module: WebAssembly.Module, slotCount: number) {
    const world = createSmallWorld({ module, isObserved: false });
    const network = new Network(world);
    this.world = world;
    this.source = network.addServer({ pageCount: PAGE_COUNT });
    this.target = network.addServer({ pageCount: PAGE_COUNT });
    this.staging = new PageStaging(world);
    this.imageAt = world.plane.reserveBytes(IMAGE_BYTES_MAX) >>> 0;
    this.keptImageAt = world.plane.reserveBytes(IMAGE_BYTES_MAX) >>> 0;
    this.streamAt = world.plane.reserveBytes(STREAM_ROOM_BYTES) >>> 0;
    this.writer = world.plane.createStreamWriter(this.source.guest, slotCount) >>> 0;
    this.reader = world.plane.createStreamReader(this.keptImageAt) >>> 0;
    world.plane.quiesce(this.source.vf);
  }

  /** Returns every page that is present as a batch of the first copy. */
  batch(): Uint8Array {
    const { plane } = this.world;
    plane.startLogging(this.source.guest, 1);
    const records = this.staging.collect(this.source.guest);
    const byteCount = plane.writeBatch(this.writer, this.staging.at, records.length, this.streamAt) >>> 0;
    return this.world.view(this.streamAt, byteCount).slice();
  }

  /** Returns every page that is present, and the device's state as it is, or other bytes, as a checkpoint. */
  checkpoint(epoch: number, vcpuFlags = 0, state?: Uint8Array): Uint8Array {
    const { plane } = this.world;
    if (state) this.world.view(this.imageAt, state.length).set(state);
    const imageBytes = state ? state.length : plane.saveImage(this.source.vf, this.imageAt);
    plane.startLogging(this.source.guest, 1);
    const { length } = this.staging.collect(this.source.guest);
    const { writer, imageAt, streamAt, staging } = this;
    const byteCount =
      plane.writeCheckpoint(writer, epoch, vcpuFlags, imageAt, imageBytes, staging.at, length, streamAt) >>> 0;
    return this.world.view(streamAt, byteCount).slice();
  }

  /** Has the device take a stream; returns null, or why not and where. */
  take(stream: Uint8Array): Refusal | null {
    this.world.view(this.streamAt, stream.length).set(stream);
    const code = this.world.plane.readStream(this.reader, this.target.guest, this.streamAt, stream.length);
    const offset = this.world.words(this.reader, READER_FOUND_BYTES).getUint32(READER_OFFSET, true);
    return code === STREAM_OK ? null : { code, offset };
  }

  /** What the last checkpoint that was taken brought beside pages. */
  taken(): { vcpuFlags: number; image: Uint8Array } {
    const found = this.world.words(this.reader, READER_FOUND_BYTES);
    const imageBytes = found.getUint32(READER_IMAGE_BYTES, true);
    const image = this.world.view(this.keptImageAt, imageBytes).slice();
    return { vcpuFlags: found.getUint32(READER_VCPU_FLAGS, true), image };
  }

  counts(): Counts {
    const words = this.world.words(this.writer, WRITER_COUNT_BYTES);
    return {
      raw: words.getUint32(WRITER_RAW_COUNT, true),
      zero: words.getUint32(WRITER_ZERO_COUNT, true),
      delta: words.getUint32(WRITER_DELTA_COUNT, true),
      same: words.getUint32(WRITER_SAME_COUNT, true),
    };
  }

  /** Returns the sender's version of a page, null when it remembers none. */
  sent(page: number): Uint8Array | null {
    const at = this.world.plane.sentPage(this.writer, page) >>> 0;
    return at ? this.world.view(at, PAGE_BYTES).slice() : null;
  }
}
