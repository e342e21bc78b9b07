import { describe, expect, test } from "vitest";
import { formatScenario } from "../../src/config/format";
import { parseScenario } from "../../src/config/parse";
import { InputError } from "../../src/sim/input-error";

const TEXT = `
version: 1
duration: 1s
hosts:
  - { name: a, cores: 3, clock: 1GHz, nics: [{ rate: 1Gbps, vfs: 1 }] }
  - { name: b, cores: 3, clock: 1GHz, nics: [{ rate: 1Gbps, vfs: 1 }] }
clients: [{ name: ann, link: { rate: 1Gbps, latency: 1us } }]
vms:
  - name: web
    host: a
    memory: 8MiB
    io: renic
    disk: { size: 64MiB }
    workload: { kind: server, diskPerRequest: 4KiB }
flows: [{ kind: requests, from: ann, to: web }]
`;

/** What a text is refused for. */
function problemsIn(text: string): string {
  expect(text).not.toBe(TEXT);
  try {
    parseScenario(text, "disk.yaml");
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "";
}

describe("disk", () => {
  test("read, its blocks and what a request writes; written back, the same", () => {
    const scenario = parseScenario(TEXT, "disk.yaml");
    expect(scenario.vms[0]?.disk).toEqual({ byteCount: 67_108_864 });
    expect(scenario.vms[0]?.workload.diskPerRequestBytes).toBe(4096);
    expect(parseScenario(formatScenario(scenario), "again.yaml")).toEqual(scenario);
  });

  test("not said, none, and requests write nothing", () => {
    const [vm] = parseScenario(TEXT.replace(/ +disk:.*\n/, "").replace(", diskPerRequest: 4KiB", ""), "none.yaml").vms;
    expect([vm?.disk, vm?.workload.diskPerRequestBytes]).toEqual([null, 0]);
  });

  test.each([
    ["part of a block", ["64MiB", "5KiB"], 'vms.0.disk.size: expected a multiple of 4KiB, got "5KiB"'],
    ["too large", ["64MiB", "17GiB"], 'vms.0.disk.size: expected a size from 4KiB to 16GiB, got "17GiB"'],
    [
      "writes without a disk",
      ["    disk: { size: 64MiB }\n", ""],
      "vms.0.workload.diskPerRequest: expected 0B, because the VM has no disk, got 4KiB; give it one with disk",
    ],
    [
      "a recording whose answers write",
      ["kind: requests", "kind: replay, capture: http.pcapng"],
      'vms.0.workload.diskPerRequest: expected 0B, because flows.0 plays a recording to "web"',
    ],
  ])("%s, refused with the limit and the remedy", (_, [from = "", to = ""], reason) => {
    expect(problemsIn(TEXT.replace(from, to))).toContain(reason);
  });

  test("smaller than what a request writes, refused", () => {
    const problems = problemsIn(TEXT.replace("64MiB", "4KiB").replace("diskPerRequest: 4KiB", "diskPerRequest: 8KiB"));
    expect(problems).toContain("vms.0.workload.diskPerRequest: expected at most the disk's size of 4KiB, got 8KiB");
  });
});
