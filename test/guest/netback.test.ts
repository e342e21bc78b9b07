/** netback: what it believes of a guest, what it writes, where frames end when somebody is slow. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACTIVITY_GRANT } from "../../assembly/layout/cost";
import {
  GRANT_TABLE_PAGE,
  GRANT_TABLE_PAGE_COUNT,
  RX_RING_PAGE,
  TX_RING_PAGE,
} from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import {
  DOM0_DROPPED_FULL,
  DOM0_POSTED,
  GRANT_ACCESS,
  GRANT_READ_ONLY,
  RING_ENTRIES,
  RING_REQ_EVENT,
  RING_REQ_PROD,
  RING_RSP_PROD,
  RX_ENTRY_BYTES,
  SHARED_COUNT,
  TX_ENTRY_BYTES,
  TX_EXTRA_INFO,
  TX_MORE_DATA,
  VIF_DROPPED_DOWN,
  VIF_DROPPED_FULL,
  VIF_ERRORS,
  VIF_FROM_GUEST,
  VIF_QUEUED,
  VIF_QUEUED_PEAK,
  VIF_STARVED,
  VIF_TO_GUEST,
} from "../../assembly/layout/paravirtual";
import {
  DROP_BACKEND_DOWN,
  DROP_BACKEND_FULL,
  DROP_NO_DESCRIPTOR,
  DROP_NOT_GRANTED,
  TRACE_HANDED,
} from "../../assembly/layout/trace";
import { connectFront, disconnectFront } from "../../src/device/paravirtual";
import { macBytes } from "../support/addresses";
import { createDom0Scene } from "../support/dom0-scene";
import { readPage } from "../support/guest-pages";
import { NOW } from "../support/now";
import { SharedRings, type TransmitRequest } from "../support/shared-rings";
import { dropsFor } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const PORT = 9;
const CONNECTED = 1;
const BROKEN = 2;
/** A page that the guest's software does not use, and a reference that it does not. */
const SPARE_PAGE = 500;
const SPARE = 900;
const NULL_RESPONSE = 1;
const GOOD: TransmitRequest = { reference: SPARE, offset: 0, flags: 0, id: 77, size: 100 };
const FULL_ACCESS = { flags: GRANT_ACCESS, domain: 0, page: SPARE_PAGE };

/** A connected paravirtual guest whose software stands still, and its rings; a neighbour gets what it sends. */
function createHostile(module: WebAssembly.Module) {
  const made = createDom0Scene(module);
  const front = made.scene.addFrontGuest(made.dom0);
  const neighbour = made.scene.addFrontGuest(made.dom0);
  connectFront(made.world, front.front);
  made.scene.boot(neighbour);
  const rings = new SharedRings(made.world, front.guest);
  rings.page(SPARE_PAGE).set(macBytes(neighbour.mac), 0);
  rings.page(SPARE_PAGE).set(macBytes(front.mac), 6);
  rings.grant(SPARE, FULL_ACCESS);
  const kick = () => {
    made.plane.signalVif(front.vif);
    made.scene.runTo(made.world.nowNs() + 1_000_000);
  };
  return { ...made, front, neighbour, rings, kick };
}

