/**
 * What a checkpoint asks of a device: Xen's verbs. Every I/O model implements them, and a comparison of models is a
 * loop over their implementations.
 *
 * | verb        | when                                                | must                                          |
 * |-------------|-----------------------------------------------------|-----------------------------------------------|
 * | setup       | protection begins                                   | start its logs                                |
 * | quiesce     | each checkpoint, the vCPU stands still; once, on    | stop changing guest memory; true when it has, |
 * |             | the backup, before restore                          | else the data plane says so (REASON_QUIESCED) |
 * | postsuspend | each checkpoint, quiesced                           | write its state, seal the epoch's output,     |
 * |             |                                                     | open the next                                 |
 * | collect     | at any time; after postsuspend the answer is final  | add the pages it wrote to the guest's log     |
 * | preresume   | each checkpoint, before the vCPU runs on            | go on                                         |
 * | commit      | the backup holds the epoch                          | let the epoch's output go                     |
 * | discard     | the host has died                                   | end held frames, so many; return what is left |
 * | attachNs    | the backup is to take over                          | say how long the NIC takes before it can      |
 * | restore     | once, on the backup, quiesced, before its vCPU runs | become what the image says, still quiet       |
 * | activate    | right after restore                                 | go on                                         |
 * | connectNs   | the vCPU runs on the backup                         | say how long it has no network yet            |
 * | connect     | after that                                          | reach the network                             |
 * | announce    | then, and again                                     | tell the network where the machine is         |
 * | teardown    | protection ends, the guest stays                    | let everything go, now and from now on        |
 */
import type { World } from "../core/world";
import type { Costs } from "../host/cost-table";
import type { Place } from "../host/place";

export interface CheckpointDevice {
  setup(world: World, place: Place): void;
  quiesce(world: World, place: Place): boolean;
  /** Returns the bytes that its state takes at `imageAt`. */
  postsuspend(world: World, place: Place, epoch: number, imageAt: number): number;
  collect(world: World, place: Place): void;
  preresume(world: World, place: Place): void;
  commit(world: World, place: Place, epoch: number): void;
  discard(world: World, place: Place, countMax: number): number;
  attachNs(costs: Costs): number;
  restore(world: World, place: Place, imageAt: number, imageBytes: number): void;
  activate(world: World, place: Place): void;
  connectNs(costs: Costs): number;
  connect(world: World, place: Place): void;
  announce(world: World, place: Place): void;
  teardown(world: World, place: Place): void;
}
