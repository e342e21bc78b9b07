/** Saving and restoring a virtual function: that the image says what the specification promises, and all of it. */
import { describe, expect, it } from "vitest";
import { DROP_DMA_FAULT, TRACE_FETCHED, TRACE_INTERRUPT } from "../../assembly/layout/trace";
import { TDT, TXDCTL, VTEICS, VTEIMS, VTEITR1, VTIVAR } from "../../assembly/layout/vf-registers";
import { QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import { InternalError } from "../../src/core/load";
import { macBytes } from "../support/addresses";
import type { Server } from "../support/network";
import { PageStaging } from "../support/page-staging";
import { createQuietScene, framesFrom, type QuietScene } from "../support/quiet-scene";
import { runTo } from "../support/running";
import { numbersOf } from "../support/test-frame";
import { dropsFor, framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";
import { decodeImage } from "./image-decoder";
import { createImageScene, imageRegisters } from "./image-scene";
import { ImageStore } from "./image-store";

const MICROSECOND_PS = 1_000_000n;

describe.each(BUILDS)("an image, $name build", ({ module }) => {
  it("of a used virtual function, decoded by the specification, has its header", () => {
    const { source, store } = createImageScene(module);
    const image = store.save(source.vf);
    expect(decodeImage(image).header).toEqual({
      magic: "RENICVF\0",
      major: 1,
      minor: 0,
      model: 0x10ca8086,
      features: 0,
      recordCount: 7,
      byteCount: image.length,
    });
  });

  it("of a used virtual function, decoded, has the records of the specification and zeros in between", () => {
    const { source, store } = createImageScene(module);
    const image = store.save(source.vf);
    const { records } = decodeImage(image);
    expect(records.map(({ type, payload }) => [type, payload.length])).toEqual([
      [1, 16],
      [2, 36],
      [3, 24],
      [4, 32],
      [5, 32],
      [6, 20],
      [65535, 0],
    ]);
    expect(records.every(({ flags, instance, version }) => !flags && !instance && version === 1)).toBe(true);
    const paddings = records.map(({ at, payload }) => image.subarray(at + 16 + payload.length, next(at, payload)));
    expect(paddings.flatMap((padding) => [...padding])).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("of a used virtual function, decoded, has every register as it stands", () => {
    const { world, source, store } = createImageScene(module);
    const { registers, mac, tableVersion, isTxStopped } = decodeImage(store.save(source.vf));
    expect(Object.fromEntries(registers)).toEqual(Object.fromEntries(imageRegisters(world, source.vf)));
    expect([mac, tableVersion, isTxStopped]).toEqual([[...macBytes(source.mac)], 1, false]);
  });

  it("of a used virtual function, decoded, has what its driver and its traffic made of it", () => {
    const { source, store } = createImageScene(module);
    const { registers } = decodeImage(store.save(source.vf));
    expect(Object.fromEntries(registers)).toMatchObject({
      VTEIMS: 1,
      VTEICR: 6,
      VTEITR1: 800,
      VTIVAR: 0x8080,
      RDBAL: 0x2000,
      RDLEN: 4096,
      RDH: 11,
      RDT: 10,
      RXDCTL: 0x02000000,
      TDBAL: 0x3000,
      TDH: 10,
      TDT: 10,
      VFGPRC: 11,
      VFGPTC: 10,
      VFMPRC: 1,
    });
  });

  it("of a virtual function that is not quiesced, saved, breaks an invariant", () => {
    const { world, source, store } = createImageScene(module);
    world.plane.unquiesce(source.vf);
    expect(() => store.save(source.vf)).toThrow(InternalError);
  });

  it("saved twice, has the same bytes", () => {
    const { source, store } = createImageScene(module);
    expect(store.save(source.vf)).toEqual(store.save(source.vf));
  });

  it("restored into another virtual function, saved there, has the same bytes", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = store.save(source.vf);
    expect(store.save(target.vf)).not.toEqual(image);
    expect(store.restore(target.vf, image)).toBe(0);
    expect(store.save(target.vf)).toEqual(image);
    expect(imageRegisters(world, target.vf)).toEqual(imageRegisters(world, source.vf));
  });

  it("of a virtual function as after power-up, restored over a used one, makes it so", () => {
    const { source, target, store } = createImageScene(module);
    const image = store.save(target.vf);
    expect(store.restore(source.vf, image)).toBe(0);
    expect(store.save(source.vf)).toEqual(image);
  });

  it("restored, has no effect beside: nothing is fetched, raised or reset", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = store.save(source.vf);
    runTo(world, 2_100_000);
    store.restore(target.vf, image);
    expect(runTo(world, 3_000_000)).toEqual([]);
  });
});

describe.each(BUILDS)("a throttle, $name build", ({ module }) => {
  /** Vector 1 with an interval of 100 us, raised twice at zero: one message is out and one waits. */
  function createThrottled() {
    const scene = createQuietScene({ world: { module } });
    const target = scene.network.addServer();
    const write = (offset: number, value: number) => scene.world.plane.writeRegister(scene.server.vf, offset, value);
    write(VTEITR1, 100 << 2);
    write(VTEIMS, 2);
    write(VTEICS, 2);
    write(VTEICS, 2);
    return { ...scene, target, store: new ImageStore(scene.world) };
  }

  it("that runs, saved, has the time left in picoseconds", () => {
    const { world, server, store } = createThrottled();
    runTo(world, 40_000);
    world.plane.quiesce(server.vf);
    expect(decodeImage(store.save(server.vf)).throttlePs).toEqual([0n, 60n * MICROSECOND_PS, 0n]);
  });

  it("that has run out, saved, has no time left", () => {
    const { world, server, store } = createThrottled();
    runTo(world, 200_001);
    world.plane.quiesce(server.vf);
    expect(decodeImage(store.save(server.vf)).throttlePs).toEqual([0n, 0n, 0n]);
  });

  it("that runs, restored later and elsewhere, lets the interrupt go after the time left", () => {
    const { world, server, target, store } = createThrottled();
    runTo(world, 40_000);
    world.plane.quiesce(server.vf);
    const image = store.save(server.vf);
    runTo(world, 1_000_000);
    world.plane.quiesce(target.vf);
    store.restore(target.vf, image);
    world.plane.unquiesce(target.vf);
    const interrupts = ofKind(runTo(world, 2_000_000), TRACE_INTERRUPT);
    expect(interrupts).toMatchObject([{ subject: target.vf, a: 1, timePs: 1_060_000_000 }]);
  });
});

describe.each(BUILDS)("a transmit queue, $name build", ({ module }) => {
  it("with descriptors that are not fetched yet, restored elsewhere, goes on where it stood", () => {
    const scene = createQuietScene({ world: { module } });
    const target = scene.network.addServer();
    const staging = new PageStaging(scene.world);
    const store = new ImageStore(scene.world);
    const { plane } = scene.world;
    scene.ring.send(framesFrom(scene, 0, 3));
    runTo(scene.world, 100_000);
    plane.quiesce(scene.server.vf);
    scene.ring.send(framesFrom(scene, 3, 2));
    carry(scene, target, staging, store);
    plane.unquiesce(target.vf);
    const trace = runTo(scene.world, 200_000);
    expect(framesOf(trace, TRACE_FETCHED, target.vf)).toHaveLength(2);
    const numbers = numbersOf(scene.world.takeCapture().map(({ bytes }) => bytes));
    expect(numbers).toEqual([0, 1, 2, 3, 4]);
  });

  it("stopped by a failed DMA, restored elsewhere, stays stopped until it is enabled anew", () => {
    const scene = createQuietScene({ world: { module } });
    const target = scene.network.addServer();
    const staging = new PageStaging(scene.world);
    const store = new ImageStore(scene.world);
    const { plane } = scene.world;
    scene.ring.postDescriptor({ address: 2 ** 40, bytes: 60 });
    scene.ring.ring();
    expect(dropsFor(runTo(scene.world, 10_000), DROP_DMA_FAULT)).toHaveLength(1);
    carry(scene, target, staging, store);
    expect(decodeImage(store.save(target.vf)).isTxStopped).toBe(true);
    plane.unquiesce(target.vf);
    expect(framesOf(runTo(scene.world, 20_000), TRACE_FETCHED)).toEqual([]);
    for (const control of [0, QUEUE_ENABLE]) plane.writeRegister(target.vf, TXDCTL, control);
    plane.writeRegister(target.vf, TDT, 1);
    expect(framesOf(runTo(scene.world, 30_000), TRACE_FETCHED)).toHaveLength(1);
  });
});

/** Carries memory and device of a scene's guest to another one; both devices are quiesced afterwards. */
function carry({ world, server }: QuietScene, target: Server, staging: PageStaging, store: ImageStore): void {
  world.plane.quiesce(server.vf);
  world.plane.startLogging(server.guest, 1);
  staging.move(server.guest, target.guest);
  world.plane.quiesce(target.vf);
  expect(store.restore(target.vf, store.save(server.vf))).toBe(0);
}

describe.each(BUILDS)("register writes alone, $name build", ({ module }) => {
  it("for an image, place every register but heads, causes, throttles and counters", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = store.save(source.vf);
    expect(store.restoreByRegisterWrites(target.vf, image)).toBe(0);
    const lost = { RDH: 0, TDH: 0, RQDPC: 0, VTEICR: 0, VFGPRC: 0, VFGPTC: 0, VFGORC: 0, VFGOTC: 0, VFMPRC: 0 };
    const expected = { ...Object.fromEntries(imageRegisters(world, source.vf)), ...lost };
    expect(Object.fromEntries(imageRegisters(world, target.vf))).toEqual(expected);
    expect(decodeImage(store.save(target.vf)).mac).toEqual([...macBytes(source.mac)]);
  });

  it("for a damaged image, are refused and change nothing", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = store.save(source.vf);
    const before = imageRegisters(world, target.vf);
    expect(store.restoreByRegisterWrites(target.vf, image.subarray(0, 100))).toBe(1);
    expect(imageRegisters(world, target.vf)).toEqual(before);
    expect(world.plane.peekRegister(target.vf, VTIVAR)).toBe(0);
  });
});

/** Returns where the record behind one begins. */
function next(at: number, payload: Uint8Array): number {
  return at + 16 + Math.ceil(payload.length / 8) * 8;
}
