/**
 * What the compiler places lies below the world: a world begins at a fixed address, and a longer string in the sources
 * would otherwise be overwritten by it, or shown in a saved one.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WORLD } from "../../assembly/layout/memory-map";

const FILES = ["build/renic.wasm", "build/renic.debug.wasm"];
/** WebAssembly core specification 2.0, sections 5.5.14 and 5.4.1. */
const DATA_SECTION = 11;
const I32_CONST = 0x41;
const END = 0x0b;

/** Reads numbers of a module, one after the other. */
class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  /** An unsigned LEB128 number; an address is a signed one, and far below the bit that would matter. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }
}

/** Returns where the data that a module brings along ends in its memory; 0 without any. */
function staticDataEnd(bytes: Uint8Array): number {
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const section = reader.byte();
    const next = reader.number() + reader.at;
    if (section === DATA_SECTION) return segmentsEnd(reader);
    reader.at = next;
  }
  return 0;
}

function segmentsEnd(reader: Reader): number {
  let end = 0;
  for (let left = reader.number(); left; left--) {
    expect([reader.byte(), reader.byte()], "an active segment with a constant address").toEqual([0, I32_CONST]);
    const at = reader.number();
    expect(reader.byte()).toBe(END);
    const length = reader.number();
    reader.at += length;
    end = Math.max(end, at + length);
  }
  return end;
}

describe("static data", () => {
  it.each(FILES)("of %s, ends below the world", (file) => {
    const end = staticDataEnd(readFileSync(file));
    expect(end).toBeGreaterThan(0);
    expect(end).toBeLessThanOrEqual(WORLD);
  });

  it("planted at the world's first byte, is seen", () => {
    const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    // One byte at 0x10000, which LEB128 writes as 80 80 04.
    const planted = Uint8Array.from([...header, DATA_SECTION, 9, 1, 0, I32_CONST, 0x80, 0x80, 0x04, END, 1, 0xaa]);
    expect(staticDataEnd(planted)).toBe(WORLD + 1);
  });
});
