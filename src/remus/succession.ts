/**
 * What follows a protection that has ended while its machine runs on: the machine is protected anew, from where it is
 * then, to the next host of a list.
 *
 * | state     | event      | action                                                                    | next       |
 * |-----------|------------|---------------------------------------------------------------------------|------------|
 * | waiting   | exposed    | it is this one's turn, and the machine runs without a backup: time runs   | preparing  |
 * | preparing | began      | time is over: a protection of its own begins with the first copy          | begun      |
 * | preparing | host-down  | the host is dead: the turn is the next one's                              | host-down  |
 * | waiting, preparing | lost | no copy is left that could be protected                                | lost       |
 *
 * What the next protection needs on its host (a guest, its NIC, processors) and between the hosts (link, staging buffer) is
 * its own and there from the start; nothing is taken from the protection before it, whose primary's or backup's place
 * becomes the primary's. In between the machine's output flows: there is no backup that could contradict it.
 *
 * Invariant: a machine is exposed only where nobody else can become it any more. A backup that was given up and may not
 * have heard of it is waited for: it ends by being told, by its arbiter, or as the machine.
 */
import type { ReplicaBehind } from "../checkpoint/replica";
import { follow, type StateTable } from "../checkpoint/state-table";
import type { Place } from "../host/place";
import type { Protection } from "./protection";

export type SuccessionState = "waiting" | "preparing" | "begun" | "host-down" | "lost";
export type SuccessionEvent = "exposed" | "began" | "host-down" | "lost";

const refuseAll = { exposed: null, began: null, "host-down": null, lost: null } as const;

export const SUCCESSION = {
  waiting: { ...refuseAll, exposed: "preparing", lost: "lost" },
  preparing: { ...refuseAll, began: "begun", "host-down": "host-down", lost: "lost" },
  begun: refuseAll,
  "host-down": refuseAll,
  lost: refuseAll,
} as const satisfies StateTable<SuccessionState, SuccessionEvent>;

/** One entry of the list, as plain data. */
export interface Succession {
  readonly vm: string;
  /** The entry of `protect` whose policies it has. */
  readonly entry: number;
  /** Name of its host. */
  readonly to: string;
  readonly afterNs: number;
  /** What it will be made of, beside the place where the machine is by then. */
  readonly replica: ReplicaBehind;
  state: SuccessionState;
  /** When the machine was found to run without a backup; null for not yet. */
  exposedAtNs: number | null;
  /** Number of the protection that it has become; null before. */
  protection: number | null;
}

/** What an entry of the list is made of. */
export type Wanted = Pick<Succession, "vm" | "entry" | "to" | "afterNs" | "replica">;

/** Returns an entry whose turn has not come. */
export function waitingSuccession(wanted: Wanted): Succession {
  return { ...wanted, state: "waiting", exposedAtNs: null, protection: null };
}

/** Something happens to an entry. */
export function stepSuccession(succession: Succession, event: SuccessionEvent): void {
  succession.state = follow(SUCCESSION, succession.state, event);
}

/** Tells whether its time may still come. */
export function isOpen({ state }: Succession): boolean {
  return state === "waiting" || state === "preparing";
}

/** Tells whether the machine of a protection runs in one place, for good, and has no backup. */
export function isExposed({ state, backup, isPrimaryAlive }: Protection): boolean {
  if (state === "active") return true;
  return state === "unprotected" && isPrimaryAlive && (backup === "dead" || backup === "idle");
}

/** Returns where the machine of a protection runs, or ran last. */
export function placeOf({ backup, replica }: Protection): Place {
  return backup === "active" ? replica.backup : replica.primary;
}