describe.each(BUILDS)("a request of a guest, $name build", ({ module }) => {
  it("in order, answered and bridged", () => {
    const { scene, front, neighbour, rings, kick } = createHostile(module);
    rings.request(0, GOOD);
    kick();
    expect(rings.response(0)).toEqual([77, 0]);
    expect(scene.count(neighbour, VIF_TO_GUEST)).toBe(1);
    expect(rings.positions(TX_RING_PAGE)).toMatchObject({ requests: 1, responses: 1, requestEvent: 2 });
    expect([VIF_FROM_GUEST, VIF_ERRORS].map((counter) => scene.count(front, counter))).toEqual([1, 0]);
    expect(scene.faults()).toEqual([]);
  });

  it.each<[string, Partial<TransmitRequest>]>([
    ["with a reference beyond the table", { reference: 0xffffffff }],
    ["with a reserved reference", { reference: 3 }],
    ["with a reference that was never granted", { reference: SPARE + 1 }],
    ["shorter than a header", { size: 13 }],
    ["longer than a frame", { size: 1519 }],
    ["beyond its page", { offset: PAGE_BYTES - 99 }],
  ])("%s, answered with an error, counted, and nothing sent", (_, change) => {
    const { scene, front, neighbour, rings, kick } = createHostile(module);
    rings.request(0, { ...GOOD, ...change });
    rings.request(1, GOOD);
    kick();
    expect([rings.response(0), rings.response(1)]).toEqual([
      [77, -1],
      [77, 0],
    ]);
    expect([VIF_FROM_GUEST, VIF_ERRORS].map((counter) => scene.count(front, counter))).toEqual([1, 1]);
    expect(scene.count(neighbour, VIF_TO_GUEST)).toBe(1);
    expect(scene.faults()).toEqual([]);
  });

  it("that goes on in the next slot, put together and bridged as one frame", () => {
    const { scene, front, neighbour, rings, kick } = createHostile(module);
    rings.request(0, { ...GOOD, flags: TX_MORE_DATA, size: 160 });
    rings.request(1, { ...GOOD, id: 78, offset: 100, size: 60 });
    kick();
    expect([rings.response(0), rings.response(1)]).toEqual([
      [77, 0],
      [78, 0],
    ]);
    expect([VIF_FROM_GUEST, VIF_ERRORS].map((counter) => scene.count(front, counter))).toEqual([1, 0]);
    expect(scene.count(neighbour, VIF_TO_GUEST)).toBe(1);
    expect(scene.trace.filter(({ kind }) => kind === TRACE_HANDED).map(({ a }) => a)).toEqual([160]);
    expect(scene.faults()).toEqual([]);
  });

  it.each<[string, readonly Partial<TransmitRequest>[], boolean]>([
    ["whose parts are more than the whole", [{ flags: TX_MORE_DATA }, { size: 87 }], false],
    ["whose second part was never granted", [{ flags: TX_MORE_DATA, size: 200 }, { reference: SPARE + 1 }], false],
    ["whose first part leaves its page", [{ flags: TX_MORE_DATA, size: 200, offset: 4000 }, {}], false],
    ["longer than a frame and not to be cut", [{ flags: TX_MORE_DATA, size: 1600 }, { size: 1000 }], false],
    [
      "of nineteen parts",
      [{ flags: TX_MORE_DATA, size: 400 }, ...new Array(17).fill({ flags: TX_MORE_DATA, size: 10 }), { size: 10 }],
      false,
    ],
    ["that does not end", [{ flags: TX_MORE_DATA, size: 200 }, { flags: TX_MORE_DATA }], true],
    ["whose extra information is not there", [{ flags: TX_EXTRA_INFO }], true],
  ])("%s, refused whole", (_, slots, isBroken) => {
    const { scene, plane, front, neighbour, rings, kick } = createHostile(module);
    slots.forEach((slot, position) => {
      rings.request(position, { ...GOOD, ...slot });
    });
    kick();
    expect(plane.vifState(front.vif)).toBe(isBroken ? BROKEN : CONNECTED);
    if (!isBroken) expect(slots.map((_slot, position) => rings.response(position))).toEqual(slots.map(() => [77, -1]));
    const counts = [VIF_FROM_GUEST, VIF_ERRORS].map((counter) => scene.count(front, counter));
    expect(counts).toEqual([0, isBroken ? 0 : 1]);
    expect(scene.count(neighbour, VIF_TO_GUEST)).toBe(0);
    expect(scene.faults()).toEqual([]);
  });

  it.each<[string, readonly number[], number]>([
    ["of another kind", [2, 0, 100, 0, 1], 1],
    ["for another protocol", [1, 0, 100, 0, 4], 1],
    ["with segments of no bytes", [1, 0, 0, 0, 1], 1],
    ["that goes on, and then says nothing useful", [1, 1, 100, 0, 1], 2],
    ["for a frame that is not TCP", [1, 0, 100, 0, 1], 1],
  ])("with extra information %s, refused", (_, extra, extraCount) => {
    const { scene, front, neighbour, rings, kick } = createHostile(module);
    rings.request(0, { ...GOOD, flags: TX_EXTRA_INFO, size: 1000 });
    rings.extra(1, extra);
    if (extraCount > 1) rings.extra(2, [9]);
    rings.request(1 + extraCount, GOOD);
    rings.extra(1, extra);
    kick();
    expect(rings.response(0)).toEqual([77, -1]);
    expect(rings.response(1)).toEqual([0, NULL_RESPONSE]);
    expect(rings.response(1 + extraCount)).toEqual([77, 0]);
    expect([VIF_FROM_GUEST, VIF_ERRORS].map((counter) => scene.count(front, counter))).toEqual([1, 1]);
    expect(scene.count(neighbour, VIF_TO_GUEST)).toBe(1);
    expect(scene.faults()).toEqual([]);
  });

  it.each([
    ["to another domain", { ...FULL_ACCESS, domain: 7 }],
    ["of another type", { ...FULL_ACCESS, flags: 2 }],
    ["taken back", { ...FULL_ACCESS, flags: 0 }],
    ["of a page that the guest does not have", { ...FULL_ACCESS, page: 576 }],
  ])("with a grant %s, answered with an error", (_, grant) => {
    const { scene, front, rings, kick } = createHostile(module);
    rings.grant(SPARE, grant);
    rings.request(0, GOOD);
    kick();
    expect(rings.response(0)).toEqual([77, -1]);
    expect(scene.count(front, VIF_ERRORS)).toBe(1);
  });

  it("to be read from a page that is granted read-only, answered and bridged", () => {
    const { rings, kick } = createHostile(module);
    rings.grant(SPARE, { ...FULL_ACCESS, flags: GRANT_ACCESS | GRANT_READ_ONLY });
    rings.request(0, GOOD);
    kick();
    expect(rings.response(0)).toEqual([77, 0]);
  });

  it("that pays by the page or by the byte, charged for what the vif is set to", () => {
    const grantCycles = (isMapping: boolean) => {
      const { scene, dom0, plane, front, neighbour, rings, kick } = createHostile(module);
      plane.setMapping(front.vif, isMapping ? 1 : 0);
      for (let position = 0; position < 8; position++) rings.request(position, { ...GOOD, size: 1024 });
      kick();
      expect(scene.count(neighbour, VIF_TO_GUEST)).toBe(8);
      return plane.chargedCycles(dom0.vcpu, ACTIVITY_GRANT);
    };
    // To the neighbour each is copied in any case.
    const copied = Math.floor((8 * 1024 * NOW.grantCopy) / 1000);
    expect([grantCycles(true), grantCycles(false)]).toEqual([copied + 8 * NOW.grantMapPage, 2 * copied]);
  });

  it("more than there can be, breaks the vif until it is connected anew", () => {
    const { scene, world, plane, front, rings, kick } = createHostile(module);
    rings.words(TX_RING_PAGE).setUint32(RING_REQ_PROD, SHARED_COUNT + 1, true);
    kick();
    expect([plane.vifState(front.vif), scene.count(front, VIF_FROM_GUEST)]).toEqual([BROKEN, 0]);
    rings.request(0, GOOD);
    kick();
    expect(scene.count(front, VIF_FROM_GUEST)).toBe(0);
    connectFront(world, front.front);
    rings.grant(SPARE, FULL_ACCESS);
    rings.request(0, GOOD);
    kick();
    expect([plane.vifState(front.vif), scene.count(front, VIF_FROM_GUEST)]).toEqual([CONNECTED, 1]);
    expect(scene.faults()).toEqual([]);
  });

  it("to be received into, more than there can be, breaks the vif and ends what waits", () => {
    const { scene, world, plane, front, neighbour, rings } = createHostile(module);
    plane.createSource(neighbour.guest, ...front.mac, front.ip, PORT, 100, 1, 100_000);
    plane.suspendGuest(neighbour.guest);
    plane.resumeGuest(neighbour.guest);
    rings.words(RX_RING_PAGE).setUint32(RING_REQ_PROD, SHARED_COUNT + 1, true);
    scene.runTo(world.nowNs() + 1_050_000);
    expect(plane.vifState(front.vif)).toBe(BROKEN);
    expect(dropsFor(scene.trace, DROP_BACKEND_DOWN)).toHaveLength(10);
    // The first broke the vif, the others found it so.
    expect(scene.count(front, VIF_DROPPED_DOWN)).toBe(9);
    expect([VIF_TO_GUEST, VIF_QUEUED].map((counter) => scene.count(front, counter))).toEqual([0, 0]);
    expect(scene.faults()).toEqual([]);
  });
});

