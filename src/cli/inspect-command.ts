/** `renic inspect FILE`: checks a file of any kind that renic reads, and describes it. */

import { readCostFile } from "../config/cost-file";
import { formatScenario } from "../config/format";
import { readCapture } from "../format/capture";
import { decodeVfImage, IMAGE_MAGIC } from "../format/vf-image";
import { COST_NAMES, costRow } from "../host/cost-table";
import { whole } from "../report/text";
import { EXIT } from "./exit";
import { readInput, readScenario, textOf } from "./inputs";

/** The magic numbers of pcapng and of pcap in both byte orders and resolutions, as bytes in hex. */
const CAPTURE_MAGICS = ["0a0d0d0a", "a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1"];

/** The head of a file of costs, behind comments and empty lines; no scenario begins like this. */
const HEAD_AMONG_CHARACTERS = 65_536;
const COSTS_HEAD = /^\ufeff?(?:#[^\n]*\n|\r?\n)*"?name"?,/;

export interface InspectOptions {
  readonly allowPath?: boolean;
}

/** Carries the command out and returns its exit code. */
export function inspectCommand(file: string, { allowPath = false }: InspectOptions): number {
  process.stdout.write(`${describe(readInput(file), file, allowPath).join("\n")}\n`);
  return EXIT.ok;
}

function describe(bytes: Uint8Array, file: string, isAnyPathAllowed: boolean): string[] {
  const start = bytes.subarray(0, IMAGE_MAGIC.length);
  if (new TextDecoder("latin1").decode(start) === IMAGE_MAGIC) return describeImage(bytes, file);
  const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (CAPTURE_MAGICS.includes(magic)) return describeCapture(bytes, file);
  const text = textOf(bytes);
  if (COSTS_HEAD.test(text.slice(0, HEAD_AMONG_CHARACTERS))) return describeCosts(text, file);
  const scenario = readScenario(bytes, file, { isAnyPathAllowed });
  return [`# ${file}, with every default filled in`, formatScenario(scenario).trimEnd()];
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

function describeCosts(text: string, file: string): string[] {
  const overrides = readCostFile(text, file);
  const names = COST_NAMES.filter((name) => overrides[name] !== undefined);
  return [
    `${file}: ${whole(names.length)} of ${whole(COST_NAMES.length)} costs`,
    ...names.map((name) => {
      const { era, now, unit } = costRow(name);
      return `  ${name.padEnd(26)}${overrides[name]} ${unit} (era ${era}, now ${now})`;
    }),
  ];
}
