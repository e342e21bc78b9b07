/**
 * Loading the data plane: from wherever the caller has it, in Node or a browser.
 *
 * One instance holds one simulated world. A failed assertion of the data plane is our own mistake and arrives as an
 * `InternalError` that names file and line.
 */
import type { DataPlane } from "./exports";

/** Bytes or a compiled module of the data plane, or where to fetch it. */
export type DataPlaneSource = Uint8Array | ArrayBuffer | WebAssembly.Module | URL;

/** A broken invariant of the simulator: a bug, never a user's mistake. */
export class InternalError extends Error {
  override readonly name = "InternalError";
}

/**
 * Compiles the data plane. Without a source, `renic.wasm` beside the bundle is taken. Throws whatever reading or
 * compiling throws.
 */
export async function compileDataPlane(source?: DataPlaneSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return WebAssembly.compile(source as BufferSource);
  return WebAssembly.compile(await read(source ?? new URL("./renic.wasm", import.meta.url)));
}

async function read(url: URL): Promise<ArrayBuffer | Uint8Array<ArrayBuffer>> {
  if (url.protocol !== "file:") return (await fetch(url)).arrayBuffer();
  const { readFile } = await import("node:fs/promises");
  return new Uint8Array(await readFile(url));
}

/** Makes an instance with a memory of its own. */
export function instantiate(module: WebAssembly.Module): DataPlane {
  const instance = new WebAssembly.Instance(module, {
    env: {
      abort(message: number, file: number, line: number, column: number) {
        const plane = instance.exports as unknown as DataPlane;
        const text = readString(plane.memory, message);
        throw new InternalError(`${text} (${readString(plane.memory, file)}:${line}:${column})`);
      },
    },
  });
  return instance.exports as unknown as DataPlane;
}

/** Reads an AssemblyScript string: UTF-16, its length in bytes in the word before it. */
function readString(memory: WebAssembly.Memory, at: number): string {
  if (!at) return "no message";
  const bytes = new DataView(memory.buffer).getUint32(at - 4, true);
  return new TextDecoder("utf-16le").decode(new Uint8Array(memory.buffer, at, bytes));
}