describe.each(BUILDS)("a frame to a guest, $name build", ({ module }) => {
  /** A guest that floods another one, whose software may stand still. */
  function createFlood(options: Parameters<ReturnType<typeof createDom0Scene>["scene"]["addFrontGuest"]>[1] = {}) {
    const made = createDom0Scene(module);
    const from = made.scene.addFrontGuest(made.dom0);
    const to = made.scene.addFrontGuest(made.dom0, options);
    made.plane.createSource(from.guest, ...to.mac, to.ip, PORT, 1000, 10, 100_000);
    return { ...made, from, to };
  }

  it("whose guest stands still, fills its buffers, then its queue, then is dropped there", () => {
    const { scene, world, from, to } = createFlood();
    scene.boot(from);
    connectFront(world, to.front);
    scene.runTo(20_000_000);
    const counts = [VIF_TO_GUEST, VIF_QUEUED, VIF_QUEUED_PEAK].map((counter) => scene.count(to, counter));
    // 256 buffers, and 524 frames of 1,000 bytes in 512 KiB.
    expect(counts).toEqual([256, 524, 524]);
    const sent = scene.count(from, VIF_FROM_GUEST);
    expect(scene.count(to, VIF_DROPPED_FULL)).toBe(sent - 256 - 524);
    expect(dropsFor(scene.trace, DROP_BACKEND_FULL)).toHaveLength(sent - 256 - 524);
    expect(scene.count(to, VIF_STARVED)).toBeGreaterThan(0);
    expect(scene.faults(524)).toEqual([]);
  });

  it("that waited for a buffer, is handed over as soon as the guest posts some and tells", () => {
    const { scene, world, plane, from, to } = createFlood();
    plane.createSink(to.guest);
    connectFront(world, to.front);
    scene.boot(from);
    scene.runTo(4_000_000);
    expect(scene.count(to, VIF_QUEUED)).toBeGreaterThan(100);
    plane.resumeGuest(to.guest);
    scene.runTo(8_050_000);
    expect([VIF_QUEUED, VIF_DROPPED_FULL].map((counter) => scene.count(to, counter))).toEqual([0, 0]);
    expect(plane.streamCount(to.guest)).toBe(800);
    expect(scene.faults()).toEqual([]);
  });

  it("whose guest is slow, finds no buffer and no room, and is not dropped before", () => {
    // A guest's processor of 25 MHz.
    const { scene, dom0, plane, from, to } = createFlood({ cyclePs: [40_000, 1] });
    plane.createSink(to.guest);
    scene.boot(from, to);
    scene.runTo(30_000_000);
    expect(scene.count(to, VIF_DROPPED_FULL)).toBeGreaterThan(100);
    expect(scene.count(to, VIF_STARVED)).toBeGreaterThan(1);
    expect(scene.count(to, VIF_QUEUED_PEAK)).toBe(524);
    expect(plane.countOfDom0(dom0.port, DOM0_DROPPED_FULL)).toBe(0);
    expect(scene.faults(524)).toEqual([]);
  });

  /** A virtual function that sends 100 frames a millisecond to a paravirtual guest; a dom0 at 50 MHz takes 50 us for one. */
  it.each([
    ["backend is slow, is dropped in its queue alone, while buffers are there", true],
    ["whole dom0 is slow, is dropped at the port's ring, because backend and bridge take turns", false],
  ])("whose %s", (_, isBridgeQuick) => {
    const slow = [20_000, 1] as const;
    const { scene, server, dom0, plane } = createDom0Scene(module, isBridgeQuick ? undefined : slow);
    const vcpu = isBridgeQuick ? scene.addDom0Vcpu(server.host, slow) : dom0.vcpu;
    const to = scene.addFrontGuest({ ...dom0, vcpu });
    plane.createSink(to.guest);
    plane.createSource(server.guest, ...to.mac, to.ip, PORT, 1000, 10, 100_000);
    scene.bootServer(server);
    scene.boot(to);
    scene.runTo(100_000_000);
    const inQueue = scene.count(to, VIF_DROPPED_FULL);
    const atPort = dropsFor(scene.trace, DROP_NO_DESCRIPTOR).length;
    expect(scene.count(to, VIF_STARVED)).toBe(0);
    expect(isBridgeQuick ? inQueue : atPort).toBeGreaterThan(1000);
    expect(isBridgeQuick ? atPort : inQueue).toBe(0);
    expect(scene.faults(1000)).toEqual([]);
  });

  it("into a buffer that is not granted, or granted read-only, answered as such and dropped", () => {
    const { scene, world, plane, from, to } = createFlood();
    connectFront(world, to.front);
    const rings = new SharedRings(world, to.guest);
    rings.grant(SPARE, { ...FULL_ACCESS, flags: GRANT_ACCESS | GRANT_READ_ONLY });
    for (let position = 0; position < 256; position++) rings.postBuffer(position, SPARE + (position % 2), position);
    scene.boot(from);
    scene.runTo(1_050_000);
    expect(scene.count(to, VIF_ERRORS)).toBe(100);
    expect(dropsFor(scene.trace, DROP_NOT_GRANTED)).toHaveLength(100);
    expect(readPage(world, to.guest, SPARE_PAGE).every((byte) => byte === 0)).toBe(true);
    expect(rings.positions(RX_RING_PAGE).responses).toBe(100);
    plane.suspendGuest(from.guest);
    expect(scene.faults()).toEqual([]);
  });

  it("to a guest whose NIC is disconnected, leaves by the port, and what was queued is dropped with the reason", () => {
    const { scene, world, plane, dom0, from, to } = createFlood();
    scene.boot(from);
    connectFront(world, to.front);
    scene.runTo(4_050_000);
    expect(scene.count(to, VIF_QUEUED)).toBe(144);
    disconnectFront(world, to.front);
    scene.runTo(5_050_000);
    expect(dropsFor(scene.trace, DROP_BACKEND_DOWN)).toHaveLength(144);
    expect([VIF_QUEUED, VIF_TO_GUEST].map((counter) => scene.count(to, counter))).toEqual([0, 256]);
    expect(plane.countOfDom0(dom0.port, DOM0_POSTED)).toBe(100);
    expect(scene.faults(2)).toEqual([]);
  });

  it("to a guest that has come back, is handed over again", () => {
    const { scene, world, plane, from, to } = createFlood();
    plane.createSink(to.guest);
    scene.boot(from, to);
    scene.runTo(1_050_000);
    disconnectFront(world, to.front);
    scene.runTo(2_050_000);
    connectFront(world, to.front);
    scene.runTo(3_050_000);
    expect(plane.streamCount(to.guest)).toBe(200);
    expect(scene.faults(2)).toEqual([]);
  });
});

