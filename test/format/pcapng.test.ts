import { describe, expect, it } from "vitest";
import { readPcapng } from "../../src/format/pcapng";
import { BIG, type BlockBuilder, join, LITTLE, text } from "./block-builder";
import { messageOf } from "./input-error-text";

const DATA = Uint8Array.of(1, 2, 3, 4, 5);
const NANOSECONDS = LITTLE.option(9, Uint8Array.of(9));

function refusal(bytes: Uint8Array): string {
  return messageOf(() => readPcapng(bytes, "test.pcapng"));
}

function timeOf(ticks: bigint, ...options: Uint8Array[]): bigint | undefined {
  const file = join(LITTLE.section(), LITTLE.interface(1, ...options), LITTLE.packet(0, ticks, DATA));
  return readPcapng(file, "test.pcapng").packets[0]?.timeNs;
}

describe("a section", () => {
  it.each([
    ["little-endian", LITTLE],
    ["big-endian", BIG],
  ])("%s, read, gives interface and packet", (_name: string, order: BlockBuilder) => {
    const named = order.interface(1, order.option(2, text("eth0")), order.option(9, Uint8Array.of(9)));
    const capture = readPcapng(join(order.section(), named, order.packet(0, 0x1_0000_0002n, DATA)), "test.pcapng");
    expect(capture.interfaces).toEqual([{ name: "eth0", linkType: 1 }]);
    expect(capture.packets).toEqual([
      { interfaceIndex: 0, timeNs: 4_294_967_298n, originalBytes: 5, bytes: DATA, byteOffset: 28 + 36 + 28 },
    ]);
  });

  it("after another of the other byte order, counts its own interfaces from 0", () => {
    const first = join(LITTLE.section(), LITTLE.interface(1), LITTLE.packet(0, 0n, DATA));
    const simple = BIG.block(3, BIG.u32(DATA.length), DATA);
    const second = join(BIG.section(), BIG.interface(113), BIG.packet(0, 0n, DATA), simple);
    const capture = readPcapng(join(first, second), "test.pcapng");
    expect(capture.interfaces.map(({ linkType }) => linkType)).toEqual([1, 113]);
    expect(capture.packets.map(({ interfaceIndex }) => interfaceIndex)).toEqual([0, 1, 1]);
  });

  it("without interface of its own, packet of the section before's, refused", () => {
    const bytes = join(LITTLE.section(), LITTLE.interface(1), LITTLE.section(), LITTLE.packet(0, 0n, DATA));
    expect(refusal(bytes)).toBe(
      "test.pcapng: byte 76: enhanced packet block: is of interface 0, but its section describes 0 before it; " +
        "the file is damaged: record it again, or keep only its first 76 bytes",
    );
  });

  it("of minor version 2, read, taken for 0", () => {
    expect(readPcapng(LITTLE.section({ major: 1, minor: 2 }), "test.pcapng").packets).toEqual([]);
  });

  it("of version 2.0, read, refused", () => {
    expect(refusal(LITTLE.section({ major: 2, minor: 0 }))).toBe(
      "test.pcapng: byte 12: section header block: is of version 2.0; 1.0 is allowed: write it again as pcapng 1.0",
    );
  });
});

