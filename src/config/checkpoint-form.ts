/**
 * How a protection's checkpoints are taken: the part of `protect` that names policies, not places.
 *
 * The form as a user writes it, and both ways between it and the scenario; schema.ts has the rest of the entry.
 */
import type * as z from "zod";
import { SUSPEND_CHANNELS } from "../host/checkpoint-pause";
import { choice, flag } from "./fields";
import type { CheckpointScenario } from "./scenario";

/** Fields of a protection. */
export const checkpointFields = {
  suspend: choice(SUSPEND_CHANNELS)
    .default("event-channel") // What Remus added to Xen, because xenstore was too slow for it.
    .meta({
      description:
        "How a guest with paravirtual drivers is asked to suspend itself: over an event channel, or through xenstore. Guests without them are stopped by hypercall. Default event-channel.",
      examples: ["event-channel", "xenstore"],
    }),
  deviceModel: flag()
    .default(false) // A guest with a virtual function can do without; one with an emulated NIC has one anyway.
    .meta({
      description:
        "Whether a device model stands behind the guest beside its NIC, whose state every checkpoint saves; with io: emulated always. Default false.",
      examples: [true],
    }),
};

/** The values of these fields. */
export type CheckpointForm = {
  readonly [Name in keyof typeof checkpointFields]: z.output<(typeof checkpointFields)[Name]>;
};

/** Gives the values their names in the scenario. */
export function resolveCheckpoint({ suspend, deviceModel }: CheckpointForm): CheckpointScenario {
  return { suspendChannel: suspend, hasDeviceModel: deviceModel };
}

/** Writes the values as a user does. */
export function checkpointInput({ suspendChannel, hasDeviceModel }: CheckpointScenario) {
  return { suspend: suspendChannel, deviceModel: hasDeviceModel };
}
