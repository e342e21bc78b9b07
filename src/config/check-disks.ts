/** Rules of disks that need more than one value: who writes to which, and who has it. */
import { formatBytes, quote } from "../sim/units";
import { type Complaint, type Draft, findVm } from "./draft";

/** Returns every broken rule of every disk. */
export function checkDisks(draft: Draft): readonly Complaint[] {
  return [...checkWrites(draft), ...checkCopies(draft)];
}

/** A VM whose disk no other host has stays where it is. */
function checkCopies(draft: Draft): readonly Complaint[] {
  return (["protect", "migrations"] as const).flatMap((key) => {
    return (draft[key] ?? []).flatMap((entry, index) => {
      if (!findVm(draft, entry?.vm)?.disk) return [];
      const reason = `expected a VM without a disk, got ${quote(entry?.vm ?? "")}, whose disk the other host does not have`;
      return [{ path: [key, index, "vm"], reason }];
    });
  });
}

function checkWrites({ vms = [], flows = [] }: Draft): readonly Complaint[] {
  return vms.flatMap((vm, index) => {
    const { diskPerRequest = 0 } = vm?.workload ?? {};
    if (vm === undefined || diskPerRequest === 0) return [];
    const path = ["vms", index, "workload", "diskPerRequest"];
    const got = formatBytes(diskPerRequest);
    if (vm.disk === undefined) {
      return [{ path, reason: `expected 0B, because the VM has no disk, got ${got}; give it one with disk` }];
    }
    const { size } = vm.disk;
    if (size !== undefined && size < diskPerRequest) {
      return [{ path, reason: `expected at most the disk's size of ${formatBytes(size)}, got ${got}` }];
    }
    const replay = flows.findIndex((flow) => flow?.kind === "replay" && flow.to !== undefined && flow.to === vm.name);
    if (replay < 0) return [];
    const reason = `expected 0B, because flows.${replay} plays a recording to ${quote(vm.name ?? "")}, whose answers are not written to a disk, got ${got}`;
    return [{ path, reason }];
  });
}
