/**
 * The disk of a protected machine, seen from the two ends of the replication link: writes cross it as they happen, among
 * checkpoints and in their order, are held at the backup, and are applied with the checkpoint that ends their epoch.
 *
 * | when                                     | what happens to a write                                                  |
 * |------------------------------------------|--------------------------------------------------------------------------|
 * | until the first checkpoint is captured   | it is sent at once, and applied when it has arrived                      |
 * | later                                    | it is sent at once, and held under the epoch in which dom0 took it       |
 * | the checkpoint of that epoch is whole    | it is applied, before the checkpoint is acknowledged, and so before the  |
 * |                                          | network is released                                                      |
 * | that is acknowledged                     | the primary has its place in the mirror again                            |
 * | the backup takes over                    | if it was not applied, it is let go; the guest asks for it again         |
 * | protection ends                          | it goes nowhere                                                          |
 *
 * The first copy takes the blocks that were ever written before the guest's pages. A block that is written meanwhile
 * crosses twice, the second time behind the first, because both go over one connection. What waits is bounded by the room
 * of the mirror (`diskBuffer`); beyond it requests stay in the guest's ring, until a commit makes room or protection ends.
 *
 * Source: Remus (NSDI 2008, section 3.4); Xen tools/blktap2/drivers/block-remus.c.
 */
import { PAGE_RECORD_HEADER_BYTES } from "../../assembly/layout/checkpoint";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Simulation } from "../host/simulation";
import { type Sending, sendingOf, transmit } from "./link";
import { isProtecting, type Protection } from "./protection";

/** What of a block crosses the link: number, digest, bytes. */
export const MIRRORED_BLOCK_BYTES = PAGE_RECORD_HEADER_BYTES + PAGE_BYTES;

/** The tag of what is applied at once, and that of an epoch (assembly/disk/mirror.ts). */
const AT_ONCE = 0;
const tagOf = (epoch: number) => epoch + 1;

/** Blocks that the backend gave the disk in one burst, on their way. */
export interface BlockSending extends Sending {
  readonly blockCount: number;
}

/** The mirror of a protected disk. Counts are of blocks, since the beginning, if nothing else is said. */
export interface Mirror {
  readonly disk: number;
  readonly backupDisk: number;
  sentCount: number;
  /** At a backup that takes them, and of those the ones that its disk has. */
  arrivedCount: number;
  appliedCount: number;
  /** Sent when the last epoch was captured: the backup's disk has so many when it has that epoch. */
  capturedCount: number;
  /** Of the first copy, not sent yet; and sent. */
  copyLeft: number;
  copiedCount: number;
  /** What waited at the backup at once, at most, and what was let go when it took over. */
  heldCountMax: number;
  discardedCount: number;
  /** The oldest first. */
  sendings: BlockSending[];
}

/** Returns the mirror of a disk on another; null for a machine without one. */
export function createMirror(disk: number, backupDisk: number): Mirror | null {
  if (disk < 0) return null;
  return {
    disk,
    backupDisk,
    sentCount: 0,
    arrivedCount: 0,
    appliedCount: 0,
    capturedCount: 0,
    copyLeft: 0,
    copiedCount: 0,
    heldCountMax: 0,
    discardedCount: 0,
    sendings: [],
  };
}

/** Protection begins: writes are mirrored from now on, and the blocks of the first copy are marked. */
export function beginMirror({ plane }: World, { mirror, replica }: Protection): void {
  if (!mirror) return;
  plane.beginMirror(replica.mirrorAt, mirror.disk, mirror.backupDisk);
  mirror.copyLeft = plane.openFirstCopy(mirror.disk);
}

/** Sends what the disk was given since this was last asked. */
export function sendWritten(simulation: Simulation, p: Protection): void {
  const { mirror } = p;
  if (!mirror || !isProtecting(p)) return;
  const { plane } = simulation.world;
  const blockCount = plane.takeMirrored(mirror.disk);
  if (blockCount === 0) return;
  plane.oweCycles(p.replica.primary.dom0Task, blockCount * p.costs.sendPage);
  mirror.sentCount += blockCount;
  const sending = { ...sendingOf(simulation, p, blockCount * MIRRORED_BLOCK_BYTES, "blocks-received"), blockCount };
  mirror.sendings.push(sending);
  transmit(simulation, p, sending);
}

/** An epoch is captured: what the disk is given from now on is of the next one. */
export function sealWrites(simulation: Simulation, p: Protection, epoch: number): void {
  const { mirror } = p;
  if (!mirror) return;
  sendWritten(simulation, p);
  mirror.capturedCount = mirror.sentCount;
  simulation.world.plane.setMirrorTag(mirror.disk, tagOf(epoch + 1));
}

/** Returns the blocks that have arrived, and are on their way no longer. */
export function takeArrived({ mirror }: Protection): number {
  const sending = mirror?.sendings.shift();
  if (!sending) throw new InternalError("blocks that arrive were sent");
  return sending.blockCount;
}

/** The backup has so many blocks more: of the first copy's time they are applied, others wait for their commit. */
export function holdArrived(world: World, p: Protection, blockCount: number): void {
  const mirror = mirrorOf(p);
  mirror.arrivedCount += blockCount;
  applyUpTo(world, mirror, AT_ONCE);
  mirror.heldCountMax = Math.max(mirror.heldCountMax, mirror.arrivedCount - mirror.appliedCount);
}

/** The backup has the whole checkpoint of an epoch: its disk gets what was written in it. */
export function commitWrites(world: World, { mirror }: Protection, epoch: number): void {
  if (mirror) applyUpTo(world, mirror, tagOf(epoch));
}

function applyUpTo({ plane }: World, mirror: Mirror, tag: number): void {
  mirror.appliedCount += plane.applyMirrored(mirror.disk, mirror.arrivedCount, tag);
}

/** The primary knows that the backup's disk has so many blocks: they take no room any more. */
export function freeApplied({ plane }: World, { mirror }: Protection, blockCount: number): void {
  if (mirror) plane.freeMirrored(mirror.disk, blockCount);
}

/** The backup takes over: what it holds of epochs that it does not have is let go. */
export function dropHeld({ plane }: World, { mirror }: Protection): void {
  if (!mirror) return;
  mirror.discardedCount = plane.dropMirrored(mirror.disk, mirror.arrivedCount);
}

/** Protection ends: writes are the primary's alone from now on. */
export function endMirror({ plane }: World, { mirror }: Protection): void {
  if (!mirror) return;
  plane.endMirror(mirror.disk);
  mirror.sendings = [];
}

function mirrorOf({ mirror }: Protection): Mirror {
  if (!mirror) throw new InternalError("a machine whose writes arrive has a disk");
  return mirror;
}
