/**
 * A stream that is cut short, damaged in any byte, or put together from whole records in another way: refused whole, with
 * the offset, and the backup stays at its last checkpoint. The model says the same of each.
 */
import { describe, expect, it } from "vitest";
import { type Refusal, recordsOf } from "../reference/checkpoint-stream";
import { withCount, withHeader, withOptional, withPart, withRecords } from "../support/damaged-stream";
import { readPage, writePage } from "../support/guest-pages";
import { StreamScene } from "../support/stream-scene";
import { BUILDS } from "../support/wasm-builds";

/** How many damaged streams lie between two that the model is asked about, too: it is slow. */
const MODEL_STRIDE = 61;
const DEVICE = 2;
const RAW = 3;
const DELTA = 5;

/** A backup that has taken one checkpoint, and the next: a page raw, one of zeros, two as what changed. */
function createScene(module: WebAssembly.Module) {
  const scene = new StreamScene(module, 8);
  const { world, source, model } = scene;
  const write = (page: number, ...bytes: number[]) => writePage(world, source.guest, page, Uint8Array.from(bytes));
  for (const page of [3, 4, 9]) write(page, page, 1);
  const first = scene.checkpoint(1);
  expect([scene.take(first), model.take(first)]).toEqual([null, null]);
  write(3, 3, 2);
  write(4);
  write(9, 8, 7, 6, 5);
  write(200, 1);
  return { ...scene, scene, first, stream: scene.checkpoint(2, 1) };
}

/** Takes a stream that must be refused; returns why, and whether nothing changed. */
function refusalOf(scene: StreamScene, stream: Uint8Array): Refusal | "accepted" | "changed" {
  const stateOf = () => scene.world.digest(Buffer.from(JSON.stringify(scene.taken().vcpuFlags)));
  const before = stateOf();
  const image = scene.taken().image;
  const refusal = scene.take(stream);
  if (!refusal) return "accepted";
  return stateOf() === before && Buffer.compare(scene.taken().image, image) === 0 ? refusal : "changed";
}

/** Where the header or record lies that a byte is of. */
function partOf(stream: Uint8Array, at: number): number {
  return recordsOf(stream).findLast(({ offset }) => offset <= at)?.offset ?? 0;
}

