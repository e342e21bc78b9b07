/**
 * A protected machine and its backup, and the four steps that both a migration and Remus are made of: stand still,
 * collect, send, apply. Plain data; the steps are functions over it.
 *
 * A checkpoint lies in a room of the staging buffer as it will cross the link; there is a room for each epoch that may be
 * in flight:
 *
 *      0              16                     16 + 4096
 *     +--------------+----------------------+---------------------------------------+
 *     | flags, bytes | state image (padded) | page records (layout/checkpoint.ts)   |
 *     +--------------+----------------------+---------------------------------------+
 *
 * The image's room is fixed and counted as sent only for its bytes. Primary and backup share no memory: the staging
 * buffer stands for the bytes on the link, and the backup copies from it only after the last bit has arrived. With
 * compression a stream is made of it behind these (stream.ts), and that is what crosses.
 */
import { APPLY_OK, PAGE_RECORD_HEADER_BYTES } from "../../assembly/layout/checkpoint";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { IMAGE_BYTES_MAX } from "../../assembly/layout/state-image";
import type { Compression } from "../config/scenario";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { CheckpointDevice } from "../device/checkpoint-device";
import type { Costs } from "../host/cost-table";
import type { Place } from "../host/place";
import {
  type ArrivedState,
  type StreamEnds,
  streamRoomBytes,
  takeStream,
  type WrittenStream,
  writtenStream,
} from "./stream";

/** Bytes of a checkpoint beside image and pages: flags and lengths of each part. */
export const FRAMING_BYTES = 16;

export interface Replica {
  readonly primary: Place;
  readonly backup: Place;
  /** The wire from primary to backup; the way back is the next one. */
  readonly wire: number;
  /** Where each room of the staging buffer begins. */
  readonly rooms: readonly number[];
  /** Pages that a room holds: all of the guest's. */
  readonly stagingPages: number;
  /** Where the backup keeps the state image of the checkpoint it holds. */
  readonly backupImageAt: number;
  /** Where the mirror of the disk is; 0 for a machine without one. */
  readonly mirrorAt: number;
  /** Null where checkpoints cross the link as they lie in the staging buffer. */
  readonly stream: StreamEnds | null;
  /** How many times fewer bytes pages take on the link, as the scenario says of payload without content; 1 for as many. */
  readonly statedRatio: number;
}

/** What a protection is made of before it is known where its machine runs. */
export type ReplicaBehind = Omit<Replica, "primary">;

/** What a room of the staging buffer holds. */
export interface Staged {
  readonly room: number;
  readonly vcpuFlags: number;
  readonly imageBytes: number;
  readonly pageBytes: number;
  /** What page records take on the link: more than in the buffer, where payload has no content. */
  readonly crossingBytes: number;
  readonly pageCount: number;
  /** The stream that was made of it, null without compression. */
  readonly stream: WrittenStream | null;
  /** Its pages take fewer bytes on the link because the scenario says so. */
  readonly isStated: boolean;
}

/** A checkpoint that is captured: its epoch, and the bytes of the device's state at `imageAt`. */
export interface Captured {
  readonly epoch: number;
  readonly imageBytes: number;
}

/** What the backup holds: enough to run. */
export interface Held extends ArrivedState {
  readonly epoch: number;
}

/** Returns where the state image lies in a room. */
export function imageAt(room: number): number {
  return room + FRAMING_BYTES;
}

function pagesAt(room: number): number {
  return imageAt(room) + IMAGE_BYTES_MAX;
}

/** Bytes that a room for so many pages needs, of which so many have frames at most. */
export function stagingBytes(pageCount: number, framePages: number, compression: Compression): number {
  return wholeRoomBytes(pageCount, framePages) + (compression === "delta" ? streamRoomBytes(pageCount) : 0);
}

function wholeRoomBytes(pageCount: number, framePages: number): number {
  return FRAMING_BYTES + IMAGE_BYTES_MAX + pageCount * PAGE_RECORD_HEADER_BYTES + framePages * PAGE_BYTES;
}

/** Moves the dirty pages, at most so many, into a room: of a checkpoint, or of a batch of the first copy. */
export function stage(
  world: World,
  replica: Replica,
  device: CheckpointDevice,
  room: number,
  pageCountMax: number,
  captured: Captured | null,
): Staged {
  device.collect(world, replica.primary);
  const dirty = world.plane.dirtyPageCount(replica.primary.guest);
  const pageBytes = world.plane.collectPages(replica.primary.guest, pagesAt(room), pageCountMax) >>> 0;
  const { stream, statedRatio } = replica;
  const crossingBytes = Math.ceil(world.plane.wholeRecordBytes(pagesAt(room), pageBytes) / statedRatio);
  const pageCount = Math.min(dirty, pageCountMax);
  const vcpuFlags = world.plane.vcpuFlags(replica.primary.guest);
  const imageBytes = captured?.imageBytes ?? 0;
  const staged = {
    room,
    vcpuFlags,
    imageBytes,
    pageBytes,
    crossingBytes,
    pageCount,
    stream: null,
    isStated: statedRatio !== 1,
  };
  return stream ? { ...staged, stream: writeStream(world, replica, stream, staged, captured) } : staged;
}

