/** The vCPU: its states, its bursts, and what they cost. */
import { describe, expect, it } from "vitest";
import {
  GUEST_ABSENT,
  GUEST_DEAD,
  GUEST_RUNNING,
  GUEST_SUSPENDED,
  GUEST_SUSPENDING,
} from "../../assembly/layout/control";
import {
  ACTIVITY_APPLICATION,
  ACTIVITY_COUNT,
  ACTIVITY_DRIVER,
  ACTIVITY_HYPERVISOR,
  ACTIVITY_INTERRUPT,
  ACTIVITY_REPLICATION,
  ACTIVITY_STACK,
  COST_DMA_LOG_PACKET,
  COST_IOMMU_PACKET,
} from "../../assembly/layout/cost";
import { REASON_SUSPENDED } from "../../assembly/layout/event";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import { TRACE_INTERRUPT, TRACE_RESUMED, TRACE_SENT, TRACE_SUSPENDED } from "../../assembly/layout/trace";
import { InternalError } from "../../src/core/load";
import type { World } from "../../src/core/world";
import { readOutcomes } from "../support/exchanges";
import { NOW } from "../support/now";
import { runTo, runToStop } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** The first request arrives at 12.65 us and its interrupt occupies the vCPU for 2.2 us. */
const BUSY_NS = 13_000;
const IDLE_NS = 5_000;
/** What a posted interrupt for a vCPU that sleeps costs the hypervisor. */
const WAKE_CYCLES = NOW.vmExit + NOW.interruptHandling;

function createScene(module: WebAssembly.Module, requestCount = 3) {
  const scene = createServiceScene(requestCount, { world: { module }, exchanges: { gapNs: 400_000 } });
  return { ...scene, plane: scene.world.plane, guest: scene.server.guest };
}

describe.each(BUILDS)("a vCPU, $name build", ({ module }) => {
  it("idle, suspended, stands still at once", () => {
    const { world, plane, guest } = createScene(module);
    runTo(world, IDLE_NS);
    expect([plane.suspendGuest(guest), plane.guestState(guest)]).toEqual([1, GUEST_SUSPENDED]);
    expect(ofKind(world.takeTrace(), TRACE_SUSPENDED)).toMatchObject([{ subject: guest, timePs: IDLE_NS * 1000 }]);
  });

  it("busy, suspended, stands still at the end of its burst and says so", () => {
    const { world, plane, guest } = createScene(module);
    runTo(world, BUSY_NS);
    expect([plane.suspendGuest(guest), plane.guestState(guest)]).toEqual([0, GUEST_SUSPENDING]);
    const { stop, trace } = runToStop(world, 1_000_000);
    expect(stop).toEqual({ reason: REASON_SUSPENDED, index: guest });
    expect(plane.guestState(guest)).toBe(GUEST_SUSPENDED);
    expect(ofKind(trace, TRACE_SUSPENDED)).toMatchObject([{ subject: guest, timePs: 14_850_400 }]);
  });

  it("suspended with work to do, resumed, goes on with it", () => {
    const { world, plane, guest, table } = createScene(module);
    runTo(world, BUSY_NS);
    plane.suspendGuest(guest);
    runToStop(world, 1_000_000);
    runTo(world, 300_000);
    expect(plane.vcpuFlags(guest) & 1).toBe(1);
    plane.resumeGuest(guest);
    runTo(world, 400_000);
    expect(readOutcomes(world, table, 1)).toMatchObject([{ state: REQUEST_ANSWERED }]);
  });

  it("suspended idle, interrupted meanwhile, takes the interrupt when it is resumed", () => {
    const { world, plane, guest, table } = createScene(module);
    plane.suspendGuest(guest);
    runTo(world, 300_000);
    expect(plane.vcpuFlags(guest)).toBe(2);
    expect(readOutcomes(world, table, 1)[0]?.state).not.toBe(REQUEST_ANSWERED);
    plane.resumeGuest(guest);
    const trace = runTo(world, 400_000);
    expect(ofKind(trace, TRACE_RESUMED)).toHaveLength(1);
    expect(readOutcomes(world, table, 1)).toMatchObject([{ state: REQUEST_ANSWERED }]);
  });

  it("suspended, frames arriving, sends nothing", () => {
    const { world, plane, guest, server } = createScene(module);
    plane.suspendGuest(guest);
    expect(ofKind(runTo(world, 2_000_000), TRACE_SENT, server.wireOut)).toEqual([]);
  });

  it("asked to suspend, resumed before its burst ends, breaks an invariant", () => {
    const { world, plane, guest } = createScene(module);
    runTo(world, BUSY_NS);
    plane.suspendGuest(guest);
    expect(() => plane.resumeGuest(guest)).toThrow(InternalError);
  });

  it("running, resumed or given another's state, breaks an invariant", () => {
    const { plane, guest } = createScene(module);
    expect(plane.guestState(guest)).toBe(GUEST_RUNNING);
    expect(() => plane.resumeGuest(guest)).toThrow(InternalError);
    expect(() => plane.setVcpuFlags(guest, 1)).toThrow(InternalError);
  });

  it("suspended, suspended again, breaks an invariant", () => {
    const { plane, guest } = createScene(module);
    plane.suspendGuest(guest);
    expect(() => plane.suspendGuest(guest)).toThrow(InternalError);
  });

  it("dead, resumed, breaks an invariant", () => {
    const { plane, guest, server } = createScene(module);
    plane.failHost(server.host);
    expect(plane.guestState(guest)).toBe(GUEST_DEAD);
    expect(() => plane.resumeGuest(guest)).toThrow(InternalError);
  });

  it("absent, given a busy vCPU's state and resumed, works", () => {
    const { plane, network } = createScene(module);
    const { guest } = network.addServer();
    expect(plane.guestState(guest)).toBe(GUEST_ABSENT);
    plane.setVcpuFlags(guest, 3);
    expect(plane.vcpuFlags(guest)).toBe(3);
    plane.resumeGuest(guest);
    expect([plane.guestState(guest), plane.vcpuFlags(guest)]).toEqual([GUEST_RUNNING, 1]);
  });
});

