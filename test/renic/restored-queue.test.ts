/** What a restored virtual function does when it goes on: intervals run out, queues are where they were. */
import { describe, expect, it } from "vitest";
import { DROP_DMA_FAULT, TRACE_DELIVERED, TRACE_FETCHED, TRACE_INTERRUPT } from "../../assembly/layout/trace";
import { TDT, TXDCTL, VECTOR_STRIDE, VTEICS, VTEIMS, VTEITR } from "../../assembly/layout/vf-registers";
import { QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import type { Server } from "../support/network";
import { PageStaging } from "../support/page-staging";
import { createQuietScene, framesFrom, type QuietScene } from "../support/quiet-scene";
import { layReceiveRing } from "../support/receive-ring";
import { runTo } from "../support/running";
import { numbersOf, testFrame } from "../support/test-frame";
import { dropsFor, framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";
import { decodeImage } from "./image-decoder";
import { ImageStore } from "./image-store";

const MICROSECOND_PS = 1_000_000n;

describe.each(BUILDS)("a throttle, $name build", ({ module }) => {
  /** Vector 1 with an interval of 100 us, raised twice at zero: one message is out and one waits. */
  function createThrottled() {
    const scene = createQuietScene({ world: { module } });
    const target = scene.network.addServer();
    const write = (offset: number, value: number) => scene.world.plane.writeRegister(scene.server.vf, offset, value);
    write(VTEITR + VECTOR_STRIDE, 100 << 2);
    write(VTEIMS, 2);
    write(VTEICS, 2);
    write(VTEICS, 2);
    return { ...scene, target, store: new ImageStore(scene.world) };
  }

  it("that runs, saved, has the time left in picoseconds", () => {
    const { world, server, store } = createThrottled();
    runTo(world, 40_000);
    world.plane.quiesce(server.vf);
    expect(leftPsOf(store.save(server.vf))).toEqual([0n, 60n * MICROSECOND_PS, 0n]);
  });

  it("that has run out, saved, has no time left", () => {
    const { world, server, store } = createThrottled();
    runTo(world, 200_001);
    world.plane.quiesce(server.vf);
    expect(leftPsOf(store.save(server.vf))).toEqual([0n, 0n, 0n]);
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
    expect(decodeImage(store.save(target.vf)).registers.get("TXDCTL0")).toBe(0);
    plane.unquiesce(target.vf);
    expect(framesOf(runTo(scene.world, 20_000), TRACE_FETCHED)).toEqual([]);
    for (const control of [0, QUEUE_ENABLE]) plane.writeRegister(target.vf, TXDCTL, control);
    plane.writeRegister(target.vf, TDT, 1);
    expect(framesOf(runTo(scene.world, 30_000), TRACE_FETCHED)).toHaveLength(1);
  });
});

/** Carries memory and device of a scene's guest to another one; both devices are quiesced afterwards. */
function carry({ world, server }: QuietScene, target: Server, staging: PageStaging, store: ImageStore): void {
  if (!world.plane.isQuiesced(server.vf)) world.plane.quiesce(server.vf);
  world.plane.startLogging(server.guest, 1);
  staging.move(server.guest, target.guest);
  world.plane.quiesce(target.vf);
  expect(store.restore(target.vf, store.save(server.vf))).toBe(0);
}

function leftPsOf(image: Uint8Array): bigint[] {
  return decodeImage(image).throttles.map(({ leftPs }) => leftPs);
}

describe.each(BUILDS)("register writes alone, $name build", ({ module }) => {
  it("behind a frame that nobody has looked at yet, leave it to the filters that it arrived under", () => {
    const scene = createQuietScene({ world: { module } });
    const target = scene.network.addServer();
    const store = new ImageStore(scene.world);
    const { plane } = scene.world;
    plane.quiesce(scene.server.vf);
    const image = store.save(scene.server.vf);
    layReceiveRing(
      scene.world,
      target,
      Array.from({ length: 8 }, () => 0x190000),
    );
    const frame = testFrame(1, 60, target.mac, scene.server.mac);
    scene.world.view(plane.exchange(), frame.length).set(frame);
    plane.injectFrame(target.port, frame.length, 10_000, 0);
    // No interrupt wants it, so it stays on the wire.
    scene.world.advance(20_000);
    expect(store.restoreByRegisterWrites(target.vf, image)).toBe(0);
    const delivered = ofKind(runTo(scene.world, 1_000_000), TRACE_DELIVERED, target.vf);
    expect(delivered).toMatchObject([{ timePs: 10_000_000 }]);
  });
});
