/** One program on both devices: the reference model is what is expected, the data plane what is found. */
import type { Coverage } from "../reference/coverage";
import { ReferencePort } from "../reference/device";
import type { Device } from "../reference/device-interface";
import { compareOutcomes, type Outcome, runProgram } from "../reference/run";
import type { Program } from "../reference/step";
import { WasmDevice, windowsOf } from "./wasm-device";

/** An outcome, or why there is none: a device that throws has failed its program. */
type Ended = { readonly outcome: Outcome } | { readonly problem: string };

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function runOn(program: Program, makeDevice: () => Device): Ended {
  try {
    return { outcome: runProgram(program, makeDevice()) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** What is different, the earliest first; nothing when the devices agree. */
export function compareDevices(module: WebAssembly.Module, program: Program, coverage: Coverage): string[] {
  const expected = runOn(program, () => new ReferencePort(program.settings, coverage));
  const found = runOn(program, () => new WasmDevice(module, program.settings, windowsOf(program)));
  if ("problem" in expected) return [`the reference model stops: ${expected.problem}`];
  if ("problem" in found) return [`the device stops: ${found.problem}`];
  return compareOutcomes(expected.outcome, found.outcome);
}
