/** A guest's writes to its disk: blkfront's and blkback's ways through one ring, and a journal in whole blocks. */
import { describe, expect, it } from "vitest";
import { DISK_BLOCKS as COUNT_BLOCKS, DISK_ERRORS, DISK_REQUESTS } from "../../assembly/layout/disk";
import { BLOCK_RING_PAGE, GRANT_TABLE_PAGE } from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { GRANT_BLOCK_FIRST, GRANT_BYTES, RING_REQ_PROD } from "../../assembly/layout/paravirtual";
import { IO_MODELS } from "../../src/config/scenario";
import type { TraceRecord } from "../../src/core/trace";
import type { World } from "../../src/core/world";
import { compose } from "../../src/experiment/compose";
import type { RunInput } from "../../src/experiment/input";
import { finish, runScenario } from "../../src/experiment/run";
import { resolveCosts } from "../../src/host/cost-table";
import { accountOf } from "../../src/report/account";
import { DISK_BLOCKS, diskInput } from "../support/disk-scenario";
import { smallInput, withScenario } from "../support/failover-scenario";

const WRITTEN = 44;

function run(input: RunInput) {
  const written: TraceRecord[] = [];
  const outcome = runScenario(input, {
    records: (records) => written.push(...records.filter(({ kind }) => kind === WRITTEN)),
  });
  const { world, control } = outcome;
  const disk = control.vms[0]?.place.disk ?? -1;
  const count = (counter: number) => world.plane.countOfDisk(disk, counter);
  return { outcome, account: accountOf(outcome), written, blocks: world.exportDisk(disk), count };
}

function withDiskLatency(input: RunInput, diskLatency: number): RunInput {
  return withScenario(input, (scenario) => ({ ...scenario, costs: resolveCosts("now", { diskLatency }) }));
}

