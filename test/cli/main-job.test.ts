/** The main job as a user sees it: the account, the files, and a capture that a protocol analyser reads. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseScenario } from "../../src/config/parse";
import { recordedExchanges } from "../support/failover-scenario";
import { type Finished, renic } from "./command";

const hasTshark = spawnSync("tshark", ["--version"]).status === 0;
const mustHaveTshark = process.env.CI === "true";
/** Four runs of some seconds, on a machine that may have other work. */
const MOST_MS = 60_000;
let out = "";
let first: Finished;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), "renic-"));
  first = renic("run", "examples/failover.yaml", "--out", out);
}, MOST_MS);
afterAll(() => rmSync(out, { recursive: true }));

function tshark(...args: string[]): string {
  const { stdout, status, stderr } = spawnSync("tshark", ["-r", join(out, "clients.pcapng"), ...args], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

describe("renic run examples/failover.yaml", () => {
  it("all three abilities, exit 0 and every judge content", () => {
    expect(first.code, first.stderr).toBe(0);
    const main = first.stdout.split("the same run with one ability taken away")[0];
    expect(main?.match(/holds/g)).toHaveLength(6);
    expect(main).not.toContain("BROKEN");
    expect(main).toMatch(/backup runs from epoch \d+ after \d+ ms/);
  });

  it("README, shows lines that the run prints", () => {
    const block = readFileSync("README.md", "utf8").match(/dies:\n\n```\n([\s\S]*?)```/)?.[1] ?? "";
    const shown = block.split("\n").filter(Boolean);
    expect(shown.length).toBeGreaterThan(10);
    const printed = first.stdout.split("\n");
    expect(shown.filter((line) => !printed.includes(line))).toEqual([]);
  });

  it("run again, the same bytes", () => {
    const again = mkdtempSync(join(tmpdir(), "renic-"));
    expect(renic("run", "examples/failover.yaml", "--out", again).stdout).toBe(first.stdout);
    for (const name of ["result.json", "scenario.yaml", "clients.pcapng"]) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(out, name))), name).toBe(true);
    }
    rmSync(again, { recursive: true });
  });

  it("without judges, the same account and nothing about them", () => {
    const { code, stdout } = renic("run", "examples/failover.yaml", "--no-judges", "--quiet");
    expect(code).toBe(0);
    const [judged] = first.stdout.split("\njudge ");
    expect(stdout.split("\njudge ")).toEqual([judged, "       none was asked\n"]);
  });

  it("the resolved scenario, reads back to the same scenario", () => {
    const example = parseScenario(readFileSync("examples/failover.yaml", "utf8"), "failover.yaml");
    expect(parseScenario(readFileSync(join(out, "scenario.yaml"), "utf8"), "scenario.yaml")).toEqual(example);
  });

  it("result.json, has the account, the verdicts and the ablations", () => {
    const result = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
    expect(result.account.protections[0]).toMatchObject({ vm: "web", state: "active" });
    expect(result.without.map(({ ability }: { ability: string }) => ability)).toEqual(["stateWrite", "dmaLog", "hold"]);
    expect(result.without[0].afterDriverReset.account.clients[0].waiting).toBe(0);
  });

  it("an answer after the failover, for every client", () => {
    const { account } = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
    for (const { gap, answered, sent } of account.clients) {
      expect(gap.toNs).toBeGreaterThan(account.protections[0].activatedAtNs);
      expect(answered).toBe(sent);
    }
  });
});

describe.skipIf(!hasTshark && !mustHaveTshark)(
  "clients.pcapng in tshark (skipped where tshark is not installed)",
  () => {
    const checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];

    it("no malformed packet and no bad checksum", () => {
      expect(tshark(...checks, "-Y", "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0")).toBe("");
      expect(tshark("-T", "fields", "-e", "frame.number").trim().split("\n").length).toBeGreaterThan(10_000);
    });

    it("every DNS answer equals a recorded one, and each question its own", () => {
      const recorded = new Map(recordedExchanges().map(({ request, reply }) => [hex(request), hex(reply)]));
      const rows = tshark("-Y", "udp", "-T", "fields", "-e", "ip.src", "-e", "udp.payload").trim().split("\n");
      const replies = new Set(recorded.values());
      let answerCount = 0;
      for (const row of rows) {
        const [source, payload = ""] = row.split("\t");
        const isAnswer = source === "10.0.0.1";
        if (isAnswer) answerCount++;
        expect(isAnswer ? replies.has(payload) : recorded.has(payload), row).toBe(true);
      }
      expect(answerCount).toBeGreaterThan(7000);
    });

    it("frames of the protected guest, carry their epoch as a comment", () => {
      const comments = tshark("-Y", "udp.srcport == 53", "-T", "fields", "-e", "frame.comment").trim().split("\n");
      expect(comments[0]).toMatch(/^epoch \d+$/);
      const epochs = comments.filter(Boolean).map((comment) => Number(comment.slice(6)));
      expect(Math.max(...epochs)).toBeGreaterThan(100);
    });
  },
);

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
