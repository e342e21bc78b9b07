import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError, parseScenario, resolveCosts } from "../../src/scenario";
import { changed, FAILOVER, problemsIn } from "./failover-text";

describe("parseScenario", () => {
  test("examples/failover.yaml, read, what the README tells of it", () => {
    const { clients, traffic, protect, events } = parseScenario(
      readFileSync("examples/failover.yaml", "utf8"),
      "f.yaml",
    );
    expect(clients).toHaveLength(4);
    expect(traffic.map(({ from }) => from)).toEqual(clients.map(({ name }) => name));
    expect(protect[0]).toMatchObject({ vm: "web", intervalNs: 25_000_000 });
    expect(events).toEqual([{ atNs: 4_000_000_000, fail: "primary" }]);
  });

  test("scenario with most values given, read, values in base units", () => {
    const nic = { rateBitsPerSecond: 10_000_000_000, latencyNs: 1000, vfCount: 7 };
    const dom0 = { vcpuCount: 1, placement: "own", weight: 256, moderation: "conservative", merging: true };
    expect(parseScenario(FAILOVER, "failover.yaml")).toEqual({
      version: 1,
      seed: 1,
      durationNs: 8_000_000_000,
      hasContent: true,
      hosts: [
        { name: "primary", coreCount: 8, clockHz: 2_600_000_000, memoryBytes: null, dom0, nics: [nic] },
        { name: "backup", coreCount: 8, clockHz: 2_600_000_000, memoryBytes: null, dom0, nics: [nic] },
      ],
      clients: [{ name: "visitor", link: { rateBitsPerSecond: 10_000_000_000, latencyNs: 50_000, loss: 0 } }],
      switchDelayNs: 1000,
      vms: [
        {
          name: "web",
          host: "primary",
          memoryBytes: 67_108_864,
          vcpuCount: 1,
          placement: "own",
          weight: 256,
          moderation: "fixed",
          offloads: { segmentation: true, merging: true },
          job: null,
          disk: null,
          io: "renic",
          abilities: { stateWrite: true, dmaLog: true, hold: true },
          workload: {
            kind: "replay-server",
            cyclesPerRequest: 60_000,
            dirtyPerRequestBytes: 8192,
            workingSetBytes: 8_388_608,
            diskPerRequestBytes: 0,
          },
        },
      ],
      traffic: [
        {
          kind: "replay",
          from: "visitor",
          to: "web",
          capture: "dns.pcapng",
          port: 53,
          scale: 1,
          startNs: 0,
          timeoutNs: 1_000_000_000,
          tryCount: 5,
        },
      ],
      flows: [],
      protect: [
        {
          vm: "web",
          to: "backup",
          intervalNs: 25_000_000,
          link: { rateBitsPerSecond: 10_000_000_000, latencyNs: 20_000 },
          heartbeatNs: 100_000_000,
          timeoutNs: 1_000_000_000,
          outboundBytes: 8_388_608,
          compression: "none",
          cacheBytes: 8_388_608,
          again: [],
          compressionRatio: 1,
          diskBufferBytes: 8_388_608,
          driverResetNs: null,
          timing: "fixed-rate",
          epochCount: 1,
          late: "extend",
          full: "stop-fetching",
          backupLost: "release",
          hasArbiter: false,
          suspendChannel: "event-channel",
          hasDeviceModel: false,
        },
      ],
      migrations: [],
      events: [{ atNs: 4_000_000_000, fail: "primary" }],
      ablate: { abilities: ["stateWrite", "hold"], driverResetNs: 1_000_000_000 },
      interruptDelivery: "posted",
      costPreset: "now",
      costs: resolveCosts("now", {}),
    });
  });

  test("only what is required, read, the documented defaults", () => {
    const text = `
version: 1
duration: 1s
hosts: [{ name: a, cores: 2, clock: 1GHz, nics: [{ rate: 1Gbps, vfs: 1 }] }, { name: b, cores: 2, clock: 1GHz, nics: [{ rate: 1Gbps, vfs: 1 }] }]
clients: [{ name: c, link: { rate: 1Gbps, latency: 0s } }]
vms: [{ name: v, host: a, memory: 4MiB, io: renic, workload: { kind: replay-server } }]
traffic: [{ from: c, to: v, kind: replay, capture: x.pcap, port: 53 }]
protect: [{ vm: v, to: b, interval: 25ms, link: { rate: 1Gbps, latency: 0s } }]
`;
    expect(parseScenario(text, "least.yaml")).toMatchObject({
      seed: 1,
      hasContent: true,
      hosts: [{ nics: [{ latencyNs: 1000 }] }, { nics: [{ latencyNs: 1000 }] }],
      clients: [{ link: { loss: 0 } }],
      switchDelayNs: 1000,
      vms: [
        {
          vcpuCount: 1,
          abilities: { stateWrite: true, dmaLog: true, hold: true },
          workload: { cyclesPerRequest: 60_000, dirtyPerRequestBytes: 0, workingSetBytes: 1_048_576 },
        },
      ],
      traffic: [{ scale: 1, startNs: 0, timeoutNs: 1_000_000_000, tryCount: 5 }],
      protect: [{ heartbeatNs: 100_000_000, timeoutNs: 1_000_000_000, outboundBytes: 8_388_608, driverResetNs: null }],
      events: [],
      ablate: { abilities: [], driverResetNs: null },
      interruptDelivery: "posted",
      costPreset: "now",
      costs: resolveCosts("now", {}),
    });
  });

  test("every optional key, read, the value given", () => {
    const text = changed(
      ["seed: 1", "seed: 9007199254740991\nswitch: { delay: 2us }"],
      ["latency: 50us }", "latency: 50us, loss: 0.1% }"],
      ["io: renic", "io: renic\n    vcpus: 1\n    abilities: { stateWrite: false }"],
      ["tries: 5", "tries: 5\n    scale: 0.5\n    start: 1ms\n    timeout: 2s"],
      ["timeout: 1s }", "timeout: 1s, outbound: 1MiB, compression: delta, cache: 4KiB, driverReset: 1s }"],
      ["hold], driverReset: 1s", "hold], driverReset: never"],
    );
    expect(parseScenario(text, "all.yaml")).toMatchObject({
      seed: 9_007_199_254_740_991,
      switchDelayNs: 2000,
      clients: [{ link: { loss: 0.001 } }],
      vms: [{ abilities: { stateWrite: false, dmaLog: true, hold: true } }],
      traffic: [{ scale: 0.5, startNs: 1_000_000, timeoutNs: 2_000_000_000 }],
      protect: [{ outboundBytes: 1_048_576, compression: "delta", cacheBytes: 4096, driverResetNs: 1_000_000_000 }],
      ablate: { driverResetNs: null },
    });
  });

  test("the same as JSON, read, the same scenario", () => {
    const json = `{"version":1,"duration":"1s","hosts":[{"name":"a","cores":1,"clock":"1GHz","nics":[]}],"clients":[],"vms":[]}`;
    const yaml =
      "version: 1\nduration: 1s\nhosts: [{ name: a, cores: 1, clock: 1GHz, nics: [] }]\nclients: []\nvms: []\n";
    expect(parseScenario(json, "a.json")).toEqual(parseScenario(yaml, "a.yaml"));
  });

  test("an anchor and its alias, read, the same value twice", () => {
    const text = changed(
      ["nics: [{ rate: 10Gbps, latency: 1us, vfs: 7 }]", "nics: &nics [{ rate: 40Gbps, vfs: 3 }]"],
      ["nics: [{ rate: 10Gbps, latency: 1us, vfs: 7 }]", "nics: *nics"],
    );
    const [primary, backup] = parseScenario(text, "failover.yaml").hosts;
    expect(primary?.nics).toEqual([{ rateBitsPerSecond: 40_000_000_000, latencyNs: 1000, vfCount: 3 }]);
    expect(backup?.nics).toEqual(primary?.nics);
  });

  test("an alias of the wrong kind, read, the place of the alias; a mistake inside, that of the anchor", () => {
    const anchored = changed([
      "nics: [{ rate: 10Gbps, latency: 1us, vfs: 7 }]",
      "nics: &nics [{ rate: 40Gbsp, vfs: 3 }]",
    ]);
    expect(problemsIn(anchored.replace("seed: 1", "seed: &one 1").replace("to: backup", "to: *one"))).toEqual([
      'failover.yaml:5:68: hosts.0.nics.0.rate: expected a rate such as "10Gbps", got "40Gbsp"',
      "failover.yaml:23:20: protect.0.to: expected the name of a host, got 1",
    ]);
  });

  test("a problem, thrown, its parts by themselves", () => {
    const error = captured(() => parseScenario(changed(["10Gbps", "10Gbsp"]), "failover.yaml"));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({
      source: "failover.yaml",
      problems: [
        {
          place: "5:62",
          subject: "hosts.0.nics.0.rate",
          reason: 'expected a rate such as "10Gbps", got "10Gbsp"',
        },
      ],
    });
  });

  test("the text of the tests, read, no problem", () => {
    expect(problemsIn(FAILOVER)).toEqual([]);
  });
});

