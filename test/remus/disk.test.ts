/** The disk of a protected machine: mirrored as it is written, held at the backup, applied with its checkpoint. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAGE_RECORD_HEADER_BYTES } from "../../assembly/layout/checkpoint";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { type JudgedRun, runJudged } from "../../src/cli/judged-run";
import type { IoModel, Scenario } from "../../src/config/scenario";
import { compose } from "../../src/experiment/compose";
import type { RunInput } from "../../src/experiment/input";
import { finish, runScenario } from "../../src/experiment/run";
import { start, step } from "../../src/experiment/simulate";
import { loadWorld, saveWorld } from "../../src/experiment/world-image";
import type { Observer } from "../../src/host/simulation";
import { PlantingGround } from "../agreement/planted-build";
import { KIND, type TraceRecord } from "../checker/record";
import { DISK_BLOCKS, protectedDiskInput } from "../support/disk-scenario";
import { BRIEF_TAKEOVER, withScenario } from "../support/failover-scenario";

const MODELS: readonly IoModel[] = ["renic", "paravirtual", "emulated"];

/** Long enough that clients are answered again. */
function lasting(input: RunInput, change: Partial<Scenario> = {}): RunInput {
  return withScenario(input, (scenario) => ({
    ...scenario,
    durationNs: 600_000_000,
    costs: BRIEF_TAKEOVER,
    ...change,
  }));
}

function objections({ verdicts }: JudgedRun): string[] {
  return verdicts.flatMap(({ judge, faults }) => faults.map((fault) => `${judge}: ${fault}`));
}

function diskOf({ account }: JudgedRun) {
  const disk = account.protections[0]?.disk;
  if (!disk) throw new Error("the machine has a disk");
  return disk;
}

/** A run with its records of disks. */
function watched(input: RunInput): { run: JudgedRun; records: TraceRecord[] } {
  const records: TraceRecord[] = [];
  const observer: Observer = {
    records: (batch) => records.push(...batch.filter(({ kind }) => kind === KIND.written || kind === KIND.applied)),
  };
  return { run: runJudged(input, observer), records };
}

describe.each(MODELS)("a protected disk, io: %s", (io) => {
  it("its host dies, the backup's disk is that of the last epoch, and the guest writes on without a gap", () => {
    const { run, records } = watched(lasting(protectedDiskInput(io)));
    expect(objections(run)).toEqual([]);
    expect(run.account.protections[0]?.state).toBe("active");
    const disk = diskOf(run);
    expect(disk.appliedBlocks).toBeGreaterThan(20);
    expect(disk.heldBlocksPeak).toBeGreaterThan(0);
    expect(disk.appliedBlocks + disk.discardedBlocks).toBeLessThanOrEqual(disk.mirroredBlocks);
    expect(run.verdicts.find(({ judge }) => judge === "disk equality")?.looked).toMatch(/^\d+ blocks of epoch \d+$/);
    expect(run.verdicts.find(({ judge }) => judge === "disk commit")?.looked).toMatch(/^\d\d+ writes, \d\d+ frames$/);
    const backup = run.outcome.control.protections[0]?.replica.backup.disk;
    const again = records.filter(({ kind, subject }) => kind === KIND.written && subject === backup).map(({ a }) => a);
    expect(again.length).toBeGreaterThan(20);
    // The journal goes on at the latest where the backup's disk ends: what was under way is asked for again.
    const first = again[0] ?? 0;
    expect((disk.appliedBlocks + DISK_BLOCKS - first) % DISK_BLOCKS).toBeLessThan(16);
    expect(again).toEqual(again.map((_, index) => (first + index) % DISK_BLOCKS));
  });

  it("its host dies at twenty moments, no judge objects", () => {
    for (let index = 0; index < 20; index++) {
      const input = protectedDiskInput(io, "", `${5_000 + index * 3_271}us`);
      const run = runJudged(lasting(input, { durationNs: 250_000_000 }));
      expect(objections(run), `moment ${index}`).toEqual([]);
    }
  });
});

