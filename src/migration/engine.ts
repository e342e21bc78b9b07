/**
 * The states of a live migration, as one who watches both hosts would tell them.
 *
 * | state        | event          | action                                                           | next         |
 * |--------------|----------------|------------------------------------------------------------------|--------------|
 * | waiting      | begin          | what is done beforehand (stop-steps.ts)                          | preparing    |
 * | preparing    | prepared       | log what is written, open the first round                        | copying      |
 * | waiting      | refuse         | a host is gone already, or has no room                           | refused      |
 * | copying      | stop           | the policy or the user has the guest stopped: vCPUs              | stopping     |
 * | copying      | give-up        | the policy ends it: stop logging                                 | failed       |
 * | stopping     | stopped        | device: quiesce, which may take until what has arrived is stored | quiescing    |
 * | quiescing    | quiesced       | last harvest, last pages                                         | last-pages   |
 * | last-pages   | pages-arrived  | device: write its state, which crosses the link                  | device-state |
 * | device-state | state-arrived  | the target builds the machine                                    | activating   |
 * | activating   | ready          | the source hears of it and hands the machine over                | handing-over |
 * | handing-over | taken          | the guest runs at the target; its network may have to come back  | reconnecting |
 * | reconnecting | connected      | its address is told                                              | active       |
 * | preparing, copying     | cancel | stop logging                                                   | cancelled    |
 * | stopping to activating | cancel | the guest goes on where it stands                              | cancelled    |
 * | preparing to activating | target-failed | the same                                                | failed       |
 * | waiting to activating  | source-failed | the machine was there and nowhere else                  | lost         |
 * | handing-over to active | target-failed | the machine is the target's, and dies with it           | lost         |
 * | handing-over to active | source-failed | what was handed over arrives                            | unchanged    |
 * | handing-over | hand-over-lost | the source died, and what it handed over had not left            | lost         |
 *
 * Whose the machine is, is decided in one place: by `ready`, when the source lets go. Until then it is the source's and
 * nothing of it runs at the target; from then on it is the target's, and the source never runs it again, whatever it
 * hears or does not hear. So it never runs in two places, and what a client was told is never taken back. The price is
 * the time that two messages take (libxl_domain migrate: "permission to go"). A cancellation that comes later is too
 * late, and is counted as that. Rounds are one state: which of them, and what was sent, is in the migration's record.
 */
import type { StateTable } from "../checkpoint/state-table";

export type MigrationState =
  | "waiting"
  | "preparing"
  | "copying"
  | "stopping"
  | "quiescing"
  | "last-pages"
  | "device-state"
  | "activating"
  | "handing-over"
  | "reconnecting"
  | "active"
  | "cancelled"
  | "failed"
  | "refused"
  | "lost";

export type MigrationEvent =
  | "begin"
  | "prepared"
  | "refuse"
  | "stop"
  | "give-up"
  | "stopped"
  | "quiesced"
  | "pages-arrived"
  | "state-arrived"
  | "ready"
  | "taken"
  | "connected"
  | "cancel"
  | "source-failed"
  | "hand-over-lost"
  | "target-failed";

const refuseAll = {
  begin: null,
  prepared: null,
  refuse: null,
  stop: null,
  "give-up": null,
  stopped: null,
  quiesced: null,
  "pages-arrived": null,
  "state-arrived": null,
  ready: null,
  taken: null,
  connected: null,
  cancel: null,
  "source-failed": null,
  "hand-over-lost": null,
  "target-failed": null,
} as const;

/** While the machine is the source's. */
const atSource = { ...refuseAll, cancel: "cancelled", "source-failed": "lost", "target-failed": "failed" } as const;

/** It is over, and the machine is where it is: whatever happens to hosts is nothing to the migration any more. */
const over = <Own extends MigrationState>(own: Own) =>
  ({ ...refuseAll, cancel: own, "source-failed": own, "target-failed": own }) as const;

export const MIGRATION = {
  waiting: {
    ...refuseAll,
    begin: "preparing",
    refuse: "refused",
    cancel: "cancelled",
    "source-failed": "lost",
    "target-failed": "waiting",
  },
  preparing: { ...atSource, prepared: "copying" },
  copying: { ...atSource, stop: "stopping", "give-up": "failed" },
  stopping: { ...atSource, stopped: "quiescing" },
  quiescing: { ...atSource, quiesced: "last-pages" },
  "last-pages": { ...atSource, "pages-arrived": "device-state" },
  "device-state": { ...atSource, "state-arrived": "activating" },
  activating: { ...atSource, ready: "handing-over" },
  "handing-over": {
    ...refuseAll,
    taken: "reconnecting",
    cancel: "handing-over",
    "source-failed": "handing-over",
    "hand-over-lost": "lost",
    "target-failed": "lost",
  },
  reconnecting: {
    ...refuseAll,
    connected: "active",
    cancel: "reconnecting",
    "source-failed": "reconnecting",
    "target-failed": "lost",
  },
  active: { ...refuseAll, cancel: "active", "source-failed": "active", "target-failed": "lost" },
  cancelled: over("cancelled"),
  failed: over("failed"),
  refused: over("refused"),
  lost: over("lost"),
} as const satisfies StateTable<MigrationState, MigrationEvent>;

/** Tells whether the machine is the target's in a state. */
export function isHandedOver(state: MigrationState): boolean {
  return state === "handing-over" || state === "reconnecting" || state === "active";
}

/** Tells whether a migration that is to come, or under way, can still be called off. */
export function isRevocable(state: MigrationState): boolean {
  return MIGRATION[state].cancel === "cancelled";
}
