/** What guests wrote to their disks, and what became of the writes of a protected machine's. */
import { DISK_BLOCKS, DISK_ERRORS, DISK_REQUESTS, DISK_STALLS } from "../../assembly/layout/disk";
import type { World } from "../core/world";
import type { Control } from "../experiment/control";
import { MIRRORED_BLOCK_BYTES } from "../remus/mirror";
import type { Protection } from "../remus/protection";

/** What a VM wrote to its disk, on whichever host. Blocks have 4 KiB. */
export interface WrittenAccount {
  readonly vm: string;
  readonly requests: number;
  readonly blocks: number;
  /** Requests that were answered with an error. */
  readonly errors: number;
}

/** Returns what every VM with a disk wrote. */
export function writtenAccounts(
  { plane }: World,
  { vms, protections, successions, migrations }: Control,
): WrittenAccount[] {
  return vms.flatMap(({ name, place }) => {
    if (place.disk < 0) return [];
    const isIts = ({ vm }: { readonly vm: string }) => vm === name;
    // A protection that follows has the places of what it followed.
    const disks = new Set([
      place.disk,
      ...protections.filter(isIts).map(({ replica }) => replica.backup.disk),
      ...successions.filter(isIts).map(({ replica }) => replica.backup.disk),
      ...migrations.filter(isIts).map(({ target }) => target.disk),
    ]);
    const sumOf = (counter: number) => [...disks].reduce((sum, disk) => sum + plane.countOfDisk(disk, counter), 0);
    return { vm: name, requests: sumOf(DISK_REQUESTS), blocks: sumOf(DISK_BLOCKS), errors: sumOf(DISK_ERRORS) };
  });
}

/** The same for a protection. */
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
