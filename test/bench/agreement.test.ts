/** All engines of the benchmark leave the same bytes and return the same results. */
import { expect, test } from "vitest";
import type { Work } from "../../bench/cases";
import type { Engine } from "../../bench/engine";
import { compareMemory } from "../../bench/harness";
import { LOG_PAGE_COUNT } from "../../bench/log";
import { javascriptEngine, NATIVE, NATIVE_NOTE, nativeEngine, resultsOf, wasmEngine } from "./engines";

const SMALL: Work = { kind: "ring-path", frameBytes: 60 };
const LARGE: Work = { kind: "ring-path", frameBytes: 1514 };
/** Counts that are no multiple of the rings' 256 and of the 512 buffers, so that no ring ends where it began. */
const TRAFFIC = [
  [SMALL, 4000],
  [LARGE, 3040],
  [SMALL, 32],
] as const;

const WORK: readonly (readonly [Work, number])[] = [
  [{ kind: "hold-events", pending: 1 }, 100],
  [{ kind: "hold-events", pending: 1000 }, 5000],
  [{ kind: "hold-events", pending: 1000 }, 50_000],
  [{ kind: "hold-events", pending: 200_000 }, 20_000],
  [{ kind: "harvest", markedCount: 0 }, 1],
  [{ kind: "harvest", markedCount: 1 }, 1],
  [{ kind: "harvest", markedCount: LOG_PAGE_COUNT / 64 }, 2],
  [{ kind: "harvest", markedCount: LOG_PAGE_COUNT }, 1],
  [{ kind: "copy-page" }, 700],
  [{ kind: "hash-page" }, 700],
  [{ kind: "delta-page", changedWords: 4 }, 700],
  [{ kind: "delta-page", changedWords: 300 }, 513],
];

/** Compares memories before traffic, after it, and with logs that a dump has emptied. */
async function compareThroughout(engines: readonly Engine[]): Promise<string[]> {
  const hashes = [await compareMemory(engines, "boot")];
  for (const engine of engines) expect(await resultsOf(engine, TRAFFIC)).toEqual([4000, 3040, 32]);
  hashes.push(await compareMemory(engines, "traffic"));
  hashes.push(await compareMemory(engines, "a dump"));
  return hashes;
}

test("wasm and js, thousands of packets of both sizes, equal memory and logs", async () => {
  const hashes = await compareThroughout([wasmEngine(), javascriptEngine()]);
  // Boot, traffic and emptied logs are three different states: the hash sees pages and logs.
  expect(new Set(hashes).size).toBe(3);
});

test.skipIf(!NATIVE)(
  `wasm and c, thousands of packets of both sizes, equal memory and logs${NATIVE_NOTE}`,
  async () => {
    const hashes = await compareThroughout([wasmEngine(), nativeEngine()]);
    expect(new Set(hashes).size).toBe(3);
  },
);

test("wasm and js, events held, logs harvested and pages compared, equal results", async () => {
  expect(await resultsOf(javascriptEngine(), WORK)).toEqual(await resultsOf(wasmEngine(), WORK));
});

test.skipIf(!NATIVE)(
  `wasm and c, events held, logs harvested and pages compared, equal results${NATIVE_NOTE}`,
  async () => {
    expect(await resultsOf(nativeEngine(), WORK)).toEqual(await resultsOf(wasmEngine(), WORK));
  },
);

test.skipIf(!NATIVE)(`c, a command it does not know, the caller is told${NATIVE_NOTE}`, async () => {
  const engine = nativeEngine();
  await expect(engine.run({ kind: "ring-path", frameBytes: Number.NaN }, 32)).rejects.toThrow("ended with code 1");
});

test.skipIf(!NATIVE)(
  `c, bytes alone, of one flow and of three, every packet added up and looked at${NATIVE_NOTE}`,
  async () => {
    const engine = nativeEngine();
    // Buffers are full of ones; from byte 34 on 26 of 60 are added up, a word at a time, two of the six being the packet's number.
    const ofPacket = 4 * 0x01010101 + 1;
    const numbers = (count: number) => (count * (count - 1)) / 2;
    for (const flowCount of [1, 3]) {
      const { result } = await engine.carryBytes(96, 60, flowCount);
      expect(result).toBe((96 * ofPacket + numbers(96)) % 2 ** 32);
    }
  },
);
