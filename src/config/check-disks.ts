/** Rules of disks that need more than one value: who writes to which, and who has it. */
import { formatBytes, quote } from "../sim/units";
import type { Complaint, Draft } from "./draft";

/** Returns every broken rule of every disk. */
export function checkDisks({ vms = [], flows = [] }: Draft): readonly Complaint[] {
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
