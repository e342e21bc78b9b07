/**
 * The states of a backup: what it has, and whether it is the machine by now.
 *
 * | state      | event     | action                                                                | next       |
 * |------------|-----------|-----------------------------------------------------------------------|------------|
 * | filling    | batch     | apply pages of the first copy, answer                                 | filling    |
 * | filling, holding | applied | a whole checkpoint replaces what was there; it is answered          | holding    |
 * | filling    | silence   | nothing whole to run: the machine is lost                             | idle       |
 * | holding    | silence   | the domain is completed; its device is to stand still                 | activating |
 * | activating | activated | device and vCPU restored from the last whole checkpoint, the guest runs | active   |
 * | any        | failed    | the host is dead                                                      | dead       |
 *
 * What arrives while the backup is activating or active is refused: the machine has gone on from an older state.
 */
import type { StateTable } from "../checkpoint/state-table";

export type BackupState = "filling" | "holding" | "idle" | "activating" | "active" | "dead";
export type BackupEvent = "batch" | "applied" | "silence" | "activated" | "failed";

const refuseAll = { batch: null, applied: null, silence: null, activated: null, failed: "dead" } as const;

export const BACKUP = {
  filling: { ...refuseAll, batch: "filling", applied: "holding", silence: "idle" },
  holding: { ...refuseAll, applied: "holding", silence: "activating" },
  idle: refuseAll,
  activating: { ...refuseAll, activated: "active" },
  active: refuseAll,
  dead: refuseAll,
} as const satisfies StateTable<BackupState, BackupEvent>;