describe("a packet", () => {
  it("with options and between unknown blocks, read, gives its data alone", () => {
    const unknown = LITTLE.block(0x0bad, text("whatever"));
    const commented = LITTLE.block(
      6,
      ...[0, 0, 7, 5, 9].map((word) => LITTLE.u32(word)),
      join(DATA, new Uint8Array(3)),
      LITTLE.option(1, text("a comment")),
    );
    const { packets } = readPcapng(join(LITTLE.section(), unknown, LITTLE.interface(1), commented, unknown), "x");
    expect(packets).toEqual([
      { interfaceIndex: 0, timeNs: 7_000n, originalBytes: 9, bytes: DATA, byteOffset: 28 + 20 + 20 + 28 },
    ]);
  });

  it("in an obsolete block, read, has 16 bits of interface beside the drop count", () => {
    const words = [0, 7, 5, 5].map((word) => LITTLE.u32(word));
    const obsolete = LITTLE.block(2, LITTLE.u16(1), LITTLE.u16(0xffff), ...words, DATA);
    const { packets } = readPcapng(join(LITTLE.section(), LITTLE.interface(1), LITTLE.interface(1), obsolete), "x");
    expect(packets).toMatchObject([{ interfaceIndex: 1, timeNs: 7_000n, bytes: DATA }]);
  });

  it("in a simple block, read, is cut at the snap length and has no time", () => {
    const snapped = LITTLE.block(1, LITTLE.u16(1), LITTLE.u16(0), LITTLE.u32(3));
    const { packets } = readPcapng(join(LITTLE.section(), snapped, LITTLE.block(3, LITTLE.u32(9), DATA)), "x");
    expect(packets).toMatchObject([{ timeNs: 0n, originalBytes: 9, bytes: DATA.subarray(0, 3) }]);
  });

  it("longer by its fields than its block, read, refused", () => {
    const words = [0, 0, 7, 21, 21].map((word) => LITTLE.u32(word));
    expect(refusal(join(LITTLE.section(), LITTLE.interface(1), LITTLE.block(6, ...words, DATA)))).toBe(
      "test.pcapng: byte 48: enhanced packet block: says that 21 bytes were captured; at most 8 are possible here: " +
        "the file is damaged, record it again, or keep only its first 48 bytes",
    );
  });
});

describe("a packet at the limit", () => {
  it.each([
    ["of 256 KiB, read, is whole", 262_144, "no error"],
    [
      "longer than 256 KiB, read, refused",
      262_145,
      "test.pcapng: byte 48: enhanced packet block: says that 262145 bytes were captured; at most 262144 are possible " +
        "here: the file is damaged, record it again, or keep only its first 48 bytes",
    ],
  ])("%s", (_name, byteCount, message) => {
    const packet = LITTLE.packet(0, 0n, new Uint8Array(byteCount));
    expect(refusal(join(LITTLE.section(), LITTLE.interface(1), packet))).toBe(message);
  });
});

describe("the clock of an interface", () => {
  it.each([
    ["without a resolution, counts microseconds", 3n, [], 3_000n],
    ["of resolution 9, counts nanoseconds", 3n, [NANOSECONDS], 3n],
    ["of resolution 0, counts seconds", 3n, [LITTLE.option(9, Uint8Array.of(0))], 3_000_000_000n],
    ["of resolution 12, is rounded down", 1_999n, [LITTLE.option(9, Uint8Array.of(12))], 1n],
    ["of resolution 2^-10, counts 1/1024 s", 512n, [LITTLE.option(9, Uint8Array.of(0x8a))], 500_000_000n],
    ["with an offset, is moved by seconds", 3n, [NANOSECONDS, LITTLE.option(14, LITTLE.i64(-2n))], -1_999_999_997n],
    ["of 64 bits, loses none", 0xffff_ffff_ffff_ffffn, [NANOSECONDS], 0xffff_ffff_ffff_ffffn],
  ])("%s", (_name, ticks, options, timeNs) => {
    expect(timeOf(ticks, ...options)).toBe(timeNs);
  });

  it("with a resolution of two bytes, read, refused", () => {
    const bytes = join(LITTLE.section(), LITTLE.interface(1, LITTLE.option(9, Uint8Array.of(9, 9))));
    expect(refusal(bytes)).toBe(
      "test.pcapng: byte 48: if_tsresol: has 2 bytes; 1 is allowed: the file is damaged, record it again",
    );
  });
});

