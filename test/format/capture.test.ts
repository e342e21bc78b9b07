import { describe, expect, it } from "vitest";
import { readCapture } from "../../src/format/capture";
import { BIG, join, LITTLE, text } from "./block-builder";
import { messageOf } from "./input-error-text";

const ALLOWED =
  "pcapng (0a 0d 0d 0a) and pcap (d4 c3 b2 a1, a1 b2 c3 d4, 4d 3c b2 a1, a1 b2 3c 4d) are allowed: convert it to pcapng";

describe("a capture file", () => {
  it.each([
    ["of pcapng, little-endian", LITTLE.section()],
    ["of pcapng, big-endian", BIG.section()],
    ["of pcap, little-endian", LITTLE.pcapHeader(0xa1b2c3d4)],
    ["of pcap, big-endian, nanoseconds", BIG.pcapHeader(0xa1b23c4d)],
  ])("%s, read, is told by its first bytes", (_name, bytes) => {
    expect(readCapture(bytes, "test").packets).toEqual([]);
  });

  it("inside a larger buffer, read, is told by its own first bytes", () => {
    const inside = join(new Uint8Array(4), LITTLE.section()).subarray(4);
    expect(readCapture(inside, "test").packets).toEqual([]);
  });

  it.each([
    ["of nothing", new Uint8Array(), `begins with nothing; ${ALLOWED}`],
    ["of two bytes", Uint8Array.of(0x0a, 0x0d), `begins with 0a 0d; ${ALLOWED}`],
    ["of text", text("version: 1"), `begins with 76 65 72 73; ${ALLOWED}`],
    ["of gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), "is compressed with gzip; unpack it first"],
  ])("%s, read, refused with the formats that are known", (_name, bytes, reason) => {
    expect(messageOf(() => readCapture(bytes, "test"))).toBe(`test: byte 0: capture: ${reason}`);
  });
});
