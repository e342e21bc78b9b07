/** The typed way into a world: memory, buffers, trace and digest. */
import { describe, expect, it } from "vitest";
import { REASON_DRAIN, REASON_UNTIL } from "../../assembly/layout/event";
import { TRACE_COUNT_MAX, TRACE_MARGIN_RECORDS } from "../../assembly/layout/trace";
import { peekRegisters } from "../../src/core/registers";
import { World } from "../../src/core/world";
import { readPage, writeGuest, writePage } from "../support/guest-pages";
import { Network } from "../support/network";
import { REGISTERS } from "../support/register-rows";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { createSmallWorld } from "../support/small-world";
import { BUILDS, RELEASE } from "../support/wasm-builds";

const TEST_KIND = 999;
const DRAIN_AT = TRACE_COUNT_MAX - TRACE_MARGIN_RECORDS;

describe.each(BUILDS)("a world, $name build", ({ module }) => {
  it("with bytes placed, read back, has each of them aligned and whole", () => {
    const world = createSmallWorld({ module });
    const blocks = [1, 64, 65, 3].map((byteCount) => new Uint8Array(byteCount).fill(byteCount));
    const places = blocks.map((block) => world.place(block));
    expect(places.filter((at) => at % 64 !== 0)).toEqual([]);
    expect(places.map((at, index) => world.view(at, blocks[index]?.length ?? 0))).toEqual(blocks);
  });

  it("asked for more than its plan holds, breaks an invariant", () => {
    const world = createSmallWorld({ module });
    expect(() => world.plane.reserveBytes(1_000_000_000)).toThrow("the plan of the arena covers every reservation");
  });

  it("with control records written, traced, has them in order with their time", () => {
    const world = createSmallWorld({ module });
    world.advance(123);
    world.plane.traceControl(TEST_KIND, 1, 2, 3, 4);
    world.plane.traceControl(TEST_KIND, 0xffffffff, 5, 6, 7);
    expect(world.takeTrace()).toEqual([
      { timePs: 123_000, kind: TEST_KIND, subject: 1, frame: 0, a: 2, b: 3, c: 4 },
      { timePs: 123_000, kind: TEST_KIND, subject: 0xffffffff, frame: 0, a: 5, b: 6, c: 7 },
    ]);
    expect(world.takeTrace()).toEqual([]);
  });

  it("with frames for guests of more than 2 GiB, has its trace and buffers where addresses look negative", () => {
    const counts = { chunkCount: 9000, slotCount: 64, eventCount: 64, arenaBytes: 2.4 * 1024 ** 3 };
    const world = World.create(module, { seed: 1, run: 1, isObserved: true, ...counts });
    world.plane.traceControl(TEST_KIND, 1, 2, 3, 4);
    expect(world.plane.traceAt()).toBeLessThan(0);
    expect(world.takeTrace()).toEqual([{ timePs: 0, kind: TEST_KIND, subject: 1, frame: 0, a: 2, b: 3, c: 4 }]);
    expect(world.takeCapture()).toEqual([]);
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const at = world.place(bytes);
    expect(world.view(at, 4)).toEqual(bytes);
    expect(world.words(at, 4).getUint32(0, true)).toBe(0x04030201);
    expect(world.digest(bytes)).toMatch(/^[0-9a-f]{16}$/);
  });

  it("not observed, traced to, keeps nothing", () => {
    const world = createSmallWorld({ module, isObserved: false });
    world.plane.traceControl(TEST_KIND, 1, 2, 3, 4);
    expect(world.takeTrace()).toEqual([]);
  });

  it("with a trace that is nearly full, advanced, asks to have it read", () => {
    const world = createSmallWorld({ module });
    for (let count = 0; count < DRAIN_AT; count++) world.plane.traceControl(TEST_KIND, count, 0, 0, 0);
    expect(world.advance(100)).toMatchObject({ reason: REASON_DRAIN });
    expect(world.nowNs()).toBe(0);
    expect(world.takeTrace()).toHaveLength(DRAIN_AT);
    expect(world.advance(100)).toMatchObject({ reason: REASON_UNTIL });
  });

  it("with a trace one record short of that, advanced, goes on", () => {
    const world = createSmallWorld({ module });
    for (let count = 0; count < DRAIN_AT - 1; count++) world.plane.traceControl(TEST_KIND, count, 0, 0, 0);
    expect(world.advance(100)).toMatchObject({ reason: REASON_UNTIL });
  });

  it("with a trace dropped instead of taken, digested, has the same digest", () => {
    const [taken, dropped] = [0, 1].map((choice) => {
      const { world } = createServiceScene(3, { world: { module } });
      world.advance(100_000);
      if (choice) world.dropTrace();
      else world.takeTrace();
      runTo(world, 1_000_000);
      return world.digest(new Uint8Array());
    });
    expect(taken).toBe(dropped);
    expect(taken).toMatch(/^[0-9a-f]{16}$/);
  });

  it("with a guest's memory exported, has a copy of each present page", () => {
    const world = createSmallWorld({ module });
    const { guest } = new Network(world).addServer({ pageCount: 128 });
    writePage(world, guest, 3, Uint8Array.of(1));
    writePage(world, guest, 100, Uint8Array.of(2));
    const pages = world.exportMemory(guest);
    writeGuest(world, guest, 3 * 4096, Uint8Array.of(9));
    expect([...pages.keys()]).toEqual([3, 100]);
    expect([pages.get(3)?.[0], pages.get(100)?.[0], readPage(world, guest, 3)[0]]).toEqual([1, 2, 9]);
  });

  it("with a virtual function, its registers peeked at by name, has those that can be read", () => {
    const { world, server } = createServiceScene(3, { world: { module } });
    runTo(world, 1_000_000);
    const registers = peekRegisters(world, server.vf);
    const unreadable = REGISTERS.filter(({ name }) => !registers.has(name)).map(({ name }) => name);
    expect(unreadable).toEqual(["VTCTRL0", "VTCTRL1", "VTEICS", "VTEIMC", "VTPBACL"]);
    expect(Object.fromEntries(registers)).toMatchObject({
      VFGPRC: 3,
      RDH0: 3,
      RDH1: 0,
      // The first datagram has a context before it.
      TDH0: 4,
      TDH1: 0,
      STATUS: 0x83,
    });
  });
});

describe("a world that does not fit", () => {
  it("into what can be addressed, created, is refused as out of range", () => {
    expect(() => World.blank(RELEASE.module, 5 * 1024 ** 3)).toThrow(RangeError);
  });
});
