/**
 * A protected machine and its backup, and the four steps that both a migration and Remus are made of: stand still,
 * collect, send, apply. Plain data; the steps are functions over it.
 *
 * A checkpoint lies in the staging buffer as it will cross the link:
 *
 *      0              16                     16 + 4096
 *     +--------------+----------------------+---------------------------------------+
 *     | flags, bytes | state image (padded) | page records (layout/checkpoint.ts)   |
 *     +--------------+----------------------+---------------------------------------+
 *
 * The image's room is fixed and counted as sent only for its bytes. Primary and backup share no memory: the staging
 * buffer stands for the bytes on the link, and the backup copies from it only after the last bit has arrived.
 */
import { APPLY_OK } from "../../assembly/layout/checkpoint";
import { IMAGE_BYTES_MAX } from "../../assembly/layout/state-image";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { CheckpointDevice } from "../device/checkpoint-device";
import type { Place } from "../host/place";

/** Bytes of a checkpoint beside image and pages: flags and lengths of each part. */
const FRAMING_BYTES = 16;

export interface Replica {
  readonly primary: Place;
  readonly backup: Place;
  /** The wire from primary to backup; the way back is the next one. */
  readonly wire: number;
  readonly stagingAt: number;
  readonly stagingPages: number;
  /** Where the backup keeps the state image of the checkpoint it holds. */
  readonly backupImageAt: number;
}

/** What the staging buffer holds. */
export interface Staged {
  readonly vcpuFlags: number;
  readonly imageBytes: number;
  readonly pageBytes: number;
  readonly pageCount: number;
}

/** What the backup holds: enough to run. */
export interface Held {
  readonly epoch: number;
  readonly vcpuFlags: number;
  readonly imageBytes: number;
}

export function imageAt(replica: Replica): number {
  return replica.stagingAt + FRAMING_BYTES;
}

function pagesAt(replica: Replica): number {
  return imageAt(replica) + IMAGE_BYTES_MAX;
}

/** Bytes that a staging buffer for so many pages needs. */
export function stagingBytes(pageCount: number): number {
  return FRAMING_BYTES + IMAGE_BYTES_MAX + pageCount * (4096 + 16);
}

/** Moves the dirty pages, at most so many, into the staging buffer, beside an image that is there already. */
export function stage(
  world: World,
  replica: Replica,
  device: CheckpointDevice,
  pageCountMax: number,
  imageBytes: number,
): Staged {
  device.collect(world, replica.primary);
  const dirty = world.plane.dirtyPageCount(replica.primary.guest);
  const pageBytes = world.plane.collectPages(replica.primary.guest, pagesAt(replica), pageCountMax) >>> 0;
  const pageCount = Math.min(dirty, pageCountMax);
  return { vcpuFlags: world.plane.vcpuFlags(replica.primary.guest), imageBytes, pageBytes, pageCount };
}

/** Bytes that a staged checkpoint puts on the link. */
export function streamBytes(staged: Staged): number {
  return FRAMING_BYTES + staged.imageBytes + staged.pageBytes;
}

/** Applies what has arrived to the backup: all of it, or an InternalError, because the link does not damage bytes. */
export function applyStaged(world: World, replica: Replica, staged: Staged): void {
  const code = world.plane.applyPages(replica.backup.guest, pagesAt(replica), staged.pageBytes);
  if (code !== APPLY_OK) throw new InternalError(`the pages of a received checkpoint are refused, code ${code}`);
  const image = world.view(imageAt(replica), staged.imageBytes);
  world.view(replica.backupImageAt, staged.imageBytes).set(image);
}

/** Brings the backup's device and vCPU into the state it holds; nothing runs yet. */
export function restore(world: World, replica: Replica, device: CheckpointDevice, held: Held): void {
  device.restore(world, replica.backup, replica.backupImageAt, held.imageBytes);
  world.plane.setVcpuFlags(replica.backup.guest, held.vcpuFlags);
}
