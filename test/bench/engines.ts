/** Engines for tests: the simulator's data plane, plain JavaScript, and C where there is a compiler. */
import { afterAll } from "vitest";
import type { Work } from "../../bench/cases";
import type { Engine } from "../../bench/engine";
import { JavascriptEngine } from "../../bench/javascript-engine";
import { buildNative } from "../../bench/native-build";
import { NativeEngine } from "../../bench/native-engine";
import { WasmEngine } from "../../bench/wasm-engine";
import { RELEASE } from "../support/wasm-builds";

/** The compiled C engine; undefined without a compiler. */
export const NATIVE = buildNative();
/** Stands in the name of a test that is skipped without a compiler. */
export const NATIVE_NOTE = NATIVE ? "" : " (skipped: no C compiler was found)";

const children: NativeEngine[] = [];
afterAll(() => {
  for (const child of children) child.close();
});

export function wasmEngine(images?: readonly Uint8Array[]): WasmEngine {
  return new WasmEngine(RELEASE.module, images);
}

export function javascriptEngine(images?: readonly Uint8Array[]): JavascriptEngine {
  return new JavascriptEngine(images);
}

/** Starts the C engine; it ends with the test file. */
export function nativeEngine(images?: readonly Uint8Array[]): NativeEngine {
  if (!NATIVE) throw new Error("a test that needs C is skipped without it");
  const engine = new NativeEngine(NATIVE.path, images);
  children.push(engine);
  return engine;
}

/** Does pieces of work one after the other and returns their results. */
export async function resultsOf(engine: Engine, pieces: readonly (readonly [Work, number])[]): Promise<number[]> {
  const results: number[] = [];
  for (const [work, count] of pieces) results.push((await engine.run(work, count)).result);
  return results;
}
