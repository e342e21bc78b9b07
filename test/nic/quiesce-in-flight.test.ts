/** A pool that is quiesced while frames are in the DMA engine: when that is over, what stands still, what waits. */
import { describe, expect, it } from "vitest";
import { REASON_QUIESCED } from "../../assembly/layout/event";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { DROP_QUIESCE_FULL, TRACE_DELIVERED } from "../../assembly/layout/trace";
import { RDH, RXDCTL, TDH, TXDCTL, VFGPRC, VTEITR, VTIVAR } from "../../assembly/layout/vf-registers";
import { EITR_SHIFT, IVAR_VALID, QUEUE_ENABLE, THRESHOLD_SHIFT } from "../../assembly/layout/virtual-function";
import { outsideAddress, PROTOCOL_UDP, poolAddress } from "../reference/program-frames";
import { itemAt } from "../support/item-at";
import { buildPacket } from "../support/l4-packet";
import { postOffloaded } from "../support/offload-packet";
import { DRIVER_PAGE_COUNT, packetBufferOf } from "../support/pool-driver";
import { frameFrom, frameTo, numberedFrame, PortScene } from "../support/port-scene";
import { numbers } from "../support/remote-scene";
import { runToStop } from "../support/running";
import { dropsFor, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** A frame of 100 bytes takes 100 ns of the write channel and is delivered 500 ns after its last byte. */
const DMA = { latencyNs: 500, readPs: 100, writePs: 1000 };
const ARRIVED_NS = 1000;
const DELIVERED_NS = ARRIVED_NS + 100 + 500;

function createScene(module: WebAssembly.Module, parkedBytesMax = 1 << 16) {
  const scene = new PortScene({ module, vfCount: 2, dma: DMA, parkedBytesMax });
  for (const driver of scene.drivers) {
    driver.startReceive();
    driver.startTransmit();
  }
  return { scene, plane: scene.world.plane, driver: itemAt(scene.drivers, 0) };
}

function framesTo(count: number): Uint8Array[] {
  return numbers(count).map((number) => frameTo(0, number));
}

/** The device pages in a pool's own log. */
function loggedPages({ world }: PortScene, vf = 0): number[] {
  return numbers(DRIVER_PAGE_COUNT).filter((page) => world.plane.isDeviceFrameLogged(vf, page) !== 0);
}

describe.each(BUILDS)("a pool with frames in the write channel, quiesced, $name build", ({ module }) => {
  it.each([
    { what: "the first has just arrived", atNs: ARRIVED_NS, count: 1 },
    { what: "all three have arrived and none is delivered", atNs: ARRIVED_NS + 50, count: 3 },
    { what: "the first is delivered", atNs: DELIVERED_NS, count: 3 },
    { what: "the last is about to be", atNs: DELIVERED_NS + 199, count: 3 },
  ])("when $what, is quiesced at the time of the last delivery", ({ atNs, count }) => {
    const { scene, plane, driver } = createScene(module);
    scene.arriveEvery(framesTo(3), ARRIVED_NS, 10);
    scene.runTo(atNs);
    expect([plane.quiesce(0), plane.isQuiesced(0)]).toEqual([0, 0]);
    const { stop } = runToStop(scene.world, 1_000_000);
    expect(stop).toEqual({ reason: REASON_QUIESCED, index: 0 });
    expect(scene.world.nowNs() * 1000 + plane.nowPs()).toBe((DELIVERED_NS + (count - 1) * 100) * 1000);
    expect([plane.isQuiesced(0), driver.peek(RDH)]).toEqual([1, count]);
  });

  it("when the last has been delivered at that very time, is quiesced at once", () => {
    const { scene, plane } = createScene(module);
    scene.arriveEvery(framesTo(1), ARRIVED_NS, 10);
    scene.runTo(DELIVERED_NS);
    expect(plane.quiesce(0)).toBe(1);
  });

  it("when frames for another pool are in the channel, waits for these as well", () => {
    const { scene, plane } = createScene(module);
    scene.arrive(frameTo(1, 5), ARRIVED_NS);
    scene.runTo(ARRIVED_NS);
    expect(plane.quiesce(0)).toBe(0);
    const { stop } = runToStop(scene.world, 1_000_000);
    expect([stop.reason, scene.world.nowNs()]).toEqual([REASON_QUIESCED, DELIVERED_NS]);
  });

  it("when a frame of another pool is on its way to it, takes what was ready and keeps what was not", () => {
    const { scene, plane, driver } = createScene(module);
    const sender = itemAt(scene.drivers, 1);
    const frames = numbers(3).map((number) => numberedFrame(poolAddress(0), poolAddress(1), number, 1000));
    sender.postFrames(frames);
    sender.ring();
    // Fetched after two latencies; ready 100 ns after each other.
    scene.runTo(1250);
    expect(plane.quiesce(0)).toBe(0);
    const { stop } = runToStop(scene.world, 1_000_000);
    // Ready at 1.1 and 1.2 us; 1 us each in the write channel.
    expect([stop.reason, scene.world.nowNs()]).toEqual([REASON_QUIESCED, 1100 + 2000 + 500]);
    expect(driver.peek(RDH)).toBe(2);
    scene.runFor(100_000);
    expect(driver.peek(RDH)).toBe(2);
    plane.unquiesce(0);
    scene.runFor(1);
    expect(driver.memory.read(packetBufferOf(2), 1000)).toEqual(frames[2]);
  });
});

describe.each(BUILDS)("a pool that has been quiesced in flight, $name build", ({ module }) => {
  it("frames still arriving, has heads, memory and log that stand", () => {
    const { scene, plane, driver } = createScene(module);
    plane.armDmaLog(0);
    scene.arriveEvery(framesTo(30), ARRIVED_NS, 40);
    driver.postFrames(numbers(3).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.runTo(ARRIVED_NS + 200);
    plane.quiesce(0);
    runToStop(scene.world, 1_000_000);
    const look = () => ({
      heads: [driver.peek(RDH), driver.peek(TDH), driver.peek(VFGPRC)],
      log: loggedPages(scene),
      memory: Buffer.from(driver.memory.read(0, DRIVER_PAGE_COUNT * PAGE_BYTES)).toString("base64"),
    });
    const before = look();
    expect(before.heads).toEqual([6, 3, 6]);
    scene.runTo(500_000);
    expect(look()).toEqual(before);
  });

  it("told to go on, receives what waited then, in order", () => {
    const { scene, plane, driver } = createScene(module);
    scene.arriveEvery(framesTo(30), ARRIVED_NS, 40);
    scene.runTo(ARRIVED_NS + 200);
    plane.quiesce(0);
    scene.runTo(500_000);
    plane.unquiesce(0);
    scene.runTo(500_001);
    const times = ofKind(scene.trace, TRACE_DELIVERED).map(({ timePs }) => timePs);
    expect(times.slice(6)).toEqual(numbers(24).map(() => 500_000_000));
    for (const [index, frame] of framesTo(30).entries()) {
      expect(driver.memory.read(packetBufferOf(index), 100)).toEqual(frame);
    }
  });

  it("more frames arriving than may wait, drops and counts those beyond", () => {
    const { scene, plane, driver } = createScene(module, 1050);
    scene.arriveEvery(framesTo(30), ARRIVED_NS, 40);
    scene.runTo(ARRIVED_NS + 200);
    plane.quiesce(0);
    scene.runTo(500_000);
    expect(dropsFor(scene.trace, DROP_QUIESCE_FULL)).toHaveLength(24 - 10);
    plane.unquiesce(0);
    expect(driver.peek(RDH)).toBe(16);
    expect(driver.memory.read(packetBufferOf(15), 100)).toEqual(framesTo(30)[15]);
  });

  it("with write-backs pending, writes them when it is quiesced and not before", () => {
    const { scene, plane, driver } = createScene(module);
    driver.write(VTIVAR, IVAR_VALID | (IVAR_VALID << 8));
    driver.write(VTEITR, 1000 << EITR_SHIFT);
    driver.write(RXDCTL, QUEUE_ENABLE | (8 << THRESHOLD_SHIFT));
    driver.write(TXDCTL, QUEUE_ENABLE | (8 << THRESHOLD_SHIFT));
    driver.postFrames([frameFrom(0, 1)]);
    driver.ring();
    scene.arriveEvery(framesTo(2), ARRIVED_NS, 10);
    scene.runTo(ARRIVED_NS + 50);
    plane.quiesce(0);
    scene.runTo(DELIVERED_NS + 99);
    const dd = () => [
      itemAt(driver.received(0), 2) & 1,
      itemAt(driver.received(1), 2) & 1,
      itemAt(driver.sent(0), 3) & 1,
    ];
    expect(dd()).toEqual([0, 0, 0]);
    scene.runTo(DELIVERED_NS + 100);
    expect([scene.quiesced, dd()]).toEqual([[0], [1, 1, 1]]);
  });

  it("with a context loaded, still has it when it goes on", () => {
    const { scene, plane, driver } = createScene(module);
    const shape = { to: outsideAddress(1), from: poolAddress(0), isIpv6: false, protocol: PROTOCOL_UDP };
    const payload = Uint8Array.from({ length: 200 }, (_, at) => at);
    const packet = buildPacket({ ...shape, payload, l4Sum: "pseudo" });
    const plan = { ...packet, isIpv6: false, protocol: PROTOCOL_UDP, hasIpSum: true, hasL4Sum: true };
    postOffloaded(driver, plan);
    driver.ring();
    scene.runTo(100_000);
    expect(plane.quiesce(0)).toBe(1);
    plane.unquiesce(0);
    // The same packet again, and its context stands only in the queue.
    const before = driver.sent(1);
    driver.post([[itemAt(before, 0), 0, itemAt(before, 2), itemAt(before, 3) & ~1]]);
    driver.ring();
    scene.runTo(200_000);
    const right = buildPacket({ ...shape, payload }).bytes;
    expect(scene.takeSent()).toEqual([right, right]);
  });
});
