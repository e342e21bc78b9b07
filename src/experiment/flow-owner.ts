/** Whose stack a flow's end is by now: the backup's, once that has taken over. */
import { type FlowEnd, stackOfGuest } from "../workload/flows";
import type { Control } from "./control";

/** Returns the owner of the stack of a flow's end. */
export function currentOwner({ protections }: Control, { name, owner }: FlowEnd): number {
  const taken = protections.find(({ vm, state }) => vm === name && state === "active");
  return taken ? stackOfGuest(taken.replica.backup.guest) : owner;
}
