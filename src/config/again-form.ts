/**
 * What becomes of a protected machine that runs without a backup: it is protected anew, to the hosts of a list in turn.
 *
 * The form as a user writes it, and both ways between it and the scenario; check-again.ts has its rules, schema.ts the rest
 * of the entry.
 */
import type * as z from "zod";
import { DURATION, formatDuration } from "../sim/units";
import { amount, list, map, nameOf } from "./fields";
import { ANY_DURATION } from "./limits";
import type { AgainScenario } from "./scenario";

export const againForm = list(
  map({
    to: nameOf("a host").meta({
      description:
        "Host that holds the next backup; it keeps a core, memory and what the NIC takes from the start. A host that had the VM before, if an event repairs it.",
      examples: ["spare"],
    }),
    after: amount(DURATION, ANY_DURATION)
      .prefault("1s") // assumed: a toolstack that watches its hosts and is told at once which of them is next.
      .meta({
        description: "How long the VM runs without a backup before it is protected anew, 0s to 1h. Default 1s.",
        examples: ["100ms"],
      }),
  }).meta({ description: "One protection anew: where to, and after how long." }),
  "protections anew",
)
  .default([]) // Two hosts are what Remus needs.
  .meta({
    description:
      "Where the VM is protected next, with the same policies, whenever it runs without a backup: after a failover, or because the backup is lost. Each entry once, in turn. Default none.",
    examples: [[{ to: "spare", after: "100ms" }]],
  });

/** Gives the values their names in the scenario. */
export function resolveAgain(form: z.output<typeof againForm>): AgainScenario[] {
  return form.map(({ to, after }) => ({ to, afterNs: after }));
}

/** Writes the values as a user does. */
export function againInput(again: readonly AgainScenario[]) {
  return again.map(({ to, afterNs }) => ({ to, after: formatDuration(afterNs) }));
}
