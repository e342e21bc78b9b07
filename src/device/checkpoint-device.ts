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
 * | restore     | once, on the backup, quiesced, before its vCPU runs | become what the image says, still quiet       |
 * | activate    | right after restore                                 | go on                                         |
 * | teardown    | protection ends, the guest stays                    | let everything go, now and from now on        |
 */
import type { World } from "../core/world";
import type { Place } from "../host/place";

export interface CheckpointDevice {
  setup(world: World, place: Place): void;
  quiesce(world: World, place: Place): boolean;
  /** Returns the bytes that its state takes at `imageAt`. */
  postsuspend(world: World, place: Place, epoch: number, imageAt: number): number;
  collect(world: World, place: Place): void;
  preresume(world: World, place: Place): void;
  commit(world: World, place: Place, epoch: number): void;
  restore(world: World, place: Place, imageAt: number, imageBytes: number): void;
  activate(world: World, place: Place): void;
  teardown(world: World, place: Place): void;
}
