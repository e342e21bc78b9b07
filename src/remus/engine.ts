/**
 * The states of a protection, as one who watches both hosts would tell them.
 *
 * | state         | event         | action                                                    | next          |
 * |---------------|---------------|-----------------------------------------------------------|---------------|
 * | synchronizing | synchronized  | the first checkpoint is due                               | protecting    |
 * | protecting    | silence       | the backup takes the last whole checkpoint                | activating    |
 * | synchronizing, protecting | silence-empty | the primary died, and the backup holds nothing whole | lost     |
 * | activating    | activated     | the guest runs on the backup, its address is told         | active        |
 * | activating    | activated-beside | the same, and it runs on the primary, too: split brain | split         |
 * | split         | primary-ended | the primary died, or was told to stop                     | active        |
 * | synchronizing, protecting | gone-alone | there is no backup any more: output flows          | unprotected   |
 * | synchronizing, protecting | stopped    | the same, by policy the guest stops                | stopped       |
 * | activating, split | gone-alone, stopped | the operator errs: the backup goes on as well     | same, active  |
 * | unprotected, stopped | silence | nobody could tell the backup that it was given up         | activating    |
 * | activating, split | backup-ended | the backup died, and the primary goes on               | unprotected   |
 * | any           | none-left     | no copy is left that may run, as when the active one dies | lost          |
 * | active, unprotected | succeeded | the machine is protected anew (succession.ts), which is not this one's concern | succeeded |
 *
 * A primary that dies alone, or loses only the link, changes nothing here: nobody knows, until the backup has missed its
 * heartbeats for long enough.
 */
import type { StateTable } from "../checkpoint/state-table";

export type EngineState =
  | "synchronizing"
  | "protecting"
  | "activating"
  | "active"
  | "split"
  | "unprotected"
  | "stopped"
  | "lost"
  | "succeeded";
export type EngineEvent =
  | "synchronized"
  | "silence"
  | "silence-empty"
  | "activated"
  | "activated-beside"
  | "primary-ended"
  | "gone-alone"
  | "stopped"
  | "backup-ended"
  | "none-left"
  | "succeeded";

/** Every event but the end of both copies is refused. */
const refuseOthers = {
  synchronized: null,
  silence: null,
  "silence-empty": null,
  activated: null,
  "activated-beside": null,
  "primary-ended": null,
  "gone-alone": null,
  stopped: null,
  "backup-ended": null,
  "none-left": "lost",
  succeeded: null,
} as const;

export const ENGINE = {
  synchronizing: {
    ...refuseOthers,
    synchronized: "protecting",
    "silence-empty": "lost",
    "gone-alone": "unprotected",
    stopped: "stopped",
  },
  protecting: {
    ...refuseOthers,
    silence: "activating",
    "silence-empty": "lost",
    "gone-alone": "unprotected",
    stopped: "stopped",
  },
  activating: {
    ...refuseOthers,
    activated: "active",
    "activated-beside": "split",
    "gone-alone": "activating",
    stopped: "activating",
    "backup-ended": "unprotected",
  },
  active: { ...refuseOthers, succeeded: "succeeded" },
  split: {
    ...refuseOthers,
    "primary-ended": "active",
    "gone-alone": "split",
    stopped: "active",
    "backup-ended": "unprotected",
  },
  unprotected: { ...refuseOthers, silence: "activating", succeeded: "succeeded" },
  stopped: { ...refuseOthers, silence: "activating" },
  lost: refuseOthers,
  succeeded: { ...refuseOthers, "none-left": null },
} as const satisfies StateTable<EngineState, EngineEvent>;
