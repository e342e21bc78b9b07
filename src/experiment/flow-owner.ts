/** Whose stack a flow's end is by now: the backup's, once that has taken over, or that of the host it has moved to. */
import { type FlowEnd, stackOfGuest } from "../workload/flows";
import type { Control } from "./control";
import { placeOfMigrated } from "./migrations";

/** Returns the owner of the stack of a flow's end. */
export function currentOwner(control: Control, { name, owner }: FlowEnd): number {
  const moved = placeOfMigrated(control, name);
  if (moved) return stackOfGuest(moved.guest);
  const taken = control.protections.findLast(({ vm, backup }) => vm === name && backup === "active");
  return taken ? stackOfGuest(taken.replica.backup.guest) : owner;
}