describe.each(BUILDS)("the account of a vCPU, $name build", ({ module }) => {
  it("after ten requests far apart, has each action as often as it was done", () => {
    const { world, plane, server } = createScene(module, 10);
    const trace = runTo(world, 10_000_000);
    const interruptCount = ofKind(trace, TRACE_INTERRUPT).length;
    const { interruptGuest, driverReceive, driverTransmit, stackReceive, stackTransmit } = NOW;
    const charged = (activity: number) => plane.chargedCycles(plane.vcpuOf(server.guest), activity);
    // One interrupt for a request and one for the report of its answer.
    expect(interruptCount).toBe(20);
    expect(charged(ACTIVITY_HYPERVISOR)).toBe(interruptCount * WAKE_CYCLES);
    expect(charged(ACTIVITY_INTERRUPT)).toBe(interruptCount * interruptGuest);
    expect(charged(ACTIVITY_DRIVER)).toBe(10 * (driverReceive + driverTransmit));
    expect(charged(ACTIVITY_STACK)).toBe(10 * (stackReceive + stackTransmit));
    expect(charged(ACTIVITY_APPLICATION)).toBe(10 * 10_000);
  });

  it.each([
    { what: "without a dirty log", isLogged: false, each: 100 },
    { what: "with one that is armed", isLogged: true, each: 120 },
  ])("of a device $what, whose map and log cost something, has that for each packet", ({ isLogged, each }) => {
    const { world, plane, server } = createScene(module, 10);
    plane.setCost(COST_IOMMU_PACKET, 100);
    plane.setCost(COST_DMA_LOG_PACKET, 20);
    if (isLogged) plane.armDmaLog(server.vf);
    runTo(world, 10_000_000);
    // As many interrupts as packets: each request, and the report of each answer.
    expect(plane.chargedCycles(plane.vcpuOf(server.guest), ACTIVITY_HYPERVISOR)).toBe(20 * (WAKE_CYCLES + each));
  });

  it("at 2.5 GHz, is busy for 400 ps a cycle", () => {
    const { world, plane, server } = createScene(module, 10);
    runTo(world, 10_000_000);
    const cycles = chargedCycles(world, plane.vcpuOf(server.guest));
    expect(plane.vcpuRanPs(plane.vcpuOf(server.guest))).toBe(cycles * 400);
    expect([plane.busyPs(server.processor), plane.idlePs(server.processor)]).toEqual([
      cycles * 400,
      10_000_000_000 - cycles * 400,
    ]);
  });

  it("in log-dirty mode, has a fault for each page marked anew", () => {
    const { world, plane, guest } = createScene(module, 1);
    plane.startLogging(guest, 0);
    runTo(world, 100_000);
    const hypervisor = plane.chargedCycles(plane.vcpuOf(guest), ACTIVITY_HYPERVISOR);
    const faults = (hypervisor - WAKE_CYCLES) / NOW.logDirtyFault;
    expect(faults).toBe(plane.dirtyPageCount(guest));
  });

  it("of dom0's, owing a million cycles, works them off in bursts and on one account", () => {
    const { world } = createScene(module);
    const { plane } = world;
    const processor = plane.addProcessor(400, 1);
    const dom0 = plane.addVcpu(0, processor, 1);
    plane.oweCycles(plane.addControlTask(dom0, ACTIVITY_REPLICATION), 1_000_000);
    runTo(world, 200_000);
    // Ten bursts of 40 us, of which five have ended.
    expect(plane.busyPs(processor)).toBe(200_000_000);
    runTo(world, 1_000_000);
    expect(plane.busyPs(processor)).toBe(400_000_000);
    expect(plane.chargedCycles(dom0, ACTIVITY_REPLICATION)).toBe(1_000_000);
    expect(chargedCycles(world, dom0)).toBe(1_000_000);
  });

  it("at 2.6 GHz, owing cycle by cycle, loses no time", () => {
    const { world } = createScene(module);
    const { plane } = world;
    const dom0 = plane.addVcpu(0, plane.addProcessor(5000, 13), 1);
    const task = plane.addControlTask(dom0, ACTIVITY_REPLICATION);
    for (let count = 1; count <= 2600; count++) {
      plane.oweCycles(task, 1);
      runTo(world, count);
    }
    expect(plane.vcpuRanPs(dom0) + plane.vcpuOwedPs(dom0)).toBe(1_000_000);
  });
});

/** Returns the cycles of every activity. */
function chargedCycles({ plane }: World, vcpu: number): number {
  let sum = 0;
  for (let activity = 0; activity < ACTIVITY_COUNT; activity++) sum += plane.chargedCycles(vcpu, activity);
  return sum;
}