describe("one mistake in a value or key, read, its place, name and reason", () => {
  const ROOT_KEYS =
    "version, seed, duration, content, hosts, clients, switch, vms, traffic, flows, protect, migrations, events, ablate, interrupts, costs";
  test.each([
    ["clock:", "clok:", '5:32: hosts.0.clok: unknown key; did you mean "clock"?'],
    ["seed: 1", "sead: 1", '2:1: sead: unknown key; did you mean "seed"?'],
    ["seed: 1", "colour: red", `2:1: colour: unknown key; the keys are ${ROOT_KEYS}`],
    ["seed: 1", '"a\\nb": 1', `2:1: "a\\nb": unknown key; the keys are ${ROOT_KEYS}`],
    ["seed: 1", "__proto__: 1", `2:1: __proto__: unknown key; the keys are ${ROOT_KEYS}`],
    ["vfs: 7 }", "vfs: 7, rat: 1 }", "5:92: hosts.0.nics.0.rat: unknown key; the keys are rate, latency, vfs"],
    ["version: 1", "version: 2", "1:10: version: expected 1, got 2"],
    ["version: 1\n", "", "1:1: version: missing; expected 1"],
    [
      "duration: 8s",
      "duration: 8",
      '3:11: duration: expected a duration such as "25ms", got 8 without a unit; units are ns, us, ms, s, min, h',
    ],
    ["duration: 8s", "duration: 2h", '3:11: duration: expected a duration from 1us to 1h, got "2h"'],
    ["duration: 8s", "duration:", '3:10: duration: expected a duration such as "25ms", got nothing'],
    ["duration: 8s", "duration: [8s]", '3:11: duration: expected a duration such as "25ms", got a list'],
    ["seed: 1", "seed: 1.5", "2:7: seed: expected a whole number from 0 to 9007199254740991, got 1.5"],
    ["seed: 1", "seed: -1", "2:7: seed: expected a whole number from 0 to 9007199254740991, got -1"],
    ["seed: 1", "seed: 9007199254740993", "2:7: seed: expected a number up to 9007199254740991, got 9007199254740993"],
    [
      "name: primary",
      "name: -x",
      '5:13: hosts.0.name: expected a name of up to 63 letters, digits, ".", "_" and "-", starting with a letter or digit, got "-x"',
    ],
    ["cores: 8", "cores: eight", '5:29: hosts.0.cores: expected a whole number from 1 to 1024, got "eight"'],
    [
      "clock: 2.6GHz",
      "clock: 2.6ghz",
      '5:39: hosts.0.clock: expected a clock rate such as "2.6GHz", got "2.6ghz"; the unit is written GHz',
    ],
    ["clock: 2.6GHz, ", "", '5:5: hosts.0.clock: missing; expected a clock rate such as "2.6GHz"'],
    [
      "rate: 10Gbps",
      "rate: 500Gbps",
      '5:62: hosts.0.nics.0.rate: expected a rate from 1Mbps to 400Gbps, got "500Gbps"',
    ],
    [
      "rate: 10Gbps",
      "rate: 1GB/s",
      '5:62: hosts.0.nics.0.rate: expected a rate such as "10Gbps", got "1GB/s"; "B" is for bytes and rates are in bits per second, so multiply by 8 and write Gbps',
    ],
    ["vfs: 7", "vfs: 8", "5:89: hosts.0.nics.0.vfs: expected a whole number from 1 to 7, got 8"],
    [
      "latency: 50us }",
      "latency: 50us, loss: 150% }",
      '8:65: clients.0.link.loss: expected a fraction from 0 to 1 such as "0.1%" or 0.001, got "150%"',
    ],
    [
      "latency: 50us }",
      "latency: 50us, loss: true }",
      '8:65: clients.0.link.loss: expected a fraction from 0 to 1 such as "0.1%" or 0.001, got true',
    ],
    [
      "memory: 64MiB",
      "memory: 64Gb",
      '12:13: vms.0.memory: expected a size such as "64MiB", got "64Gb"; "b" is for bits and sizes are in bytes, so write B as in GiB or GB',
    ],
    ["memory: 64MiB", "memory: 65MB", '12:13: vms.0.memory: expected a multiple of 4KiB, got "65MB"'],
    ["memory: 64MiB", "memory: 1MiB", '12:13: vms.0.memory: expected a size from 2MiB to 64GiB, got "1MiB"'],
    [
      "io: renic",
      "io: virtio",
      '13:9: vms.0.io: expected one of "renic", "vf", "paravirtual", "emulated", "teaming", "compsc", got "virtio"',
    ],
    ["io: renic", "io: renic\n    vcpus: 33", "14:12: vms.0.vcpus: expected a whole number from 1 to 32, got 33"],
    ["io: renic", "io: renic\n    cpus: pinned", '14:11: vms.0.cpus: expected one of "own", "shared", got "pinned"'],
    [
      "io: renic",
      "io: renic\n    abilities: { hold: no }",
      '14:24: vms.0.abilities.hold: expected true or false, got "no"',
    ],
    [
      "workload: {",
      "workload: [] #",
      "14:15: vms.0.workload: expected a map with the keys kind, cyclesPerRequest, dirtyPerRequest, workingSet, diskPerRequest, got an empty list",
    ],
    ["kind: replay\n", "kind: replya\n", '18:11: traffic.0.kind: expected "replay", got "replya"'],
    [
      "capture: dns.pcapng",
      'capture: "dns\\0"',
      '19:14: traffic.0.capture: expected the path of a file, got "dns\\u0000"',
    ],
    ["port: 53", "port: 0", "20:11: traffic.0.port: expected a whole number from 1 to 65535, got 0"],
    ["tries: 5", "tries: 11", "21:12: traffic.0.tries: expected a whole number from 1 to 10, got 11"],
    ["tries: 5", "scale: 0", "21:12: traffic.0.scale: expected a number above 0 and up to 1000, got 0"],
    ["tries: 5", "scale: .inf", "21:12: traffic.0.scale: expected a number above 0 and up to 1000, got Infinity"],
    ["tries: 5", "timeout: 0s", '21:14: traffic.0.timeout: expected a duration from 1us to 1h, got "0s"'],
    ["interval: 25ms", "interval: 100us", '23:38: protect.0.interval: expected a duration from 1ms to 1h, got "100us"'],
    [
      "driverReset: 1s",
      "driverReset: nevr",
      '26:55: ablate.driverReset: expected a duration such as "25ms" or "never", got "nevr"; did you mean "never"?',
    ],
    [
      "hold]",
      "hlod]",
      '26:35: ablate.abilities.1: expected one of "stateWrite", "dmaLog", "hold", got "hlod"; did you mean "hold"?',
    ],
    ["clients:\n", "clients: 5\n#", "7:10: clients: expected a list of clients, got 5"],
  ])("%j becomes %j", (from, to, problem) => {
    const problems = problemsIn(changed([from, to]));
    expect(problems).toContain(`failover.yaml:${problem}`);
    expect(problems.filter((each) => each.startsWith(`failover.yaml:${problem.split(": ", 1)}`))).toHaveLength(1);
  });
});

