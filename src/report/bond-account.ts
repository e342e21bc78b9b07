/** The account of a bond whose machine moves: who carried from when on, and what clients missed as it turned. */
import type { MigrationView } from "../experiment/migration-watch";
import type { Bond } from "../migration/bond-state";
import type { ClientSilence } from "./migration-account";

export interface BondAccount {
  /** Who carries at the end, and what is being done about it: the states of src/migration/bond-state.ts. */
  readonly state: string;
  /** The driver closed the virtual function; the bond turned to the paravirtual NIC. */
  readonly closedNs: number | null;
  readonly failedOverNs: number | null;
  /** Another virtual function was plugged in, had link, carries. */
  readonly pluggedNs: number | null;
  readonly linkedNs: number | null;
  readonly returnedNs: number | null;
  /** None was free where the machine is, so that the paravirtual NIC goes on. */
  readonly isLeftOnFront: boolean;
  /** What clients missed as it turned, and as it turned back. */
  readonly failover: readonly ClientSilence[];
  readonly failback: readonly ClientSilence[];
}

/** Returns the account of a bond; null for a machine without one. */
export function bondAccount(
  bond: Bond | null,
  view: MigrationView,
  silences: (clients: MigrationView["clients"]) => ClientSilence[],
): BondAccount | null {
  return bond && { ...bond, failover: silences(view.failover), failback: silences(view.failback) };
}
