/** The emulated NIC as its guest sees it: requests answered, streams carried, exits made and paid, interrupts throttled. */
import { describe, expect, it } from "vitest";
import { GUEST_RUNNING, GUEST_SUSPENDED } from "../../assembly/layout/control";
import {
  ACTIVITY_HYPERVISOR,
  ACTIVITY_TRAP,
  COST_DMA_LOG_PACKET,
  COST_IOMMU_PACKET,
  IS_THROTTLED,
} from "../../assembly/layout/cost";
import {
  EMULATED_COALESCED,
  EMULATED_EXITS_ICR,
  EMULATED_EXITS_IMC,
  EMULATED_EXITS_IMS,
  EMULATED_EXITS_ITR,
  EMULATED_EXITS_RDT,
  EMULATED_EXITS_STATUS,
  EMULATED_EXITS_TDT,
  EMULATED_INTERRUPTS,
} from "../../assembly/layout/emulated";
import { REASON_SUSPENDED } from "../../assembly/layout/event";
import { MODERATION_CONSERVATIVE, RX_BUFFERS_PAGE, RX_RING_PAGE } from "../../assembly/layout/guest-software";
import { VIF_ERRORS, VIF_FROM_GUEST, VIF_TO_GUEST } from "../../assembly/layout/paravirtual";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import { connectEmulated } from "../../src/device/emulated";
import { costRow } from "../../src/host/cost-table";
import { createDom0Scene, type Dom0Scene, type FrontGuest } from "../support/dom0-scene";
import { giveRequests, loadService, makeExchanges, readOutcomes } from "../support/exchanges";
import { NOW } from "../support/now";
import { BUILDS } from "../support/wasm-builds";

const PORT = 9;
const EXIT_COUNTERS = [
  EMULATED_EXITS_ICR,
  EMULATED_EXITS_ITR,
  EMULATED_EXITS_IMS,
  EMULATED_EXITS_IMC,
  EMULATED_EXITS_STATUS,
  EMULATED_EXITS_RDT,
  EMULATED_EXITS_TDT,
] as const;
/** Of the guest's vCPU for each exit. */
const TRAP_CYCLES = NOW.vmExit + NOW.emulatedInstruction;

function counted({ world }: Dom0Scene, { vif }: FrontGuest, counter: number): number {
  return world.plane.countOfEmulated(vif, counter);
}

function exitsOf(scene: Dom0Scene, guest: FrontGuest): number {
  return EXIT_COUNTERS.reduce((sum, counter) => sum + counted(scene, guest, counter), 0);
}

/** An emulated guest with a service, and a client that asks it. */
function createService(module: WebAssembly.Module, requestCount: number, gapNs = 200_000) {
  const made = createDom0Scene(module);
  const { scene, dom0, world, plane } = made;
  const guest = scene.addEmulatedGuest(dom0);
  const { client } = scene.network.addClient();
  const exchanges = makeExchanges(requestCount, { gapNs });
  loadService(world, guest.guest, exchanges);
  const table = giveRequests(world, client, exchanges, { target: guest.number, tryCountMax: 3 });
  scene.boot(guest);
  plane.startClient(client);
  const answeredCount = () => {
    return readOutcomes(world, table, requestCount).filter(({ state }) => state === REQUEST_ANSWERED).length;
  };
  return { ...made, guest, answeredCount };
}

/** Two emulated guests of one bridge, the one sending datagrams to the other every 100 us. */
function createStream(module: WebAssembly.Module, countPerTick: number, setUp: (scene: Dom0Scene) => void = () => {}) {
  const made = createDom0Scene(module);
  const { scene, dom0, plane } = made;
  setUp(scene);
  const from = scene.addEmulatedGuest(dom0);
  const to = scene.addEmulatedGuest(dom0);
  plane.createSource(from.guest, ...to.mac, to.ip, PORT, 200, countPerTick, 100_000);
  plane.createSink(to.guest);
  return { ...made, from, to };
}

