/** A difference between two dumps is noticed, wherever it is. */
import { describe, expect, test } from "vitest";
import { checkEqual, encodeDump, type GuestDump, MemoryMismatch } from "../../bench/dump";
import { javascriptEngine, wasmEngine } from "./engines";

const LOG = Uint8Array.of(0, 0, 0, 1);

function guestDump(change: Partial<GuestDump> = {}): GuestDump {
  return { pages: new Map([[7, new Uint8Array(4096)]]), processorLog: LOG, deviceLog: LOG, ...change };
}

test("equal memories, one byte of a dump flipped, a mismatch that names both engines", async () => {
  const engine = wasmEngine();
  await engine.run({ kind: "ring-path", frameBytes: 60 }, 320);
  const dump = await engine.dump();
  const flipped = Uint8Array.from(dump);
  const middle = Math.floor(flipped.length / 2);
  flipped[middle] = (flipped[middle] ?? 0) ^ 1;
  const check = () =>
    checkEqual(
      new Map([
        ["wasm", dump],
        ["js", flipped],
      ]),
      "a planted flip",
    );
  expect(check).toThrow(MemoryMismatch);
  expect(check).toThrow(/after a planted flip:\n {2}wasm [0-9a-f]{64}\n {2}js {3}[0-9a-f]{64}$/);
});

test("two engines, one packet size apart, a mismatch", async () => {
  const [wasm, js] = [wasmEngine(), javascriptEngine()];
  await wasm.run({ kind: "ring-path", frameBytes: 60 }, 32);
  await js.run({ kind: "ring-path", frameBytes: 61 }, 32);
  const dumps = new Map([
    ["wasm", await wasm.dump()],
    ["js", await js.dump()],
  ]);
  expect(() => checkEqual(dumps, "different work")).toThrow(MemoryMismatch);
});

describe("equal but for one thing, a mismatch", () => {
  test.each([
    ["the number of a page", { pages: new Map([[8, new Uint8Array(4096)]]) }],
    ["an empty page more", { pages: new Map([7, 8].map((page) => [page, new Uint8Array(4096)] as const)) }],
    ["a bit of the processor's log", { processorLog: Uint8Array.of(0, 0, 0, 3) }],
    ["a bit of the device's log", { deviceLog: Uint8Array.of(0, 0, 0, 0) }],
  ] satisfies [string, Partial<GuestDump>][])("%s", (_, change) => {
    const dumps = new Map([guestDump(), guestDump(change)].map((guest, index) => [`${index}`, encodeDump([guest])]));
    expect(() => checkEqual(dumps, "work")).toThrow(MemoryMismatch);
  });
});

test("pages in another order, the same dump", () => {
  const page = (value: number) => new Uint8Array(4096).fill(value);
  const ascending = guestDump({
    pages: new Map([
      [1, page(1)],
      [2, page(2)],
    ]),
  });
  const descending = guestDump({
    pages: new Map([
      [2, page(2)],
      [1, page(1)],
    ]),
  });
  expect(encodeDump([descending])).toEqual(encodeDump([ascending]));
});
