import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCapture } from "../../src/format/capture";
import { type PacketToWrite, PcapngWriter } from "../../src/format/pcapng-writer";
import { join } from "./block-builder";
import { frame } from "./frame-builder";

const ETHERNET = { name: "eth0", linkType: 1 };
const PACKET = { interfaceIndex: 0, timeNs: 0n, bytes: Uint8Array.of(1, 2, 3) };
const TIME_NS = 1_700_000_000_123_456_789n;

/** Wireshark's tools judge the writer wherever they are installed; where CI says that they are, they must be. */
const hasWireshark = ["tshark", "capinfos"].every((tool) => spawnSync(tool, ["--version"]).status === 0);
const isSkipped = !hasWireshark && process.env.CI !== "true";
const NOT_INSTALLED = "tshark and capinfos are not installed; apt-get install tshark";

const interfaces = fc.array(
  fc.record({ name: fc.string({ unit: "grapheme", maxLength: 20 }), linkType: fc.integer({ min: 0, max: 0xffff }) }),
  { minLength: 1, maxLength: 4 },
);
const packets = fc.array(
  fc.record({
    interfaceIndex: fc.nat(3),
    timeNs: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
    bytes: fc.uint8Array({ maxLength: 70 }),
    missingBytes: fc.nat(100),
    comment: fc.option(fc.string({ unit: "grapheme" })),
  }),
);

function writerWithInterface(): PcapngWriter {
  const writer = new PcapngWriter("test 1.0");
  writer.addInterface(ETHERNET);
  return writer;
}

type Drawn = Omit<PacketToWrite, "comment"> & { readonly missingBytes: number; readonly comment: string | null };

function toWrite({ comment, missingBytes, ...packet }: Drawn): PacketToWrite {
  const whole = { ...packet, originalBytes: packet.bytes.length + missingBytes };
  return comment === null ? whole : { ...whole, comment };
}

describe("written packets", () => {
  it("of any content, read back, are equal", () => {
    const property = fc.property(interfaces, packets, (described, drawn) => {
      const writer = new PcapngWriter("test 1.0");
      for (const description of described) writer.addInterface(description);
      const written = drawn.map(toWrite).filter(({ interfaceIndex }) => interfaceIndex < described.length);
      for (const packet of written) writer.append(packet);
      const capture = readCapture(writer.take(), "written");
      expect(capture.interfaces).toEqual(described.map(({ name, linkType }) => ({ name: untilZero(name), linkType })));
      expect(capture.packets.map(({ byteOffset: _, ...packet }) => packet)).toEqual(
        written.map(({ comment: _, ...packet }) => packet),
      );
    });
    fc.assert(property, { seed: 1, numRuns: 500 });
  });

  it("of the largest size, read back, are equal", () => {
    const writer = writerWithInterface();
    const bytes = new Uint8Array(262_144).fill(7);
    writer.append({ ...PACKET, bytes });
    expect(readCapture(writer.take(), "written").packets[0]?.bytes).toEqual(bytes);
  });

  it("with a comment, taken, are these bytes", () => {
    const writer = writerWithInterface();
    writer.take();
    writer.append({ ...PACKET, timeNs: 0x1_0000_0002n, originalBytes: 9, comment: "hello" });
    const words = ["06000000", "34000000", "00000000", "01000000", "02000000", "03000000", "09000000", "01020300"];
    const options = ["01000500", "68656c6c", "6f000000", "00000000"];
    expect(Buffer.from(writer.take()).toString("hex")).toBe([...words, ...options, "34000000"].join(""));
  });

  it("taken after each packet or at the end, joined, are the same bytes", () => {
    const [once, often] = [writerWithInterface(), writerWithInterface()];
    const pieces = [often.take()];
    for (let index = 0; index < 2000; index++) {
      const packet = { ...PACKET, timeNs: BigInt(index), bytes: new Uint8Array(index).fill(7), comment: `${index}` };
      once.append(packet);
      often.append(packet);
      pieces.push(often.take());
    }
    expect(Buffer.concat(pieces).equals(once.take())).toBe(true);
  });

  it("to a used buffer, padded, hold no bytes of those before", () => {
    const writer = writerWithInterface();
    writer.append({ ...PACKET, bytes: new Uint8Array(64).fill(0xff) });
    writer.take();
    writer.append({ ...PACKET, bytes: Uint8Array.of(1) });
    expect([...writer.take().subarray(28)]).toEqual([1, 0, 0, 0, 36, 0, 0, 0]);
  });

  it.each([
    ["of an unknown interface", { ...PACKET, interfaceIndex: 1 }, "interface 1 of 1; add it first"],
    ["before 1970", { ...PACKET, timeNs: -1n }, "time of -1 ns; 0 to 18446744073709551615 fits 64 bits"],
    ["too long", { ...PACKET, bytes: new Uint8Array(262_145) }, "packet of 262145 bytes; at most 262144 are read back"],
    ["shorter on the wire", { ...PACKET, originalBytes: 2 }, "3 bytes captured of a packet of 2"],
    ["with a long comment", { ...PACKET, comment: "x".repeat(65_536) }, "text of 65536 bytes; 65535 fit an option"],
  ])("%s, appended, refused and nothing written", (_name, packet, reason) => {
    const writer = writerWithInterface();
    writer.take();
    expect(() => writer.append(packet)).toThrowError(new RangeError(`pcapng writer: ${reason}`));
    expect(writer.take()).toHaveLength(0);
  });
});

