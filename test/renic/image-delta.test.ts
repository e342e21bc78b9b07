/** Differences between images: joined with their base they are the newer image, and they fit no other. */
import { describe, expect, it } from "vitest";
import { TDT, VTEIAM } from "../../assembly/layout/vf-registers";
import { RandomSource } from "../support/random-source";
import { BUILDS } from "../support/wasm-builds";
import { imageCrc } from "./image-crc";
import { decodeImage, decodeRecords } from "./image-decoder";
import { baseOf, join } from "./image-join";
import { createImageScene } from "./image-scene";
import { damage, END_TYPE, insertRecord, OPTIONAL, type RecordParts, withWord, writeImage } from "./image-writer";

const EPOCH = 41;
const BAD_BASE = 16;
const BASE = 12;
const INTERRUPT = 2;
const FILTERS = 9;
const CONTROL = 8;

/** An image, a newer one of the same virtual function, and the delta between them. */
function createDelta(module: WebAssembly.Module) {
  const scene = createImageScene(module);
  const { world, source, store } = scene;
  const base = store.save(source.vf);
  world.plane.writeRegister(source.vf, VTEIAM, 1);
  world.plane.writeRegister(source.vf, TDT, 77);
  const newer = store.save(source.vf);
  return { ...scene, base, newer, delta: store.makeDelta(base, EPOCH, newer) };
}

/** Returns the records of a delta with BASE changed. */
function withBase(delta: Uint8Array, change: (record: RecordParts) => readonly RecordParts[]): Uint8Array {
  const { records } = decodeRecords(delta);
  const changed = records.flatMap((record) => (record.type === BASE ? change(record) : [record]));
  return writeImage(changed, { features: 1 });
}

describe.each(BUILDS)("a delta, $name build", ({ module }) => {
  it("of two images, decoded by the specification, has what changed, its base and nothing else", () => {
    const { base, newer, delta } = createDelta(module);
    const { header, records } = decodeRecords(delta);
    expect(header).toMatchObject({ major: 2, features: 1, byteCount: delta.length });
    expect(records.map(({ type, instance }) => [type, instance])).toEqual([
      [INTERRUPT, 0],
      [5, 0],
      [BASE, 0],
      [END_TYPE, 0],
    ]);
    const kept = decodeImage(base).records.map(({ type, instance }, index) => {
      const isChanged = type === INTERRUPT || (type === 5 && instance === 0) || type === END_TYPE;
      return isChanged ? 0n : 1n << BigInt(index);
    });
    const bits = kept.reduce((sum, bit) => sum | bit);
    expect(baseOf(delta)).toEqual({ epoch: EPOCH, crc: imageCrc(base), kept: bits });
    expect(delta.length).toBeLessThan(newer.length / 3);
  });

  it("joined with its base, by the device and by the specification, is the newer image byte for byte", () => {
    const { base, newer, delta, store } = createDelta(module);
    expect(store.checkDelta(base, EPOCH, delta)).toBe(0);
    expect(store.joinDelta(base, delta)).toEqual(newer);
    expect(join(base, delta)).toEqual(newer);
  });

  it("of an image and itself, keeps every record", () => {
    const { base, store } = createDelta(module);
    const delta = store.makeDelta(base, EPOCH, base);
    expect(decodeRecords(delta).records.map(({ type }) => type)).toEqual([BASE, END_TYPE]);
    expect(store.joinDelta(base, delta)).toEqual(base);
  });

  it("of images that share nothing, keeps nothing", () => {
    const { source, target, store } = createImageScene(module);
    const [base, newer] = [store.save(target.vf), store.save(source.vf)];
    const delta = store.makeDelta(base, EPOCH, newer);
    expect(store.checkDelta(base, EPOCH, delta)).toBe(0);
    expect(store.joinDelta(base, delta)).toEqual(newer);
    expect(join(base, delta)).toEqual(newer);
  });

  it("of a base with more records and longer payloads, joined, has neither any more", () => {
    const { base, newer, store } = createDelta(module);
    const more = insertRecord(decodeImage(base), { type: 13, flags: OPTIONAL, payload: new Uint8Array(8) });
    const older = writeImage(more.map(lengthened));
    const delta = store.makeDelta(older, EPOCH, newer);
    expect(store.checkDelta(older, EPOCH, delta)).toBe(0);
    expect(store.joinDelta(older, delta)).toEqual(newer);
  });

  it.each([1, 2, 3, 4])("of images whose records differ at random (seed %d), joined, is the newer image", (seed) => {
    const { base, store } = createDelta(module);
    const random = new RandomSource(seed);
    let older = base;
    for (let epoch = 0; epoch < 30; epoch++) {
      const newer = writeImage(decodeImage(older).records.map((record) => withNoise(record, random)));
      const delta = store.makeDelta(older, epoch, newer);
      expect(store.checkDelta(older, epoch, delta)).toBe(0);
      expect(store.joinDelta(older, delta)).toEqual(newer);
      expect(join(older, delta)).toEqual(newer);
      older = newer;
    }
  });

  it("restored without its base, is refused for its feature", () => {
    const { target, store, delta } = createDelta(module);
    expect(store.restore(target.vf, delta)).toBe(5);
    expect(store.check(delta).code).toBe(5);
  });
});