describe("several mistakes", () => {
  test("in schema, names and capacity, read, all of them in the order of the file", () => {
    const text = changed(
      ["cores: 8", "cores: 1"],
      ["rate: 10Gbps", "rate: 10Gbsp"],
      ["host: primary", "host: primry"],
      ["port: 53", "port: 0"],
      ["to: backup", "to: primary"],
      ["at: 4s", "at: 9s"],
    );
    expect(problemsIn(text)).toEqual([
      'failover.yaml:5:29: hosts.0.cores: expected at least 2, one for each vCPU of dom0, backup of "web", got 1',
      'failover.yaml:5:62: hosts.0.nics.0.rate: expected a rate such as "10Gbps", got "10Gbsp"',
      'failover.yaml:11:11: vms.0.host: expected the name of a host ("primary", "backup"), got "primry"; did you mean "primary"?',
      "failover.yaml:20:11: traffic.0.port: expected a whole number from 1 to 65535, got 0",
      "failover.yaml:25:11: events.0.at: expected a time within the run of 8s, got 9s",
    ]);
  });

  test("a key misspelt, read, one problem although the right key is missing", () => {
    expect(problemsIn(changed(["clock:", "clok:"]))).toHaveLength(1);
    expect(problemsIn(changed(["hosts:", "host:"]))).toEqual([
      'failover.yaml:4:1: host: unknown key; did you mean "hosts"?',
    ]);
  });

  test("a host without a usable name, read, nothing about those who may mean it", () => {
    expect(problemsIn(changed(["name: primary", "name: 7"]))).toEqual([
      'failover.yaml:5:13: hosts.0.name: expected a name of up to 63 letters, digits, ".", "_" and "-", starting with a letter or digit, got 7',
    ]);
  });

  test("nothing but the version, read, every key that is missing", () => {
    expect(problemsIn("version: 1\n")).toEqual([
      'failover.yaml:1:1: duration: missing; expected a duration such as "25ms"',
      "failover.yaml:1:1: hosts: missing; expected a list of hosts",
      "failover.yaml:1:1: clients: missing; expected a list of clients",
      "failover.yaml:1:1: vms: missing; expected a list of VMs",
    ]);
  });

  test("an empty host list, read, at least one is needed", () => {
    expect(problemsIn("version: 1\nduration: 1s\nhosts: []\nclients: []\nvms: []\n")).toEqual([
      "failover.yaml:3:8: hosts: expected at least one host, got an empty list",
    ]);
  });

  test("more rows than are allowed, read, how many there are", () => {
    const clients = Array.from(
      { length: 257 },
      (_, index) => `{ name: c${index}, link: { rate: 1Gbps, latency: 0s } }`,
    );
    const text = `version: 1\nduration: 1s\nhosts: [{ name: a, cores: 1, clock: 1GHz, nics: [] }]\nclients: [${clients}]\nvms: []\n`;
    expect(problemsIn(text)).toEqual(["failover.yaml:4:10: clients: expected at most 256 clients, got 257"]);
  });
});

function captured(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
