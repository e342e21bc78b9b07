/** A guest moves from one host to another with what the data plane offers: pages, image, vCPU, address. */
import { describe, expect, it } from "vitest";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import { TRACE_CONSUMED, TRACE_SENT } from "../../assembly/layout/trace";
import { readOutcomes } from "../support/exchanges";
import { changedPages, pageHashes } from "../support/guest-pages";
import { PageStaging } from "../support/page-staging";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { endCounts, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";
import { ImageStore } from "./image-store";

const FAILURE_NS = 1_030_000;
const ACTIVATION_NS = 1_500_000;

/** A service with a backup that has the same address, and the state of the first carried to the second. */
function createFailover(module: WebAssembly.Module) {
  const scene = createServiceScene(40, {
    world: { module },
    exchanges: { gapNs: 50_000 },
    patience: { timeoutNs: 1_000_000, tryCountMax: 5 },
  });
  const backup = scene.network.addServer({ number: 0 });
  const staging = new PageStaging(scene.world);
  const store = new ImageStore(scene.world);
  scene.world.plane.armDmaLog(scene.server.vf);
  scene.world.plane.startLogging(scene.server.guest, 1);
  return { ...scene, plane: scene.world.plane, backup, staging, store };
}

type Failover = ReturnType<typeof createFailover>;

/** Runs the primary up to its last checkpoint: it stands still, and the backup has its memory. */
function checkpoint({ world, plane, server, backup, staging }: Failover) {
  const trace = runTo(world, FAILURE_NS);
  expect(plane.suspendGuest(server.guest)).toBe(1);
  plane.quiesce(server.vf);
  plane.collectDmaLog(server.vf);
  staging.move(server.guest, backup.guest);
  return trace;
}

/** Takes the checkpoint, kills the primary's host and lets the backup run. */
function failOver(failover: Failover) {
  const { world, plane, server, backup, store } = failover;
  const trace = checkpoint(failover);
  const image = store.save(server.vf);
  plane.failHost(server.host);
  trace.push(...runTo(world, ACTIVATION_NS));
  plane.quiesce(backup.vf);
  expect(store.restore(backup.vf, image)).toBe(0);
  plane.setVcpuFlags(backup.guest, plane.vcpuFlags(server.guest));
  plane.unquiesce(backup.vf);
  plane.resumeGuest(backup.guest);
  plane.announce(backup.vf);
  return trace;
}

describe.each(BUILDS)("a guest whose state is carried over, $name build", ({ module }) => {
  it("before it runs on the backup, has the same memory there", () => {
    const failover = createFailover(module);
    const { world, server, backup } = failover;
    checkpoint(failover);
    expect(changedPages(pageHashes(world, server.guest), pageHashes(world, backup.guest))).toEqual([]);
  });

  it("on the backup, goes on serving every client, and every frame ends once", () => {
    const failover = createFailover(module);
    const trace = failOver(failover);
    trace.push(...runTo(failover.world, 20_000_000));
    const outcomes = readOutcomes(failover.world, failover.table, 40);
    expect(outcomes.every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
    expect(outcomes.every(({ wrongCount }) => wrongCount === 0)).toBe(true);
    expect([...endCounts(trace).values()].filter((count) => count !== 1)).toEqual([]);
  });

  it("on the backup, sends from there alone", () => {
    const failover = createFailover(module);
    failOver(failover);
    const trace = runTo(failover.world, 20_000_000);
    expect(ofKind(trace, TRACE_SENT, failover.server.wireOut)).toEqual([]);
    expect(ofKind(trace, TRACE_SENT, failover.backup.wireOut).length).toBeGreaterThan(15);
    expect(ofKind(trace, TRACE_CONSUMED).length).toBeGreaterThan(15);
  });
});
