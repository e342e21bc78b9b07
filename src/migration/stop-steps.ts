/**
 * What a migration does once, by the way the guest reaches the network: before the guest stops, while it stands still,
 * and until its network is back.
 *
 * Common to all: the guest stops, the log is read for the last time, page tables are finished, the last pages cross, the
 * device model is saved and loaded, the target completes the machine, the source hands it over. A NIC that dom0 serves needs a backend,
 * script and bridge port there, inside the stop or before it; a paravirtual frontend suspends itself and reconnects; a
 * bond (teaming) is a paravirtual NIC beside a virtual function that is unplugged before and plugged behind. ReNIC writes
 * the virtual function's state; compsc has the guest's driver replay its operations instead.
 *
 * The invariant: the steps of `stopped` are the downtime, and with those of `reconnecting` the outage that a client sees.
 */
import type { CostName } from "../host/cost-table";

/** Ways to the network, and what becomes of them in a migration. */
export const MIGRATION_IO = ["renic", "compsc", "paravirtual", "emulated", "teaming", "vf"] as const;

export type MigrationIo = (typeof MIGRATION_IO)[number];

/** Those that can be migrated. */
export type MovableIo = Exclude<MigrationIo, "vf">;

/** Why a plain virtual function is not migrated. */
export const VF_REFUSAL =
  "a plain virtual function writes memory that no dirty log shows, and its state can be neither read nor written; take renic, compsc or teaming";

/** A step with its row of the cost model; null for what the link, and not a row, says. */
export const STEP_ROWS = {
  "unplug VF": "unplugVf",
  "hot-plug attention": "hotplugAttention",
  "hot-plug power": "hotplugPowerOff",
  "prepare backend": "attachBackend",
  "stop guest": "stopGuest",
  "suspend guest": "suspendCooperative",
  "read log": "scanLog",
  "finish memory": "finishMemory",
  "last pages": null,
  "save VF": "saveVf",
  "save device model": "saveDeviceModel",
  "device state": null,
  "load device model": "loadDeviceModel",
  "attach backend": "attachBackend",
  activate: "activateGuest",
  "hand over": null,
  "reconnect frontend": "reconnectFrontend",
  "replay driver": "replayDriver",
  "probe VF": "probeVf",
} as const satisfies Readonly<Record<string, CostName | null>>;

export type StepName = keyof typeof STEP_ROWS;

/** The steps of a migration, each list in its order. */
export interface MigrationSteps {
  /** Before the first round, while the guest runs. */
  readonly before: readonly StepName[];
  readonly stopped: readonly StepName[];
  /** The guest runs at the target, and nobody reaches it. */
  readonly reconnecting: readonly StepName[];
  /** It goes on at the source, which had let go of its network. */
  readonly returning: readonly StepName[];
  /** The guest runs and is served by another NIC than in the end. */
  readonly behind: readonly StepName[];
}

/** When dom0 of the target sets a backend up. */
export const BACKEND_TIMES = ["in-stop", "before-stop"] as const;

/** How a virtual function is unplugged: by ACPI, or as PCI Express has it. */
export const HOT_PLUGS = ["acpi", "native"] as const;

/** What a user may choose. */
export interface StepOptions {
  readonly backend: (typeof BACKEND_TIMES)[number];
  readonly hotPlug: (typeof HOT_PLUGS)[number];
  /** A process of dom0 plays the guest's chipset, as for every HVM guest. */
  readonly hasDeviceModel: boolean;
}

/** Returns the steps for a way to the network. */
export function stepsOf(io: MovableIo, { backend, hotPlug, hasDeviceModel }: StepOptions): MigrationSteps {
  const hasBackend = io === "emulated" || io === "paravirtual" || io === "teaming";
  const hasFrontend = io === "paravirtual" || io === "teaming";
  const isBackendLate = hasBackend && backend === "in-stop";
  const unplug: readonly StepName[] = hotPlug === "acpi" ? ["unplug VF"] : ["hot-plug attention", "hot-plug power"];
  return {
    before: [...(io === "teaming" ? unplug : []), ...(hasBackend && !isBackendLate ? only("prepare backend") : [])],
    stopped: [
      hasFrontend ? "suspend guest" : "stop guest",
      "read log",
      "finish memory",
      "last pages",
      ...(io === "renic" ? only("save VF") : []),
      ...(hasDeviceModel ? only("save device model") : []),
      "device state",
      ...(hasDeviceModel ? only("load device model") : []),
      ...(isBackendLate ? only("attach backend") : []),
      "activate",
      "hand over",
    ],
    reconnecting: hasFrontend ? ["reconnect frontend"] : io === "compsc" ? ["replay driver"] : [],
    // A device that only stood still goes on.
    returning: hasFrontend ? ["reconnect frontend"] : [],
    behind: io === "teaming" ? ["probe VF"] : [],
  };
}

function only(step: StepName): readonly StepName[] {
  return [step];
}
