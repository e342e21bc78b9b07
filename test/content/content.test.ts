import { afterAll, describe, expect, test } from "vitest";
import { FRAME_KEPT_BYTES } from "../../assembly/layout/limits";
import { parseScenario } from "../../src/config/parse";
import { compose } from "../../src/experiment/compose";
import { planWorld } from "../../src/experiment/plan";
import { finish, runScenario } from "../../src/experiment/run";
import { start } from "../../src/experiment/simulate";
import { numbersTo } from "../../src/sim/numbers";
import { PlantingGround } from "../agreement/planted-build";
import { exampleInput, flowInput } from "../support/flow-scenario";
import { DEBUG, RELEASE } from "../support/wasm-builds";
import { compare } from "./comparison";

const SEED_COUNT = 40;
const GIB = 1024 ** 3;

describe("without content", () => {
  test("random scenarios, the same records, marks, counts and account as with content", () => {
    const sums = { checkpoints: 0, failovers: 0 };
    for (const seed of numbersTo(SEED_COUNT)) {
      const { differences, counts } = compare(RELEASE.module, seed);
      expect({ seed, differences }).toEqual({ seed, differences: [] });
      sums.checkpoints += counts.checkpoints;
      sums.failovers += counts.failovers;
    }
    expect(sums.checkpoints).toBeGreaterThan(50);
    expect(sums.failovers).toBeGreaterThan(2);
  }, 120_000);

  test("a few of them on the debug build, the same", () => {
    for (const seed of [1, 2, 3]) expect(compare(DEBUG.module, seed).differences).toEqual([]);
  }, 60_000);

  test("run twice, the same digest of everything", async () => {
    const input = await flowInput();
    const bare = { ...input, scenario: { ...input.scenario, hasContent: false } };
    expect(runScenario(bare).digest).toBe(runScenario(bare).digest);
  });

  test("a tapped client with TCP, frames end behind their headers and tell their lengths", async () => {
    const input = await exampleInput("requests-vf.yaml");
    const scenario = { ...input.scenario, hasContent: false, durationNs: 20_000_000 };
    const kept: number[] = [];
    const lengths: number[] = [];
    runScenario(
      { ...input, scenario, snapBytes: 65_536 },
      {
        frames(batch) {
          kept.push(...batch.map(({ bytes }) => bytes.length));
          lengths.push(...batch.map(({ frameBytes }) => frameBytes));
        },
      },
    );
    expect(Math.max(...kept)).toBe(FRAME_KEPT_BYTES);
    expect(Math.max(...lengths)).toBe(1514);
  });
});

describe("faults planted in what only a world without content does", () => {
  const ground = new PlantingGround();
  afterAll(() => ground.remove());

  test.each([
    {
      name: "a payload page's mark is missed",
      file: "memory/guest-memory.ts",
      text: "    noteFault(m, page);\n    store<u32>(at, PAYLOAD |",
      replacement: "    store<u32>(at, PAYLOAD |",
    },
    {
      name: "a payload page of zeros gets a version",
      file: "memory/payload.ts",
      text: "if (!version && serial == ZEROS) return;",
      replacement: "",
    },
  ])(
    "$name, seen",
    async (bug) => {
      const module = await ground.build(bug);
      const found = numbersTo(SEED_COUNT).some((seed) => compare(RELEASE.module, seed, module).differences.length > 0);
      expect(found).toBe(true);
    },
    240_000,
  );
});

/** A guest of 64 GiB whose job writes 4 GiB of it, in pages one after the other. */
const LARGE = `
version: 1
duration: 25ms
content: false
hosts:
  - { name: one, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
  - { name: two, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
clients: [{ name: ann, link: { rate: 1Gbps, latency: 50us } }]
vms:
  - name: large
    host: one
    memory: 64GiB
    io: renic
    workload: { kind: server, workingSet: 16MiB, dirtyPerRequest: 16KiB }
    job: { hot: 4GiB, cold: 59GiB, hotWrites: 1024 }
flows: [{ kind: requests, from: ann, to: large, connections: 4, think: 1ms }]
`;
/** Its job writes less then, so that the rounds become short. */
const MOVE = `
migrations: [{ vm: large, to: two, at: 1s, link: { rate: 10Gbps, latency: 20us } }]
`;
const PROTECT =
  "protect: [{ vm: large, to: two, interval: 10ms, link: { rate: 40Gbps, latency: 20us }, outbound: 1MiB }]\n";

describe("a guest of 64 GiB", () => {
  const inputOf = (text: string) => {
    return { module: RELEASE.module, scenario: parseScenario(text, "large.yaml"), run: 1, replays: new Map() };
  };

  test("4 GiB of it written, under half a gibibyte of the simulator's memory", () => {
    const composition = compose(inputOf(LARGE));
    start(composition, {});
    const { world, control } = finish(composition);
    const guest = control.vms[0]?.place.guest ?? 0;
    const hotPages = (4 * GIB) / 4096;
    expect(world.plane.computedCount(guest) * 1024).toBeGreaterThan(hotPages);
    const hotFirst = world.plane.pageCount(guest) - (63 * GIB) / 4096;
    const written = numbersTo(hotPages / 1024).filter((part) => world.plane.pageVersion(guest, hotFirst + part * 1024));
    expect(written).toHaveLength(hotPages / 1024);
    expect(world.plane.memory.buffer.byteLength).toBeLessThan(GIB / 2);
  }, 60_000);

  test("protected, its backup with it under a gibibyte", () => {
    const input = inputOf(LARGE + PROTECT);
    expect(planWorld(input).arenaBytes).toBeLessThan(GIB);
    const { world, control } = runScenario(input);
    expect(control.protections[0]?.sums.count).toBeGreaterThan(0);
    expect(world.plane.memory.buffer.byteLength).toBeLessThan(GIB);
  }, 60_000);

  test("moved, every page of it sent, both places under a gibibyte", () => {
    const calm = LARGE.replace("hot: 4GiB, cold: 59GiB, hotWrites: 1024", "hot: 64MiB, cold: 0B, hotWrites: 1");
    const { world, control } = runScenario(inputOf(calm.replace("25ms", "65s") + MOVE));
    const [migration] = control.migrations;
    expect(migration?.state).toBe("active");
    expect(migration?.timeline.rounds[0]?.pageCount).toBe((64 * GIB) / 4096);
    expect(world.plane.memory.buffer.byteLength).toBeLessThan(GIB);
  }, 120_000);

  test("with content, refused with the remedy", () => {
    const text = LARGE.replace("content: false", "content: true");
    expect(() => parseScenario(text, "large.yaml")).toThrow(
      /memory: expected at most 4GiB, or content: false, got 64GiB/,
    );
  });
});
