/** A guest's writes to its disk: blkfront's and blkback's ways through one ring, and a journal in whole blocks. */
import { describe, expect, it } from "vitest";
import { DISK_BLOCKS as COUNT_BLOCKS, DISK_ERRORS, DISK_REQUESTS } from "../../assembly/layout/disk";
import { IO_MODELS } from "../../src/config/scenario";
import type { TraceRecord } from "../../src/core/trace";
import type { RunInput } from "../../src/experiment/input";
import { runScenario } from "../../src/experiment/run";
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
    expect({ ...one.account, digest: "" }).toEqual({ ...other.account, digest: "" });
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