/** Moves marked blocks of a disk, at most so many, into a room, for a batch of the first copy. */
export function stageBlocks({ plane }: World, disk: number, room: number, blockCount: number): Staged {
  const pageBytes = plane.collectBlocks(disk, pagesAt(room), blockCount) >>> 0;
  const crossingBytes = plane.wholeRecordBytes(pagesAt(room), pageBytes);
  return {
    room,
    vcpuFlags: 0,
    imageBytes: 0,
    pageBytes,
    crossingBytes,
    pageCount: blockCount,
    stream: null,
    isStated: false,
  };
}

function writeStream(
  world: World,
  replica: Replica,
  ends: StreamEnds,
  { room, vcpuFlags, pageBytes }: Staged,
  captured: Captured | null,
): WrittenStream {
  const { plane } = world;
  const from = pagesAt(room);
  // Only guests with content have a stream: all of their pages may have frames.
  const to = room + wholeRoomBytes(replica.stagingPages, replica.stagingPages);
  if (!captured) return writtenStream(world, ends, to, plane.writeBatch(ends.writer, from, pageBytes, to) >>> 0);
  const { epoch, imageBytes } = captured;
  const image = imageAt(room);
  const byteCount = plane.writeCheckpoint(ends.writer, epoch, vcpuFlags, image, imageBytes, from, pageBytes, to) >>> 0;
  return writtenStream(world, ends, to, byteCount);
}

/** Bytes that a staged checkpoint puts on the link. */
export function streamBytes(staged: Staged): number {
  return staged.stream ? staged.stream.byteCount : wholeBytes(staged);
}

/** Bytes that it would put there without a stream made of it. */
export function wholeBytes({ imageBytes, crossingBytes }: Staged): number {
  return FRAMING_BYTES + imageBytes + crossingBytes;
}

/** Cycles of dom0 for sending what is staged: by the page, or with compression by the byte, and for each comparison. */
export function senderCycles(
  { sendPage, comparePage }: Costs,
  { pageCount, stream }: Pick<Staged, "pageCount" | "stream">,
): number {
  if (!stream) return pageCount * sendPage;
  const comparedPages = stream.rawPages + stream.deltaPages + stream.samePages;
  return Math.floor((stream.byteCount * sendPage) / PAGE_BYTES) + comparedPages * comparePage;
}

/** The same for pages that are compressed as the scenario says: each is compared, and what is left is sent by the byte. */
export function statedSenderCycles({ sendPage, comparePage }: Costs, staged: Staged): number {
  return Math.floor((streamBytes(staged) * sendPage) / PAGE_BYTES) + staged.pageCount * comparePage;
}

/** Applies what has arrived to the backup: all of it, or an InternalError, because the link does not damage bytes. */
export function applyStaged(world: World, replica: Replica, staged: Staged): ArrivedState {
  const { guest } = replica.backup;
  if (replica.stream && staged.stream) return takeStream(world, replica.stream, guest, staged.stream);
  const code = world.plane.applyPages(guest, pagesAt(staged.room), staged.pageBytes);
  if (code !== APPLY_OK) throw new InternalError(`the pages of a received checkpoint are refused, code ${code}`);
  const image = world.view(imageAt(staged.room), staged.imageBytes);
  world.view(replica.backupImageAt, staged.imageBytes).set(image);
  return { vcpuFlags: staged.vcpuFlags, imageBytes: staged.imageBytes };
}

/** Applies blocks of the first copy that have arrived to the backup's disk. */
export function applyBlocks({ plane }: World, { disk }: Place, { room, pageBytes }: Staged): void {
  const code = plane.applyBlocks(disk, pagesAt(room), pageBytes);
  if (code !== APPLY_OK) throw new InternalError(`the blocks of a first copy are refused, code ${code}`);
}

/** Brings the backup's device and vCPU into the state it holds; nothing runs yet. */
export function restore(world: World, replica: Replica, device: CheckpointDevice, held: Held): void {
  device.restore(world, replica.backup, replica.backupImageAt, held.imageBytes);
  world.plane.setVcpuFlags(replica.backup.guest, held.vcpuFlags);
}
