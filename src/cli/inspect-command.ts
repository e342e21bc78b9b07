/** `renic inspect FILE`: checks a file of any kind that renic reads, and describes it. */

import { formatScenario } from "../config/format";
import { parseScenario } from "../config/parse";
import { readCapture } from "../format/capture";
import { decodeVfImage, IMAGE_MAGIC } from "../format/vf-image";
import { whole } from "../report/text";
import { EXIT } from "./exit";
import { readInput } from "./inputs";

/** The magic numbers of pcapng and of pcap in both byte orders and resolutions, as bytes in hex. */
const CAPTURE_MAGICS = ["0a0d0d0a", "a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1"];

/** Carries the command out and returns its exit code. */
export async function inspectCommand(file: string): Promise<number> {
  const bytes = await readInput(file);
  process.stdout.write(`${describe(bytes, file).join("\n")}\n`);
  return EXIT.ok;
}

function describe(bytes: Uint8Array, file: string): string[] {
  const start = bytes.subarray(0, IMAGE_MAGIC.length);
  if (new TextDecoder("latin1").decode(start) === IMAGE_MAGIC) return describeImage(bytes, file);
  const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (CAPTURE_MAGICS.includes(magic)) return describeCapture(bytes, file);
  return describeScenario(bytes, file);
}

function describeImage(bytes: Uint8Array, file: string): string[] {
  const fields = decodeVfImage(bytes, file);
  const what = fields.some(({ record }) => record === "BASE") ? "what changed in the state" : "state image";
  return [
    `${file}: ${what} of a virtual function, ${whole(bytes.length)} bytes`,
    ...fields.map(({ record, name, value }) => `  ${record.padEnd(13)}${name.padEnd(22)}${value}`),
  ];
}

function describeCapture(bytes: Uint8Array, file: string): string[] {
  const { interfaces, packets } = readCapture(bytes, file);
  const first = packets[0]?.timeNs ?? 0n;
  const last = packets.at(-1)?.timeNs ?? first;
  const seconds = (Number(last - first) / 1e9).toFixed(6);
  return [
    `${file}: capture, ${whole(packets.length)} packets in ${seconds} s`,
    ...interfaces.map(({ name, linkType }) => `  interface ${name}, link type ${linkType}`),
  ];
}

function describeScenario(bytes: Uint8Array, file: string): string[] {
  const scenario = parseScenario(new TextDecoder().decode(bytes), file);
  return [`# ${file}, with every default filled in`, formatScenario(scenario).trimEnd()];
}
