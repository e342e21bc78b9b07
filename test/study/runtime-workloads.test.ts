/** The list of workloads is the one that docs/model.md fixed. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { whole } from "../../src/report/text";
import { formatBytes, formatDuration, formatRate } from "../../src/sim/units";
import {
  CLIENT_LATENCY_NS,
  DATAGRAM_BURSTS,
  HOST,
  PORT_RATE,
  RUN_COUNT,
  RUN_DURATION_NS,
  STUDY_MODELS,
  STUDY_WORKLOADS,
  type StudyWorkload,
  VM_COUNTS,
  VM_MEMORY_BYTES,
} from "../../src/study/runtime-workloads";
import { MODEL_DOCUMENT } from "../repository/cost-section";

const section =
  /## Workloads of the runtime study([\s\S]*?)\n## /.exec(readFileSync(MODEL_DOCUMENT, "utf8"))?.[1] ?? "";

/** The cells of a table's row behind its first. */
function row(first: string): string {
  const line = section.split("\n").find((each) => each.startsWith(`| ${first} |`)) ?? "";
  return line.slice(first.length + 5);
}

/** What the document must say of a workload, in its own words. */
function wordsOf(workload: StudyWorkload): string[] {
  if (workload.kind === "bulk") return ["`bulk` from", "no end", "`window: 256KiB`", "the same"];
  if (workload.kind === "datagrams") return [`${whole(workload.frameBytes)} B`];
  const { requestBytes, connectionCount, thinkNs, cyclesPerRequest } = workload;
  const size = requestBytes === 1024 ? "1 KiB" : `${requestBytes} B`;
  const think = thinkNs ? [`\`think: ${formatDuration(thinkNs)}\``, `${connectionCount} connections`] : ["no thinking"];
  return [size, ...think, `cyclesPerRequest: ${cyclesPerRequest.now}`];
}

describe("the study's workloads", () => {
  it("models, are those of the document", () => {
    const named = [...row("I/O model").matchAll(/`(\w+)`/g)].map((match) => match[1] ?? "");
    expect(named).toEqual([...STUDY_MODELS]);
  });

  it("numbers of VMs, the document's, each with its bursts of datagrams", () => {
    expect(row("VMs, all with the workload")).toBe(`${VM_COUNTS.join(", ")} |`);
    expect(Object.keys(DATAGRAM_BURSTS).map(Number)).toEqual(VM_COUNTS);
    for (const vmCount of VM_COUNTS) {
      const { countPerTick, tickNs } = DATAGRAM_BURSTS[vmCount] ?? { countPerTick: 0, tickNs: 1 };
      expect((vmCount * countPerTick * 1e9) / tickNs).toBe(84_000);
    }
  });

  it("host, VMs, other end and length, the document's", () => {
    expect(row("host under study")).toContain(`${HOST.threadCount} hardware threads`);
    const rate = formatRate(PORT_RATE).replace("Gbps", " Gb/s");
    const ports = `a port of ${rate} for each VM with up to ${HOST.vmCountOfOwnPorts}, ten ports with more`;
    expect(row("host under study")).toContain(ports);
    expect(HOST.portCountMax).toBe(10);
    expect(row("dom0")).toContain(`${HOST.dom0VcpuCount} vCPUs`);
    expect(row("VM")).toContain(formatBytes(VM_MEMORY_BYTES).replace("MiB", " MiB"));
    expect(row("at the other end")).toContain(formatDuration(CLIENT_LATENCY_NS).replace("us", " us"));
    expect(row("length")).toContain(formatDuration(RUN_DURATION_NS).replace("ms", " ms"));
    expect(row("length")).toContain(RUN_COUNT === 3 ? "1, 2 and 3" : "other runs");
  });

  it("workloads, each with its values in the document, and no row of the document without one", () => {
    const rows = section.split("\n").filter((line) => /^\| (bulk|UDP|request|HTTP)/.test(line));
    expect(rows).toHaveLength(5);
    for (const workload of STUDY_WORKLOADS) {
      const first = workload.title.replace(/^(UDP|request and response|HTTP-like),.*/, "$1");
      expect(rows.some((line) => line.startsWith(`| ${first} |`))).toBe(true);
      const line = row(first);
      const wanted = wordsOf(workload);
      const found = wanted.filter((words) => line.includes(words));
      expect(found.length, `${workload.name}: ${line}`).toBeGreaterThanOrEqual(
        workload.kind === "bulk" ? 1 : wanted.length,
      );
    }
    const sizes = STUDY_WORKLOADS.flatMap((each) => (each.kind === "datagrams" ? `${whole(each.frameBytes)} B` : []));
    expect(row("UDP").startsWith(`${sizes.join(", ")} |`)).toBe(true);
  });
});
