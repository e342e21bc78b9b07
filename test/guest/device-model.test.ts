/** The device model: what it believes of a guest, what it writes, where frames end when somebody is slow. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DESCRIPTOR_BYTES,
  RX_ADDRESS,
  RX_RXE,
  RX_STATUS,
  TX_ADDRESS,
  TX_COMMAND,
  TX_DD,
  TX_DEXT,
  TX_EOP,
  TX_IC,
  TX_RS,
  TX_STATUS,
  TX_TSE,
  TX_TYPE_CONTEXT,
  TX_TYPE_DATA,
  TX_VLE,
} from "../../assembly/layout/descriptor";
import {
  CAUSE_SENT,
  EMULATED_ICR,
  EMULATED_ICS,
  EMULATED_IMC,
  EMULATED_IMS,
  EMULATED_ITR,
  EMULATED_NOT_FOR_US,
  EMULATED_RCTL,
  EMULATED_RDBAH,
  EMULATED_RDBAL,
  EMULATED_RDH,
  EMULATED_RDLEN,
  EMULATED_RDT,
  EMULATED_STATUS,
  EMULATED_TCTL,
  EMULATED_TDBAH,
  EMULATED_TDBAL,
  EMULATED_TDH,
  EMULATED_TDLEN,
  EMULATED_TDT,
  STATUS_LINK_UP,
  TAP_QUEUE_COUNT_MAX,
} from "../../assembly/layout/emulated";
import { RX_RING_PAGE, TX_RING_PAGE } from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { ETHERNET_TYPE, IPV4_PROTOCOL, PROTOCOL_UDP } from "../../assembly/layout/packet";
import {
  VIF_DROPPED_FULL,
  VIF_ERRORS,
  VIF_FROM_GUEST,
  VIF_QUEUED,
  VIF_QUEUED_PEAK,
  VIF_STARVED,
  VIF_TO_GUEST,
} from "../../assembly/layout/paravirtual";
import { DROP_BAD_ADDRESS, DROP_FILTERED, DROP_TAP_FULL } from "../../assembly/layout/trace";
import { connectEmulated } from "../../src/device/emulated";
import { guestMac, macBytes } from "../support/addresses";
import { createDom0Scene } from "../support/dom0-scene";
import { SharedRings } from "../support/shared-rings";
import { dropsFor } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const PORT = 9;
/** What a sink counts is a datagram over IPv4. */
const [IPV4_HIGH, IPV4_LOW] = [8, 0];
const GUEST_END = 576 * PAGE_BYTES;
/** A page that the guest's software does not use. */
const SPARE_PAGE = 500;
const SPARE = SPARE_PAGE * PAGE_BYTES;
const LEGACY = TX_EOP | TX_RS;
const ADVANCED = LEGACY | TX_DEXT | TX_TYPE_DATA;

interface Descriptor {
  readonly address: number;
  readonly command: number;
  readonly status?: number;
}

