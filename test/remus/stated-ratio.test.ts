/** Protection without content whose pages cross the link as much smaller as the scenario says. */
import { describe, expect, it } from "vitest";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { FRAMING_BYTES } from "../../src/checkpoint/replica";
import { runJudged } from "../../src/cli/judged-run";
import { parseScenario } from "../../src/config/parse";
import { RELEASE } from "../support/wasm-builds";

function runAt(ratio: number, linkRate = "1Gbps") {
  const scenario = parseScenario(
    `
version: 1
seed: 5
duration: 400ms
content: false
hosts:
  - { name: primary, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
  - { name: backup, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
clients:
  - { name: caller, link: { rate: 1Gbps, latency: 100us } }
vms:
  - { name: web, host: primary, memory: 16MiB, io: renic, workload: { kind: server, dirtyPerRequest: 64KiB, workingSet: 4MiB } }
flows:
  - { kind: requests, from: caller, to: web, port: 80, connections: 4, reply: 2KiB, window: 64KiB }
protect:
  - { vm: web, to: backup, interval: 20ms, link: { rate: ${linkRate}, latency: 50us }, heartbeat: 5ms, timeout: 25ms, compressionRatio: ${ratio} }
events:
  - { at: 250ms, fail: primary }
`,
    "ratio.yaml",
  );
  const { account, verdicts } = runJudged({ module: RELEASE.module, scenario, run: 1, replays: new Map() });
  const [protection] = account.protections;
  if (!protection) throw new Error("the scenario protects a machine");
  return { protection, verdicts };
}

describe("a stated ratio", () => {
  it.each([1, 2.5, 40])("of %s, what pages take on the link is divided by it, and judges are content", (ratio) => {
    const { protection, verdicts } = runAt(ratio);
    expect(verdicts.filter(({ faultCount }) => faultCount > 0)).toEqual([]);
    expect(protection.state).toBe("active");
    const { pages, bytes, checkpoints } = protection;
    // Beside its bytes a page has a record of a few; the device's state is not compressed.
    const beside = checkpoints * (FRAMING_BYTES + 4096) + pages * 16;
    expect(pages).toBeGreaterThan(500);
    expect(bytes).toBeGreaterThan((pages * PAGE_BYTES) / ratio);
    expect(bytes).toBeLessThan((pages * PAGE_BYTES + pages * 16) / ratio + beside);
  });

  it("on a slow link, epochs are committed sooner, so that more of them fit", () => {
    const whole = runAt(1, "50Mbps");
    const small = runAt(8, "50Mbps");
    expect(small.protection.checkpoints).toBeGreaterThan(1.5 * whole.protection.checkpoints);
  });
});
