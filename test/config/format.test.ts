import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatScenario, parseScenario, type Scenario } from "../../src/scenario";
import { arbitraryScenario } from "./arbitrary-scenario";
import { changed, FAILOVER } from "./failover-text";

describe("formatScenario", () => {
  test("any valid scenario, written and read, the same scenario", () => {
    fc.assert(
      fc.property(arbitraryScenario, (scenario) => {
        expect(parseScenario(formatScenario(scenario), "round-trip.yaml")).toEqual(scenario);
      }),
      { seed: 20261122, numRuns: 500 },
    );
  });

  test("any valid scenario, written twice, the same text", () => {
    fc.assert(
      fc.property(arbitraryScenario, (scenario) => {
        const text = formatScenario(scenario);
        expect(formatScenario(parseScenario(text, "round-trip.yaml"))).toBe(text);
      }),
      { seed: 20261122, numRuns: 200 },
    );
  });

  test("the most rows of each kind, written and read, within the bounds on text", () => {
    const scenario = largest();
    expect(parseScenario(formatScenario(scenario), "largest.yaml")).toEqual(scenario);
  });

  test("the example, written and read, the same scenario", () => {
    const scenario = parseScenario(readFileSync("examples/failover.yaml", "utf8"), "failover.yaml");
    expect(parseScenario(formatScenario(scenario), "failover.yaml")).toEqual(scenario);
  });

  test("a scenario that leaves things to defaults, written, every default in units", () => {
    const text = formatScenario(parseScenario(changed([", latency: 50us }", ", latency: 50us, loss: 0.001 }"]), "a"));
    expect(text).toBe(`version: 1
seed: 1
duration: 8s
content: true
hosts:
  - name: primary
    cores: 8
    clock: 2.6GHz
    dom0: { vcpus: 1, cpus: own, weight: 256, moderation: conservative, merging: true }
    nics:
      - { rate: 10Gbps, latency: 1us, vfs: 7 }
  - name: backup
    cores: 8
    clock: 2.6GHz
    dom0: { vcpus: 1, cpus: own, weight: 256, moderation: conservative, merging: true }
    nics:
      - { rate: 10Gbps, latency: 1us, vfs: 7 }
clients:
  - name: visitor
    link: { rate: 10Gbps, latency: 50us, loss: 0.1% }
switch: { delay: 1us }
vms:
  - name: web
    host: primary
    memory: 64MiB
    vcpus: 1
    cpus: own
    weight: 256
    io: renic
    abilities: { stateWrite: true, dmaLog: true, hold: true }
    workload: { kind: replay-server, cyclesPerRequest: 60000, dirtyPerRequest: 8KiB, workingSet: 8MiB, diskPerRequest: 0B }
    moderation: fixed
    offloads: { segmentation: true, merging: true }
traffic:
  - { from: visitor, to: web, kind: replay, capture: dns.pcapng, port: 53, scale: 1, start: 0s, timeout: 1s, tries: 5 }
flows: []
protect:
  - vm: web
    to: backup
    interval: 25ms
    link: { rate: 10Gbps, latency: 20us }
    heartbeat: 100ms
    timeout: 1s
    outbound: 8MiB
    compression: none
    cache: 8MiB
    compressionRatio: 1
    diskBuffer: 8MiB
    driverReset: never
    timing: fixed-rate
    epochs: 1
    late: extend
    full: stop-fetching
    backupLost: release
    arbiter: false
    suspend: event-channel
    deviceModel: false
    again: []
migrations: []
events:
  - { at: 4s, fail: primary }
ablate:
  abilities: [ stateWrite, hold ]
  driverReset: 1s
interrupts: posted
costs: { preset: now }
`);
  });

  test("a scenario with a file of costs, written, the preset and every cost that differs, no file", () => {
    const text = `${FAILOVER}costs: { preset: era, file: costs.csv, set: { vmExit: 1800 } }`;
    const readNamed = () => ({
      text: "name,value\nnetbackReceive,7000\nhypercall,1230\nvmExit,2500\n",
      source: "costs.csv",
    });
    expect(formatScenario(parseScenario(text, "a", readNamed))).toContain(`
interrupts: exits
costs:
  preset: era
  set: { vmExit: 1800, netbackReceive: 7000, interruptExit: 7900 }
`);
  });
});

/** 256 hosts, each with a VM, the backup of its neighbour's, a client and an event. */
function largest(): Scenario {
  const example = parseScenario(changed(["64MiB", "4MiB"], ["workingSet: 8MiB", "workingSet: 1MiB"]), "a.yaml");
  const rows = <R>(row: R | undefined, rename: (index: number) => Partial<R>): R[] => {
    if (row === undefined) throw new Error("the example has no such row");
    return Array.from({ length: 256 }, (_, index) => ({ ...row, ...rename(index) }));
  };
  return {
    ...example,
    hosts: rows(example.hosts[0], (index) => ({ name: `host-${index}` })),
    clients: rows(example.clients[0], (index) => ({ name: `client-${index}` })),
    vms: rows(example.vms[0], (index) => ({ name: `vm-${index}`, host: `host-${index}` })),
    traffic: rows(example.traffic[0], (index) => ({ from: `client-${index}`, to: `vm-${index}` })),
    protect: rows(example.protect[0], (index) => ({ vm: `vm-${index}`, to: `host-${(index + 1) % 256}` })),
    events: rows(example.events[0], (index) => ({ fail: `host-${index}` })),
  };
}