describe("a mirror", () => {
  it("without room for an interval's writes, requests wait for commits, and nothing stands still for good", () => {
    // Four connections of five blocks each, and room for fifteen.
    const input = withScenario(protectedDiskInput("renic", ", diskBuffer: 64KiB"), ({ vms, ...scenario }) => ({
      ...scenario,
      vms: vms.map((vm) => ({ ...vm, workload: { ...vm.workload, diskPerRequestBytes: 20_480 } })),
    }));
    const run = runJudged(lasting(input, { events: [], durationNs: 200_000_000 }));
    expect(objections(run)).toEqual([]);
    const { stalls, heldBlocksPeak, writtenBlocks } = diskOf(run);
    expect(stalls).toBeGreaterThan(5);
    expect(heldBlocksPeak).toBeLessThanOrEqual(15);
    expect(writtenBlocks).toBeGreaterThan(60);
  });

  it("whose link is cut, requests wait; the backup is given up, and they go on", () => {
    const cut = { atNs: 50_000_000, cut: "web" };
    const patient = (input: RunInput) =>
      withScenario(input, (scenario) => ({
        ...scenario,
        protect: scenario.protect.map((entry) => ({ ...entry, timeoutNs: 10_000_000_000 })),
      }));
    const writtenWith = (events: Scenario["events"]) => {
      const run = runJudged(
        patient(lasting(protectedDiskInput("renic", ", diskBuffer: 64KiB"), { events, durationNs: 150_000_000 })),
      );
      expect(objections(run)).toEqual([]);
      return diskOf(run).writtenBlocks;
    };
    const waiting = writtenWith([cut]);
    const goingOn = writtenWith([cut, { atNs: 80_000_000, abandon: "web" }]);
    expect(goingOn).toBeGreaterThan(waiting + 100);
  });

  it("whose backup dies, writes are the primary's alone", () => {
    const input = lasting(protectedDiskInput("paravirtual"), {
      events: [{ atNs: 40_000_000, fail: "two" }],
      durationNs: 150_000_000,
    });
    const run = runJudged(input);
    expect(objections(run)).toEqual([]);
    expect(diskOf(run).writtenBlocks).toBeGreaterThan(2 * diskOf(run).mirroredBlocks);
  });

  it("compressed checkpoints, blocks cross beside them as they are", () => {
    const run = runJudged(lasting(protectedDiskInput("renic", ", compression: delta")));
    expect(objections(run)).toEqual([]);
    expect(diskOf(run).mirroredBytes).toBe(diskOf(run).mirroredBlocks * (PAGE_RECORD_HEADER_BYTES + PAGE_BYTES));
  });

  it("without content, versions in place of blocks, and the same counts", () => {
    const [whole, bare] = [true, false].map((hasContent) => {
      return runJudged(withScenario(lasting(protectedDiskInput("renic")), (scenario) => ({ ...scenario, hasContent })));
    });
    if (!whole || !bare) throw new Error("there are two runs");
    expect(objections(bare)).toEqual([]);
    expect(diskOf(bare)).toEqual(diskOf(whole));
  });

  it("of a disk that was written before, the first copy takes its blocks", () => {
    const input = lasting(protectedDiskInput("renic"), { flows: [], events: [] });
    const composition = compose(input);
    const { world, control } = composition;
    const [protection] = control.protections;
    if (!protection?.mirror) throw new Error("the machine has a mirror");
    const { disk, backupDisk } = protection.mirror;
    // Records of some pages of the guest, which are blocks as well.
    const { guest } = protection.replica.primary;
    const records = world.plane.reserveBytes(4 * PAGE_BYTES) >>> 0;
    world.plane.startLogging(guest, 1);
    world.plane.applyBlocks(disk, records, world.plane.collectPages(guest, records, 3));
    world.plane.stopLogging(guest);
    const written = world.exportDisk(disk);
    expect(written.size).toBeGreaterThan(1);
    start(composition, {});
    while (protection.state === "synchronizing") step(composition, {});
    expect(protection.mirror.copiedCount).toBe(written.size);
    expect(world.exportDisk(backupDisk)).toEqual(written);
  });
});

