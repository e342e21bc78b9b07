/**
 * The life of an epoch: what the guest does between two checkpoints, and what becomes of it.
 *
 * | state        | event     | action                                                           | next         |
 * |--------------|-----------|------------------------------------------------------------------|--------------|
 * | running      | due       | stop the vCPU                                                    | stopping     |
 * | stopping     | stopped   | device: quiesce, which may take until what has arrived is stored | quiescing    |
 * | quiescing    | quiesced  | device: write state, seal output, open the next epoch            | captured     |
 * | captured     | copied    | device and vCPU go on; the stream leaves                         | transmitting |
 * | transmitting | received  | backup applies all of it, acknowledges                           | awaiting-ack |
 * | awaiting-ack | acked     | device: release the sealed output                                | committed    |
 * | any but committed | failed | what is held is lost with the host                              | lost         |
 *
 * The guest runs on during transmitting and awaiting-ack: the next epoch is open by then. One epoch is in flight; if
 * the next one is due before the ack, it is extended.
 */
import type { StateTable } from "./state-table";

export type EpochState =
  | "running"
  | "stopping"
  | "quiescing"
  | "captured"
  | "transmitting"
  | "awaiting-ack"
  | "committed"
  | "lost";
export type EpochEvent = "due" | "stopped" | "quiesced" | "copied" | "received" | "acked" | "failed";

const refuseAll = { due: null, stopped: null, quiesced: null, copied: null, received: null, acked: null, failed: null };

export const EPOCHS = {
  running: { ...refuseAll, due: "stopping", failed: "lost" },
  stopping: { ...refuseAll, stopped: "quiescing", failed: "lost" },
  quiescing: { ...refuseAll, quiesced: "captured", failed: "lost" },
  captured: { ...refuseAll, copied: "transmitting", failed: "lost" },
  transmitting: { ...refuseAll, received: "awaiting-ack", failed: "lost" },
  "awaiting-ack": { ...refuseAll, acked: "committed", failed: "lost" },
  committed: refuseAll,
  lost: { ...refuseAll, failed: "lost" },
} as const satisfies StateTable<EpochState, EpochEvent>;

/** An epoch that has a state. */
export interface Epoch {
  readonly number: number;
  state: EpochState;
}
