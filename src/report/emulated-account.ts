/** What the emulated NICs of a run did: exits by register, turns of their device models, interrupts, frames and losses. */
import * as emulated from "../../assembly/layout/emulated";
import * as vif from "../../assembly/layout/paravirtual";
import type { RunOutcome } from "../experiment/run";

export interface EmulatedAccount {
  readonly vm: string;
  /** Accesses of the guest by register, each an exit. */
  readonly exits: Readonly<Record<string, number>>;
  readonly deviceModelTurns: number;
  /** Turns that began with a switch to the device model's process. */
  readonly processSwitches: number;
  readonly interrupts: number;
  /** Causes that were no interrupt of their own: masked, behind one that was not yet taken, or within the interval. */
  readonly coalescedCauses: number;
  readonly framesFromGuest: number;
  readonly framesToGuest: number;
  /** Packets that came to nothing, and frames without a place in the guest's memory. */
  readonly errors: number;
  readonly droppedFull: number;
  readonly droppedDown: number;
  readonly filtered: number;
  /** Times that the device model rested with frames for which the guest had posted nothing. */
  readonly starved: number;
  readonly queuedPeak: number;
}

const EXITS = {
  ICR: emulated.EMULATED_EXITS_ICR,
  ITR: emulated.EMULATED_EXITS_ITR,
  IMS: emulated.EMULATED_EXITS_IMS,
  IMC: emulated.EMULATED_EXITS_IMC,
  STATUS: emulated.EMULATED_EXITS_STATUS,
  RDT: emulated.EMULATED_EXITS_RDT,
  TDT: emulated.EMULATED_EXITS_TDT,
} as const;

/** Returns the account of every VM with an emulated NIC. */
export function emulatedAccounts({ world, control }: RunOutcome): EmulatedAccount[] {
  const { plane } = world;
  return control.vms.flatMap(({ name, place: { front } }) => {
    if (front?.kind !== "emulated") return [];
    const own = (counter: number) => plane.countOfEmulated(front.vif, counter);
    const tap = (counter: number) => plane.countOfVif(front.vif, counter);
    return {
      vm: name,
      exits: Object.fromEntries(Object.entries(EXITS).map(([register, counter]) => [register, own(counter)])),
      deviceModelTurns: tap(vif.VIF_BURSTS),
      processSwitches: own(emulated.EMULATED_SWITCHES),
      interrupts: own(emulated.EMULATED_INTERRUPTS),
      coalescedCauses: own(emulated.EMULATED_COALESCED),
      framesFromGuest: tap(vif.VIF_FROM_GUEST),
      framesToGuest: tap(vif.VIF_TO_GUEST),
      errors: tap(vif.VIF_ERRORS),
      droppedFull: tap(vif.VIF_DROPPED_FULL),
      droppedDown: tap(vif.VIF_DROPPED_DOWN),
      filtered: own(emulated.EMULATED_NOT_FOR_US),
      starved: tap(vif.VIF_STARVED),
      queuedPeak: tap(vif.VIF_QUEUED_PEAK),
    };
  });
}
