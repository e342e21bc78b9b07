/**
 * What a guest stands still for at a checkpoint, part by part: rows of the cost model, and two parts that are measured.
 *
 * | part             | what                                          | how long                                |
 * |------------------|-----------------------------------------------|-----------------------------------------|
 * | suspend          | from the order to stop to all vCPUs still     | `stopGuest`, or by the table below      |
 * | stall            | waiting for a checkpoint to be acknowledged   | no row: as long as it takes             |
 * | quiesce          | the device brings to an end what it has begun | no row: as long as it takes             |
 * | scanLog          | reading and clearing the dirty log            | `scanLog`                               |
 * | mapPages         | mapping the dirty pages into dom0             | pages x `mapPage`                       |
 * | copyPages        | copying them into the staging buffer          | pages x 4,096 B / `copyRate`            |
 * | saveVf           | state of a virtual function, seal of output   | `saveVf`, with a virtual function       |
 * | deviceModel      | state of a device model                       | `checkpointDeviceModel`, where one is   |
 * | paravirtualHooks | stopping and starting paravirtual devices     | `paravirtualHooks`, where they are      |
 * | resume           | from the last copy to the vCPUs running again | `resumeGuest`                           |
 *
 * | guest                            | asked                    | suspend             |
 * |----------------------------------|--------------------------|---------------------|
 * | without paravirtual drivers      | not at all, by hypercall | `stopGuest`         |
 * | with them: it suspends itself    | over an event channel    | `suspendCooperative`|
 * |                                  | through xenstore         | `suspendXenstore`   |
 *
 * Source of the mechanism: libxl_dom_suspend.c of Xen. Left out: that a guest which is asked still runs for a part of
 * the time that suspending takes. Invariant: the parts of a checkpoint add up to the time that the guest stood still, to
 * the nanosecond.
 */
import type { Costs } from "./cost-table";

export const PAUSE_PARTS = [
  "suspend",
  "stall",
  "quiesce",
  "scanLog",
  "mapPages",
  "copyPages",
  "saveVf",
  "deviceModel",
  "paravirtualHooks",
  "resume",
] as const;

export type PausePart = (typeof PAUSE_PARTS)[number];

/** Nanoseconds of each part. */
export type PauseParts = Readonly<Record<PausePart, number>>;

export const NO_PAUSE: PauseParts = {
  suspend: 0,
  stall: 0,
  quiesce: 0,
  scanLog: 0,
  mapPages: 0,
  copyPages: 0,
  saveVf: 0,
  deviceModel: 0,
  paravirtualHooks: 0,
  resume: 0,
};

/** How a guest with paravirtual drivers is asked to suspend itself. */
export type SuspendChannel = "event-channel" | "xenstore";

export const SUSPEND_CHANNELS: readonly SuspendChannel[] = ["event-channel", "xenstore"];

/** What of a guest decides which parts a pause has. */
export interface PausedGuest {
  readonly hasVf: boolean;
  readonly hasDeviceModel: boolean;
  /** Null without paravirtual drivers. */
  readonly suspendChannel: SuspendChannel | null;
}

/** Returns how long it takes until a guest that is to stop stands still. */
export function suspendNs(costs: Costs, { suspendChannel }: PausedGuest): number {
  if (suspendChannel === null) return costs.stopGuest;
  return suspendChannel === "xenstore" ? costs.suspendXenstore : costs.suspendCooperative;
}

/** Returns the parts that follow when the device stands still, too: what comes before them is 0. */
export function captureParts(costs: Costs, guest: PausedGuest, pageCount: number, pageBytes: number): PauseParts {
  return {
    ...NO_PAUSE,
    scanLog: costs.scanLog,
    mapPages: pageCount * costs.mapPage,
    copyPages: Math.floor((pageCount * pageBytes * 1e9) / costs.copyRate),
    saveVf: guest.hasVf ? costs.saveVf : 0,
    deviceModel: guest.hasDeviceModel ? costs.checkpointDeviceModel : 0,
    paravirtualHooks: guest.suspendChannel === null ? 0 : costs.paravirtualHooks,
    resume: costs.resumeGuest,
  };
}

/** Returns how long all parts take together. */
export function pauseNs(parts: PauseParts): number {
  return PAUSE_PARTS.reduce((sum, part) => sum + parts[part], 0);
}

/** Returns the parts of several pauses, added up. */
export function addPauses(one: PauseParts, other: PauseParts): PauseParts {
  return {
    suspend: one.suspend + other.suspend,
    stall: one.stall + other.stall,
    quiesce: one.quiesce + other.quiesce,
    scanLog: one.scanLog + other.scanLog,
    mapPages: one.mapPages + other.mapPages,
    copyPages: one.copyPages + other.copyPages,
    saveVf: one.saveVf + other.saveVf,
    deviceModel: one.deviceModel + other.deviceModel,
    paravirtualHooks: one.paravirtualHooks + other.paravirtualHooks,
    resume: one.resume + other.resume,
  };
}
