/** Two machines that change places on hosts with room for one and a half: who comes first is told that there is no room. */
import { expect, it } from "vitest";
import { parseScenario } from "../../src/config/parse";
import { runScenario } from "../../src/experiment/run";
import { accountOf } from "../../src/report/account";
import { migrationText } from "../../src/report/migration-text";
import { RELEASE } from "../support/wasm-builds";

const LINK = "link: { rate: 10Gbps, latency: 20us }";
const MIB = 1024 ** 2;

/** One machine moves at 10 ms, the other at so many milliseconds, to a third host where it has room, or to the first. */
function movesOf(secondMs: number) {
  const scenario = parseScenario(
    `
version: 1
duration: 600ms
hosts:
  - { name: one, cores: 4, clock: 2.6GHz, memory: 6MiB, nics: [{ rate: 1Gbps, vfs: 2 }] }
  - { name: two, cores: 4, clock: 2.6GHz, memory: 6MiB, nics: [{ rate: 1Gbps, vfs: 2 }] }
  - { name: three, cores: 4, clock: 2.6GHz, nics: [{ rate: 1Gbps, vfs: 2 }] }
clients: []
vms:
  - { name: web, host: one, memory: 4MiB, io: renic, workload: { kind: server } }
  - { name: other, host: two, memory: 4MiB, io: renic, workload: { kind: server } }
migrations:
  - { vm: web, to: three, at: 10ms, ${LINK} }
  - { vm: other, to: one, at: ${secondMs}ms, ${LINK} }
`,
    "places.yaml",
  );
  const outcome = runScenario({ module: RELEASE.module, scenario, run: 1, replays: new Map() });
  return accountOf(outcome).migrations;
}

it("while the one is on its way, the other has no room; the account has the numbers", () => {
  const [first, second] = movesOf(50);
  expect(first?.state).toBe("active");
  expect(second).toMatchObject({ state: "refused", endReason: "no-memory" });
  expect(second?.shortage).toEqual({ neededBytes: 4 * MIB, freeBytes: 2 * MIB, hostBytes: 6 * MIB });
  expect(second && migrationText(second).join()).toContain(
    "refused (no-memory: it needs 4,096 KiB, and one has 2,048 KiB of 6,144 KiB free)",
  );
});

it("when the one has left, the other moves", () => {
  expect(movesOf(300).map(({ state }) => state)).toEqual(["active", "active"]);
});