describe.each(BUILDS)("a delta that does not fit, $name build", ({ module }) => {
  it("of another epoch or another base, is refused", () => {
    const { base, newer, delta, store } = createDelta(module);
    expect(store.checkDelta(base, EPOCH + 1, delta)).toBe(BAD_BASE);
    expect(store.checkDelta(newer, EPOCH, delta)).toBe(BAD_BASE);
    expect(store.checkDelta(delta, EPOCH, delta)).toBe(5);
    expect(store.checkDelta(base.subarray(0, 100), EPOCH, delta)).toBe(1);
    expect(store.checkDelta(base, EPOCH, base)).toBe(5);
  });

  it("with any byte damaged, padding aside, is refused", () => {
    const { base, newer, delta, store } = createDelta(module);
    for (let at = 0; at < delta.length; at++) {
      for (const bits of [1 << (at % 8), 0xff]) {
        const damaged = damage(delta, at, bits);
        if (store.checkDelta(base, EPOCH, damaged) !== 0) continue;
        // Only padding is not looked at.
        expect(decodeImage(store.joinDelta(base, damaged)).records).toEqual(decodeImage(newer).records);
      }
    }
    expect(store.checkDelta(base, EPOCH, damage(delta, delta.length - 30, 1))).toBe(8);
  });

  it("cut anywhere, is refused as too short", () => {
    const { base, delta, store } = createDelta(module);
    for (let count = 0; count < delta.length; count++) {
      expect(store.checkDelta(base, EPOCH, delta.subarray(0, count))).toBe(1);
    }
  });

  it("without BASE, is refused", () => {
    const { base, delta, store } = createDelta(module);
    expect(
      store.checkDelta(
        base,
        EPOCH,
        withBase(delta, () => []),
      ),
    ).toBe(BAD_BASE);
  });

  it("with BASE cut, of another version or of another instance, is refused", () => {
    const { base, delta, store } = createDelta(module);
    const check = (more: (record: RecordParts) => Partial<RecordParts>) => {
      const changed = withBase(delta, (record) => [{ ...record, ...more(record) }]);
      return store.checkDelta(base, EPOCH, changed);
    };
    expect(check(({ payload }) => ({ payload: payload.subarray(0, 12) }))).toBe(12);
    expect(check(() => ({ version: 2 }))).toBe(15);
    expect(check(() => ({ instance: 1 }))).toBe(10);
  });

  it("that keeps a record that it also carries, or one that the base has not, is refused", () => {
    const { base, delta, store } = createDelta(module);
    const keeping = (kept: bigint) => {
      return withBase(delta, (record) => {
        const low = withWord(record.payload, 2, Number(kept & 0xffffffffn));
        return [{ ...record, payload: withWord(low, 3, Number(kept >> 32n)) }];
      });
    };
    const { kept } = baseOf(delta);
    expect(store.checkDelta(base, EPOCH, keeping(kept))).toBe(0);
    for (const wrong of [kept | 2n, kept | (1n << 12n), kept | (1n << 63n)]) {
      expect(store.checkDelta(base, EPOCH, keeping(wrong))).toBe(BAD_BASE);
    }
  });

  it("that neither keeps nor carries a record, joined, cannot be restored", () => {
    const { base, delta, target, store } = createDelta(module);
    const less = withBase(delta, (record) => [{ ...record, payload: withWord(record.payload, 2, 0) }]);
    expect(store.checkDelta(base, EPOCH, less)).toBe(0);
    expect(store.restore(target.vf, store.joinDelta(base, less))).toBe(11);
  });

  it("with a value that cannot be, is refused before it is joined", () => {
    const { base, delta, store } = createDelta(module);
    const { records } = decodeRecords(delta);
    const wrong = records.map((record) => {
      return record.type === INTERRUPT ? { ...record, payload: withWord(record.payload, 0, 8) } : record;
    });
    expect(store.checkDelta(base, EPOCH, writeImage(wrong, { features: 1 }))).toBe(13);
  });
});

function lengthened(record: RecordParts): RecordParts {
  // Filters have exactly the length that their lists need.
  if (record.type === END_TYPE || record.type === FILTERS) return record;
  return { ...record, payload: Uint8Array.of(...record.payload, 0xaa, 0xbb) };
}

/** A record that may have changed: any word of the mailbox memory may be any number. */
function withNoise(record: RecordParts, random: RandomSource): RecordParts {
  if (record.type === CONTROL)
    return { ...record, payload: withWord(record.payload, 1 + random.below(16), random.below(2 ** 32)) };
  if (record.type === INTERRUPT && random.below(2))
    return { ...record, payload: withWord(record.payload, 0, random.below(8)) };
  if (record.type === FILTERS && random.below(2)) return { ...record, payload: new Uint8Array(8) };
  return record;
}
