/** A program as text that a reader can follow: a line a step, registers by name. */
import { PF_REGISTERS } from "../reference/pf-registers";
import type { Program, Step } from "../reference/step";
import { VF_REGISTERS, viewsByOffset } from "../reference/vf-registers";

const BYTES_SHOWN = 64;

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

function bytesText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, BYTES_SHOWN), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${bytes.length} bytes ${shown}${bytes.length > BYTES_SHOWN ? "..." : ""}`;
}

function pfName(offset: number, vfCount: number): string {
  const view = viewsByOffset(vfCount).get(offset);
  if (view !== undefined) return `pool ${view.pool} ${VF_REGISTERS.get(view.register)?.name ?? ""} (${hex(offset)})`;
  return `${PF_REGISTERS.get(offset)?.name ?? "unlisted"} (${hex(offset)})`;
}

function vfName(offset: number): string {
  return `${VF_REGISTERS.get(offset)?.name ?? "unlisted"} (${hex(offset)})`;
}

function argumentsOf(step: Step, vfCount: number): string {
  switch (step.kind) {
    case "readVf":
      return `pool ${step.pool} ${vfName(step.offset)}`;
    case "writeVf":
      return `pool ${step.pool} ${vfName(step.offset)} = ${hex(step.value)}`;
    case "readPf":
      return pfName(step.offset, vfCount);
    case "writePf":
      return `${pfName(step.offset, vfCount)} = ${hex(step.value)}`;
    case "writeMemory":
      return `pool ${step.pool} at ${hex(step.address)}: ${bytesText(step.bytes)}`;
    case "arrive":
      return `after ${step.afterPs} ps: ${bytesText(step.bytes)}`;
    default: {
      const { kind: _, ...rest } = step;
      return Object.entries(rest)
        .map(([name, value]) => `${name} ${value}`)
        .join(" ");
    }
  }
}

/** The settings and the steps of a program. */
export function showProgram({ settings, steps }: Program): string[] {
  return [
    `settings ${JSON.stringify(settings)}`,
    ...steps.map((step) => `${step.kind} ${argumentsOf(step, settings.vfCount)}`),
  ];
}