describe.each(BUILDS)("a stream, $name build", ({ module }) => {
  it("with any byte damaged, is refused at the record of that byte, and nothing changes", () => {
    const { scene, stream, model } = createScene(module);
    const parts = [0, ...recordsOf(stream).map(({ offset }) => offset)];
    for (let at = 0, part = 0; at < stream.length; at++) {
      while ((parts[part + 1] ?? stream.length) <= at) part++;
      const damaged = stream.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      const refusal = refusalOf(scene, damaged);
      expect(refusal, `byte ${at}`).toMatchObject({ offset: parts[part] });
      if (at % MODEL_STRIDE === 0) expect(refusal).toEqual(model.take(damaged));
    }
    expect(scene.take(stream)).toBeNull();
    expect(model.take(stream)).toBeNull();
  });

  it("cut short anywhere, is refused at the record that is not there to its end, and nothing changes", () => {
    const { scene, stream, model } = createScene(module);
    for (let byteCount = 0; byteCount < stream.length; byteCount++) {
      const short = stream.subarray(0, byteCount);
      const isBetween = recordsOf(stream).some(({ offset }) => offset === byteCount);
      const offset = byteCount < 32 ? 0 : isBetween ? byteCount : partOf(stream, byteCount);
      const refusal = refusalOf(scene, short);
      expect(refusal, `${byteCount} bytes`).toEqual({ code: 1, offset });
      if (byteCount % MODEL_STRIDE === 0) expect(refusal).toEqual(model.take(short));
    }
    expect(scene.take(stream)).toBeNull();
  });

  it.each([
    { what: "with bytes behind its end", code: 19, change: (s: Uint8Array) => Buffer.concat([s, Uint8Array.of(0)]) },
    { what: "that was taken before", code: 6, change: (_: Uint8Array, first: Uint8Array) => first },
    { what: "without its raw page", code: 17, change: (s: Uint8Array) => withRecords(s, (r) => r.type !== RAW) },
    {
      what: "without its raw page, and with a count that fits",
      code: 18,
      change: (s: Uint8Array) =>
        withCount(
          withRecords(s, (r) => r.type !== RAW),
          -1,
        ),
    },
    { what: "without its vCPU", code: 12, change: (s: Uint8Array) => withRecords(s, (r) => r.type !== 1) },
    { what: "without its device", code: 12, change: (s: Uint8Array) => withRecords(s, (r) => r.type !== 2) },
  ])("$what, is refused with code $code, and nothing changes", ({ code, change }) => {
    const { scene, stream, first, model } = createScene(module);
    const changed = change(stream, first);
    const refusal = refusalOf(scene, changed);
    expect(refusal).toMatchObject({ code });
    expect(model.take(changed)).toEqual(refusal);
  });

  it("whose deltas were made from another version, is refused at the first of them", () => {
    const { scene, stream, world, target, model } = createScene(module);
    const older = readPage(world, target.guest, 3);
    older[1000] = 1;
    writePage(world, target.guest, 3, older);
    model.pages.set(3, older);
    const offset = recordsOf(stream).find(({ type }) => type === DELTA)?.offset;
    expect(refusalOf(scene, stream)).toEqual({ code: 15, offset });
    expect(model.take(stream)).toEqual({ code: 15, offset });
  });

  it("that follows one that was lost, is refused for its sequence", () => {
    const { scene, stream: _lost } = createScene(module);
    expect(refusalOf(scene, scene.checkpoint(3))).toEqual({ code: 6, offset: 0 });
  });

  it.each([
    { what: "a flag that is not known", at: 12, value: 2, code: 5 },
    { what: "another sequence", at: 16, value: 7, code: 6 },
    { what: "an epoch that is not newer", at: 20, value: 1, code: 6 },
    { what: "another number of pages", at: 24, value: 255, code: 7 },
  ])("with $what, is refused with code $code", ({ at, value, code }) => {
    const { scene, stream, model } = createScene(module);
    const changed = withHeader(stream, (header) => header.setUint32(at, value, true));
    expect(refusalOf(scene, changed)).toEqual({ code, offset: 0 });
    expect(model.take(changed)).toEqual({ code, offset: 0 });
  });

  it.each([
    { what: "a page beyond the memory", type: RAW, at: 8, value: 256, code: 13 },
    { what: "a page that came before", type: RAW, at: 8, value: 3, code: 11 },
    { what: "another page's bytes", type: RAW, at: 8, value: 201, code: 15 },
    { what: "a type that is not known", type: RAW, at: 0, value: 77, code: 9 },
    { what: "a run of nothing", type: DELTA, at: 24, value: 0x00000001, code: 14 },
    { what: "a run beyond its payload", type: DELTA, at: 24, value: 0x0000ff00, code: 14 },
    { what: "a way to nothing at its end", type: DELTA, at: 24, value: 0x000000ff, code: 14 },
    { what: "a subject that DEVICE cannot have", type: DEVICE, at: 8, value: 2, code: 16 },
    { what: "a delta called a whole image, which only all headers tell", type: DEVICE, at: 8, value: 0, code: 18 },
  ])("whose record has $what, is refused with code $code", ({ type, at, value, code }) => {
    const { scene, stream, model } = createScene(module);
    const offset = recordsOf(stream).find((record) => record.type === type)?.offset ?? 0;
    const changed = withPart(stream, offset, (record) => record.setUint32(at, value, true));
    const refusal = refusalOf(scene, changed);
    expect(refusal).toMatchObject(code === 18 ? { code } : { code, offset });
    expect(model.take(changed)).toEqual(refusal);
  });

  it("with an optional record of an unknown type, is accepted", () => {
    const { scene, stream, model } = createScene(module);
    const changed = withOptional(stream);
    expect(model.take(changed)).toBeNull();
    expect(scene.take(changed)).toBeNull();
  });
});
