/** dom0's hold queue: who waits and until when, what a limit does, and who pays. */
import { describe, expect, it } from "vitest";
import { ACTIVITY_BACKEND, ACTIVITY_BRIDGE, ACTIVITY_REPLICATION } from "../../assembly/layout/cost";
import {
  DOM0_POSTED,
  HOLD_BYTES_PEAK,
  HOLD_DISCARDED,
  HOLD_DROPPED_FULL,
  HOLD_FRAMES,
  HOLD_FRAMES_PEAK,
  HOLD_HELD,
  HOLD_ORDERS,
  VIF_FROM_GUEST,
  VIF_TO_GUEST,
} from "../../assembly/layout/paravirtual";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import { CUTS_SEGMENTS } from "../../assembly/layout/tcp";
import {
  DROP_DISCARDED,
  DROP_HOLD_FULL,
  TRACE_BORN,
  TRACE_HELD,
  TRACE_POSTED,
  TRACE_RELEASED,
} from "../../assembly/layout/trace";
import { clientMac, guestIp, type MacWords } from "../support/addresses";
import { createDom0Scene, Dom0Scene, type FrontGuest } from "../support/dom0-scene";
import { giveRequests, loadService, makeExchanges, readOutcomes } from "../support/exchanges";
import { GuestStack, STACK_GUEST_PAGES } from "../support/guest-stack";
import { ALL_OPTIONS, Machine } from "../support/machines";
import { NOW } from "../support/now";
import { dropsFor, framesOf } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const PORT = 9;
const MIB = 1024 ** 2;
/** 10 us at 2.5 GHz. */
const ORDER_CYCLES = 25_000;
const MODELS = ["paravirtual", "emulated"] as const;
type Model = (typeof MODELS)[number];

interface SceneOptions {
  readonly bytesMax?: number;
  readonly to?: MacWords;
  readonly frameBytes?: number;
}

/** A guest that sends a datagram every 100 us to a client whose port is known, or to a neighbour. */
function createScene(module: WebAssembly.Module, model: Model, options: SceneOptions = {}) {
  const { bytesMax = MIB, frameBytes = 100 } = options;
  const made = createDom0Scene(module);
  const { scene, dom0, world, plane } = made;
  const front = model === "emulated" ? scene.addEmulatedGuest(dom0) : scene.addFrontGuest(dom0);
  const neighbour = scene.addFrontGuest(dom0);
  plane.createSource(front.guest, ...(options.to ?? neighbour.mac), guestIp(7), PORT, frameBytes, 1, 100_000);
  plane.createHold(front.vif, bytesMax);
  plane.createSink(neighbour.guest);
  scene.boot(front, neighbour);
  const held = (counter: number) => plane.countOfHold(front.vif, counter);
  const charged = (activity: number) => plane.chargedCycles(dom0.vcpu, activity);
  return { ...made, front, neighbour, held, charged, world };
}

function received(scene: Dom0Scene, guest: FrontGuest): number {
  return scene.count(guest, VIF_TO_GUEST);
}