describe("an option", () => {
  it("behind the end mark, read, ignored", () => {
    const end = LITTLE.option(0, new Uint8Array());
    const bytes = join(LITTLE.section(), LITTLE.interface(1, end, LITTLE.option(2, text("eth0"))));
    expect(readPcapng(bytes, "x").interfaces).toEqual([{ name: "", linkType: 1 }]);
  });

  it("of text with a zero byte, read, ends there", () => {
    const bytes = join(LITTLE.section(), LITTLE.interface(1, LITTLE.option(2, text("eth0\0junk"))));
    expect(readPcapng(bytes, "x").interfaces).toEqual([{ name: "eth0", linkType: 1 }]);
  });

  it("of text with a byte-order mark, read, keeps it", () => {
    const bytes = join(LITTLE.section(), LITTLE.interface(1, LITTLE.option(2, text("\ufeffeth0"))));
    expect(readPcapng(bytes, "x").interfaces).toEqual([{ name: "\ufeffeth0", linkType: 1 }]);
  });

  it.each([5, 4000])("of %i bytes in a block with room for 4, read, refused", (byteCount) => {
    const option = join(LITTLE.u16(2), LITTLE.u16(byteCount), text("eth0"));
    expect(refusal(join(LITTLE.section(), LITTLE.interface(1, option)))).toBe(
      `test.pcapng: byte 44: option 2: says that it has ${byteCount} bytes, but its block has room for 4; ` +
        "the file is damaged: record it again",
    );
  });
});

describe("a damaged block", () => {
  const start = join(LITTLE.section(), LITTLE.interface(1));

  it("cut short, read, refused with both ends", () => {
    const bytes = join(start, LITTLE.packet(0, 0n, DATA)).subarray(0, 80);
    expect(refusal(bytes)).toBe(
      "test.pcapng: byte 48: block: needs 40 bytes, up to byte 88, but the file ends at byte 80; " +
        "the recording was cut short: record it again, or keep only its first 48 bytes",
    );
  });

  it.each([8, 14, 16_777_220, 0xffff_fffc])("of %i bytes, read, refused by its length alone", (byteCount) => {
    const bytes = join(start, LITTLE.u32(6), LITTLE.u32(byteCount), new Uint8Array(32));
    expect(refusal(bytes)).toBe(
      `test.pcapng: byte 52: block: says that it has ${byteCount} bytes; a multiple of 4 from 12 to 16777216 is ` +
        "allowed: the file is damaged, record it again, or keep only its first 48 bytes",
    );
  });

  it("of two different lengths, read, refused", () => {
    const bytes = join(start, LITTLE.u32(0x0bad), LITTLE.u32(12), LITTLE.u32(16));
    expect(refusal(bytes)).toBe(
      "test.pcapng: byte 56: block: ends with the length 16, but begins with 12; " +
        "the file is damaged: record it again, or keep only its first 48 bytes",
    );
  });

  it("shorter than its fields, read, refused", () => {
    expect(refusal(join(start, LITTLE.block(6, LITTLE.u32(0))))).toBe(
      "test.pcapng: byte 48: enhanced packet block: has 16 bytes; at least 32 are needed: " +
        "the file is damaged, record it again, or keep only its first 48 bytes",
    );
  });

  it("of neither byte order, read, refused", () => {
    expect(refusal(LITTLE.block(0x0a0d0d0a, text("garbage!"), LITTLE.i64(0n)))).toBe(
      "test.pcapng: byte 8: section header block: the byte-order magic is 67617262; 1a2b3c4d or 4d3c2b1a is allowed: " +
        "the file is damaged, record it again",
    );
  });

  it("missing altogether, read, refused", () => {
    expect(refusal(new Uint8Array())).toBe(
      "test.pcapng: byte 0: section header block: needs 12 bytes, up to byte 12, but the file ends at byte 0; " +
        "the recording was cut short: record it again",
    );
  });

  it("first and no section header, read, refused", () => {
    expect(refusal(LITTLE.interface(1))).toBe(
      "test.pcapng: byte 0: section header block: does not begin with 0a 0d 0d 0a; is the file of another format?",
    );
  });
});
