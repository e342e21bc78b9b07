/** Rules for how a protection's checkpoints are taken that need more than one value. */
import { quote } from "../sim/units";
import { type Complaint, type Draft, findVm } from "./draft";

/** Returns every policy of a protection that its VM, or another policy, leaves no room for. */
export function checkProtections(draft: Draft): readonly Complaint[] {
  return (draft.protect ?? []).flatMap((entry, index) => {
    if (entry === undefined) return [];
    return [...checkSuspend(draft, entry, index), ...checkEpochs(entry, index)];
  });
}

type ProtectDraft = NonNullable<NonNullable<Draft["protect"]>[number]>;

/** An interval that begins with the acknowledgement leaves nothing else in flight. */
function checkEpochs({ timing, epochs = 1 }: ProtectDraft, index: number): readonly Complaint[] {
  if (timing !== "after-commit" || epochs === 1) return [];
  const reason = `expected 1, because with timing: after-commit the next interval begins when nothing is in flight, got ${epochs}; use fixed-rate for more`;
  return [{ path: ["protect", index, "epochs"], reason }];
}

/** Only a guest with paravirtual drivers is asked. */
function checkSuspend(draft: Draft, { vm: name, suspend }: ProtectDraft, index: number): readonly Complaint[] {
  const vm = findVm(draft, name);
  if (suspend !== "xenstore" || vm?.io === undefined || vm.io === "paravirtual") return [];
  const reason = `expected event-channel, because ${quote(vm.name ?? "")} has io: ${vm.io} and no paravirtual drivers to ask, got xenstore`;
  return [{ path: ["protect", index, "suspend"], reason }];
}