describe.each(BUILDS)("a hold queue, $name build", ({ module }) => {
  describe.each(MODELS)("of a guest with a NIC that is %s", (model) => {
    it("frames to a neighbour of the bridge, wait until their epoch is released, and come in order", () => {
      const { scene, plane, front, neighbour, held } = createScene(module, model);
      scene.runTo(350_000);
      plane.openHeld(front.vif, 1);
      const before = received(scene, neighbour);
      scene.runTo(1_050_000);
      expect([before, received(scene, neighbour)]).toEqual([3, 3]);
      plane.openHeld(front.vif, 2);
      scene.runTo(1_550_000);
      expect([held(HOLD_FRAMES), received(scene, neighbour)]).toEqual([12, 3]);
      plane.releaseHeld(front.vif, 1);
      scene.runTo(1_590_000);
      expect([held(HOLD_FRAMES), received(scene, neighbour)]).toEqual([5, 10]);
      expect([held(HOLD_FRAMES_PEAK), held(HOLD_BYTES_PEAK), held(HOLD_ORDERS)]).toEqual([12, 1200, 3]);
      const released = framesOf(scene.trace, TRACE_RELEASED, front.vif);
      expect(released).toEqual(framesOf(scene.trace, TRACE_HELD, front.vif).slice(0, 7));
      expect(scene.faults(5)).toEqual([]);
    });

    it("holding that ends, lets everything go, and later frames pass through", () => {
      const { scene, dom0, plane, front, held, charged } = createScene(module, model, { to: clientMac(40) });
      plane.openHeld(front.vif, 1);
      scene.runTo(550_000);
      expect(plane.countOfDom0(dom0.port, DOM0_POSTED)).toBe(0);
      plane.stopHeld(front.vif);
      scene.runTo(1_050_000);
      expect([held(HOLD_HELD), held(HOLD_FRAMES)]).toEqual([5, 0]);
      expect(plane.countOfDom0(dom0.port, DOM0_POSTED)).toBe(10);
      expect(charged(ACTIVITY_BRIDGE)).toBe(10 * NOW.bridgeHop);
      expect(scene.faults(22)).toEqual([]);
    });

    it("epoch that dies, ends its frames with the reason", () => {
      const { scene, plane, front, held } = createScene(module, model);
      plane.openHeld(front.vif, 4);
      scene.runTo(550_000);
      expect(plane.discardHeldOfVif(front.vif, 3)).toBe(2);
      expect(plane.discardHeldOfVif(front.vif, 3)).toBe(0);
      scene.runTo(560_000);
      expect(dropsFor(scene.trace, DROP_DISCARDED).map(({ subject, c }) => [subject, c])).toEqual(
        Array(5).fill([front.vif, 4]),
      );
      expect([held(HOLD_DISCARDED), held(HOLD_FRAMES)]).toEqual([5, 0]);
      expect(scene.faults()).toEqual([]);
    });

    it("limit that is reached, loses what comes then, and only that", () => {
      const { scene, plane, front, held } = createScene(module, model, { bytesMax: 450 });
      plane.openHeld(front.vif, 1);
      scene.runTo(1_050_000);
      expect([held(HOLD_HELD), held(HOLD_DROPPED_FULL), held(HOLD_BYTES_PEAK)]).toEqual([4, 6, 400]);
      expect(dropsFor(scene.trace, DROP_HOLD_FULL).map(({ frame }) => frame)).toEqual(
        framesOf(scene.trace, TRACE_BORN, front.vif).slice(4),
      );
      expect(scene.faults(4)).toEqual([]);
    });

    it("packet and order, cost dom0 their rows, the bridge when the packet leaves", () => {
      const { scene, plane, front, charged } = createScene(module, model);
      plane.openHeld(front.vif, 1);
      scene.runTo(1_050_000);
      expect([charged(ACTIVITY_REPLICATION), charged(ACTIVITY_BRIDGE)]).toEqual([
        10 * NOW.holdPacket + ORDER_CYCLES,
        0,
      ]);
      plane.openHeld(front.vif, 2);
      plane.releaseHeld(front.vif, 1);
      scene.runTo(1_090_000);
      expect([charged(ACTIVITY_REPLICATION), charged(ACTIVITY_BRIDGE)]).toEqual([
        10 * NOW.holdPacket + 3 * ORDER_CYCLES,
        10 * NOW.bridgeHop,
      ]);
      expect(scene.faults()).toEqual([]);
    });

    it("host that dies, has every frame accounted for", () => {
      const { scene, server, plane, front, held } = createScene(module, model);
      plane.openHeld(front.vif, 1);
      scene.runTo(550_000);
      plane.openHeld(front.vif, 2);
      plane.releaseHeld(front.vif, 1);
      // The order is carried out, and the burst of the release is at hand.
      scene.runTo(571_000);
      plane.failHost(server.host);
      plane.discardHeldOfVif(front.vif, 100);
      scene.runTo(1_000_000);
      expect(held(HOLD_FRAMES)).toBe(0);
      expect(scene.faults()).toEqual([]);
    });
  });

  it("answers that go round its ring many times, reach the client whole", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    const front = scene.addFrontGuest(dom0, { pageCount: STACK_GUEST_PAGES });
    const { client } = scene.network.addClient();
    const exchanges = makeExchanges(400, { gapNs: 10_000, replyBytes: 733 });
    loadService(world, front.guest, exchanges);
    const table = giveRequests(world, client, exchanges, { target: front.number });
    plane.createHold(front.vif, 65_536);
    scene.boot(front);
    plane.startClient(client);
    for (let epoch = 1; epoch <= 60; epoch++) {
      plane.openHeld(front.vif, epoch);
      if (epoch > 1) plane.releaseHeld(front.vif, epoch - 1);
      scene.runTo(100_000 * epoch);
    }
    const outcomes = readOutcomes(world, table, 400);
    expect(outcomes.filter(({ state, wrongCount }) => state === REQUEST_ANSWERED && wrongCount === 0)).toHaveLength(
      400,
    );
    expect(plane.countOfHold(front.vif, HOLD_DROPPED_FULL)).toBe(0);
    expect(scene.faults(2)).toEqual([]);
  });

  it("packet that dom0 cuts, waits frame by frame, and is charged once each time", () => {
    const scene = new Dom0Scene(module, { chunkCount: 224, slotCount: 8192, arenaBytes: 128 * MIB });
    const { world } = scene;
    const { plane } = world;
    const dom0 = scene.addDom0(scene.addServer({ vfCount: 2 }));
    const front = scene.addFrontGuest(dom0, { pageCount: STACK_GUEST_PAGES });
    const machine = new Machine(world, 0, { connectionCount: 8 });
    plane.connectMachine(machine.index, 0, 10e9, 20_000, 524_288);
    const stack = new GuestStack(world, front, ALL_OPTIONS | CUTS_SEGMENTS, front.ip);
    plane.createHold(front.vif, MIB);
    scene.boot(front);
    const sink = machine.addSink(PORT);
    plane.openHeld(front.vif, 1);
    stack.start(stack.addSource(machine, PORT, 200_000));
    for (let epoch = 1; epoch <= 40; epoch++) {
      scene.runTo(200_000 * epoch);
      plane.openHeld(front.vif, epoch + 1);
      plane.releaseHeld(front.vif, epoch);
    }
    scene.runTo(10_000_000);
    expect(machine.work(sink)).toMatchObject({ doneBytes: 200_000, wrong: 0 });
    const frames = scene.count(front, VIF_FROM_GUEST);
    expect(framesOf(scene.trace, TRACE_HELD, front.vif)).toHaveLength(frames);
    // The first frame was flooded, as a copy: nobody had heard of the machine.
    const released = framesOf(scene.trace, TRACE_RELEASED, front.vif);
    expect(framesOf(scene.trace, TRACE_POSTED).slice(1)).toEqual(released.slice(1));
    const packets = plane.chargedCycles(dom0.vcpu, ACTIVITY_BACKEND);
    const orders = plane.countOfHold(front.vif, HOLD_ORDERS) * ORDER_CYCLES;
    const held = (plane.chargedCycles(dom0.vcpu, ACTIVITY_REPLICATION) - orders) / NOW.holdPacket;
    expect(held).toBeLessThan(frames / 2);
    expect(held).toBeLessThanOrEqual(packets / NOW.netbackTransmit);
    expect(Number.isInteger(held)).toBe(true);
    expect(scene.faults(2)).toEqual([]);
  });
});