/** A connected emulated guest whose software stands still, its rings and its registers; a neighbour gets what it sends. */
function createHostile(module: WebAssembly.Module) {
  const made = createDom0Scene(module);
  const { scene, dom0, world, plane } = made;
  const hostile = scene.addEmulatedGuest(dom0);
  const neighbour = scene.addEmulatedGuest(dom0);
  plane.createSink(neighbour.guest);
  connectEmulated(world, hostile.front);
  scene.boot(neighbour);
  const rings = new SharedRings(world, hostile.guest);
  rings.page(SPARE_PAGE).set(macBytes(neighbour.mac), 0);
  rings.page(SPARE_PAGE).set(macBytes(hostile.mac), 6);
  rings.page(SPARE_PAGE).set([IPV4_HIGH, IPV4_LOW], ETHERNET_TYPE);
  rings.page(SPARE_PAGE).set([PROTOCOL_UDP], IPV4_PROTOCOL);
  /** Accesses a register and lets a millisecond pass; returns the answer. */
  const access = (register: number, value: number, isWrite: 0 | 1) => {
    plane.accessEmulated(hostile.guest, register, value, isWrite);
    scene.runTo(world.nowNs() + 1_000_000);
    return plane.emulatedAnswer(hostile.guest);
  };
  const write = (register: number, value: number) => access(register, value, 1);
  /** Writes descriptors from the first on. */
  const describeAll = (...descriptors: Descriptor[]) => {
    const words = rings.words(TX_RING_PAGE);
    descriptors.forEach(({ address, command, status = 0 }, index) => {
      words.setBigUint64(index * DESCRIPTOR_BYTES + TX_ADDRESS, BigInt(address), true);
      words.setUint32(index * DESCRIPTOR_BYTES + TX_COMMAND, command >>> 0, true);
      words.setUint32(index * DESCRIPTOR_BYTES + TX_STATUS, status, true);
    });
  };
  /** The same, and tells the device of them. */
  const send = (...descriptors: Descriptor[]) => {
    describeAll(...descriptors);
    return write(EMULATED_TDT, descriptors.length);
  };
  const isDone = (index: number) => {
    return (rings.words(TX_RING_PAGE).getUint32(index * DESCRIPTOR_BYTES + TX_STATUS, true) & TX_DD) !== 0;
  };
  const counts = () => [VIF_FROM_GUEST, VIF_ERRORS].map((counter) => scene.count(hostile, counter));
  return { ...made, hostile, neighbour, rings, access, write, describeAll, send, isDone, counts };
}

describe.each(BUILDS)("a packet of a guest, $name build", ({ module }) => {
  it.each([
    ["in a legacy descriptor", [{ address: SPARE, command: 100 | LEGACY }]],
    ["in an advanced descriptor", [{ address: SPARE, command: 100 | ADVANCED }]],
    [
      "in three descriptors, over a page's end",
      [
        { address: SPARE, command: 34 },
        { address: SPARE + PAGE_BYTES - 20, command: 40 },
        { address: SPARE, command: 26 | LEGACY },
      ],
    ],
    [
      "behind a context",
      [
        { address: 0, command: TX_DEXT | TX_TYPE_CONTEXT },
        { address: SPARE, command: 100 | ADVANCED },
      ],
    ],
  ])("%s, is bridged and reported", (_, descriptors) => {
    const { scene, neighbour, plane, send, isDone, counts } = createHostile(module);
    expect(send(...descriptors)).toBe(descriptors.length);
    expect(counts()).toEqual([1, 0]);
    expect(isDone(descriptors.length - 1)).toBe(true);
    expect(plane.streamCount(neighbour.guest)).toBe(1);
    expect(scene.faults()).toEqual([]);
  });

  it.each([
    ["beyond its memory", { address: GUEST_END - 50, command: 100 | LEGACY }],
    ["far beyond its memory", { address: 2 ** 53, command: 100 | LEGACY }],
    ["shorter than a header", { address: SPARE, command: 13 | LEGACY }],
    ["longer than a frame", { address: SPARE, command: 1519 | LEGACY }],
    ["that wants a tag", { address: SPARE, command: 100 | LEGACY | TX_VLE }],
    ["that wants a checksum", { address: SPARE, command: 100 | LEGACY | TX_IC }],
    ["that wants to be segmented", { address: SPARE, command: 100 | ADVANCED | TX_TSE }],
  ])("%s, comes to nothing, is counted, and the next one goes", (_, descriptor) => {
    const { scene, neighbour, plane, send, counts } = createHostile(module);
    send(descriptor, { address: SPARE, command: 100 | LEGACY });
    expect(counts()).toEqual([1, 1]);
    expect(plane.streamCount(neighbour.guest)).toBe(1);
    expect(scene.faults()).toEqual([]);
  });

  it("that never ends, in a ring without an end, stops after one round, and the next one goes", () => {
    const { scene, hostile, neighbour, plane, world, describeAll, write, counts, rings } = createHostile(module);
    // 65,528 descriptors, most of them behind the guest's memory, and a tail that no head reaches.
    describeAll(...Array.from({ length: 256 }, () => ({ address: SPARE, command: 1000 })));
    write(EMULATED_TDLEN, 0xfffff);
    plane.accessEmulated(hostile.guest, EMULATED_TDT, 0xffff, 1);
    scene.runTo(world.nowNs() + 100_000);
    expect(plane.emulatedAnswer(hostile.guest)).toBe(-1);
    const before = scene.count(neighbour, VIF_FROM_GUEST);
    plane.createSource(neighbour.guest, ...hostile.mac, hostile.ip, PORT, 100, 1, 100_000);
    plane.suspendGuest(neighbour.guest);
    plane.resumeGuest(neighbour.guest);
    scene.runTo(world.nowNs() + 1_000_000);
    // Its device model works, and others have their turns.
    expect(scene.count(neighbour, VIF_FROM_GUEST)).toBeGreaterThan(before + 5);
    scene.runTo(world.nowNs() + 20_000_000);
    expect(plane.emulatedAnswer(hostile.guest)).toBe(0xffff);
    rings.page(TX_RING_PAGE).fill(0);
    write(EMULATED_TDH, 0);
    write(EMULATED_TDT, 0);
    describeAll({ address: 0, command: LEGACY }, { address: SPARE, command: 100 | LEGACY });
    write(EMULATED_TDT, 2);
    // What lies behind the ring was taken for descriptors, and came to nothing.
    expect(counts()[0]).toBe(1);
    expect(scene.faults(600)).toEqual([]);
  });

  it.each([
    ["at a head beyond its end", [[EMULATED_TDH, 300]]],
    ["without a length", [[EMULATED_TDLEN, 0]]],
    ["that is off", [[EMULATED_TCTL, 0]]],
    ["that lies behind its memory", [[EMULATED_TDBAH, 1]]],
    ["over its memory's end", [[EMULATED_TDBAL, GUEST_END - 16]]],
  ])("in a ring %s, is not there, and the access is answered", (_, writes) => {
    const { scene, write, send, counts } = createHostile(module);
    for (const [register, value] of writes) write(register ?? 0, value ?? 0);
    expect(send({ address: SPARE, command: 100 | LEGACY })).toBe(1);
    expect(counts()).toEqual([0, 0]);
    expect(scene.faults()).toEqual([]);
  });
});

