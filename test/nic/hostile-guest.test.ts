/**
 * A guest that writes whatever it likes into its rings and registers. It may hurt itself; no byte of another guest
 * changes, every DMA outside its own memory leaves a fault, and the simulator goes on.
 */
import { describe, expect, it } from "vitest";
import { TX_DEXT, TX_TYPE_DATA } from "../../assembly/layout/descriptor";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { PF_LVMMC_AT } from "../../assembly/layout/pf-registers";
import { LVMMC_FAULT, LVMMC_RECEIVE } from "../../assembly/layout/physical-function";
import {
  DROP_DMA_FAULT,
  DROP_MALFORMED,
  DROP_NO_DESCRIPTOR,
  DROP_QUEUE_DISABLED,
  TRACE_FAULT,
  TRACE_FETCHED,
  TRACE_SENT,
} from "../../assembly/layout/trace";
import {
  RDBAH,
  RDLEN,
  RDT,
  RXDCTL,
  TDBAH,
  TDBAL,
  TDH,
  TDLEN,
  TDT,
  TXDCTL,
  VTEIMC,
} from "../../assembly/layout/vf-registers";
import { QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import type { World } from "../../src/core/world";
import { bootGuest } from "../../src/device/port-driver";
import { pageHashes } from "../support/guest-pages";
import { GUEST_PAGE_COUNT, type Network } from "../support/network";
import { arrivedFrames, createQuietScene, framesFrom } from "../support/quiet-scene";
import { RandomSource } from "../support/random-source";
import { layReceiveRing, RECEIVE_RING_PAGE } from "../support/receive-ring";
import { REGISTERS } from "../support/register-rows";
import { runFor, runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { numbersOf } from "../support/test-frame";
import { dropsFor, endCounts, framesOf, ofKind } from "../support/trace-reading";
import { BUILDS, RELEASE } from "../support/wasm-builds";

const MEMORY_BYTES = GUEST_PAGE_COUNT * PAGE_BYTES;
/** Addresses that no DMA of a guest may reach, with where the fault begins. */
const OUTSIDE = [
  { what: "just behind its memory", address: BigInt(MEMORY_BYTES), fault: BigInt(MEMORY_BYTES) },
  { what: "reaching over its end", address: BigInt(MEMORY_BYTES - 8), fault: BigInt(MEMORY_BYTES) },
  { what: "at four gigabytes", address: 2n ** 32n, fault: 2n ** 32n },
  { what: "at the end of all addresses", address: 2n ** 64n - 4096n, fault: 2n ** 64n - 4096n },
];

/** The buffers of a ring that all lie at one address. */
function buffersAt(address: bigint, count: number): bigint[] {
  return Array.from({ length: count }, () => address);
}

/** Adds a guest with contents whose device is quiesced, so that nothing may change it. */
function addVictim({ world, network }: { world: World; network: Network }) {
  const { guest, vf } = network.addServer();
  bootGuest(world, guest);
  world.plane.quiesce(vf);
  const before = pageHashes(world, guest);
  return {
    expectVictimUnharmed: () => expect(pageHashes(world, guest)).toEqual(before),
    letVictimGoOn: () => world.plane.unquiesce(vf),
  };
}

/** A hostile guest with a transmit ring. */
function createHostile(module: WebAssembly.Module) {
  const scene = createQuietScene({ world: { module } });
  const victim = addVictim(scene);
  const write = (offset: number, value: number) => scene.world.plane.writeRegister(scene.server.vf, offset, value);
  return { ...scene, ...victim, scene, write };
}

/** A guest that is sent three requests and lays its receive ring as a test wants it. */
function createHostileReceiver(module: WebAssembly.Module, buffers: readonly bigint[]) {
  const scene = createServiceScene(3, { world: { module }, patience: { tryCountMax: 1 } });
  const victim = addVictim(scene);
  layReceiveRing(scene.world, scene.server, buffers);
  const write = (offset: number, value: number) => scene.world.plane.writeRegister(scene.server.vf, offset, value);
  return { ...scene, ...victim, write };
}

describe.each(BUILDS)("a transmit ring, $name build", ({ module }) => {
  it.each([32, 33, 0xffff])("whose tail is beyond its end (%d), is not worked on", (tail) => {
    const { world, ring, frameOf } = createHostile(module);
    ring.post(frameOf(1));
    ring.ring(tail);
    expect(framesOf(runTo(world, 100_000), TRACE_FETCHED)).toEqual([]);
  });

  it("whose tail was beyond its end, rung right, works again", () => {
    const { scene, world, ring, frameOf } = createHostile(module);
    ring.post(frameOf(1));
    ring.ring(999);
    runTo(world, 10_000);
    ring.ring();
    runTo(world, 100_000);
    expect(numbersOf(arrivedFrames(scene))).toEqual([1]);
  });

  it.each(OUTSIDE.filter(({ address }) => address % 128n === 0n))("$what, rung, faults and stops", ({ address }) => {
    const { world, server, ring, write, expectVictimUnharmed } = createHostile(module);
    write(TDBAL, Number(address & 0xffffffffn));
    write(TDBAH, Number(address >> 32n));
    ring.ring(3);
    const faults = ofKind(runTo(world, 100_000), TRACE_FAULT, server.vf);
    expect(faults.map(({ a, b }) => (BigInt(b) << 32n) | BigInt(a))).toEqual([address]);
    ring.ring(5);
    expect(ofKind(runTo(world, 200_000), TRACE_FAULT)).toEqual([]);
    expectVictimUnharmed();
  });

  it("that stopped at a fault, enabled anew with a good base, works again", () => {
    const { scene, world, ring, write } = createHostile(module);
    write(TDBAH, 1);
    ring.ring(3);
    runTo(world, 10_000);
    write(TXDCTL, 0);
    write(TDBAH, 0);
    write(TDT, 0);
    write(TXDCTL, QUEUE_ENABLE);
    ring.send(framesFrom(scene, 5, 1));
    runTo(world, 100_000);
    expect(numbersOf(arrivedFrames(scene))).toEqual([5]);
  });

  it.each(OUTSIDE)("with a buffer $what, rung, faults, drops the packet and stops", ({ address, fault }) => {
    const { world, server, ring, frameOf, expectVictimUnharmed } = createHostile(module);
    ring.postDescriptor({ address, bytes: 60 });
    ring.post(frameOf(2));
    ring.ring();
    const trace = runTo(world, 100_000);
    const faults = ofKind(trace, TRACE_FAULT, server.vf);
    expect(faults.map(({ a, b }) => (BigInt(b) << 32n) | BigInt(a))).toEqual([fault]);
    expect(dropsFor(trace, DROP_DMA_FAULT)).toHaveLength(1);
    expect(world.plane.peekRegister(server.vf, TDH)).toBe(0);
    expect(world.plane.peekRegister(server.vf, TXDCTL) & QUEUE_ENABLE).toBe(0);
    expect(world.plane.readPfRegister(server.port, PF_LVMMC_AT)).toBe(LVMMC_FAULT);
    expectVictimUnharmed();
  });

  it.each([0, 1, 13])("with a packet of %d bytes, rung, drops it and sends the next one", (bytes) => {
    const { world, server, ring } = createHostile(module);
    ring.postDescriptor({ address: 0, bytes });
    ring.postDescriptor({ address: 0, bytes: 14 });
    ring.ring();
    const trace = runTo(world, 100_000);
    expect(dropsFor(trace, DROP_MALFORMED)).toMatchObject([{ subject: server.vf, a: bytes }]);
    expect(ofKind(trace, TRACE_SENT, server.wireOut)).toMatchObject([{ a: 60 }]);
    expect(ring.done().slice(0, 3)).toEqual([true, true, false]);
  });

  it("without the end of a packet in the whole ring, rung, sends nothing", () => {
    const { world, ring } = createHostile(module);
    const command = (TX_TYPE_DATA | TX_DEXT) >>> 0;
    for (let count = 0; count < 31; count++) ring.postDescriptor({ address: 0, bytes: 65_535, command });
    ring.ring();
    expect(framesOf(runTo(world, 100_000), TRACE_FETCHED)).toEqual([]);
  });

  it("of no length, rung, sends nothing", () => {
    const { world, ring, write } = createHostile(module);
    write(TDLEN, 0);
    ring.ring(1);
    expect(framesOf(runTo(world, 100_000), TRACE_FETCHED)).toEqual([]);
  });

  it("shortened behind its head, rung, harms nobody", () => {
    const { scene, world, ring, write, expectVictimUnharmed } = createHostile(module);
    ring.send(framesFrom(scene, 0, 20));
    runTo(world, 100_000);
    write(TDLEN, 128);
    ring.ring(3);
    runTo(world, 200_000);
    expectVictimUnharmed();
  });
});

describe.each(BUILDS)("a receive ring, $name build", ({ module }) => {
  it.each(OUTSIDE)("with a buffer $what, frames received, faults at each and drops it", ({ address, fault }) => {
    const { world, server, expectVictimUnharmed } = createHostileReceiver(module, buffersAt(address, 8));
    const trace = runTo(world, 1_000_000);
    const faults = ofKind(trace, TRACE_FAULT, server.vf);
    expect(faults.map(({ a, b }) => (BigInt(b) << 32n) | BigInt(a))).toEqual([fault, fault, fault]);
    expect(dropsFor(trace, DROP_DMA_FAULT)).toHaveLength(3);
    expectVictimUnharmed();
  });

  it("outside memory, frames received, faults at the first, stops and drops them all", () => {
    const { world, server, write, expectVictimUnharmed } = createHostileReceiver(module, buffersAt(0n, 8));
    write(RDBAH, 0x80000000);
    const trace = runTo(world, 1_000_000);
    expect(ofKind(trace, TRACE_FAULT, server.vf)).toMatchObject([{ b: 0x80000000 }]);
    expect(dropsFor(trace, DROP_DMA_FAULT)).toHaveLength(1);
    // Others are of the copies that are flooded to the victim's port.
    const stopped = dropsFor(trace, DROP_QUEUE_DISABLED).filter(({ subject }) => subject === server.vf);
    expect(stopped).toHaveLength(2);
    expect(world.plane.peekRegister(server.vf, RXDCTL) & QUEUE_ENABLE).toBe(0);
    expect(world.plane.readPfRegister(server.port, PF_LVMMC_AT)).toBe(LVMMC_FAULT | LVMMC_RECEIVE);
    expectVictimUnharmed();
  });

  it.each([8, 0xffff])("whose tail is beyond its end (%d), has no descriptor for anybody", (tail) => {
    const { world, write } = createHostileReceiver(module, buffersAt(0n, 8));
    write(RDT, tail);
    expect(dropsFor(runTo(world, 1_000_000), DROP_NO_DESCRIPTOR)).toHaveLength(3);
  });

  it("whose buffers are the ring itself, frames received, stays inside the guest", () => {
    const ring = BigInt(RECEIVE_RING_PAGE * PAGE_BYTES);
    const { world, expectVictimUnharmed } = createHostileReceiver(module, buffersAt(ring, 8));
    const trace = runTo(world, 1_000_000);
    expectVictimUnharmed();
    expect([...endCounts(trace).values()].filter((count) => count !== 1)).toEqual([]);
  });

  it("shortened behind its head, frames received, harms nobody", () => {
    const { world, write, expectVictimUnharmed } = createHostileReceiver(module, buffersAt(0n, 64));
    runTo(world, 70_000);
    write(RDLEN, 0);
    write(RDT, 3);
    runTo(world, 1_000_000);
    expectVictimUnharmed();
  });
});

describe("a guest that writes at random", () => {
  /** Heads, causes and lengths in any order; a reset now and then. */
  it.each([1, 2, 3, 4])("into registers and rings (seed %d), harms nobody, and every frame ends once", (seed) => {
    const { world, server, ring, write, ...victim } = createHostile(RELEASE.module);
    const random = new RandomSource(seed);
    const trace = runTo(world, 0);
    for (let round = 0; round < 300; round++) {
      const address = BigInt(random.pick([0, 4095, 8 * PAGE_BYTES, MEMORY_BYTES - 30, MEMORY_BYTES, 0xffffffff]));
      const command = random.pick([0, 0x3b300000, 0x3b300000, 0x2b300000, 0x3a300000, 0x33200000, 0xffff0000]);
      ring.postDescriptor({ address, bytes: random.pick([0, 1, 60, 1518, 1519, 65_535]), command });
      if (random.below(3) === 0) ring.ring();
      const { offset } = random.pick(REGISTERS);
      const value = random.pick([0, 1, 128, 0xffff, 0xffffffff, QUEUE_ENABLE, ring.descriptorCount * 16]);
      // Without interrupts the guest's own driver, which never started, is left out of it.
      if (random.below(4) === 0) write(offset, value);
      write(VTEIMC, 7);
      if (random.below(6) === 0) write(random.pick([TXDCTL, RXDCTL]), QUEUE_ENABLE);
      // It may have reset its function, so that its port lets it in again, or put its ring out of reach.
      if (random.below(12) === 0) ring.start();
      trace.push(...runFor(world, random.below(3000)));
    }
    trace.push(...runFor(world, 10_000_000));
    victim.expectVictimUnharmed();
    victim.letVictimGoOn();
    trace.push(...runFor(world, 1));
    expect([...endCounts(trace).values()].filter((count) => count !== 1)).toEqual([]);
    expect(ofKind(trace, TRACE_FAULT, server.vf).length).toBeGreaterThan(0);
  });
});
