/** Faults planted in the guest software of a bond: each takes the service away while one of its NICs carries, and that is seen. */
import { afterAll, describe, expect, it } from "vitest";
import { parseScenario } from "../../src/config/parse";
import type { CapturedFrame } from "../../src/core/captured";
import type { Planting } from "../agreement/planted-bug";
import { PlantingGround } from "../agreement/planted-build";
import { runMove } from "../support/moved-run";
import { RELEASE } from "../support/wasm-builds";

/** Of a client that asks each millisecond, so long between two answers while somebody carries. */
const SILENCE_NS_MAX = 5_000_000;

const SCENARIO = `
version: 1
duration: 2s
hosts:
  - { name: source, cores: 3, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 1 }] }
  - { name: target, cores: 3, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 1 }] }
clients: [{ name: ann, link: { rate: 1Gbps, latency: 50us } }]
vms: [{ name: web, host: source, memory: 6MiB, io: teaming, workload: { kind: server } }]
flows: [{ kind: probe, from: ann, to: web, port: 7, start: 1ms, every: 1ms }]
migrations: [{ vm: web, to: target, at: 100ms, link: { rate: 10Gbps, latency: 20us } }]
`;

/** Returns the stretches, of those in which one of a bond's NICs carries, in which its client waits longer than it may. */
function silentStretches(module: WebAssembly.Module): string[] {
  const { run, account } = runMove({
    module,
    scenario: parseScenario(SCENARIO, "bond.yaml"),
    run: 1,
    replays: new Map(),
  });
  const { bond, beganNs, pausedNs, connectedNs } = account;
  const answers = run.frames.filter(isAnswer).map(({ timePs }) => Math.floor(timePs / 1000));
  const stretches = [
    ["before", 0, beganNs],
    ["failed over", bond?.failedOverNs, pausedNs],
    ["moved", connectedNs, bond?.returnedNs],
    ["returned", bond?.returnedNs, run.outcome.control.scenario.durationNs],
  ] as const;
  return stretches.flatMap(([name, fromNs, toNs]) => {
    if (typeof fromNs !== "number" || typeof toNs !== "number") return [`never ${name}`];
    const times = [fromNs, ...answers.filter((ns) => ns > fromNs && ns < toNs), toNs];
    const longestNs = Math.max(...times.map((ns, index) => ns - (times[index - 1] ?? ns)));
    return longestNs > SILENCE_NS_MAX ? [name] : [];
  });
}

const SOURCE_PORT_AT = 34;

function isAnswer({ bytes }: CapturedFrame): boolean {
  const isIp = bytes[12] === 0x08 && bytes[13] === 0x00;
  return isIp && bytes[SOURCE_PORT_AT] === 0 && bytes[SOURCE_PORT_AT + 1] === 7;
}

const BUGS: readonly (Planting & { readonly silent: readonly string[] })[] = [
  {
    name: "a paravirtual NIC that does not announce the bond's address",
    file: "guest/netfront.ts",
    text: "  postFront(m, writeAnnouncement(nextFrontPacket(m), mac, ip));\n",
    replacement: "",
    silent: ["moved"],
  },
  {
    name: "a virtual function that carries without the bond's address",
    file: "guest/bond.ts",
    text: "writeVf(v, VMBMEM + 4, <u32>g.mac);",
    replacement: "writeVf(v, VMBMEM + 4, <u32>g.mac ^ 0x01000000);",
    silent: ["before", "returned"],
  },
];

describe("a bond that is probed while its machine moves", () => {
  const ground = new PlantingGround();
  afterAll(() => ground.remove());

  it("is heard whenever one of its NICs carries", () => {
    expect(silentStretches(RELEASE.module)).toEqual([]);
  });

  it.each(BUGS)("planted: $name, seen", async ({ silent, ...bug }) => {
    expect(silentStretches(await ground.build(bug))).toEqual(silent);
  });
});