describe.each(BUILDS)("a register, $name build", ({ module }) => {
  it("read or written, answers as on an e1000", () => {
    const { access, write, send } = createHostile(module);
    expect(access(EMULATED_STATUS, 0, 0)).toBe(STATUS_LINK_UP);
    write(EMULATED_IMC, 0xffffffff);
    expect(access(EMULATED_IMS, 0, 0)).toBe(0);
    write(EMULATED_IMS, CAUSE_SENT);
    expect(access(EMULATED_IMS, 0, 0)).toBe(CAUSE_SENT);
    send({ address: SPARE, command: 100 | LEGACY });
    expect(access(EMULATED_TDH, 0, 0)).toBe(1);
    expect(access(EMULATED_ICR, 0, 0)).toBe(CAUSE_SENT);
    expect(access(EMULATED_ICR, 0, 0)).toBe(0);
    expect(access(0x5678, 0, 0)).toBe(0);
  });
});

describe.each(BUILDS)("a frame to a guest, $name build", ({ module }) => {
  /** A guest that floods another one, whose software may stand still. */
  function createFlood(countPerTick = 10) {
    const made = createDom0Scene(module);
    const from = made.scene.addEmulatedGuest(made.dom0);
    const to = made.scene.addEmulatedGuest(made.dom0);
    made.plane.createSource(from.guest, ...to.mac, to.ip, PORT, 1000, countPerTick, 1_000_000);
    return { ...made, from, to };
  }

  it("whose guest stands still, fills its descriptors, then its tap, then is dropped there", () => {
    const { scene, world, from, to } = createFlood(60);
    scene.boot(from);
    connectEmulated(world, to.front);
    scene.runTo(20_500_000);
    const counts = [VIF_TO_GUEST, VIF_QUEUED, VIF_QUEUED_PEAK].map((counter) => scene.count(to, counter));
    expect(counts).toEqual([255, TAP_QUEUE_COUNT_MAX, TAP_QUEUE_COUNT_MAX]);
    const lost = scene.count(from, VIF_FROM_GUEST) - 255 - TAP_QUEUE_COUNT_MAX;
    expect(lost).toBeGreaterThan(100);
    expect(scene.count(to, VIF_DROPPED_FULL)).toBe(lost);
    expect(dropsFor(scene.trace, DROP_TAP_FULL)).toHaveLength(lost);
    expect(scene.count(to, VIF_STARVED)).toBeGreaterThan(0);
    expect(scene.faults(TAP_QUEUE_COUNT_MAX)).toEqual([]);
  });

  it("that waited for a descriptor, is handed over as soon as the guest posts some", () => {
    const { scene, world, plane, from, to } = createFlood(60);
    plane.createSink(to.guest);
    connectEmulated(world, to.front);
    scene.boot(from);
    scene.runTo(8_500_000);
    expect(scene.count(to, VIF_QUEUED)).toBeGreaterThan(100);
    plane.suspendGuest(from.guest);
    plane.resumeGuest(to.guest);
    scene.runTo(20_000_000);
    expect([VIF_QUEUED, VIF_DROPPED_FULL].map((counter) => scene.count(to, counter))).toEqual([0, 0]);
    expect(plane.streamCount(to.guest)).toBe(scene.count(from, VIF_FROM_GUEST));
    expect(scene.faults()).toEqual([]);
  });

  it.each([
    ["buffer", RX_RING_PAGE * PAGE_BYTES, GUEST_END - 10, true],
    ["buffer far", RX_RING_PAGE * PAGE_BYTES, 2 ** 53, true],
    ["ring", GUEST_END, SPARE, false],
  ])("whose %s lies outside its memory, is dropped and counted", (_, ring, buffer, isWrittenBack) => {
    const { scene, world, plane, from, to } = createFlood();
    connectEmulated(world, to.front);
    const words = new SharedRings(world, to.guest).words(RX_RING_PAGE);
    for (let index = 0; index < 256; index++)
      words.setBigUint64(index * DESCRIPTOR_BYTES + RX_ADDRESS, BigInt(buffer), true);
    plane.accessEmulated(to.guest, EMULATED_RDBAL, ring, 1);
    scene.runTo(100_000);
    scene.boot(from);
    scene.runTo(2_900_000);
    const lost = scene.count(to, VIF_ERRORS);
    expect(lost).toBeGreaterThan(5);
    expect(scene.count(to, VIF_TO_GUEST)).toBe(0);
    expect(dropsFor(scene.trace, DROP_BAD_ADDRESS)).toHaveLength(lost);
    const status = words.getUint32(RX_STATUS, true) & RX_RXE;
    expect(status !== 0).toBe(isWrittenBack);
    expect(scene.faults()).toEqual([]);
  });

  it("that the bridge floods, is taken only by whom it is for", () => {
    const { scene, plane, from, to, dom0 } = createFlood();
    const third = scene.addEmulatedGuest(dom0);
    plane.createSource(from.guest, ...guestMac(99), to.ip, PORT, 100, 1, 1_000_000);
    scene.boot(from, to, third);
    scene.runTo(5_500_000);
    const filtered = [to, third].map(({ vif }) => plane.countOfEmulated(vif, EMULATED_NOT_FOR_US));
    expect(filtered).toEqual([5, 5]);
    expect(dropsFor(scene.trace, DROP_FILTERED)).toHaveLength(10);
    expect([to, third].map((guest) => scene.count(guest, VIF_TO_GUEST))).toEqual([0, 0]);
    expect(scene.faults(10)).toEqual([]);
  });

  it("beside a paravirtual guest's, goes both ways between the two kinds", () => {
    const { scene, plane, dom0 } = createDom0Scene(module);
    const emulated = scene.addEmulatedGuest(dom0);
    const front = scene.addFrontGuest(dom0);
    const third = scene.addFrontGuest(dom0);
    plane.createSource(emulated.guest, ...third.mac, third.ip, PORT, 700, 2, 200_000);
    plane.createSource(front.guest, ...emulated.mac, emulated.ip, PORT, 700, 2, 200_000);
    plane.createSink(third.guest);
    scene.boot(emulated, front, third);
    scene.runTo(5_100_000);
    expect(plane.streamCount(third.guest)).toBe(50);
    expect(scene.count(emulated, VIF_TO_GUEST)).toBe(50);
    expect(scene.faults(4)).toEqual([]);
  });
});

