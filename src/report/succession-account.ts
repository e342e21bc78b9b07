/** Machines that were protected anew, and how long they ran without a backup. */
import type { Control } from "../experiment/control";
import type { Succession } from "../remus/succession";

export interface SuccessionAccount {
  readonly vm: string;
  /** Host of the next backup. */
  readonly to: string;
  readonly state: string;
  /** When the machine was found to run without a backup; null for never, or not in this one's turn. */
  readonly exposedAtNs: number | null;
  /** When the first copy began, and when the backup first held a whole checkpoint; null for not. */
  readonly begunAtNs: number | null;
  readonly protectedAtNs: number | null;
  /** From the exposure to that checkpoint; null where it did not come. */
  readonly unprotectedNs: number | null;
}

/** Returns what became of each entry, in the order of the scenario. */
export function successionAccounts(control: Control): SuccessionAccount[] {
  return control.successions.map((succession) => accountOfOne(control, succession));
}

function accountOfOne(
  { protections }: Control,
  { vm, to, state, exposedAtNs, protection }: Succession,
): SuccessionAccount {
  const p = protection === null ? undefined : protections[protection];
  const protectedAtNs = p?.firstCommitAtNs ?? null;
  return {
    vm,
    to,
    state,
    exposedAtNs,
    begunAtNs: p?.begunAtNs ?? null,
    protectedAtNs,
    unprotectedNs: exposedAtNs === null || protectedAtNs === null ? null : protectedAtNs - exposedAtNs,
  };
}
