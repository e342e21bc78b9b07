/**
 * The states of a bond whose machine moves: who carries, and what is being done about it.
 *
 * | state      | event    | action                                                                          | next      |
 * |------------|----------|---------------------------------------------------------------------------------|-----------|
 * | on-vf      | unplug   | the guest's driver closes the virtual function                                  | nobody    |
 * | nobody     | look     | the bond finds it without link, turns to netfront and announces the address     | on-front  |
 * | on-front   | plug     | the guest finds a virtual function; its driver resets it                        | probing   |
 * | probing    | link     | it has link                                                                     | linked    |
 * | linked     | look     | the bond prefers it: netfront is posted nothing any more                        | returning |
 * | returning  | returned | the virtual function carries, and announces the address                         | on-vf     |
 * | returning  | short    | too many received frames wait for the guest's software: netfront goes on        | linked    |
 *
 * What may overlap: the machine is migrated while its bond is on-front, and nowhere else in this table; it is plugged in
 * again where it ends up, at the target or, of a migration that did not come off, at the source. Without a virtual
 * function there the bond stays on-front.
 */
import type { StateTable } from "../checkpoint/state-table";

export type BondState = "on-vf" | "nobody" | "on-front" | "probing" | "linked" | "returning";

export type BondEvent = "unplug" | "look" | "plug" | "link" | "returned" | "short";

const refuseAll = { unplug: null, look: null, plug: null, link: null, returned: null, short: null } as const;

export const BOND = {
  "on-vf": { ...refuseAll, unplug: "nobody" },
  nobody: { ...refuseAll, look: "on-front" },
  "on-front": { ...refuseAll, plug: "probing" },
  probing: { ...refuseAll, link: "linked" },
  linked: { ...refuseAll, look: "returning" },
  returning: { ...refuseAll, returned: "on-vf", short: "linked" },
} as const satisfies StateTable<BondState, BondEvent>;

/** A bond, and when what happened to it; null for not, or not yet. */
export interface Bond {
  /** Its looks at its links are so long behind whole periods of the run. */
  readonly phaseNs: number;
  state: BondState;
  /** The driver of the source's virtual function closed it. */
  closedNs: number | null;
  failedOverNs: number | null;
  /** A virtual function was plugged in, had link, and carries. */
  pluggedNs: number | null;
  linkedNs: number | null;
  returnedNs: number | null;
  /** It found no virtual function where the machine is. */
  isLeftOnFront: boolean;
}

/** 2^32 divided by the golden ratio: neighbouring numbers come far from each other. */
const GOLDEN = 0x9e3779b9;

/**
 * Returns a bond whose virtual function carries, and which looks at its links every so many ns. When it began to do so
 * nobody knows: a seed and a number say it.
 */
export function carryingBond(periodNs: number, seed: number, number: number): Bond {
  const share = (Math.imul(seed + number, GOLDEN) >>> 0) / 2 ** 32;
  return {
    phaseNs: Math.floor(periodNs * share),
    state: "on-vf",
    closedNs: null,
    failedOverNs: null,
    pluggedNs: null,
    linkedNs: null,
    returnedNs: null,
    isLeftOnFront: false,
  };
}
