import { describe, expect, it } from "vitest";
import { readPcap } from "../../src/format/pcap";
import { BIG, type BlockBuilder, join, LITTLE } from "./block-builder";
import { messageOf } from "./input-error-text";

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const DATA = Uint8Array.of(1, 2, 3, 4, 5);

function refusal(bytes: Uint8Array): string {
  return messageOf(() => readPcap(bytes, "test.pcap"));
}

describe("a pcap file", () => {
  it.each([
    ["little-endian with microseconds", LITTLE, MICROSECONDS, 2_000_007_000n],
    ["big-endian with microseconds", BIG, MICROSECONDS, 2_000_007_000n],
    ["little-endian with nanoseconds", LITTLE, NANOSECONDS, 2_000_000_007n],
    ["big-endian with nanoseconds", BIG, NANOSECONDS, 2_000_000_007n],
  ])("%s, read, gives time and data", (_name: string, order: BlockBuilder, magic: number, timeNs: bigint) => {
    const capture = readPcap(join(order.pcapHeader(magic), order.pcapRecord(2, 7, DATA, 9)), "test.pcap");
    expect(capture.interfaces).toEqual([{ name: "", linkType: 1 }]);
    expect(capture.packets).toEqual([{ interfaceIndex: 0, timeNs, originalBytes: 9, bytes: DATA, byteOffset: 40 }]);
  });

  it("with a frame check sequence noted beside the link type, read, keeps the link type", () => {
    const { interfaces } = readPcap(LITTLE.pcapHeader(MICROSECONDS, 0x2400_0001), "test.pcap");
    expect(interfaces).toEqual([{ name: "", linkType: 1 }]);
  });

  it("inside a larger buffer, read, sees its own bytes alone", () => {
    const file = join(LITTLE.pcapHeader(MICROSECONDS), LITTLE.pcapRecord(2, 7, DATA));
    const inside = join(Uint8Array.of(9, 9, 9), file, Uint8Array.of(9)).subarray(3, 3 + file.length);
    expect(readPcap(inside, "test.pcap")).toEqual(readPcap(file, "test.pcap"));
  });

  it("cut in its header, read, refused with both ends", () => {
    expect(refusal(LITTLE.pcapHeader(MICROSECONDS).subarray(0, 20))).toBe(
      "test.pcap: byte 0: pcap file header: needs 24 bytes, up to byte 24, but the file ends at byte 20; " +
        "the recording was cut short: record it again",
    );
  });

  it("cut in its second record, read, refused with what can be kept", () => {
    const record = LITTLE.pcapRecord(2, 7, DATA);
    expect(refusal(join(LITTLE.pcapHeader(MICROSECONDS), record, record).subarray(0, 62))).toBe(
      "test.pcap: byte 45: packet record: needs 21 bytes, up to byte 66, but the file ends at byte 62; " +
        "the recording was cut short: record it again, or keep only its first 45 bytes",
    );
  });

  it("with a record of 4 GiB, read, refused by its length alone", () => {
    const record = join(...[2, 7, 0xffff_ffff, 5].map((word) => LITTLE.u32(word)), DATA);
    expect(refusal(join(LITTLE.pcapHeader(MICROSECONDS), record))).toBe(
      "test.pcap: byte 32: packet record: says that 4294967295 bytes were captured; at most 262144 are allowed: " +
        "the file is damaged, record it again, or keep only its first 24 bytes",
    );
  });

  it("of version 2.2, read, refused", () => {
    const header = LITTLE.pcapHeader(MICROSECONDS);
    header.set(LITTLE.u16(2), 6);
    expect(refusal(header)).toBe(
      "test.pcap: byte 4: pcap file header: is of version 2.2; 2.4 is allowed: write it again as pcap 2.4 or pcapng",
    );
  });

  it("of another magic, read, refused", () => {
    expect(refusal(LITTLE.pcapHeader(0x12345678))).toBe(
      "test.pcap: byte 0: pcap file header: is none of the four magic numbers of pcap; is it another format?",
    );
  });
});
