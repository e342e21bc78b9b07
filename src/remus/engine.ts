/**
 * The states of a protection, as one who watches both hosts would tell them.
 *
 * | state         | event         | action                                            | next          |
 * |---------------|---------------|---------------------------------------------------|---------------|
 * | synchronizing | synchronized  | the first checkpoint is due                       | protecting    |
 * | protecting    | silence       | the backup takes the last whole checkpoint        | activating    |
 * | synchronizing, protecting | silence-empty | the backup holds no whole checkpoint  | lost          |
 * | activating    | activated     | the guest runs on the backup, its address is told | active        |
 * | synchronizing, protecting | backup-failed | the guest goes on alone, output flows | unprotected   |
 * | activating, active        | backup-failed | both copies are gone                  | lost          |
 *
 * A primary that dies changes nothing here: nobody knows, until the backup has missed its heartbeats for long enough.
 */
import type { StateTable } from "../checkpoint/state-table";

export type EngineState = "synchronizing" | "protecting" | "activating" | "active" | "unprotected" | "lost";
export type EngineEvent = "synchronized" | "silence" | "silence-empty" | "activated" | "backup-failed";

const refuseAll = { synchronized: null, silence: null, "silence-empty": null, activated: null, "backup-failed": null };

export const ENGINE = {
  synchronizing: {
    ...refuseAll,
    synchronized: "protecting",
    "silence-empty": "lost",
    "backup-failed": "unprotected",
  },
  protecting: { ...refuseAll, silence: "activating", "silence-empty": "lost", "backup-failed": "unprotected" },
  activating: { ...refuseAll, activated: "active", "backup-failed": "lost" },
  active: { ...refuseAll, "backup-failed": "lost" },
  unprotected: refuseAll,
  lost: refuseAll,
} as const satisfies StateTable<EngineState, EngineEvent>;
