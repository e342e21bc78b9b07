/**
 * What a held output does to traffic follows from the period alone, whatever anything costs: a connection that waits for
 * each answer makes one transaction a period, and a TCP stream one window.
 */
import { describe, expect, it } from "vitest";
import { parseScenario } from "../../src/config/parse";
import { runScenario } from "../../src/experiment/run";
import { type Account, accountOf } from "../../src/report/account";
import { RELEASE } from "../support/wasm-builds";

/** Slow start doubles a window once a period; by then it has reached its limit. */
const RAMP_PERIODS = 12;
const PERIODS = 20;
const WINDOW_BYTES = 65_536;

// A flow begins when checkpoints do: a connection that was opened before would have learnt a round trip without a wait,
// and with an interval of 200 ms, the least time-out, it would send again what only waits, and then grow by segments.

function textOf(intervalMs: number, flow: string, timing: string, periodCount: number): string {
  return `
version: 1
duration: ${periodCount * intervalMs}ms
hosts:
  - { name: one, cores: 2, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 1 }] }
  - { name: two, cores: 2, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 1 }] }
clients: [{ name: ann, link: { rate: 10Gbps, latency: 20us } }]
vms:
  - { name: web, host: one, memory: 8MiB, io: renic, workload: { kind: server, workingSet: 64KiB } }
flows: [{ ${flow}, connections: 1, window: 64KiB, start: ${intervalMs + 5}ms }]
protect:
  - { vm: web, to: two, interval: ${intervalMs}ms, timing: ${timing}, link: { rate: 10Gbps, latency: 20us } }
`;
}

function accountAfter(intervalMs: number, flow: string, timing: string, periodCount: number): Account {
  const scenario = parseScenario(textOf(intervalMs, flow, timing, periodCount), "rates.yaml");
  return accountOf(runScenario({ module: RELEASE.module, scenario, run: 1, replays: new Map() }));
}

/** What is done in a period when the windows have grown: what a longer run did more than a shorter one. */
function perPeriod(intervalMs: number, flow: string, timing = "fixed-rate") {
  const [shorter, longer] = [RAMP_PERIODS, RAMP_PERIODS + PERIODS].map((count) => {
    const { flows, protections } = accountAfter(intervalMs, flow, timing, count);
    return { count: flows[0]?.count ?? 0, bytes: flows[0]?.bytes ?? 0, checkpoints: protections[0]?.checkpoints ?? 0 };
  });
  if (!shorter || !longer) throw new Error("both runs were made");
  const checkpoints = longer.checkpoints - shorter.checkpoints;
  return {
    checkpoints,
    transactions: (longer.count - shorter.count) / checkpoints,
    bytes: (longer.bytes - shorter.bytes) / checkpoints,
  };
}

const REQUESTS = "kind: requests, from: ann, to: web, request: 128B, reply: 512B";

describe.each([25, 50, 100, 200])("checkpoints every %d ms, output held on the NIC", (intervalMs) => {
  it("requests one after the other, one a period within 3 %", () => {
    const { checkpoints, transactions } = perPeriod(intervalMs, REQUESTS);
    // At a fixed rate the period is the interval.
    expect(checkpoints).toBe(PERIODS);
    expect(Math.abs(transactions - 1)).toBeLessThan(0.03);
  });

  it.each(["from: web, to: ann", "from: ann, to: web"])("a stream %s, one window a period", (ends) => {
    const { checkpoints, bytes } = perPeriod(intervalMs, `kind: bulk, ${ends}`);
    expect(checkpoints).toBe(PERIODS);
    expect(Math.abs(bytes / WINDOW_BYTES - 1)).toBeLessThan(0.05);
  });
});

describe("checkpoints 25 ms after the commit", () => {
  it("fewer of them, and still one request and one window for each", () => {
    const { checkpoints, transactions } = perPeriod(25, REQUESTS, "after-commit");
    const { bytes } = perPeriod(25, "kind: bulk, from: web, to: ann", "after-commit");
    expect(checkpoints).toBeLessThan(PERIODS);
    expect(Math.abs(transactions - 1)).toBeLessThan(0.06);
    expect(Math.abs(bytes / WINDOW_BYTES - 1)).toBeLessThan(0.06);
  });
});
