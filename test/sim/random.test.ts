import { describe, expect, it } from "vitest";
import type { World } from "../../src/core/world";
import { createSmallWorld } from "../support/small-world";
import { BUILDS } from "../support/wasm-builds";

/** Lines of kat_vectors in Random123 (Salmon et al., SC'11): counter, key, block, in words. */
const KNOWN_ANSWERS = [
  {
    what: "zeros",
    counter: "00000000 00000000 00000000 00000000",
    key: "00000000 00000000",
    block: "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
  },
  {
    what: "ones",
    counter: "ffffffff ffffffff ffffffff ffffffff",
    key: "ffffffff ffffffff",
    block: "408f276d 41c83b0e a20bc7c6 6d5451fd",
  },
  {
    what: "digits of pi",
    counter: "243f6a88 85a308d3 13198a2e 03707344",
    key: "a4093822 299f31d0",
    block: "d16cfe09 94fdcceb 5001e420 24126ea1",
  },
];

function philox(world: World, counter: string, key: string): string {
  const at = world.plane.exchange();
  const words = world.words(at, 16);
  counter.split(" ").forEach((word, index) => {
    words.setUint32(index * 4, Number.parseInt(word, 16), true);
  });
  const [key0 = 0, key1 = 0] = key.split(" ").map((word) => Number.parseInt(word, 16));
  world.plane.philoxBlock(at, key0, key1);
  return [0, 4, 8, 12].map((offset) => words.getUint32(offset, true).toString(16).padStart(8, "0")).join(" ");
}

describe.each(BUILDS)("Philox4x32-10, $name build", ({ module }) => {
  it.each(KNOWN_ANSWERS)("$what as counter and key, one block, is the known answer", ({ counter, key, block }) => {
    const world = createSmallWorld({ module, isObserved: false });
    expect(philox(world, counter, key)).toBe(block);
  });
});
