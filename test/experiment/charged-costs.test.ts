/** Which rows of the cost table a run depends on, and that docs/model.md says so. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FlowScenario } from "../../src/config/scenario";
import type { RunInput } from "../../src/experiment/input";
import { runScenario } from "../../src/experiment/run";
import { COST_NAMES, type CostName, costRow, resolveCosts } from "../../src/host/cost-table";
import { MODEL_DOCUMENT } from "../repository/cost-section";
import { diskInput } from "../support/disk-scenario";
import { compressedInput, frontInput, withScenario } from "../support/failover-scenario";
import { exampleInput, flowInput } from "../support/flow-scenario";
import { movingInput, movingTcpInput } from "../support/migration-scenario";

/** Past the failure and the first announcement of the backup that is active. */
const DURATION_NS = 260_000_000;
const MOST_MS = 300_000;
const JOB = { burstCycles: 26_000, hotBytes: 65_536, coldBytes: 0, hotWrites: 1, coldWrites: 0, trace: null };

type Overrides = Partial<Record<CostName, number>>;

/** What a paravirtual VM gets. */
const BACK: FlowScenario = {
  kind: "bulk",
  from: "web",
  to: "soft",
  port: 6001,
  startNs: 80_000_000,
  connectionCount: 1,
  windowBytes: 65_536,
  byteCount: null,
};
/** By bytes a second; the other input has the interval that no traffic changes. */
const moderation = "throughput";

/** TCP over ReNIC and a paravirtual NIC, on processors that there are too few of, with a failure. */
async function crowdedInput(): Promise<RunInput> {
  return withScenario(await flowInput(), (scenario) => ({
    ...scenario,
    durationNs: DURATION_NS,
    flows: [...scenario.flows, BACK],
    hosts: scenario.hosts.map((host) => ({ ...host, coreCount: 2, dom0: { ...host.dom0, moderation } })),
    vms: scenario.vms.map((vm) => (vm.name === "web" ? { ...vm, moderation, vcpuCount: 2, job: JOB } : vm)),
  }));
}

/** The small scenario with compressed checkpoints and a device model; its interrupts come through exits, those of the other one are posted. */
async function exitingInput(): Promise<RunInput> {
  return withScenario(await compressedInput(), (scenario) => ({
    ...scenario,
    interruptDelivery: "exits",
    protect: scenario.protect.map((entry) => ({ ...entry, hasDeviceModel: true })),
  }));
}

/** A server that moves. */
async function movingCosts(): Promise<RunInput> {
  return await movingTcpInput();
}

/** A server whose driver takes part in its move. */
async function cooperatingCosts(): Promise<RunInput> {
  return withScenario(await movingTcpInput(), (scenario) => ({
    ...scenario,
    vms: scenario.vms.map((vm) => ({ ...vm, io: "compsc" as const })),
  }));
}

/** Two bonds that move, one unplugged by ACPI and one as PCI Express has it, which takes its time; nobody asks them anything. */
async function bondedCosts(): Promise<RunInput> {
  return withScenario(await movingInput(), (scenario) => ({
    ...scenario,
    durationNs: 6_400_000_000,
    traffic: [],
    hosts: scenario.hosts.map((host) => ({ ...host, coreCount: 4 })),
    vms: ["web", "other"].flatMap((name) =>
      scenario.vms.map((vm) => ({ ...vm, name, io: "teaming" as const, job: null })),
    ),
    migrations: (["acpi", "native"] as const).flatMap((hotPlug) =>
      scenario.migrations.map((entry) => ({ ...entry, hotPlug, vm: hotPlug === "acpi" ? "web" : "other" })),
    ),
  }));
}

/** The same server behind a device model. */
async function emulatedInput(): Promise<RunInput> {
  return withScenario(await exampleInput("requests-emulated.yaml"), (scenario) => ({
    ...scenario,
    durationNs: 20_000_000,
  }));
}

/** The small scenario behind a paravirtual NIC, until its backup is connected. */
async function heldInput(): Promise<RunInput> {
  return withScenario(await frontInput("paravirtual"), (scenario) => ({ ...scenario, durationNs: 700_000_000 }));
}

/** A server that writes to its disk. */
function writingInput(): RunInput {
  return withScenario(diskInput("renic"), (scenario) => ({ ...scenario, durationNs: 20_000_000 }));
}

/** Returns everything that happens in a run but the costs themselves. */
function outcomeOf(input: RunInput, overrides: Overrides): string {
  const costs = resolveCosts("now", overrides);
  const { world, control } = runScenario(withScenario(input, (scenario) => ({ ...scenario, costs })));
  const rest = JSON.stringify(control, (key, value) => (key === "costs" || key === "scenario" ? undefined : value));
  return world.digest(new TextEncoder().encode(rest));
}

/** The names in the paragraph of the document that says which rows are charged. */
function documentedNames(): string[] {
  const text = readFileSync(MODEL_DOCUMENT, "utf8");
  const paragraph = /\*\*Charged today\*\*([\s\S]*?)The other rows/.exec(text)?.[1] ?? "";
  return [...paragraph.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? "");
}

describe("rows of the cost table", () => {
  it(
    "each replaced by an end of its range, change a run exactly if the document says that they are charged",
    async () => {
      const moved = [movingCosts(), cooperatingCosts(), bondedCosts()];
      const inputs = [crowdedInput(), exitingInput(), emulatedInput(), ...moved, heldInput(), writingInput()];
      const runs = (await Promise.all(inputs)).map((input) => ({
        input,
        usual: outcomeOf(input, {}),
      }));
      const charged = COST_NAMES.filter((name) => {
        const { now, range } = costRow(name);
        // A limit may be out of reach at one end of its range.
        return [range[1], range[0]].some((end) => {
          return end !== now && runs.some(({ input, usual }) => outcomeOf(input, { [name]: end }) !== usual);
        });
      });
      expect(documentedNames().toSorted()).toEqual(charged.toSorted());
    },
    MOST_MS,
  );
});