const REGISTERS = [
  EMULATED_ICR,
  EMULATED_ITR,
  EMULATED_ICS,
  EMULATED_IMS,
  EMULATED_IMC,
  EMULATED_RCTL,
  EMULATED_TCTL,
  EMULATED_RDBAL,
  EMULATED_RDBAH,
  EMULATED_RDLEN,
  EMULATED_RDH,
  EMULATED_RDT,
  EMULATED_TDBAL,
  EMULATED_TDBAH,
  EMULATED_TDLEN,
  EMULATED_TDH,
  EMULATED_TDT,
];
const word = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: GUEST_END + PAGE_BYTES }),
  fc.integer({ min: 0, max: 0xffffffff }),
);
const hostileTurn = fc.record({
  words: fc.array(
    fc.record({
      page: fc.constantFrom(TX_RING_PAGE, RX_RING_PAGE),
      at: fc.integer({ min: 0, max: 127 }),
      value: fc.oneof(
        word,
        fc.integer({ min: 0, max: 1600 }).map((bytes) => (bytes | ADVANCED) >>> 0),
      ),
    }),
    { maxLength: 24 },
  ),
  writes: fc.array(fc.record({ register: fc.constantFrom(...REGISTERS), value: word }), { maxLength: 4 }),
  tail: fc.integer({ min: 0, max: 70 }),
});

