/** Images that something happened to on their way: a byte is wrong, or the rest is missing. Whatever is refused changes nothing. */
import { describe, expect, it } from "vitest";
import { BUILDS } from "../support/wasm-builds";
import { type DecodedImage, decodeImage } from "./image-decoder";
import { createRestoreScene } from "./image-scene";
import { damage, insertRecord, writeImage, writeOutbound } from "./image-writer";

const OUTBOUND = 11;

/** The scene with an image that has every record. */
function createTarget(module: WebAssembly.Module) {
  const scene = createRestoreScene(module);
  const frames = [60, 77].map((length, index) => ({ bytes: new Uint8Array(length).fill(index + 1) }));
  const held = { type: OUTBOUND, payload: writeOutbound(frames) };
  return { ...scene, image: writeImage(insertRecord(decodeImage(scene.image), held)) };
}

/** Bytes that the specification has no reader look at: between a payload and the next multiple of eight. */
function paddingOf({ records }: DecodedImage): number[] {
  return records.flatMap(({ at, payload }) => {
    const count = Math.ceil(payload.length / 8) * 8 - payload.length;
    return Array.from({ length: count }, (_, index) => at + 16 + payload.length + index);
  });
}

describe.each(BUILDS)("an image, $name build", ({ module }) => {
  it("written anew from its decoded parts, has the same bytes", () => {
    const { image, source, store } = createTarget(module);
    expect(writeImage(decodeImage(image).records)).toEqual(image);
    expect(writeImage(decodeImage(store.save(source.vf)).records)).toEqual(store.save(source.vf));
  });

  it("with any byte damaged, padding aside, is refused and changes nothing", () => {
    const { image, restore, isUnchanged } = createTarget(module);
    const padding = paddingOf(decodeImage(image));
    for (let at = 0; at < image.length; at++) {
      if (padding.includes(at)) continue;
      for (const bits of [1 << (at % 8), 0x80 >> (at % 7), 0xff]) {
        if (restore(damage(image, at, bits)) === 0) expect.fail(`byte ${at}, ${bits}: accepted`);
        if (!isUnchanged()) expect.fail(`byte ${at}, ${bits}: something was restored`);
      }
    }
    expect(padding).toHaveLength(20);
  });

  it("with padding that is not zero, is restored like one without", () => {
    const { image, target, store, restore } = createTarget(module);
    for (const at of paddingOf(decodeImage(image))) {
      expect(restore(damage(image, at, 0xff))).toBe(0);
      expect(store.saveForMigration(target.vf)).toEqual(image);
    }
  });

  it("cut anywhere, is refused as too short and changes nothing", () => {
    const { image, restore, isUnchanged } = createTarget(module);
    for (let byteCount = 0; byteCount < image.length; byteCount++) {
      expect(restore(image.subarray(0, byteCount))).toBe(1);
    }
    expect(isUnchanged()).toBe(true);
  });

  it("with bytes behind its end, is refused", () => {
    const { image, restore } = createTarget(module);
    expect(restore(Uint8Array.of(...image, 0))).toBe(1);
  });

  it("checked, accepted or refused, stays as it is byte for byte", () => {
    const { image, store } = createTarget(module);
    for (const bytes of [image, damage(image, 200, 1), image.subarray(0, 100)]) {
      expect(store.check(bytes).after).toEqual(bytes);
    }
    expect(store.check(image).code).toBe(0);
  });
});
