/** The paravirtual NIC as its guest sees it: requests answered, streams carried, rings that wrap, checkpoints. */
import { describe, expect, it } from "vitest";
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import { ACTIVITY_DRIVER } from "../../assembly/layout/cost";
import { REASON_SUSPENDED } from "../../assembly/layout/event";
import { RX_BUFFERS_PAGE, RX_RING_PAGE, TX_RING_PAGE } from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import {
  GRANT_RX_FIRST,
  GRANT_TX_FIRST,
  RING_RSP_PROD,
  VIF_ERRORS,
  VIF_EVENTS_SENT,
  VIF_EVENTS_SUPPRESSED,
  VIF_FROM_GUEST,
  VIF_KICKS_SENT,
  VIF_KICKS_SUPPRESSED,
  VIF_TO_GUEST,
} from "../../assembly/layout/paravirtual";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import { TRACE_SENT } from "../../assembly/layout/trace";
import { InternalError } from "../../src/core/load";
import type { World } from "../../src/core/world";
import { connectFront } from "../../src/device/paravirtual";
import { macBytes } from "../support/addresses";
import { createDom0Scene, type Dom0Scene, type FrontGuest } from "../support/dom0-scene";
import { giveRequests, loadService, makeExchanges, readOutcomes } from "../support/exchanges";
import { changedPages, pageHashes, readGuest } from "../support/guest-pages";
import { NOW } from "../support/now";
import { SharedRings } from "../support/shared-rings";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const PORT = 9;

/** A paravirtual guest with a service, and a client that asks it. */
function createService(module: WebAssembly.Module, requestCount: number, gapNs = 50_000) {
  const made = createDom0Scene(module);
  const { scene, dom0, world, plane } = made;
  const front = scene.addFrontGuest(dom0);
  const { client } = scene.network.addClient();
  const exchanges = makeExchanges(requestCount, { gapNs });
  loadService(world, front.guest, exchanges);
  const table = giveRequests(world, client, exchanges, { target: front.number, tryCountMax: 3 });
  scene.boot(front);
  plane.startClient(client);
  const answeredCount = () => {
    return readOutcomes(world, table, requestCount).filter(({ state }) => state === REQUEST_ANSWERED).length;
  };
  return { ...made, front, answeredCount };
}

/** Has one guest send so many datagrams a tick of 100 us to another. */
function stream({ plane }: World, from: number, to: FrontGuest, countPerTick: number, frameBytes = 200): void {
  plane.createSource(from, ...to.mac, to.ip, PORT, frameBytes, countPerTick, 100_000);
  plane.createSink(to.guest);
}

function ringPosition(scene: Dom0Scene, { guest }: FrontGuest, page: number): number {
  return new SharedRings(scene.world, guest).words(page).getUint32(RING_RSP_PROD, true);
}

