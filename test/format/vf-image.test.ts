/** The describing decoder agrees with the restoring one: what one refuses, the other does, and says where. */
import { describe, expect, it } from "vitest";
import { decodeVfImage } from "../../src/format/vf-image";
import { InputError } from "../../src/sim/input-error";
import { decodeImage } from "../renic/image-decoder";
import { createImageScene } from "../renic/image-scene";
import { replaceRecord, withWord, writeImage } from "../renic/image-writer";
import { RELEASE } from "../support/wasm-builds";

const scene = createImageScene(RELEASE.module);
const image = scene.store.save(scene.source.vf);

function withTransmitWord(word: number, value: number): Uint8Array {
  const change = ({ payload }: { payload: Uint8Array }) => [{ type: 5, payload: withWord(payload, word, value) }];
  return writeImage(replaceRecord(decodeImage(image), 5, change));
}

describe("decodeVfImage", () => {
  it("a saved image, every register by its name", () => {
    const fields = new Map(decodeVfImage(image, "vf.image").map(({ name, value }) => [name, value]));
    expect(fields.get("MAC")).toBe("02:52:4e:01:00:01");
    expect(fields.get("TDLEN")).toBe("0x00001000");
    expect(fields.get("vector 0 time left")).toMatch(/^\d+ ps$/);
    expect(fields.size).toBe(35);
  });

  it("an image cut or damaged anywhere, refused like by the device", () => {
    for (let at = 0; at < image.length; at++) {
      const damaged = image.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      const isTaken = scene.store.restore(scene.target.vf, damaged) === 0;
      if (isTaken) expect(() => decodeVfImage(damaged, "bad.image")).not.toThrow();
      else expect(() => decodeVfImage(damaged, "bad.image"), `byte ${at}`).toThrow(InputError);
      expect(() => decodeVfImage(image.subarray(0, at), "cut.image"), `cut at ${at}`).toThrow(InputError);
    }
  });

  it("a ring at an address that it cannot have, the byte, the value and what is allowed", () => {
    expect(() => decodeVfImage(withTransmitWord(0, 0x3fff8), "odd.image")).toThrow(
      /^odd\.image: byte \d+: TX_QUEUE: has TDBAL at 0x0003fff8; only bits 0xffffff80 can be set$/,
    );
  });

  it("a head beyond its ring, taken like by the device", () => {
    expect(decodeVfImage(withTransmitWord(3, 999), "head.image")).toHaveLength(decodeVfImage(image, "vf.image").length);
  });
});