describe("a written file", () => {
  it("given to tshark, shows names, times and comments", ({ skip }) => {
    skip(isSkipped, NOT_INSTALLED);
    const fields = ["frame.interface_name", "frame.time_epoch", "frame.len", "frame.comment", "udp.payload"];
    const args = ["-T", "fields", "-E", "separator=|", ...fields.flatMap((field) => ["-e", field])];
    const output = inspect((path) =>
      execFileSync("tshark", ["-r", path, ...args], { encoding: "utf8", stdio: "pipe" }),
    );
    expect(output.trimEnd().split("\n")).toEqual([
      "eth0|1700000000.123456789|60|epoch 7|61",
      "eth1|1700000000.123456790|60||41",
    ]);
  });

  it("given to capinfos, is whole and in nanoseconds", ({ skip }) => {
    skip(isSkipped, NOT_INSTALLED);
    const output = inspect((path) => execFileSync("capinfos", [path], { encoding: "utf8" }));
    expect(output).toMatch(/File type: +Wireshark\/\.\.\. - pcapng/);
    expect(output).toMatch(/File timestamp precision: +nanoseconds \(9\)/);
    expect(output).toMatch(/Number of packets: +2\n/);
    expect(output).toMatch(/Capture application: +test 1\.0/);
    expect(output).toMatch(/Number of interfaces in file: +2/);
  });
});

/** Lets `tool` look at a file of two packets on two interfaces. */
function inspect(tool: (path: string) => string): string {
  const writer = writerWithInterface();
  writer.addInterface({ name: "eth1", linkType: 1 });
  const [request, reply] = [
    frame({ direction: "request", clientPort: 4000, payload: "a", servicePort: 9999 }),
    frame({ direction: "reply", clientPort: 4000, payload: "A", servicePort: 9999 }),
  ];
  writer.append({ interfaceIndex: 0, timeNs: TIME_NS, bytes: request, comment: "epoch 7" });
  writer.append({ interfaceIndex: 1, timeNs: TIME_NS + 1n, bytes: reply });
  const folder = mkdtempSync(joinPath(tmpdir(), "renic-"));
  try {
    const path = joinPath(folder, "written.pcapng");
    writeFileSync(path, join(writer.take()));
    return tool(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function untilZero(name: string): string {
  return name.split("\0")[0] ?? "";
}
