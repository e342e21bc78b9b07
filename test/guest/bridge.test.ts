/** dom0's bridge of a port: who gets a frame, what is learned, what it costs, what the port's queue does. */
import { describe, expect, it } from "vitest";
import { ACTIVITY_BRIDGE, ACTIVITY_DRIVER, ACTIVITY_HYPERVISOR, ACTIVITY_INTERRUPT } from "../../assembly/layout/cost";
import {
  DOM0_COPIED,
  DOM0_DROPPED_FULL,
  DOM0_POLLS,
  DOM0_POSTED,
  DOM0_RECEIVED,
  DOM0_UNBRIDGED,
  VIF_FROM_GUEST,
  VIF_TO_GUEST,
} from "../../assembly/layout/paravirtual";
import { PF_POOL } from "../../assembly/layout/physical-function";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import {
  BORN_DOM0,
  DROP_PORT_QUEUE_FULL,
  DROP_UNBRIDGED,
  TRACE_BORN,
  TRACE_DELIVERED,
  TRACE_FETCHED,
  TRACE_INTERRUPT,
  TRACE_POSTED,
} from "../../assembly/layout/trace";
import type { World } from "../../src/core/world";
import { disconnectFront } from "../../src/device/paravirtual";
import { clientMac, guestIp, guestMac, type MacWords, macBytes } from "../support/addresses";
import { createDom0Scene, Dom0Scene, type FrontGuest } from "../support/dom0-scene";
import { giveRequests, loadService, makeExchanges, readOutcomes } from "../support/exchanges";
import { NOW } from "../support/now";
import { dropsFor, framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const PORT = 9;
const BROADCAST: MacWords = [0xffffffff, 0xffff];

/** Has a guest send so many datagrams a tick of 100 us to an address. */
function stream({ plane }: World, guest: number, to: MacWords, countPerTick: number, frameBytes = 100): void {
  plane.createSource(guest, ...to, guestIp(7), PORT, frameBytes, countPerTick, 100_000);
}

/** Puts a frame from somebody to somebody onto the wire to a port. */
function inject(world: World, port: number, to: MacWords, from: MacWords, ns: number): void {
  const frame = world.view(world.plane.exchange(), 60);
  frame.fill(0);
  frame.set(macBytes(to), 0);
  frame.set(macBytes(from), 6);
  world.plane.injectFrame(port, 60, ns, 0);
}

function received(scene: Dom0Scene, ...guests: FrontGuest[]): number[] {
  return guests.map((guest) => scene.count(guest, VIF_TO_GUEST));
}

describe.each(BUILDS)("dom0's bridge, $name build", ({ module }) => {
  it("frame between two of its guests, hands it over and does not touch the port", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    const [from, to, other] = [0, 1, 2].map(() => scene.addFrontGuest(dom0)) as [FrontGuest, FrontGuest, FrontGuest];
    stream(world, from.guest, to.mac, 2);
    scene.boot(from, to, other);
    scene.runTo(1_050_000);
    expect(received(scene, from, to, other)).toEqual([0, 20, 0]);
    expect([DOM0_POSTED, DOM0_COPIED].map((counter) => plane.countOfDom0(dom0.port, counter))).toEqual([0, 0]);
    expect(scene.faults()).toEqual([]);
  });

  it("broadcast of a guest, goes to the others, the port and its virtual functions, and not back", () => {
    const { scene, server, dom0, world, plane } = createDom0Scene(module);
    const [from, to] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0)];
    stream(world, from.guest, BROADCAST, 1);
    scene.bootServer(server);
    scene.boot(from, to);
    scene.runTo(1_080_000);
    expect(received(scene, from, to)).toEqual([0, 10]);
    expect(ofKind(scene.trace, TRACE_DELIVERED, server.vf)).toHaveLength(10);
    expect(plane.countOfDom0(dom0.port, DOM0_POSTED)).toBe(10);
    expect(ofKind(scene.trace, TRACE_FETCHED, plane.firstVf(dom0.port) + PF_POOL)).toHaveLength(10);
    expect(scene.faults(2)).toEqual([]);
  });

  it("address that nobody has shown, flooded; shown from the port, sent there alone", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    const [from, other] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0)];
    const stranger = clientMac(40);
    stream(world, from.guest, stranger, 1);
    scene.boot(from, other);
    scene.runTo(550_000);
    expect(received(scene, other)).toEqual([5]);
    inject(world, dom0.port, from.mac, stranger, 600_000);
    scene.runTo(1_050_000);
    // What leaves before the stranger's frame has been polled is flooded, too.
    const flooded = received(scene, other);
    expect(flooded[0]).toBeLessThan(9);
    scene.runTo(2_050_000);
    expect(received(scene, from, other)).toEqual([1, ...flooded]);
    expect(plane.countOfDom0(dom0.port, DOM0_POSTED)).toBe(20);
    expect(scene.faults(2)).toEqual([]);
  });

  it("address of a guest, shown from the port, stays the guest's", () => {
    const { scene, dom0, world } = createDom0Scene(module);
    const [from, to] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0)];
    stream(world, from.guest, to.mac, 1);
    scene.boot(from, to);
    inject(world, dom0.port, from.mac, to.mac, 150_000);
    scene.runTo(1_050_000);
    expect(received(scene, from, to)).toEqual([1, 10]);
    expect(scene.faults()).toEqual([]);
  });

  it("frame of a guest to itself, dropped with the reason", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    const front = scene.addFrontGuest(dom0);
    stream(world, front.guest, front.mac, 1);
    scene.boot(front);
    scene.runTo(550_000);
    expect(plane.countOfDom0(dom0.port, DOM0_UNBRIDGED)).toBe(5);
    expect(dropsFor(scene.trace, DROP_UNBRIDGED).map(({ subject }) => subject)).toEqual(Array(5).fill(dom0.port));
    expect(scene.faults()).toEqual([]);
  });

  it("frame from the port for nobody on a bridge without guests, dropped with the reason", () => {
    const { scene, dom0, world } = createDom0Scene(module);
    inject(world, dom0.port, guestMac(77), clientMac(1), 10_000);
    scene.runTo(500_000);
    expect(dropsFor(scene.trace, DROP_UNBRIDGED)).toHaveLength(1);
    expect(scene.faults()).toEqual([]);
  });

  it("more guests than receive addresses, are reached by a virtual function all the same", () => {
    const { scene, server, dom0, world, plane } = createDom0Scene(module);
    const fronts = Array.from({ length: 23 }, () => scene.addFrontGuest(dom0));
    const last = fronts[22] as FrontGuest;
    stream(world, server.guest, last.mac, 1);
    scene.bootServer(server);
    scene.boot(...fronts);
    scene.runTo(1_200_000);
    // The last ones may lie in the ring while interrupts are throttled.
    expect(received(scene, last)[0]).toBeGreaterThanOrEqual(plane.streamCount(server.guest) - 2);
    expect(plane.streamCount(server.guest)).toBeGreaterThan(10);
    expect(scene.faults(30)).toEqual([]);
  });

  it("frames from the port, cost an interrupt for each that came, driver and bridge for each frame", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    const front = scene.addFrontGuest(dom0);
    scene.boot(front);
    for (let number = 0; number < 30; number++) {
      inject(world, dom0.port, front.mac, clientMac(1), 100_000 + 2_000 * number);
    }
    scene.runTo(2_000_000);
    const pool = plane.firstVf(dom0.port) + PF_POOL;
    const interruptCount = ofKind(scene.trace, TRACE_INTERRUPT, pool).length;
    const polls = plane.countOfDom0(dom0.port, DOM0_POLLS);
    expect(plane.countOfDom0(dom0.port, DOM0_RECEIVED)).toBe(30);
    // What ended in pool 7 began anew in dom0, once.
    expect(ofKind(scene.trace, TRACE_DELIVERED, pool)).toHaveLength(30);
    expect(ofKind(scene.trace, TRACE_BORN, dom0.port).filter(({ b }) => b === BORN_DOM0)).toHaveLength(30);
    expect(polls).toBeGreaterThanOrEqual(interruptCount);
    expect(polls).toBeLessThan(30);
    const charged = (activity: number) => plane.chargedCycles(dom0.vcpu, activity);
    expect(charged(ACTIVITY_DRIVER)).toBe(30 * NOW.driverReceive);
    expect(charged(ACTIVITY_BRIDGE)).toBe(30 * NOW.bridgeHop);
    expect(charged(ACTIVITY_INTERRUPT)).toBe(interruptCount * NOW.dom0Interrupt);
    expect(charged(ACTIVITY_HYPERVISOR) % NOW.hypercall).toBe(0);
  });

  it("ten times the frames, polled in fewer bursts for each", () => {
    const pollsPerFrame = (countPerTick: number) => {
      const { scene, server, dom0, world, plane } = createDom0Scene(module);
      const front = scene.addFrontGuest(dom0);
      stream(world, server.guest, front.mac, countPerTick);
      scene.bootServer(server);
      scene.boot(front);
      scene.runTo(5_000_000);
      return plane.countOfDom0(dom0.port, DOM0_POLLS) / plane.countOfDom0(dom0.port, DOM0_RECEIVED);
    };
    expect(pollsPerFrame(40)).toBeLessThan(pollsPerFrame(4) / 4);
  });

  it("guests that send faster than the wire, fill the ring, then the queue before it, and then lose frames there", () => {
    const scene = new Dom0Scene(module);
    // 100 Mb/s: 8,127 full frames a second, and each guest owes 100,000.
    const server = scene.addServer({ vfCount: 2, rate: 1e8 });
    const dom0 = scene.addDom0(server);
    const fronts = [0, 1].map(() => scene.addFrontGuest(dom0));
    for (const { guest } of fronts) stream(scene.world, guest, clientMac(40), 10, 1514);
    scene.boot(...fronts);
    inject(scene.world, dom0.port, guestMac(100), clientMac(40), 1_000);
    scene.runTo(12_000_000);
    const { plane } = scene.world;
    const dropped = plane.countOfDom0(dom0.port, DOM0_DROPPED_FULL);
    expect(dropped).toBeGreaterThan(100);
    expect(dropsFor(scene.trace, DROP_PORT_QUEUE_FULL)).toHaveLength(dropped);
    const taken = fronts.reduce((sum, front) => sum + scene.count(front, VIF_FROM_GUEST), 0);
    // A ring, a queue, and what has left.
    expect(taken - dropped).toBeGreaterThan(1255);
    const posted = framesOf(scene.trace, TRACE_POSTED, dom0.port);
    expect(posted).toEqual([...posted].sort((one, other) => one - other));
    expect(scene.faults(1400)).toEqual([]);
  });

  it("machine that goes to another host, is reached there by clients and by neighbours that it left", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    const target = scene.addDom0(scene.addServer({ vfCount: 2 }));
    const [left, neighbour] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0)];
    const moved = scene.addFrontGuest(target, { number: left.number });
    const { client } = scene.network.addClient();
    const exchanges = makeExchanges(60);
    for (const { guest } of [left, moved]) loadService(world, guest, exchanges);
    const table = giveRequests(world, client, exchanges, { target: left.number, timeoutNs: 200_000, tryCountMax: 9 });
    stream(world, neighbour.guest, left.mac, 1);
    scene.boot(left, neighbour);
    plane.startClient(client);
    scene.runTo(1_520_000);
    plane.suspendGuest(left.guest);
    disconnectFront(world, left.front);
    scene.boot(moved);
    plane.announceFront(moved.guest);
    scene.runTo(5_000_000);
    const outcomes = readOutcomes(world, table, 60);
    expect(outcomes.filter(({ state }) => state === REQUEST_ANSWERED)).toHaveLength(60);
    // Requests, repeated ones among them, and the neighbour's datagrams from 1.6 ms on.
    expect(received(scene, moved)[0]).toBeGreaterThan(30 + 33);
    expect(scene.faults(4)).toEqual([]);
  });

  it("host dies, every frame that dom0 had is accounted for", () => {
    const { scene, server, dom0, world, plane } = createDom0Scene(module);
    const [from, to] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0)];
    stream(world, from.guest, to.mac, 60);
    plane.createSink(to.guest);
    scene.boot(from, to);
    scene.runTo(2_123_000);
    plane.failHost(server.host);
    scene.runTo(4_000_000);
    expect(plane.streamCount(to.guest)).toBeGreaterThan(100);
    expect(scene.faults()).toEqual([]);
  });
});