describe.each(BUILDS)("a paravirtual guest, $name build", ({ module }) => {
  it("asked by a client, answers every request through dom0", () => {
    const { scene, front, answeredCount } = createService(module, 40);
    scene.runTo(5_000_000);
    expect(answeredCount()).toBe(40);
    expect([VIF_TO_GUEST, VIF_FROM_GUEST].map((counter) => scene.count(front, counter))).toEqual([40, 40]);
    expect(scene.faults()).toEqual([]);
  });

  it("asked by a virtual function of the same port, gets every datagram by loopback", () => {
    const { scene, server, dom0, world, plane } = createDom0Scene(module);
    const front = scene.addFrontGuest(dom0);
    stream(world, server.guest, front, 4);
    scene.boot(front);
    scene.bootServer(server);
    scene.runTo(3_050_000);
    expect(plane.streamCount(front.guest)).toBe(120);
    expect(scene.faults(8)).toEqual([]);
  });

  it("streaming more than its rings hold, loses nothing as they wrap", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    const [from, to] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0)];
    stream(world, from.guest, to, 8);
    scene.boot(from, to);
    scene.runTo(10_050_000);
    expect([plane.streamCount(from.guest), plane.streamCount(to.guest)]).toEqual([800, 800]);
    expect([ringPosition(scene, from, TX_RING_PAGE), ringPosition(scene, to, RX_RING_PAGE)]).toEqual([800, 800]);
    expect([scene.count(from, VIF_ERRORS), scene.count(to, VIF_ERRORS)]).toEqual([0, 0]);
    expect(scene.faults()).toEqual([]);
  });

  it("far-apart requests, tells and is told of each", () => {
    const { scene, front } = createService(module, 10, 400_000);
    scene.runTo(5_000_000);
    // Events: of the frame, and of the response to what the guest sent. Buffers are posted without, as nobody waits.
    expect([VIF_EVENTS_SENT, VIF_KICKS_SENT].map((counter) => scene.count(front, counter))).toEqual([20, 10]);
  });

  it("under load, tells and is told far less often than a packet each", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    const [from, to] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0)];
    stream(world, from.guest, to, 60);
    scene.boot(from, to);
    scene.runTo(10_050_000);
    const packets = plane.streamCount(to.guest);
    expect(packets).toBeGreaterThan(3000);
    expect(scene.count(to, VIF_EVENTS_SENT)).toBeLessThan(packets / 8);
    expect(scene.count(from, VIF_KICKS_SENT)).toBeLessThan(packets / 8);
    expect(scene.count(from, VIF_KICKS_SUPPRESSED) + scene.count(to, VIF_EVENTS_SUPPRESSED)).toBeGreaterThan(0);
    expect(scene.faults(400)).toEqual([]);
  });

  it("far-apart requests, pays its driver's part once for each packet of a direction", () => {
    const { scene, front, plane } = createService(module, 10, 400_000);
    scene.runTo(5_000_000);
    const charged = plane.chargedCycles(plane.vcpuOf(front.guest), ACTIVITY_DRIVER);
    expect(charged).toBe(20 * NOW.netfrontPacket);
  });

  it("suspended in the middle of traffic and resumed, serves on and loses no time", () => {
    const { scene, front, plane, answeredCount } = createService(module, 60, 20_000);
    for (let round = 0; round < 10; round++) {
      scene.runTo(scene.world.nowNs() + 111_000);
      if (!plane.suspendGuest(front.guest)) {
        expect(scene.runToStop(scene.world.nowNs() + 1_000_000).reason).toBe(REASON_SUSPENDED);
      }
      expect(plane.guestState(front.guest)).toBe(GUEST_SUSPENDED);
      scene.runTo(scene.world.nowNs() + 60_000);
      plane.resumeGuest(front.guest);
    }
    scene.runTo(9_000_000);
    expect(answeredCount()).toBe(60);
    expect(scene.faults()).toEqual([]);
  });

  it("logged while dom0 writes into its pages, has every page that changed in the log", () => {
    const { scene, front, world, plane } = createService(module, 60, 20_000);
    scene.runTo(300_000);
    const before = pageHashes(world, front.guest);
    plane.startLogging(front.guest, 0);
    scene.runTo(900_000);
    const changed = changedPages(before, pageHashes(world, front.guest));
    expect(changed.length).toBeGreaterThan(20);
    expect(changed.filter((page) => !plane.isPageDirty(front.guest, page))).toEqual([]);
  });

  it("suspended and logged, has the buffers marked that dom0 fills meanwhile", () => {
    const { scene, front, world, plane } = createService(module, 60, 20_000);
    scene.runTo(300_000);
    if (!plane.suspendGuest(front.guest)) scene.runToStop(400_000);
    scene.runTo(500_000);
    const before = pageHashes(world, front.guest);
    plane.startLogging(front.guest, 0);
    scene.runTo(900_000);
    const changed = changedPages(before, pageHashes(world, front.guest));
    expect(changed.length).toBeGreaterThan(10);
    expect(changed.filter((page) => !plane.isPageDirty(front.guest, page))).toEqual([]);
  });

  it("flooded while it sends, has granted what it has requested and nothing else", () => {
    const { scene, dom0, world, plane } = createDom0Scene(module);
    // A guest's processor of 125 MHz.
    const [from, to] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0, { cyclePs: [8_000, 1] })];
    plane.createSource(from.guest, ...to.mac, to.ip, PORT, 200, 40, 100_000);
    plane.createSource(to.guest, ...from.mac, from.ip, PORT, 200, 10, 100_000);
    scene.boot(from, to);
    // Nobody takes what comes but by looking at it, so that buffers lie in the socket queue.
    for (let time = 1; time <= 20; time++) {
      scene.runTo(time * 333_000);
      const rings = new SharedRings(world, to.guest);
      expect([rings.grantedCount(GRANT_TX_FIRST), rings.grantedCount(GRANT_RX_FIRST)]).toEqual(rings.openRequests());
    }
    expect(new SharedRings(world, to.guest).openRequests()[1]).toBeLessThan(128);
  });

  it("connected anew in the middle of traffic, serves on", () => {
    const { scene, front, world, answeredCount } = createService(module, 60, 20_000);
    scene.runTo(505_000);
    connectFront(world, front.front);
    scene.runTo(20_000_000);
    expect(answeredCount()).toBe(60);
    expect(scene.faults()).toEqual([]);
  });

  it("announcing its address, is heard by its neighbour and on the wire, with its address as the sender", () => {
    const { scene, server, dom0, plane } = createDom0Scene(module);
    const [front, neighbour] = [scene.addFrontGuest(dom0), scene.addFrontGuest(dom0)];
    scene.boot(front, neighbour);
    plane.announceFront(front.guest);
    scene.runTo(1_000_000);
    expect(scene.count(neighbour, VIF_TO_GUEST)).toBe(1);
    expect(ofKind(scene.trace, TRACE_SENT, server.wireOut)).toMatchObject([{ a: 60 }]);
    const at = RX_BUFFERS_PAGE * PAGE_BYTES;
    expect(readGuest(scene.world, neighbour.guest, at + 6, 6)).toEqual(macBytes(front.mac));
    expect(scene.faults()).toEqual([]);
  });

  it("without a paravirtual NIC, connected, breaks an invariant", () => {
    const { world, server } = createDom0Scene(module);
    expect(() => world.plane.connectFront(server.guest)).toThrow(InternalError);
  });
});
