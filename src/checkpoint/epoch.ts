/**
 * The life of an epoch, what the guest does between two checkpoints, and of the checkpoint that it becomes. The primary
 * follows the first table, the backup the second.
 *
 * | state        | event        | action                                                           | next         |
 * |--------------|--------------|------------------------------------------------------------------|--------------|
 * | running      | due          | stop the vCPU                                                    | stopping     |
 * | stopping     | stopped      | device: quiesce, which may take until what has arrived is stored | quiescing    |
 * | stopping     | stopped-full | no place in flight is free: the guest stands still               | stalled      |
 * | stalled      | vacated      | device: quiesce                                                  | quiescing    |
 * | quiescing    | quiesced     | device: write state, seal output, open the next epoch            | captured     |
 * | captured     | copied       | device and vCPU go on in the next epoch; the stream leaves       | transmitting |
 * | transmitting | received     | the backup has all of it, and answers                            | awaiting-ack |
 * | awaiting-ack | acked        | device: release the sealed output                                | committed    |
 * | any but committed | failed  | what is held is lost with the host, or goes because protection ends | lost      |
 *
 * The guest runs on while an epoch is transmitting or awaiting its ack: the next one runs by then. So many epochs are
 * in flight at once as the scenario allows, each with staging room of its own, and they are committed in order. When
 * the next one is due and no place is free, it goes on until one is (`late: extend`: nothing is due before), or the
 * guest is stopped and waits (`late: stall`).
 *
 * | arrival   | event    | action                                            | next      |
 * |-----------|----------|---------------------------------------------------|-----------|
 * | receiving | complete | the last bit is there                             | complete  |
 * | receiving | cut      | the primary died before the last bit had left     | discarded |
 * | complete  | applied  | memory and device state replaced, all or nothing  | applied   |
 *
 * Nothing is applied that is not complete.
 */
import type { StateTable } from "./state-table";

export type EpochState =
  | "running"
  | "stopping"
  | "stalled"
  | "quiescing"
  | "captured"
  | "transmitting"
  | "awaiting-ack"
  | "committed"
  | "lost";
export type EpochEvent =
  | "due"
  | "stopped"
  | "stopped-full"
  | "vacated"
  | "quiesced"
  | "copied"
  | "received"
  | "acked"
  | "failed";

const refuseAll = {
  due: null,
  stopped: null,
  "stopped-full": null,
  vacated: null,
  quiesced: null,
  copied: null,
  received: null,
  acked: null,
  failed: null,
};

export const EPOCHS = {
  running: { ...refuseAll, due: "stopping", failed: "lost" },
  stopping: { ...refuseAll, stopped: "quiescing", "stopped-full": "stalled", failed: "lost" },
  stalled: { ...refuseAll, vacated: "quiescing", failed: "lost" },
  quiescing: { ...refuseAll, quiesced: "captured", failed: "lost" },
  captured: { ...refuseAll, copied: "transmitting", failed: "lost" },
  transmitting: { ...refuseAll, received: "awaiting-ack", failed: "lost" },
  "awaiting-ack": { ...refuseAll, acked: "committed", failed: "lost" },
  committed: refuseAll,
  lost: refuseAll,
} as const satisfies StateTable<EpochState, EpochEvent>;

export type ArrivalState = "receiving" | "complete" | "applied" | "discarded";
export type ArrivalEvent = "complete" | "applied" | "cut";

const refuseArrival = { complete: null, applied: null, cut: null };

export const ARRIVALS = {
  receiving: { ...refuseArrival, complete: "complete", cut: "discarded" },
  complete: { ...refuseArrival, applied: "applied" },
  applied: refuseArrival,
  discarded: refuseArrival,
} as const satisfies StateTable<ArrivalState, ArrivalEvent>;

/** An epoch that has a state. */
export interface Epoch {
  readonly number: number;
  state: EpochState;
}