describe.each(BUILDS)("a guest that writes anything, $name build", ({ module }) => {
  it("into its memory and its registers, is answered each time, keeps to itself and stops nobody", () => {
    fc.assert(
      fc.property(fc.array(hostileTurn, { minLength: 1, maxLength: 5 }), (turns) => {
        const { scene, world, plane, hostile, neighbour, rings, write } = createHostile(module);
        plane.createSource(neighbour.guest, ...hostile.mac, hostile.ip, PORT, 700, 3, 100_000);
        plane.suspendGuest(neighbour.guest);
        plane.resumeGuest(neighbour.guest);
        for (const { words, writes, tail } of turns) {
          for (const { page, at, value } of words) rings.words(page).setUint32(at * 4, value, true);
          const before = world.exportMemory(hostile.guest);
          plane.startLogging(hostile.guest, 0);
          for (const { register, value } of [...writes, { register: EMULATED_TDT, value: tail }]) {
            write(register, value);
            scene.runTo(world.nowNs() + 20_000_000);
            expect(plane.emulatedAnswer(hostile.guest)).toBeGreaterThanOrEqual(0);
          }
          for (const [page, bytes] of world.exportMemory(hostile.guest)) {
            const old = before.get(page) ?? new Uint8Array(PAGE_BYTES);
            if (Buffer.compare(old, bytes) !== 0) expect(plane.isPageDirty(hostile.guest, page)).toBe(1);
          }
        }
        const taken = scene.count(neighbour, VIF_FROM_GUEST);
        scene.runTo(world.nowNs() + 2_000_000);
        expect(scene.count(neighbour, VIF_FROM_GUEST)).toBeGreaterThan(taken);
        expect(scene.faults(1200)).toEqual([]);
      }),
      { seed: 20261127, numRuns: 20 },
    );
  });
});
