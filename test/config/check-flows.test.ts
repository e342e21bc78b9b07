/** Flows and I/O models: what cannot be is refused, all of it at once, each with what would be right. */
import { describe, expect, test } from "vitest";
import { parseScenario } from "../../src/config/parse";
import { InputError } from "../../src/sim/input-error";

const TEXT = `version: 1
duration: 1s
hosts:
  - { name: one, cores: 8, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 7 }] }
  - { name: two, cores: 8, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 7 }] }
clients: [{ name: ann, link: { rate: 1Gbps, latency: 0s } }, { name: ben, link: { rate: 1Gbps, latency: 0s } }]
vms:
  - { name: web, host: one, memory: 64MiB, io: renic, workload: { kind: server } }
  - { name: old, host: one, memory: 64MiB, io: renic, workload: { kind: replay-server } }
  - { name: soft, host: two, memory: 64MiB, io: paravirtual, workload: { kind: server } }
  - { name: trap, host: two, memory: 64MiB, io: emulated, workload: { kind: server } }
  - { name: plain, host: two, memory: 64MiB, io: vf, workload: { kind: server } }
`;

function problemsIn(more: string): readonly string[] {
  try {
    parseScenario(TEXT + more, "f.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ subject, reason }) => `${subject}: ${reason}`);
  }
}

describe("a flow that cannot be, read, what would be right", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "fields of other kinds",
      "flows: [{ kind: bulk, from: ann, to: web, reply: 1KiB, every: 1ms }]",
      [
        "flows.0.reply: expected none in a flow of kind bulk; requests has it",
        "flows.0.every: expected none in a flow of kind bulk; datagrams, probe have it",
      ],
    ],
    [
      "a replay of nothing, and what a replay alone has",
      "flows: [{ kind: replay, from: ann, to: web, reply: 1KiB }, { kind: bulk, from: ann, to: web, capture: a, scale: 2, recordedPort: 8 }]",
      [
        "flows.0.capture: expected the path of a file in a flow of kind replay, got nothing",
        "flows.0.reply: expected none in a flow of kind replay; requests has it",
        "flows.1.capture: expected none in a flow of kind bulk; replay has it",
        "flows.1.scale: expected none in a flow of kind bulk; replay has it",
        "flows.1.recordedPort: expected none in a flow of kind bulk; replay has it",
      ],
    ],
    [
      "a replay to a VM that answers UDP",
      "flows: [{ kind: replay, from: ann, to: old, capture: a }]",
      ['flows.0.to: expected a VM whose workload is a server, got "old", which is a replay-server'],
    ],
    [
      "machines that are not there",
      "flows: [{ kind: bulk, from: anne, to: wep }]",
      [
        'flows.0.from: expected the name of a client or a VM, got "anne"',
        'flows.0.to: expected the name of a client or a VM, got "wep"',
      ],
    ],
    [
      "two clients",
      "flows: [{ kind: bulk, from: ann, to: ben }]",
      ['flows.0.to: expected a VM at one end, got two clients, "ann" and "ben"'],
    ],
    [
      "itself",
      "flows: [{ kind: bulk, from: web, to: web }]",
      ['flows.0.to: expected another machine than the one it comes from, got "web"'],
    ],
    [
      "a VM that replays",
      "flows: [{ kind: requests, from: ann, to: old }]",
      ['flows.0.to: expected a VM whose workload is a server, got "old", which is a replay-server'],
    ],
    [
      "a client that replays",
      "traffic: [{ from: ann, to: old, kind: replay, capture: a, port: 53 }]\nflows: [{ kind: bulk, from: ann, to: web }]",
      ['flows.0.from: expected a client without traffic of its own, got "ann", which replays a capture'],
    ],
    [
      "datagrams of a client",
      "flows: [{ kind: datagrams, from: ann, to: web }]",
      ['flows.0.from: expected a VM, because datagrams go from VM to VM, got "ann"'],
    ],
    [
      "a port twice",
      "flows: [{ kind: bulk, from: ann, to: web, port: 80 }, { kind: bulk, from: ben, to: web, port: 80 }]",
      ['flows.1.port: expected a port of "web" that no other flow has, got 80, which flows.0 has'],
    ],
    [
      "two streams of datagrams to a VM, with TCP beside them, which is allowed",
      "flows: [{ kind: datagrams, from: plain, to: web }, { kind: datagrams, from: soft, to: web }, { kind: bulk, from: ann, to: web }]",
      ['flows.1.to: expected a VM without datagrams, got "web", which flows.0 has; a VM has one such flow'],
    ],
    [
      "a window that is no power of two",
      "flows: [{ kind: bulk, from: ann, to: web, window: 100KiB }]",
      ['flows.0.window: expected a power of two, such as 64KiB or 256KiB, got "100KiB"'],
    ],
    [
      "replay to a server",
      "traffic: [{ from: ann, to: web, kind: replay, capture: a, port: 53 }]",
      ['traffic.0.to: expected a VM whose workload is a replay-server, got "web", which is a server'],
    ],
    [
      "protection of a VM whose NIC cannot be protected",
      "protect: [{ vm: plain, to: one, interval: 25ms, link: { rate: 1Gbps, latency: 0s } }, { vm: soft, to: one, interval: 25ms, link: { rate: 1Gbps, latency: 0s } }, { vm: trap, to: one, interval: 25ms, link: { rate: 1Gbps, latency: 0s } }]",
      [
        'protect.0.vm: expected a VM with io: renic, paravirtual or emulated, got "plain" with io: vf; the state of a plain virtual function can be neither read nor written back, nor its output held',
      ],
    ],
    [
      "protection of a paravirtual VM, with a reset of a driver that it has not",
      "protect: [{ vm: soft, to: one, interval: 25ms, link: { rate: 1Gbps, latency: 0s }, driverReset: 1s }]",
      [
        "protect.0.driverReset: expected never, since a VM with io: paravirtual has no virtual function whose driver could be reset, got 1s",
      ],
    ],
  ])("%s", (_, more, problems) => {
    expect(problemsIn(more)).toEqual(problems);
  });

  test("every kind, from and to a VM of each I/O model, no problem", () => {
    const flows = `flows:
  - { kind: requests, from: ann, to: web, port: 80, connections: 32, request: 100B, reply: 1MiB, think: 1ms, reconnect: true }
  - { kind: bulk, from: soft, to: ben, bytes: 1GiB, window: 1MiB, start: 10ms }
  - { kind: bulk, from: web, to: soft }
  - { kind: bulk, from: web, to: trap }
  - { kind: datagrams, from: web, to: plain, frame: 1514B, every: 10us, burst: 4 }
`;
    expect(problemsIn(flows)).toEqual([]);
  });
});
