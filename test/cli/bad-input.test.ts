/** What a user gives us may be wrong in every way: exit 65, a message with place, value and remedy, nothing written. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renic } from "./command";

const EXAMPLE = readFileSync("examples/failover.yaml", "utf8");
const RECORDING = readFileSync("examples/recordings/dns/dns.pcapng");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "renic-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a scenario that names `dns.pcapng` beside it. */
function scenarioFile(text: string): string {
  const file = join(folder, "s.yaml");
  writeFileSync(file, text.replaceAll("recordings/dns/dns.pcapng", "dns.pcapng"));
  return file;
}

function refused(file: string): string {
  const out = join(folder, "out");
  const { code, stdout, stderr } = renic("run", file, "--quiet", "--out", out);
  expect(code, stderr).toBe(65);
  expect(stdout).toBe("");
  expect(existsSync(out)).toBe(false);
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr.replaceAll(`${folder}/`, "").trim();
}

describe("renic run", () => {
  it("misspelt key, the line, the column and what was meant", () => {
    const text = EXAMPLE.replace("interval: 25ms", "intervall: 25ms");
    expect(refused(scenarioFile(text))).toMatch(/^s\.yaml:\d+:\d+: protect\.0\.intervall: .*interval/);
  });

  it("wrong unit, what is allowed and what was found", () => {
    const text = EXAMPLE.replace("clock: 2.6GHz", "clock: 2.6Ghz");
    expect(refused(scenarioFile(text))).toMatch(/^s\.yaml:\d+:\d+: hosts\.0\.clock: expected .*"2.6Ghz"/);
  });

  it("host that does not exist, its name and a suggestion", () => {
    const text = EXAMPLE.replace("to: backup", "to: bakup");
    expect(refused(scenarioFile(text))).toMatch(/^s\.yaml:\d+:\d+: protect\.0\.to: .*bakup.*backup/);
  });

  it("scenario that is not there, its name", () => {
    expect(refused(join(folder, "none.yaml"))).toMatch(/^none\.yaml: cannot be read: ENOENT/);
  });

  it("capture cut short, the byte offset", () => {
    writeFileSync(join(folder, "dns.pcapng"), RECORDING.subarray(0, 100_001));
    expect(refused(scenarioFile(EXAMPLE))).toMatch(/^dns\.pcapng: byte \d+: /);
  });

  it("capture that is garbage, what was found and what can be read", () => {
    writeFileSync(join(folder, "dns.pcapng"), "this is not a capture at all");
    expect(refused(scenarioFile(EXAMPLE))).toMatch(/^dns\.pcapng: byte 0: .*pcap/);
  });

  it("capture outside the scenario's folder, refused with the option that allows it", () => {
    const text = EXAMPLE.replaceAll("recordings/dns/dns.pcapng", "../dns.pcapng");
    expect(refused(scenarioFile(text))).toContain("--allow-path");
  });

  it("trace of written pages that is damaged, every line of it before anything runs", () => {
    writeFileSync(join(folder, "dns.pcapng"), RECORDING);
    writeFileSync(join(folder, "pages.csv"), "time_ms,pages\n10,5\n9,1025\n20\n");
    const text = EXAMPLE.replace("workload:", "job: { trace: pages.csv, hot: 4MiB }\n    workload:");
    const lines = refused(scenarioFile(text)).split("\n");
    expect(lines.map((line) => line.split(": ")[0])).toEqual(["pages.csv:3:1", "pages.csv:3:3", "pages.csv:4:1"]);
  });

  it("memory too small for the recorded answers, how much they need", () => {
    writeFileSync(join(folder, "dns.pcapng"), RECORDING);
    const text = EXAMPLE.replace("memory: 64MiB", "memory: 3MiB").replace("workingSet: 8MiB", "workingSet: 64KiB");
    expect(refused(scenarioFile(text))).toMatch(/s.yaml: vm web: memory: is 3 MiB.*needs/);
  });
});

describe("renic inspect", () => {
  it("damaged state image, the byte offset and both sums", () => {
    const file = join(folder, "vf.image");
    const image = new Uint8Array(32);
    image.set(new TextEncoder().encode("RENICVF\0"));
    writeFileSync(file, image);
    const { code, stderr } = renic("inspect", file);
    expect(code).toBe(65);
    expect(stderr).toContain("vf.image: byte 8: version: is 0; this reads 2");
  });

  it("the example's recording, what is in it", () => {
    const { code, stdout } = renic("inspect", "examples/recordings/dns/dns.pcapng");
    expect(code).toBe(0);
    expect(stdout).toContain("capture, 3,840 packets");
  });
});

describe("renic", () => {
  it("unknown command, exit 2 and help on stderr", () => {
    const { code, stdout, stderr } = renic("rum");
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Did you mean run?");
  });

  it("seed that is no number, exit 2 and what is expected", () => {
    const { code, stderr } = renic("run", "examples/failover.yaml", "--seed", "many");
    expect(code).toBe(2);
    expect(stderr).toContain('expected a whole number from 0 to 9007199254740991, got "many"');
  });
});