/** What a guest may write anywhere in its rings and its grant table. */
const word = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 1100 }),
  fc.integer({ min: 0, max: 0xffffffff }),
);
const short = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 0xffff }));
const page = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 490, max: 600 }), word);
const hostileTurn = fc.record({
  grants: fc.array(
    fc.record({
      reference: fc.integer({ min: 8, max: 1023 }),
      flags: fc.oneof(fc.constantFrom(0, 1, 5), short),
      domain: fc.constantFrom(0, 0, 0, 1),
      page,
    }),
    { maxLength: 12 },
  ),
  requests: fc.array(
    fc.record({
      reference: word,
      offset: short,
      flags: fc.oneof(fc.constant(0), short),
      id: short,
      size: short,
    }),
    { maxLength: 12 },
  ),
  buffers: fc.array(fc.record({ reference: word, id: short }), { maxLength: 12 }),
  positions: fc.array(
    fc.record({ ring: fc.constantFrom(TX_RING_PAGE, RX_RING_PAGE), at: fc.constantFrom(0, 4, 8, 12), value: word }),
    { maxLength: 2 },
  ),
  entries: fc.array(
    fc.record({
      ring: fc.constantFrom(TX_RING_PAGE, RX_RING_PAGE),
      at: fc.integer({ min: 0, max: 1023 }),
      value: word,
    }),
    { maxLength: 4 },
  ),
  isReconnected: fc.boolean(),
});

