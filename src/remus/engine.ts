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
 * | activating, active        | backup-failed | the machine dies with its new host    | lost          |
 * | any                       | both-failed   | no copy is left                       | lost          |
 *
 * A primary that dies alone changes nothing here: nobody knows, until the backup has missed its heartbeats for long enough.
 */
import type { StateTable } from "../checkpoint/state-table";

export type EngineState = "synchronizing" | "protecting" | "activating" | "active" | "unprotected" | "lost";
export type EngineEvent = "synchronized" | "silence" | "silence-empty" | "activated" | "backup-failed" | "both-failed";

/** Every event but the death of both hosts is refused. */
const bothMayFail = {
  synchronized: null,
  silence: null,
  "silence-empty": null,
  activated: null,
  "backup-failed": null,
  "both-failed": "lost",
} as const;

export const ENGINE = {
  synchronizing: {
    ...bothMayFail,
    synchronized: "protecting",
    "silence-empty": "lost",
    "backup-failed": "unprotected",
  },
  protecting: { ...bothMayFail, silence: "activating", "silence-empty": "lost", "backup-failed": "unprotected" },
  activating: { ...bothMayFail, activated: "active", "backup-failed": "lost" },
  active: { ...bothMayFail, "backup-failed": "lost" },
  unprotected: bothMayFail,
  lost: { ...bothMayFail, "backup-failed": "lost" },
} as const satisfies StateTable<EngineState, EngineEvent>;
