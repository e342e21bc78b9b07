/** From a guest onto the wire: fetching, completing and taking turns. */
import { describe, expect, it } from "vitest";
import {
  DESCRIPTOR_BYTES,
  TX_DD,
  TX_DEXT,
  TX_EOP,
  TX_RS,
  TX_STATUS,
  TX_TYPE_CONTEXT,
  TX_TYPE_DATA,
} from "../../assembly/layout/descriptor";
import { FRAME_BYTES_MAX, PAGE_BYTES } from "../../assembly/layout/limits";
import { DROP_MALFORMED, DROP_OVERSIZE, TRACE_FETCHED, TRACE_INTERRUPT, TRACE_SENT } from "../../assembly/layout/trace";
import { TDH, TXDCTL, VFGPTC, VTEIMS, VTIVAR } from "../../assembly/layout/vf-registers";
import { IVAR_TX0_SHIFT, IVAR_VALID, QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import { readGuest, writeGuest } from "../support/guest-pages";
import { arrivedFrames, createQuietScene, framesFrom } from "../support/quiet-scene";
import { runFor, runTo } from "../support/running";
import { numbersOf, testFrame } from "../support/test-frame";
import { dropsFor, framesOf, ofKind } from "../support/trace-reading";
import { TransmitRing } from "../support/transmit-ring";
import { BUILDS } from "../support/wasm-builds";

/** A page that nothing else uses, for parts of packets. */
const PARTS_AT = 450 * 4096;
/** What the IOMMU grants. */
const MAY_READ = 1;
const MAY_WRITE = 2;
const PART = (TX_TYPE_DATA | TX_DEXT) >>> 0;
const CONTEXT = (TX_TYPE_CONTEXT | TX_DEXT) >>> 0;

describe.each(BUILDS)("a transmit queue, $name build", ({ module }) => {
  it.each([60, 61, 64, 1000, 1514, FRAME_BYTES_MAX])("with frames of %d bytes, rung, sends every byte", (byteCount) => {
    const scene = createQuietScene({ world: { module } });
    const frames = framesFrom(scene, 0, 5, byteCount);
    scene.ring.send(frames);
    runTo(scene.world, 100_000);
    expect(arrivedFrames(scene)).toEqual(frames);
    expect(scene.world.plane.peekRegister(scene.server.vf, VFGPTC)).toBe(5);
  });

  it("with frames posted, not rung, sends nothing", () => {
    const scene = createQuietScene({ world: { module } });
    for (const frame of framesFrom(scene, 0, 3)) scene.ring.post(frame);
    expect(framesOf(runTo(scene.world, 100_000), TRACE_FETCHED)).toEqual([]);
  });

  it("rung again and again, goes round its ring", () => {
    const scene = createQuietScene({ world: { module }, ring: { descriptorCount: 8 } });
    for (let first = 0; first < 50; first += 5) {
      scene.ring.send(framesFrom(scene, first, 5));
      runFor(scene.world, 10_000);
    }
    expect(numbersOf(arrivedFrames(scene))).toEqual(Array.from({ length: 50 }, (_, number) => number));
    expect(scene.world.plane.peekRegister(scene.server.vf, TDH)).toBe(50 % 8);
  });

  it("on two pages that are not neighbours in memory, rung, takes and completes its descriptors on both", () => {
    const inFirst = 8;
    const second = 9;
    const elsewhere = 451;
    const base = second * PAGE_BYTES - inFirst * DESCRIPTOR_BYTES;
    const scene = createQuietScene({ world: { module }, ring: { descriptorCount: 32, base } });
    const { world, server, ring } = scene;
    const frames = framesFrom(scene, 0, 20);
    for (const frame of frames) ring.post(frame);
    // What stands in the neighbour looks like more of the ring, and is none of it.
    const posted = readGuest(world, server.guest, second * PAGE_BYTES, PAGE_BYTES);
    writeGuest(world, server.guest, elsewhere * PAGE_BYTES, posted);
    world.plane.mapDeviceFrame(server.vf, second, elsewhere, MAY_READ | MAY_WRITE);
    ring.ring();
    runFor(world, 100_000);
    expect(arrivedFrames(scene)).toEqual(frames);
    expect(readGuest(world, server.guest, second * PAGE_BYTES, PAGE_BYTES)).toEqual(posted);
    const completed = readGuest(world, server.guest, elsewhere * PAGE_BYTES, 12 * DESCRIPTOR_BYTES);
    for (let at = TX_STATUS; at < completed.length; at += DESCRIPTOR_BYTES)
      expect((completed[at] ?? 0) & TX_DD).not.toBe(0);
  });

  it("with a short frame, rung, pads it with zeros to 60 bytes", () => {
    const scene = createQuietScene({ world: { module } });
    // A frame before it leaves its bytes in the slot that the short one will get.
    scene.ring.send([scene.frameOf(0)]);
    runTo(scene.world, 100_000);
    scene.ring.send([scene.frameOf(1).subarray(0, 20)]);
    runTo(scene.world, 200_000);
    const expected = new Uint8Array(60);
    expected.set(scene.frameOf(1).subarray(0, 20));
    expect(arrivedFrames(scene)).toEqual([scene.frameOf(0), expected]);
  });

  it("with a packet in three parts over pages, rung, puts it together", () => {
    const scene = createQuietScene({ world: { module } });
    const frame = scene.frameOf(1, 1200);
    const address = PARTS_AT - 100;
    writeGuest(scene.world, scene.server.guest, address, frame);
    scene.ring.postDescriptor({ address, bytes: 14, command: PART });
    scene.ring.postDescriptor({ address: address + 14, bytes: 1000, command: PART });
    scene.ring.postDescriptor({ address: address + 1014, bytes: 186 });
    scene.ring.ring();
    const trace = runTo(scene.world, 100_000);
    expect(arrivedFrames(scene)).toEqual([frame]);
    expect(framesOf(trace, TRACE_FETCHED)).toHaveLength(1);
  });

  it("with a packet whose end is not posted yet, waits for it", () => {
    const scene = createQuietScene({ world: { module } });
    const frame = scene.frameOf(1, 100);
    writeGuest(scene.world, scene.server.guest, PARTS_AT, frame);
    scene.ring.postDescriptor({ address: PARTS_AT, bytes: 50, command: PART });
    scene.ring.ring();
    expect(framesOf(runTo(scene.world, 50_000), TRACE_FETCHED)).toEqual([]);
    scene.ring.postDescriptor({ address: PARTS_AT + 50, bytes: 50 });
    scene.ring.ring();
    runTo(scene.world, 100_000);
    expect(arrivedFrames(scene)).toEqual([frame]);
  });

  it("with descriptors of which one asks for a report, completes that one", () => {
    const scene = createQuietScene({ world: { module } });
    for (const command of [0, TX_RS, 0]) {
      scene.ring.postDescriptor({ address: PARTS_AT, bytes: 60, command: (PART | TX_EOP | command) >>> 0 });
    }
    scene.ring.ring();
    runTo(scene.world, 100_000);
    expect(scene.ring.done().slice(0, 4)).toEqual([false, true, false, false]);
  });

  it("with a legacy descriptor, rung, sends what it describes", () => {
    const scene = createQuietScene({ world: { module } });
    writeGuest(scene.world, scene.server.guest, PARTS_AT, scene.frameOf(3));
    scene.ring.postDescriptor({ address: PARTS_AT, bytes: 60, command: (TX_EOP | TX_RS) >>> 0 });
    scene.ring.ring();
    runTo(scene.world, 100_000);
    expect(arrivedFrames(scene)).toEqual([scene.frameOf(3)]);
    expect(scene.ring.done().slice(0, 2)).toEqual([true, false]);
  });

  it("with a context before a packet, rung, completes both", () => {
    const scene = createQuietScene({ world: { module } });
    scene.ring.postDescriptor({ address: 0, bytes: 0, command: (CONTEXT | TX_RS) >>> 0 });
    scene.ring.post(scene.frameOf(3));
    scene.ring.ring(1);
    runTo(scene.world, 50_000);
    // Without the packet that it is for it waits.
    expect(scene.ring.done().slice(0, 2)).toEqual([false, false]);
    scene.ring.ring();
    runTo(scene.world, 100_000);
    expect(arrivedFrames(scene)).toEqual([scene.frameOf(3)]);
    expect(scene.ring.done().slice(0, 3)).toEqual([true, true, false]);
  });

  it("with many long frames, rung, completes those that reach its packet buffer only", () => {
    const scene = createQuietScene({ world: { module }, server: { rate: 1e9 } });
    scene.ring.send(framesFrom(scene, 0, 20, FRAME_BYTES_MAX));
    runTo(scene.world, 1000);
    // At 1 Gb/s a frame takes 12 us, and the look-ahead is 10 us.
    expect(scene.ring.done().filter((isDone) => isDone)).toHaveLength(1);
    runTo(scene.world, 500_000);
    expect(scene.ring.done().filter((isDone) => isDone)).toHaveLength(20);
  });

  it("with a vector of its own, a descriptor reported, interrupts", () => {
    const scene = createQuietScene({ world: { module } });
    const { plane } = scene.world;
    plane.writeRegister(scene.server.vf, VTIVAR, (IVAR_VALID | 2) << IVAR_TX0_SHIFT);
    plane.writeRegister(scene.server.vf, VTEIMS, 4);
    scene.ring.send(framesFrom(scene, 0, 1));
    expect(ofKind(runTo(scene.world, 1000), TRACE_INTERRUPT)).toMatchObject([{ a: 2 }]);
  });
});

describe.each(BUILDS)("a packet that cannot be sent, $name build", ({ module }) => {
  it.each([
    { what: "too long by a byte", bytes: FRAME_BYTES_MAX + 1, command: undefined, reason: DROP_OVERSIZE },
    { what: "as long as a descriptor can say", bytes: 65_535, command: undefined, reason: DROP_OVERSIZE },
    { what: "too short for its header", bytes: 13, command: undefined, reason: DROP_MALFORMED },
    { what: "of no known type", bytes: 60, command: (TX_DEXT | TX_EOP) >>> 0, reason: DROP_MALFORMED },
  ])("$what, rung, is dropped, and the next one leaves", ({ bytes, command, reason }) => {
    const scene = createQuietScene({ world: { module } });
    scene.ring.postDescriptor({ address: 0, bytes, ...(command === undefined ? {} : { command }) });
    scene.ring.post(scene.frameOf(7));
    scene.ring.ring();
    const trace = runTo(scene.world, 100_000);
    expect(dropsFor(trace, reason)).toMatchObject([{ subject: scene.server.vf, a: bytes }]);
    expect(numbersOf(arrivedFrames(scene))).toEqual([7]);
    expect(scene.world.plane.peekRegister(scene.server.vf, VFGPTC)).toBe(1);
  });

  it.each([
    {
      what: "a context after data",
      parts: [
        [PART, 100],
        [CONTEXT, 0],
        [PART | TX_EOP, 100],
      ],
    },
    {
      what: "legacy after advanced",
      parts: [
        [PART, 100],
        [TX_EOP, 100],
      ],
    },
    {
      what: "advanced after legacy",
      parts: [
        [0, 100],
        [PART | TX_EOP, 100],
      ],
    },
  ])("with $what, rung, is dropped once, and the next one leaves", ({ parts }) => {
    const scene = createQuietScene({ world: { module } });
    for (const [command = 0, bytes = 0] of parts) {
      scene.ring.postDescriptor({ address: PARTS_AT, bytes, command: command >>> 0 });
    }
    scene.ring.post(scene.frameOf(7));
    scene.ring.ring();
    const trace = runTo(scene.world, 100_000);
    expect(dropsFor(trace, DROP_MALFORMED)).toMatchObject([{ subject: scene.server.vf, a: 200 }]);
    expect(numbersOf(arrivedFrames(scene))).toEqual([7]);
  });

  it("in parts that are too long together, rung, is dropped once", () => {
    const scene = createQuietScene({ world: { module } });
    scene.ring.postDescriptor({ address: PARTS_AT, bytes: 1000, command: PART });
    scene.ring.postDescriptor({ address: PARTS_AT, bytes: 1000 });
    scene.ring.ring();
    const trace = runTo(scene.world, 100_000);
    expect(dropsFor(trace, DROP_OVERSIZE)).toMatchObject([{ subject: scene.server.vf, a: 2000 }]);
  });
});

describe.each(BUILDS)("two queues of a port, $name build", ({ module }) => {
  it("both full, take turns", () => {
    const scene = createQuietScene({ world: { module }, server: { vfCount: 2 } });
    const neighbour = scene.network.addNeighbour(scene.server, 1);
    const other = new TransmitRing(scene.world, neighbour);
    scene.ring.send(framesFrom(scene, 0, 10));
    other.send(Array.from({ length: 10 }, (_, index) => testFrame(100 + index, 60, scene.client.mac, neighbour.mac)));
    runTo(scene.world, 100_000);
    const expected = Array.from({ length: 20 }, (_, index) => (index % 2 ? 100 : 0) + Math.floor(index / 2));
    expect(numbersOf(arrivedFrames(scene))).toEqual(expected);
  });

  it("one of them switched off, leave the wire to the other", () => {
    const scene = createQuietScene({ world: { module }, server: { vfCount: 2 } });
    const neighbour = scene.network.addNeighbour(scene.server, 1);
    const other = new TransmitRing(scene.world, neighbour);
    scene.world.plane.writeRegister(neighbour.vf, TXDCTL, 0);
    other.send(framesFrom(scene, 100, 5));
    scene.ring.send(framesFrom(scene, 0, 5));
    const trace = runTo(scene.world, 100_000);
    expect(framesOf(trace, TRACE_SENT, scene.server.wireOut)).toHaveLength(5);
    scene.world.plane.writeRegister(neighbour.vf, TXDCTL, QUEUE_ENABLE);
    other.ring();
    runTo(scene.world, 200_000);
    expect(numbersOf(arrivedFrames(scene))).toEqual([0, 1, 2, 3, 4, 100, 101, 102, 103, 104]);
  });
});
