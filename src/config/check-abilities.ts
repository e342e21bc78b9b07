/** Abilities that can only be taken away where a VM has them: a run without would be the same run again. */
import type { Complaint, Draft } from "./draft";
import { listed } from "./found";
import { ABILITY_MODELS } from "./scenario";

/** Returns every ability that is to be taken away and that no VM has. */
export function checkAblations({ vms, ablate }: Draft): readonly Complaint[] {
  const models = vms?.flatMap((vm) => vm?.io ?? []);
  // A hole may be the VM that has it.
  if (models === undefined || models.length < (vms?.length ?? 0)) return [];
  return (ablate?.abilities ?? []).flatMap((ability, index) => {
    if (ability === undefined || ABILITY_MODELS[ability].some((io) => models.includes(io))) return [];
    const reason = `expected an ability of a VM, and ${ability} needs one with io: ${listed(ABILITY_MODELS[ability])}; leave it out`;
    return [{ path: ["ablate", "abilities", index], reason }];
  });
}
