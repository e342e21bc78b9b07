/**
 * Faults planted into a copy of the data plane, which the fuzz tool must report: it is shown to be able to fail. Each is
 * one line that somebody might write.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTool } from "./tool";
import type { Verdict } from "./totals";

interface Planted {
  readonly what: string;
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
  readonly isReported: (verdict: Verdict) => boolean;
}

const FAULTS: readonly Planted[] = [
  {
    what: "the IOMMU does not look whether a page may be written",
    file: "nic/dma.ts",
    right: "  if (!(entry & MAY_WRITE)) return writeElsewhereOrFail(v, address, from, bytes);",
    wrong: "  if (!entry) return writeElsewhereOrFail(v, address, from, bytes);",
    isReported: ({ escapes }) => escapes > 0,
  },
  {
    what: "the IOMMU does not look whether a device frame is in its map",
    file: "memory/iommu.ts",
    right: "  if (deviceFrame >= <u64>map.pageCount) return entryInWindow(map, deviceFrame);\n",
    wrong: "",
    isReported: ({ escapes, traps }) => escapes + traps > 0,
  },
  {
    what: "a transfer across pages is translated once, where it begins",
    file: "nic/dma.ts",
    right: `  return bytes > roomOf(address)
    ? writeAcross(v, address, from, offset, bytes)
    : writePart(v, address, from, offset, bytes);`,
    wrong: "  return writePart(v, address, from, offset, bytes);",
    isReported: ({ escapes }) => escapes > 0,
  },
  {
    what: "a plain frame's buffer may lie across pages, and is translated once",
    file: "nic/dma.ts",
    right: "  if ((entry & (MAY_WRITE | UNLOGGED)) != MAY_WRITE || bytes > roomOf(address)) return 0;",
    wrong: "  if ((entry & (MAY_WRITE | UNLOGGED)) != MAY_WRITE) return 0;",
    isReported: ({ escapes }) => escapes > 0,
  },
  {
    what: "a reset takes receiving from the next virtual function as well",
    file: "nic/reset.ts",
    right: "  p.vfre &= ~bit;",
    wrong: "  p.vfre &= ~(bit | (bit << 1));",
    isReported: ({ crossVfEffects }) => crossVfEffects > 0,
  },
  {
    what: "the slot of a frame that could not be read is not given back",
    file: "dispatch.ts",
    right: "    freeSlot(slot);\n    return unread(v, read);",
    wrong: "    return unread(v, read);",
    isReported: ({ traps }) => traps > 0,
  },
  {
    what: "descriptors without an end are held to be impossible",
    file: "nic/tx-ring.ts",
    right: "  return p.descriptorCount == PACKET_DESCRIPTOR_MAX ? Found.Malformed : Found.Nothing;",
    wrong: '  assert(p.descriptorCount < PACKET_DESCRIPTOR_MAX, "a packet has an end");\n  return Found.Nothing;',
    isReported: ({ traps }) => traps > 0,
  },
];

/** Below the project, so that the tool finds its packages. */
let folder = "";
const CASES = "300000";

beforeAll(() => {
  mkdirSync("build", { recursive: true });
  folder = mkdtempSync("build/planted-");
  execFileSync(process.execPath, ["scripts/bundle-fuzz.mjs", folder]);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Compiles the fuzz module with a fault in it; returns where it is. */
function plant({ file, right, wrong }: Planted): string {
  const copy = mkdtempSync(join(folder, "sources-"));
  cpSync("assembly", join(copy, "assembly"), { recursive: true });
  cpSync("asconfig.json", join(copy, "asconfig.json"));
  const path = join(copy, "assembly", file);
  const text = readFileSync(path, "utf8");
  expect(text.split(right), "the line to be changed stands there once").toHaveLength(2);
  writeFileSync(path, text.replace(right, wrong));
  const asc = resolve("node_modules/assemblyscript/bin/asc.js");
  const options = ["--target", "release", "--outFile", "fuzz.wasm", "--transform", resolve("scripts/inline.mjs")];
  execFileSync(process.execPath, [asc, "assembly/fuzz/index.ts", ...options], { cwd: copy });
  return join(copy, "fuzz.wasm");
}

describe("a planted fault", () => {
  it.each(FAULTS)("$what, is reported", (fault) => {
    const { code, stderr, verdict } = runTool(folder, "--count", CASES, "--seed", "201", "--module", plant(fault));
    expect(verdict && fault.isReported(verdict), stderr).toBe(true);
    expect(stderr).toContain("npm run fuzz -- --seed 201 --chunk");
    expect(code).toBe(1);
  });
});
