/** Faults planted in the guest software of a driver that takes part in its machine's move: each is seen by a judge or a client. */
import { afterAll, describe, expect, it } from "vitest";
import { parseScenario } from "../../src/config/parse";
import type { Planting } from "../agreement/planted-bug";
import { PlantingGround } from "../agreement/planted-build";
import { type MovedRun, runMove } from "../support/moved-run";
import { RELEASE } from "../support/wasm-builds";

/** Enough comes and goes that the device has always written what the driver has not looked at. */
const SCENARIO = `
version: 1
duration: 700ms
hosts:
  - { name: source, cores: 3, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 1 }] }
  - { name: target, cores: 3, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 1 }] }
clients:
  - { name: ann, link: { rate: 1Gbps, latency: 50us } }
  - { name: ben, link: { rate: 1Gbps, latency: 50us } }
vms: [{ name: web, host: source, memory: 16MiB, io: compsc, workload: { kind: server } }]
flows:
  - { kind: bulk, from: ann, to: web }
  - { kind: probe, from: ben, to: web, port: 7, start: 1ms, every: 1ms }
migrations: [{ vm: web, to: target, at: 100ms, link: { rate: 10Gbps, latency: 20us } }]
`;

function moveWith(module: WebAssembly.Module): MovedRun {
  return runMove({ module, scenario: parseScenario(SCENARIO, "compsc.yaml"), run: 1, replays: new Map() });
}

/** Returns what is wrong: judges' objections, and clients who have not heard from the machine since it is back. */
function complaintsOf({ account, objections }: MovedRun): string[] {
  const deaf = account.clients
    .filter(({ firstAfterNs }) => firstAfterNs === null)
    .map(({ name }) => `${name} hears nothing`);
  return [...objections, ...deaf];
}

const BUGS: readonly (Planting & { readonly seen: RegExp })[] = [
  {
    name: "the driver does not mark what it polls",
    file: "guest/driver.ts",
    text: "  if (d.isMarking) markReceived(m, d, budget);\n",
    replacement: "",
    seen: /move equality: \d+ pages? differs?: receive buffers/,
  },
  {
    name: "what the device wrote last is not marked when it is stopped",
    file: "guest/cooperation.ts",
    text: "  if (!d.isMarking) return;\n",
    replacement: "  return;\n",
    seen: /move equality: \d+ pages? differs?: (receive|transmit)/,
  },
  {
    name: "a register that is not recorded",
    file: "guest/driver.ts",
    text: "  setUp(m, d, v, RXDCTL, QUEUE_ENABLE);\n",
    replacement: "  writeVf(v, RXDCTL, QUEUE_ENABLE);\n",
    seen: /hears nothing/,
  },
];

describe("a machine that receives in bulk and is probed while it moves", () => {
  const ground = new PlantingGround();
  afterAll(() => ground.remove());

  it("not a page is missed, and its client hears it again", () => {
    expect(complaintsOf(moveWith(RELEASE.module))).toEqual([]);
  });

  it.each(BUGS)("planted: $name, seen", async ({ seen, ...bug }) => {
    expect(complaintsOf(moveWith(await ground.build(bug))).join()).toMatch(seen);
  });
});