/** Has a guest stand still, at the end of its burst. */
function suspend(scene: Dom0Scene, { guest }: FrontGuest): void {
  const { world } = scene;
  if (world.plane.suspendGuest(guest)) return;
  expect(scene.runToStop(world.nowNs() + 1_000_000).reason).toBe(REASON_SUSPENDED);
}

describe.each(BUILDS)("a guest with an emulated NIC, $name build", ({ module }) => {
  it("asked by a client, every request answered rightly, and every cycle and frame accounted for", () => {
    const { scene, guest, answeredCount } = createService(module, 60);
    scene.runTo(20_000_000);
    expect(answeredCount()).toBe(60);
    expect([VIF_TO_GUEST, VIF_FROM_GUEST, VIF_ERRORS].map((counter) => scene.count(guest, counter))).toEqual([
      60, 60, 0,
    ]);
    expect(scene.faults()).toEqual([]);
  });

  it("asked now and then, accesses exactly the registers that its driver does", () => {
    const { scene, guest } = createService(module, 10, 1_000_000);
    scene.runTo(15_000_000);
    const interrupts = counted(scene, guest, EMULATED_INTERRUPTS);
    expect(interrupts).toBeGreaterThanOrEqual(10);
    // Each interrupt: ICR, IMC, STATUS, and at its end IMS, STATUS. Each packet: RDT with the buffer, TDT.
    const exits = EXIT_COUNTERS.map((counter) => counted(scene, guest, counter));
    expect(exits).toEqual([interrupts, 0, interrupts, interrupts, 2 * interrupts, 10, 10]);
    expect(scene.faults()).toEqual([]);
  });

  it("working, pays for each exit and for nothing else of the kind", () => {
    const { scene, guest, plane } = createService(module, 60);
    scene.runTo(20_000_000);
    const exits = exitsOf(scene, guest);
    expect(exits).toBeGreaterThan(100);
    expect(plane.chargedCycles(plane.vcpuOf(guest.guest), ACTIVITY_TRAP)).toBe(exits * TRAP_CYCLES);
  });

  it("working, has no map and no device's log to pay for", () => {
    const hypervisor = [0, 500].map((cycles) => {
      const { scene, guest, plane } = createService(module, 20);
      for (const row of [COST_IOMMU_PACKET, COST_DMA_LOG_PACKET]) plane.setCost(row, cycles);
      scene.runTo(20_000_000);
      return plane.chargedCycles(plane.vcpuOf(guest.guest), ACTIVITY_HYPERVISOR);
    });
    expect(hypervisor[1]).toBe(hypervisor[0]);
  });

  it("sending to another, all that was sent is there", () => {
    const { scene, from, to, plane } = createStream(module, 3);
    scene.boot(from, to);
    scene.runTo(10_000_000);
    suspend(scene, from);
    scene.runTo(12_000_000);
    expect(plane.streamCount(from.guest)).toBeGreaterThan(250);
    expect(scene.count(to, VIF_TO_GUEST)).toBe(scene.count(from, VIF_FROM_GUEST));
    expect(plane.streamCount(to.guest)).toBe(scene.count(to, VIF_TO_GUEST));
    // One write of TDT a packet.
    expect(counted(scene, from, EMULATED_EXITS_TDT)).toBe(scene.count(from, VIF_FROM_GUEST));
    expect(scene.faults(20)).toEqual([]);
  });

  it("with many packets at once, interrupts for far fewer, and returns buffers by sixteen", () => {
    const { scene, from, to } = createStream(module, 60);
    scene.boot(from, to);
    scene.runTo(20_000_000);
    const received = scene.count(to, VIF_TO_GUEST);
    expect(received).toBeGreaterThan(1000);
    expect(counted(scene, to, EMULATED_INTERRUPTS)).toBeLessThan(received / 2);
    expect(counted(scene, to, EMULATED_COALESCED)).toBeGreaterThan(0);
    expect(counted(scene, to, EMULATED_EXITS_RDT)).toBeLessThan(received);
  });

  it.each([
    [0, 25],
    [1, 9],
  ])("with throttling %i, at most %i interrupts a millisecond", (isThrottled, mostInMs) => {
    const { scene, from, to } = createStream(module, 4, ({ world }) => world.plane.setCost(IS_THROTTLED, isThrottled));
    scene.boot(from, to);
    scene.runTo(20_000_000);
    const interrupts = counted(scene, to, EMULATED_INTERRUPTS);
    expect(interrupts).toBeLessThanOrEqual(20 * mostInMs);
    expect(interrupts).toBeGreaterThan(20 * (isThrottled ? 5 : 9));
    expect(scene.faults(50)).toEqual([]);
  });

  it("whose driver moderates, tells the device of another interval by ITR", () => {
    const { scene, from, to, plane } = createStream(module, 60);
    plane.setModeration(to.guest, MODERATION_CONSERVATIVE);
    scene.boot(from, to);
    scene.runTo(20_000_000);
    expect(counted(scene, to, EMULATED_EXITS_ITR)).toBeGreaterThan(0);
    expect(scene.faults(200)).toEqual([]);
  });

  it("suspended at any moment, also waiting for an answer, goes on afterwards without a loss", () => {
    const { scene, from, to, plane, world } = createStream(module, 3);
    scene.boot(from, to);
    for (let round = 0; round < 600; round++) {
      scene.runTo(world.nowNs() + 7_300);
      suspend(scene, to);
      expect(plane.guestState(to.guest)).toBe(GUEST_SUSPENDED);
      scene.runTo(world.nowNs() + 2_000);
      plane.resumeGuest(to.guest);
      expect(plane.guestState(to.guest)).toBe(GUEST_RUNNING);
    }
    suspend(scene, from);
    scene.runTo(world.nowNs() + 3_000_000);
    expect(plane.streamCount(to.guest)).toBe(scene.count(from, VIF_FROM_GUEST));
    expect(scene.faults(10)).toEqual([]);
  });

  it("connected anew while it waits for an answer, goes on", () => {
    const { scene, from, to, plane, world } = createStream(module, 3);
    scene.boot(from, to);
    for (let at = 1_000_000; at < 3_000_000; at += 33_300) {
      scene.runTo(at);
      connectEmulated(world, to.front);
    }
    const before = plane.streamCount(to.guest);
    scene.runTo(5_000_000);
    expect(plane.streamCount(to.guest)).toBeGreaterThan(before + 50);
    expect(scene.faults(10)).toEqual([]);
  });

  it("whose host dies at any moment, leaves no frame behind", () => {
    for (let at = 1_000_000; at < 1_300_000; at += 23_700) {
      const { scene, dom0, from, to, plane } = createStream(module, 3);
      scene.boot(from, to);
      scene.runTo(at);
      plane.failHost(dom0.host);
      scene.runTo(3_000_000);
      expect(scene.faults()).toEqual([]);
    }
  });

  it("in log-dirty mode, every page that the device model writes is in the log", () => {
    const { scene, from, to, plane } = createStream(module, 3);
    scene.boot(from, to);
    scene.runTo(1_000_000);
    plane.startLogging(to.guest, 0);
    scene.runTo(1_200_000);
    expect(plane.isPageDirty(to.guest, RX_RING_PAGE)).toBe(1);
    const buffers = Array.from({ length: 256 }, (_, page) => plane.isPageDirty(to.guest, RX_BUFFERS_PAGE + page));
    expect(buffers.filter(Boolean).length).toBeGreaterThanOrEqual(3);
  });

  it("whose parts of an access are added up, is within the published range of the whole", () => {
    const cold = (NOW.vmExit * NOW.exitIndirect) / 100;
    const whole = TRAP_CYCLES + cold + NOW.eventDelivery + NOW.deviceModelSwitch + NOW.deviceModelAccess;
    const [least, most] = costRow("emulatedAccess").range;
    expect(whole).toBe(13_500);
    expect(whole > least && whole < most).toBe(true);
  });
});