describe.each(BUILDS)("a guest that writes anything, $name build", ({ module }) => {
  it("and tells its backend, changes no byte but what it has granted, and stops nobody", () => {
    fc.assert(
      fc.property(fc.array(hostileTurn, { minLength: 1, maxLength: 6 }), (turns) => {
        const { scene, world, plane, front, neighbour, rings, kick } = createHostile(module);
        plane.createSource(neighbour.guest, ...front.mac, front.ip, PORT, 700, 3, 100_000);
        plane.suspendGuest(neighbour.guest);
        plane.resumeGuest(neighbour.guest);
        const granted = new Set<number>();
        for (const turn of turns) {
          if (turn.isReconnected) connectFront(world, front.front);
          for (const { reference, ...grant } of turn.grants) rings.grant(reference, grant);
          for (const request of turn.requests) rings.request(rings.positions(TX_RING_PAGE).requests, request);
          for (const { reference, id } of turn.buffers) {
            rings.postBuffer(rings.positions(RX_RING_PAGE).requests, reference, id);
          }
          for (const { ring, at, value } of turn.entries) rings.words(ring).setUint32(at * 4, value, true);
          for (const { ring, at, value } of turn.positions) rings.words(ring).setUint32(at, value, true);
          for (const own of writablePages(rings)) granted.add(own);
          const before = world.exportMemory(front.guest);
          plane.startLogging(front.guest, 0);
          kick();
          checkChanges(before, world.exportMemory(front.guest), granted, (changed) => {
            expect(plane.isPageDirty(front.guest, changed)).toBe(1);
          });
          granted.clear();
        }
        // Whatever it did, others go on: the neighbour's frames are taken.
        const taken = scene.count(neighbour, VIF_FROM_GUEST);
        scene.runTo(world.nowNs() + 1_000_000);
        expect(scene.count(neighbour, VIF_FROM_GUEST)).toBeGreaterThan(taken);
        expect(scene.faults(800)).toEqual([]);
      }),
      { seed: 20261125, numRuns: 60 },
    );
  });

  /** Returns the pages that the grant table lets dom0 write. */
  function writablePages(rings: SharedRings): number[] {
    const table = Array.from({ length: GRANT_TABLE_PAGE_COUNT }).flatMap((_, number) => {
      const words = rings.words(GRANT_TABLE_PAGE + number);
      return Array.from({ length: PAGE_BYTES / 8 }, (_, entry) => ({
        flags: words.getUint16(entry * 8, true),
        domain: words.getUint16(entry * 8 + 2, true),
        page: words.getUint32(entry * 8 + 4, true),
      }));
    });
    return table
      .filter(({ flags, domain }, reference) => reference >= 8 && (flags & 3) === 1 && !(flags & 4) && domain === 0)
      .map((entry) => entry.page);
  }

  /** Checks that of every page that is not granted only positions and entries of the rings have changed. */
  function checkChanges(
    before: ReadonlyMap<number, Uint8Array>,
    after: ReadonlyMap<number, Uint8Array>,
    granted: ReadonlySet<number>,
    onChange: (page: number) => void,
  ): void {
    for (const [number, bytes] of after) {
      const old = before.get(number) ?? new Uint8Array(PAGE_BYTES);
      if (Buffer.compare(old, bytes) === 0) continue;
      onChange(number);
      if (granted.has(number)) continue;
      const entryBytes = number === TX_RING_PAGE ? TX_ENTRY_BYTES : number === RX_RING_PAGE ? RX_ENTRY_BYTES : 0;
      const end = RING_ENTRIES + SHARED_COUNT * entryBytes;
      for (let at = 0; at < PAGE_BYTES; at++) {
        const isPosition = (at >= RING_REQ_EVENT && at < RING_RSP_PROD + 4) || (at >= RING_ENTRIES && at < end);
        if (bytes[at] !== old[at] && !(entryBytes && isPosition)) {
          throw new Error(`byte ${at} of page ${number} has changed`);
        }
      }
    }
  }
});