describe.each(IO_MODELS)("a server that writes to its disk, io: %s", (io) => {
  it("requests, each answered has written its two blocks, one behind the other and round", () => {
    const { account, written, blocks, count } = run(diskInput(io));
    const answered = account.flows[0]?.count ?? 0;
    expect(answered).toBeGreaterThan(100);
    // Four connections have a request each under way at most.
    expect(written.length).toBeGreaterThanOrEqual(2 * answered);
    expect(written.length).toBeLessThanOrEqual(2 * (answered + 4));
    expect(written.map(({ a }) => a)).toEqual(written.map((_, index) => index % DISK_BLOCKS));
    expect(written.map(({ c }) => c)).toEqual(written.map((_, index) => index));
    expect(count(COUNT_BLOCKS)).toBe(written.length);
    expect(count(DISK_ERRORS)).toBe(0);
    expect(count(DISK_REQUESTS)).toBeLessThanOrEqual(written.length / 2);
    expect(blocks.size).toBe(DISK_BLOCKS);
    // No two blocks of a journal are alike.
    expect(new Set([...blocks.values()].map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBe(DISK_BLOCKS);
  });

  it("a slower disk, delays each answer by as much", () => {
    const medianNs = (diskLatency: number) => {
      return run(withDiskLatency(diskInput(io), diskLatency)).account.flows[0]?.latencyNs?.median ?? 0;
    };
    const [quick, slow] = [medianNs(10_000), medianNs(2_010_000)];
    expect(slow - quick).toBeGreaterThan(1_900_000);
    expect(slow - quick).toBeLessThan(2_400_000);
  });
});

describe("a disk", () => {
  it("without content, the same writes at the same times, a version in place of each block's bytes", () => {
    const [whole, bare] = [true, false].map((hasContent) => {
      return run(withScenario(diskInput("renic"), (scenario) => ({ ...scenario, hasContent })));
    });
    expect(bare?.written).toEqual(whole?.written);
    expect(bare?.blocks.size).toBe(DISK_BLOCKS);
    expect([...(bare?.blocks.values() ?? [])].every((version) => version.length === 8)).toBe(true);
    expect(bare?.account.flows[0]?.count).toBe(whole?.account.flows[0]?.count);
  });

  it("nobody writes to, changes nothing", () => {
    const usual = withScenario(diskInput("paravirtual"), ({ vms, ...scenario }) => ({
      ...scenario,
      vms: vms.map((vm) => ({ ...vm, workload: { ...vm.workload, diskPerRequestBytes: 0 } })),
    }));
    const without = withScenario(usual, ({ vms, ...scenario }) => ({
      ...scenario,
      vms: vms.map((vm) => ({ ...vm, disk: null })),
    }));
    const [one, other] = [run(usual), run(without)];
    expect(one.account.disks).toEqual([{ vm: "web", requests: 0, blocks: 0, errors: 0 }]);
    expect({ ...one.account, digest: "", disks: [] }).toEqual({ ...other.account, digest: "" });
    expect(one.blocks.size).toBe(0);
  });

  it("of a recorded service, each request is written before it is answered, one after the other", async () => {
    const input = withScenario(await smallInput(), ({ vms, ...scenario }) => ({
      ...scenario,
      protect: [],
      events: [],
      vms: vms.map((vm) => ({
        ...vm,
        disk: { byteCount: 1_048_576 },
        workload: { ...vm.workload, diskPerRequestBytes: 4096 },
      })),
    }));
    const { account, written } = run(input);
    expect(account.clients[0]?.answered).toBe(account.clients[0]?.sent);
    expect(account.clients[0]?.wrongAnswers).toBe(0);
    expect(written.length).toBe(account.clients[0]?.sent);
  });
});

describe("a guest that does not keep to the protocol", () => {
  /** A run in which something is written into the guest's memory once, while requests are under way. */
  function tampered(tamper: (world: World, guest: number) => void) {
    const input = withScenario(withDiskLatency(diskInput("renic"), 5_000_000), ({ vms, ...scenario }) => ({
      ...scenario,
      // Shared processors are accounted for each 30 ms, so that there is a moment to interfere.
      vms: vms.map((vm) => ({ ...vm, placement: "shared" as const })),
    }));
    const composition = compose(input);
    const { world, control } = composition;
    const place = control.vms[0]?.place;
    if (!place) throw new Error("there is a VM");
    let isDone = false;
    const outcome = finish(composition, {
      controlEvent(timeNs) {
        if (isDone || timeNs < 30_000_000) return;
        isDone = true;
        tamper(world, place.guest);
      },
    });
    expect(isDone).toBe(true);
    const count = (counter: number) => world.plane.countOfDisk(place.disk, counter);
    return { count, state: world.plane.diskState(place.disk), account: accountOf(outcome) };
  }

  function write(world: World, guest: number, address: number, words: readonly number[]): void {
    const at = world.plane.exchange();
    words.forEach((word, index) => {
      world.words(at + 4 * index, 4).setUint32(0, word, true);
    });
    world.plane.writeMemory(guest, address, at, 4 * words.length);
  }

  it("grants taken back, requests are answered with errors, and others are written", () => {
    const grantOf = (buffer: number) => GRANT_TABLE_PAGE * PAGE_BYTES + (GRANT_BLOCK_FIRST + buffer) * GRANT_BYTES;
    const { count, state } = tampered((world, guest) => {
      for (let buffer = 0; buffer < 8; buffer++) write(world, guest, grantOf(buffer), [0, 0]);
    });
    expect(count(DISK_ERRORS)).toBeGreaterThan(0);
    expect(count(COUNT_BLOCKS)).toBeGreaterThan(DISK_BLOCKS);
    expect(state).toBe(1);
  });

  it("a position that cannot be, the disk is broken and nothing else", () => {
    const { state, account } = tampered((world, guest) => {
      write(world, guest, BLOCK_RING_PAGE * PAGE_BYTES + RING_REQ_PROD, [0x1000]);
    });
    expect(state).toBe(2);
    expect(account.flows[0]?.wrongBytes).toBe(0);
  });
});
