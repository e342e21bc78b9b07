/**
 * How a protection's checkpoints are taken: the part of `protect` that names policies, not places.
 *
 * The form as a user writes it, and both ways between it and the scenario; schema.ts has the rest of the entry.
 */
import type * as z from "zod";
import { SUSPEND_CHANNELS } from "../host/checkpoint-pause";
import { choice, flag, map, whole } from "./fields";
import { EPOCH_COUNT } from "./limits";
import { BACKUP_LOST_POLICIES, type CheckpointScenario, FULL_POLICIES, LATE_POLICIES, TIMINGS } from "./scenario";

/** Fields of a protection. */
export const checkpointFields = {
  timing: choice(TIMINGS)
    .default("fixed-rate") // As Remus was published, and evaluated.
    .meta({
      description:
        "When the interval begins: fixed-rate, when the guest is stopped for the checkpoint before; after-commit, when the backup has acknowledged it. Default fixed-rate.",
      examples: ["fixed-rate", "after-commit"],
    }),
  epochs: whole(EPOCH_COUNT)
    .default(1) // Remus has one staging buffer.
    .meta({
      description:
        "Checkpoints that may be taken and not acknowledged at once, 1 to 8, each with a staging buffer of the VM's size; 1 with after-commit. Default 1.",
      examples: [1, 2],
    }),
  late: choice(LATE_POLICIES)
    .default("extend") // The guest goes on; what it costs is a longer wait for its output.
    .meta({
      description:
        "When a checkpoint is due and as many as epochs says are under way: extend, the epoch goes on; stall, the guest stands still until one is acknowledged. Default extend.",
      examples: ["extend", "stall"],
    }),
  full: choice(FULL_POLICIES)
    .default("stop-fetching") // Nothing is lost: the guest's ring fills, and the guest waits.
    .meta({
      description:
        "When the outbound buffer has no room: stop-fetching, frames wait in the guest's ring; drop, they are lost. Default stop-fetching.",
      examples: ["stop-fetching", "drop"],
    }),
  backupLost: choice(BACKUP_LOST_POLICIES)
    .default("release") // A service that is there is worth more than one that waits for a second host.
    .meta({
      description:
        "When the backup is dead, or declared so: release, the VM goes on alone and its output flows; stop, it stops. Default release.",
      examples: ["release", "stop"],
    }),
  arbiter: flag()
    .default(false) // Two hosts are what Remus needs.
    .meta({
      description:
        "Whether a third party on the network, which hosts ask that do not hear each other, lets one of them go on. Default false: the backup takes over by itself, and the primary waits for the operator.",
      examples: [true],
    }),
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
export function resolveCheckpoint(form: CheckpointForm): CheckpointScenario {
  const { timing, epochs, late, full, backupLost, arbiter, suspend, deviceModel } = form;
  return {
    timing,
    epochCount: epochs,
    late,
    full,
    backupLost,
    hasArbiter: arbiter,
    suspendChannel: suspend,
    hasDeviceModel: deviceModel,
  };
}

/** What a protection does whose entry says nothing of it. */
export const CHECKPOINT_DEFAULTS: CheckpointScenario = resolveCheckpoint(map(checkpointFields).parse({}));

/** Writes the values as a user does. */
export function checkpointInput(checkpoint: CheckpointScenario) {
  const { timing, epochCount, late, full, backupLost, hasArbiter, suspendChannel, hasDeviceModel } = checkpoint;
  return {
    timing,
    epochs: epochCount,
    late,
    full,
    backupLost,
    arbiter: hasArbiter,
    suspend: suspendChannel,
    deviceModel: hasDeviceModel,
  };
}
