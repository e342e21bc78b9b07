/**
 * Policies of pre-copy: what comes after the rounds so far. Pure functions of a policy's data and of the rounds, used by
 * the packet-level engine and by the planner alike.
 *
 *     rounds so far -> another round (how fast, guest throttled how much) | stop and copy (why) | give up (why)
 *
 * The invariant: every policy ends, because each has a limit of rounds or of time. Orders of a user, to force or to
 * cancel, are the engine's and win over what a policy says.
 */
import type { MigrationPolicy } from "../config/migration-policy";
import type { Decision } from "./decision";
import { decideAutoConverge } from "./policy-auto-converge";
import { decideDowntime } from "./policy-downtime";
import { decideXen } from "./policy-xen";
import { decideXenClassic } from "./policy-xen-classic";
import type { PreCopyProgress } from "./round";

/** Returns what a policy does after the rounds so far, of which there may be none. */
export function decide(policy: MigrationPolicy, progress: PreCopyProgress): Decision {
  switch (policy.kind) {
    case "xen-classic":
      return decideXenClassic(policy, progress);
    case "xen":
      return decideXen(policy, progress);
    case "downtime":
      return decideDowntime(policy, progress);
    case "auto-converge":
      return decideAutoConverge(policy, progress);
  }
}
