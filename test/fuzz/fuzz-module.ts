/**
 * The fuzz module, assembly/fuzz compiled: runs one chunk, a world of its own, and reads what it counted.
 *
 * A trap ends the instance it happened in; the next chunk gets a new one. Invariant: what a chunk counts depends on
 * seed, chunk and cases alone, not on the chunks that ran before it.
 */
import { ROW_COUNT, ROW_TX_MOVED } from "../../assembly/fuzz/rows";

/** What came of a chunk. */
export interface ChunkResult {
  readonly chunk: number;
  /** Counters by rows of assembly/fuzz/rows.ts; up to the trap, if there was one. */
  readonly counts: readonly number[];
  /** Why the chunk broke off; null for one that ended. */
  readonly trap: string | null;
}

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly runChunk: CallableFunction;
  readonly countersAt: CallableFunction;
}

export class FuzzModule {
  readonly #module: WebAssembly.Module;
  #instance: Instance | null = null;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  run(seed: number, chunk: number, cases: number): ChunkResult {
    this.#instance ??= instantiate(this.#module);
    const instance = this.#instance;
    try {
      instance.runChunk(seed >>> 0, Math.floor(seed / 2 ** 32), chunk, cases);
      return { chunk, counts: readCounts(instance), trap: null };
    } catch (error) {
      this.#instance = null;
      return { chunk, counts: readCounts(instance), trap: describe(error) };
    }
  }
}

/** The first line of an error, and the functions of the data plane that led to it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const places = [...(error.stack ?? "").matchAll(/at ([\w./-]*\/\w+|\w+) \(wasm:/g)].map((match) => match[1]);
  return [error.message, ...places.slice(0, PLACES_MAX)].join(" < ");
}
const PLACES_MAX = 4;

function readCounts({ memory, countersAt }: Instance): number[] {
  const counts = [...new Uint32Array(memory.buffer, Number(countersAt()), ROW_COUNT)];
  // Refused descriptors are taken off at the end, so that a chunk's number may be below zero for a moment.
  counts[ROW_TX_MOVED] = (counts[ROW_TX_MOVED] ?? 0) | 0;
  return counts;
}

function instantiate(module: WebAssembly.Module): Instance {
  let memoryOfText: WebAssembly.Memory | null = null;
  const text = (at: number) => (memoryOfText ? readString(memoryOfText, at) : "no memory");
  const { exports } = new WebAssembly.Instance(module, {
    env: {
      abort(message: number, file: number, line: number, column: number) {
        throw new Error(`${text(message)} (${text(file)}:${line}:${column})`);
      },
    },
  });
  const { memory, runChunk, countersAt } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("the fuzz module exports no memory");
  if (typeof runChunk !== "function" || typeof countersAt !== "function") {
    throw new Error("the fuzz module lacks runChunk or countersAt; build it with `node scripts/setup.mjs --fuzz`");
  }
  memoryOfText = memory;
  return { memory, runChunk, countersAt };
}

/** Reads an AssemblyScript string: UTF-16, its length in bytes in the word before it. */
function readString(memory: WebAssembly.Memory, at: number): string {
  if (!at) return "no message";
  const bytes = new DataView(memory.buffer).getUint32(at - 4, true);
  return new TextDecoder("utf-16le").decode(new Uint8Array(memory.buffer, at, bytes));
}
