/**
 * The states of a backup: what it has, and whether it is the machine by now.
 *
 * | state      | event     | action                                                                    | next       |
 * |------------|-----------|---------------------------------------------------------------------------|------------|
 * | filling    | batch     | apply pages of the first copy, answer                                     | filling    |
 * | filling, holding | applied | a whole checkpoint replaces what was there; it is answered            | holding    |
 * | filling    | silence   | it holds nothing whole to run                                             | idle       |
 * | holding    | silence   | ask the arbiter; without one the answer is yes                            | asking     |
 * | asking     | granted   | the domain is completed; its device is to stand still                     | activating |
 * | asking     | refused   | the primary goes on without it                                            | idle       |
 * | filling, holding, asking | dismissed | the primary says that it goes on without it                 | idle       |
 * | activating | activated | device and vCPU restored from the last whole checkpoint, the guest runs   | active     |
 * | any        | failed    | the host is dead                                                          | dead       |
 *
 * What arrives while the backup is neither filling nor holding is let go and not answered: the machine has gone on from
 * an older state, or will not go on here. A dismissal that comes later than that comes too late.
 */
import type { StateTable } from "../checkpoint/state-table";

export type BackupState = "filling" | "holding" | "asking" | "idle" | "activating" | "active" | "dead";
export type BackupEvent =
  | "batch"
  | "applied"
  | "silence"
  | "granted"
  | "refused"
  | "dismissed"
  | "activated"
  | "failed";

const refuseAll = {
  batch: null,
  applied: null,
  silence: null,
  granted: null,
  refused: null,
  dismissed: null,
  activated: null,
  failed: "dead",
} as const;

export const BACKUP = {
  filling: { ...refuseAll, batch: "filling", applied: "holding", silence: "idle", dismissed: "idle" },
  holding: { ...refuseAll, applied: "holding", silence: "asking", dismissed: "idle" },
  asking: { ...refuseAll, granted: "activating", refused: "idle", dismissed: "idle" },
  idle: { ...refuseAll, dismissed: "idle" },
  activating: { ...refuseAll, activated: "active", dismissed: "activating" },
  active: { ...refuseAll, dismissed: "active" },
  dead: { ...refuseAll, failed: null },
} as const satisfies StateTable<BackupState, BackupEvent>;
