/** An independent analyser's view of frames: they are written with the project's writer and read by tshark. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { PcapngWriter } from "../../src/format/pcapng-writer";

/** Whether tests with tshark are to be skipped; where everything must be green they are not. */
export const IS_TSHARK_MISSING = spawnSync("tshark", ["--version"]).status !== 0 && process.env.CI !== "true";

const LINK_ETHERNET = 1;

/** What a test's packets carry is nothing, though its bytes may look like something. */
const NO_DISSECTOR_ABOVE = ["tcp.port==40000-40001,data", "udp.port==40000-40001,data"];
const PREFERENCES = [
  "ip.check_checksum:TRUE",
  "tcp.check_checksum:TRUE",
  "udp.check_checksum:TRUE",
  "sctp.checksum:CRC 32c",
  "ip.defragment:FALSE",
  "tcp.desegment_tcp_streams:FALSE",
];

/** What tshark says of one field of a checksum. */
export const CHECKSUM_BAD = "0";
export const CHECKSUM_GOOD = "1";

/** A frame and when it was seen; frames without a time are a microsecond apart. */
export interface TimedFrame {
  readonly bytes: Uint8Array;
  readonly timeNs: number;
}

/** One frame's fields by name; what is not there is the empty string. */
export type Dissected = (field: string) => string;

/** Has tshark tell the fields of frames, one answer a frame; what it says of sequence numbers, if that is wanted. */
export function dissect(
  frames: readonly (Uint8Array | TimedFrame)[],
  fields: readonly string[],
  isSequenceAnalysed = false,
): Dissected[] {
  const folder = mkdtempSync(join(tmpdir(), "renic-"));
  try {
    const file = join(folder, "frames.pcapng");
    writeFileSync(file, captureOf(frames));
    const above = NO_DISSECTOR_ABOVE.flatMap((rule) => ["-d", rule]);
    const analysis = `tcp.analyze_sequence_numbers:${isSequenceAnalysed ? "TRUE" : "FALSE"}`;
    const preferences = [...PREFERENCES, analysis].flatMap((preference) => ["-o", preference]);
    const wanted = fields.flatMap((field) => ["-e", field]);
    const args = ["-r", file, ...above, ...preferences, "-T", "fields", ...wanted];
    const { stdout, stderr, status } = spawnSync("tshark", args, { encoding: "utf8", maxBuffer: 2 ** 28 });
    if (status !== 0) throw new Error(`tshark fails: ${stderr}`);
    const rows = stdout.split("\n").slice(0, -1);
    if (rows.length !== frames.length) throw new Error(`tshark tells of ${rows.length} frames of ${frames.length}`);
    return rows.map((row) => {
      const values = row.split("\t");
      return (field) => values[fields.indexOf(field)] ?? "";
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function captureOf(frames: readonly (Uint8Array | TimedFrame)[]): Uint8Array {
  const writer = new PcapngWriter("renic tests");
  const interfaceIndex = writer.addInterface({ name: "wire", linkType: LINK_ETHERNET });
  for (const [number, frame] of frames.entries()) {
    const { bytes, timeNs } = "bytes" in frame ? frame : { bytes: frame, timeNs: number * 1000 };
    writer.append({ interfaceIndex, timeNs: BigInt(Math.floor(timeNs)), bytes });
  }
  return writer.take();
}
