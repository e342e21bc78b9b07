/** What became of the writes of a protected machine's disk. */
import { DISK_BLOCKS, DISK_STALLS } from "../../assembly/layout/disk";
import type { World } from "../core/world";
import { MIRRORED_BLOCK_BYTES } from "../remus/mirror";
import type { Protection } from "../remus/protection";

/** Blocks have 4 KiB. */
export interface DiskAccount {
  /** Written by the primary's guest in all. */
  readonly writtenBlocks: number;
  /** Sent to the backup as they were written, and what that took on the link. */
  readonly mirroredBlocks: number;
  readonly mirroredBytes: number;
  /** Sent with the first copy. */
  readonly copiedBlocks: number;
  /** Applied to the backup's disk. */
  readonly appliedBlocks: number;
  /** Held at the backup at once, at most. */
  readonly heldBlocksPeak: number;
  readonly heldBytesPeak: number;
  /** Held when the backup took over, of epochs that it did not have. */
  readonly discardedBlocks: number;
  /** Times that requests waited because the mirror had no room. */
  readonly stalls: number;
}

/** Returns what became of the writes of a protected machine; null without a disk. */
export function diskAccount({ plane }: World, { mirror }: Protection): DiskAccount | null {
  if (!mirror) return null;
  return {
    writtenBlocks: plane.countOfDisk(mirror.disk, DISK_BLOCKS),
    mirroredBlocks: mirror.sentCount,
    mirroredBytes: mirror.sentCount * MIRRORED_BLOCK_BYTES,
    copiedBlocks: mirror.copiedCount,
    appliedBlocks: mirror.appliedCount,
    heldBlocksPeak: mirror.heldCountMax,
    heldBytesPeak: mirror.heldCountMax * MIRRORED_BLOCK_BYTES,
    discardedBlocks: mirror.discardedCount,
    stalls: plane.countOfDisk(mirror.disk, DISK_STALLS),
  };
}
