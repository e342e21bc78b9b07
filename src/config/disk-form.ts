/**
 * The disk of a VM: the form as a user writes it, and both ways between it and the scenario.
 */
import { BYTES, formatBytes } from "../sim/units";
import { framesAmount, map } from "./fields";
import { DISK_BYTES, FRAME_BYTES } from "./limits";
import type { DiskScenario } from "./scenario";

export const diskForm = map({
  size: framesAmount(BYTES, DISK_BYTES, FRAME_BYTES).meta({
    description:
      "Size of the disk, a multiple of 4KiB up to 16GiB, and at least diskPerRequest. Blocks that were never written take no memory.",
    examples: ["64MiB"],
  }),
}).meta({
  description: "A disk that dom0 serves; requests write to it, one block behind the other and round. Default none.",
});

/** Gives the values their names in the scenario. */
export function resolveDisk(disk: { readonly size: number } | undefined): DiskScenario | null {
  return disk ? { byteCount: disk.size } : null;
}

/** Writes the values as a user does. */
export function diskInput({ byteCount }: DiskScenario) {
  return { size: formatBytes(byteCount) };
}
