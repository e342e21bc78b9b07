/** The two builds of the data plane that `node scripts/setup.mjs` leaves behind, compiled once for a test file. */
import { readFileSync } from "node:fs";

/** A build of the data plane. */
export interface Build {
  readonly name: "release" | "debug";
  readonly module: WebAssembly.Module;
}

/** Optimised, as it is shipped. */
export const RELEASE: Build = { name: "release", module: compile("build/renic.wasm") };
/** Not optimised; nothing is left out or moved by the compiler. */
export const DEBUG: Build = { name: "debug", module: compile("build/renic.debug.wasm") };
/** For `describe.each`: what is cheap is tested on both. */
export const BUILDS: readonly Build[] = [RELEASE, DEBUG];

function compile(path: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(path));
}