describe("a disk that is protected anew", () => {
  it.each([
    ["its hosts die one after the other", ["one", "two"]],
    ["its backup dies, then its host", ["two", "one"]],
  ] as const)("%s, the third host has its blocks, those from before included", (_, [first, second]) => {
    const input = withScenario(lasting(protectedDiskInput("renic")), ({ hosts, ...scenario }) => ({
      ...scenario,
      hosts: [...hosts, ...hosts.slice(1).map((host) => ({ ...host, name: "three" }))],
      protect: scenario.protect.map((entry) => ({ ...entry, again: [{ to: "three", afterNs: 20_000_000 }] })),
      events: [
        { atNs: 61_000_000, fail: first },
        { atNs: 300_000_000, fail: second },
      ],
    }));
    const { run, records } = watched(input);
    expect(objections(run)).toEqual([]);
    expect(run.account.protections.map(({ state }) => state)).toEqual(["succeeded", "active"]);
    const [before, again] = run.account.protections.map(({ disk }) => disk);
    // Everything that was written before it began went with the first copy.
    expect(again?.copiedBlocks).toBeGreaterThan(30);
    expect(again?.appliedBlocks).toBeGreaterThan(10);
    expect(before?.appliedBlocks).toBeGreaterThan(20);
    const third = run.outcome.control.protections[1]?.replica.backup.disk ?? -1;
    expect(run.outcome.world.exportDisk(third).size).toBe(DISK_BLOCKS);
    expect(records.filter(({ kind, subject }) => kind === KIND.written && subject === third).length).toBeGreaterThan(
      20,
    );
    expect(run.verdicts.filter(({ judge }) => judge === "disk equality")).toHaveLength(2);
  });
});

describe("a run with a protected disk", () => {
  it("saved in the middle and loaded, goes on to the same end", () => {
    const input = lasting(protectedDiskInput("renic"), { durationNs: 150_000_000 });
    const whole = runScenario(input);
    const composition = compose(input);
    start(composition, {});
    while (composition.world.nowNs() < 45_000_000) step(composition, {});
    const loaded = loadWorld(input.module, saveWorld(composition), "saved");
    expect(finish(loaded).digest).toBe(whole.digest);
  });
});

describe("planted faults of a mirror", () => {
  let ground: PlantingGround;
  beforeAll(() => {
    ground = new PlantingGround();
  });
  afterAll(() => ground.remove());

  const FILE = "disk/mirror.ts";
  it.each([
    [
      "a write is applied as soon as it has arrived",
      "    if (load<u32>(at, MIRROR_TAG) > tagMax) break;\n",
      "",
      ["disk commit", "disk equality"],
    ],
    [
      "some writes are not mirrored",
      "  if (!isMirrored(index)) return;\n  const x = mirrorOf(index);\n  const at",
      "  if (!isMirrored(index) || block % 7 == 3) return;\n  const x = mirrorOf(index);\n  const at",
      ["disk commit", "disk equality"],
    ],
    [
      "a write's bytes are those of the block before",
      "  memory.copy(body, frameOf(blocks, block), PAGE_BYTES);",
      "  memory.copy(body, frameOf(blocks, block ? block - 1 : 0), PAGE_BYTES);",
      ["disk equality"],
    ],
  ])(
    "%s, caught",
    async (name, text, replacement, judges) => {
      const module = await ground.build({ name, file: FILE, text, replacement });
      // The host dies when writes of an epoch that is not whole are at the backup.
      const run = runJudged({ ...lasting(protectedDiskInput("renic"), { durationNs: 150_000_000 }), module });
      const broken = run.verdicts.filter(({ faultCount }) => faultCount > 0).map(({ judge }) => judge);
      for (const judge of judges) expect(broken).toContain(judge);
    },
    120_000,
  );

  it("the network is released when an epoch is captured, before its writes are applied: caught", () => {
    const run = runJudged(lasting(protectedDiskInput("renic"), { durationNs: 150_000_000 }), {
      captured: ({ world, place, epoch }) => world.plane.releaseEpoch(place.vf, epoch),
    });
    const faults = objections(run).filter((fault) => fault.startsWith("disk commit"));
    expect(faults[0]).toMatch(/frame \d+ of epoch \d+ was outside at .*, before write \d+ of epoch \d+ was on/);
  });
});
