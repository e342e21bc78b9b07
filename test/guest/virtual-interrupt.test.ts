/** What an interrupt that reaches a guest costs: by where it comes from, how it is delivered, and what the vCPU does. */
import { describe, expect, it } from "vitest";
import {
  ACTIVITY_CACHE,
  ACTIVITY_HYPERVISOR,
  ACTIVITY_INTERRUPT,
  COST_EXIT_COLD,
  COST_INTERRUPT_GUEST,
} from "../../assembly/layout/cost";
import { VIF_EVENTS_SENT, VIF_KICKS_SENT } from "../../assembly/layout/paravirtual";
import { TRACE_INTERRUPT } from "../../assembly/layout/trace";
import { resolveCosts } from "../../src/host/cost-table";
import { DELIVERY_OF, deliveryCosts, type InterruptDelivery } from "../../src/host/interrupt-delivery";
import { guestIp, guestMac } from "../support/addresses";
import { createDom0Scene } from "../support/dom0-scene";
import { loadService, makeExchanges } from "../support/exchanges";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const MS = 1_000_000;
const COSTS = resolveCosts("era", { postedInterrupt: 400, exitIndirect: 150 });
const { vmExit, interruptHandling, interruptExit, interruptExitCount, interruptGuest, virtualInterrupt } = COSTS;
const COLD = (vmExit * 150) / 100;
const PORT = 9;

type VcpuState = "sleeps" | "computes";

/** Ten requests for a guest whose vCPU does something; returns its account, and interrupts that reached it. */
function takeInterrupts(module: WebAssembly.Module, delivery: InterruptDelivery, state: VcpuState) {
  const { world, server } = createServiceScene(10, { world: { module }, exchanges: { gapNs: 400_000 } });
  const { plane } = world;
  for (const [index, value] of deliveryCosts(COSTS, delivery)) plane.setCost(index, value);
  plane.setCost(COST_INTERRUPT_GUEST, interruptGuest);
  const vcpu = plane.vcpuOf(server.guest);
  if (state === "computes") {
    plane.suspendGuest(server.guest);
    plane.createComputation(server.guest, 10_000, 512, 1, 0, 1, 0);
    plane.addComputeTask(server.guest, vcpu);
    plane.resumeGuest(server.guest);
  }
  const count = ofKind(runTo(world, 10 * MS), TRACE_INTERRUPT, server.vf).length;
  const [hypervisor, guest, cache] = [ACTIVITY_HYPERVISOR, ACTIVITY_INTERRUPT, ACTIVITY_CACHE].map(
    (activity) => plane.chargedCycles(vcpu, activity) / count,
  );
  return { count, hypervisor, guest, cache };
}

describe.each(BUILDS)("interrupts of a guest, $name build", ({ module }) => {
  it.each([
    { delivery: "exits", state: "sleeps", hypervisor: interruptExit, exits: interruptExitCount },
    { delivery: "exits", state: "computes", hypervisor: interruptExit, exits: interruptExitCount },
    { delivery: "posted", state: "sleeps", hypervisor: vmExit + interruptHandling, exits: 1 },
    { delivery: "posted", state: "computes", hypervisor: 400, exits: 0 },
  ] as const)("$delivery, of a device, the vCPU $state, cost each their row", (row) => {
    const seen = takeInterrupts(module, row.delivery, row.state);
    expect(seen.count).toBeGreaterThanOrEqual(10);
    expect(seen).toMatchObject({ hypervisor: row.hypervisor, guest: interruptGuest, cache: row.exits * COLD });
  });

  it("of a guest's timer, cost an injection, an exit and the guest's entry each", () => {
    const { scene, server, plane } = createDom0Scene(module);
    for (const [index, value] of deliveryCosts(COSTS, "posted")) plane.setCost(index, value);
    // The device reports nothing: what it says of sent packets would be interrupts of its own.
    plane.createSource(server.guest, ...guestMac(99), guestIp(99), PORT, 60, 1, 1_000_000);
    scene.bootServer(server);
    scene.runTo(1000 + 10 * MS);
    const vcpu = plane.vcpuOf(server.guest);
    const interrupts = ofKind(scene.trace, TRACE_INTERRUPT, server.vf).length;
    expect(plane.chargedCycles(vcpu, ACTIVITY_CACHE)).toBe((10 + interrupts) * COLD);
    expect(plane.chargedCycles(vcpu, ACTIVITY_HYPERVISOR)).toBe(
      10 * virtualInterrupt + interrupts * (vmExit + interruptHandling),
    );
  });

  it("of an event channel, have an exit of the guest's for each sent and each received, and none of dom0's", () => {
    const { scene, world, dom0, plane } = createDom0Scene(module);
    plane.setCost(COST_EXIT_COLD, COLD);
    const front = scene.addFrontGuest(dom0);
    loadService(world, front.guest, makeExchanges(1));
    plane.createSource(front.guest, ...guestMac(99), guestIp(99), PORT, 60, 1, 1_000_000);
    scene.boot(front);
    scene.runTo(1000 + 10 * MS);
    const events = scene.count(front, VIF_KICKS_SENT) + scene.count(front, VIF_EVENTS_SENT);
    expect(events).toBeGreaterThan(10);
    expect(plane.chargedCycles(plane.vcpuOf(front.guest), ACTIVITY_CACHE)).toBe((events + 10) * COLD);
    expect(plane.chargedCycles(dom0.vcpu, ACTIVITY_CACHE)).toBe(0);
  });

  it("by preset, through exits in the paper's years and posted now", () => {
    expect(DELIVERY_OF).toEqual({ era: "exits", now: "posted" });
  });
});
