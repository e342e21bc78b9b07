import { describe, expect, test } from "vitest";
import { parseScenario } from "../../src/config/parse";
import { InputError } from "../../src/sim/input-error";
import { FAILOVER } from "./failover-text";

const BARE = FAILOVER.replace("duration: 8s", "duration: 8s\ncontent: false");

/** The reasons for which a text is refused. */
function problemsIn(text: string): string[] {
  try {
    parseScenario(text, "bare.yaml");
  } catch (error) {
    if (error instanceof InputError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("content: false", () => {
  test("a recording and its server, refused with the remedy", () => {
    const problems = problemsIn(BARE).join("\n");
    expect(problems).toMatch(/vms\.0\.workload\.kind: expected server, got replay-server, .*; set content: true/);
    expect(problems).toMatch(/traffic\.0: expected no recording without content: .*; set content: true/);
  });

  test("a flow that replays, refused", () => {
    const flow = "flows: [{ kind: replay, from: visitor, to: web, capture: http.pcapng }]\n";
    expect(problemsIn(`${BARE}${flow}`).join("\n")).toMatch(/flows\.0\.kind: expected no recording without content/);
  });

  test("compressed checkpoints, refused", () => {
    const text = BARE.replace("timeout: 1s }", "timeout: 1s, compression: delta }");
    expect(text).not.toBe(BARE);
    const reason =
      /protect\.0\.compression: expected none, got delta, which compares the bytes of pages; set content: true/;
    expect(problemsIn(text).join("\n")).toMatch(reason);
  });

  test("a ratio of compression, said without content and refused with it", () => {
    const withRatio = (text: string) => text.replace("interval: 25ms", "interval: 25ms, compressionRatio: 2.5");
    expect(problemsIn(withRatio(BARE)).join("\n")).not.toContain("compressionRatio");
    const reason =
      /protect\.0\.compressionRatio: expected 1, because pages have content, got 2\.5; use compression: delta/;
    expect(problemsIn(withRatio(FAILOVER)).join("\n")).toMatch(reason);
    const small = problemsIn(withRatio(BARE).replace("2.5", "0.5")).join("\n");
    expect(small).toContain("protect.0.compressionRatio: expected a number from 1 to 100");
  });

  test("with content a guest beyond 4GiB, refused with the remedy", () => {
    const text = FAILOVER.replace("memory: 64MiB", "memory: 8GiB");
    const reason = /vms\.0\.memory: expected at most 4GiB, or content: false, got 8GiB/;
    expect(problemsIn(text).join("\n")).toMatch(reason);
  });
});
