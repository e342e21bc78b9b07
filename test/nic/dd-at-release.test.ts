/** When a held packet is complete: when the outbound buffer accepts it, or, as an option, when it is let go. */
import { describe, expect, it } from "vitest";
import { TX_DD } from "../../assembly/layout/descriptor";
import { TRACE_INTERRUPT, TRACE_RELEASED } from "../../assembly/layout/trace";
import { TDH, VTEICR, VTEIMS, VTIVAR } from "../../assembly/layout/vf-registers";
import { IVAR_TX0_SHIFT, IVAR_VALID } from "../../assembly/layout/virtual-function";
import { littleEndian32 } from "../reference/bytes";
import { outsideAddress, PROTOCOL_TCP, poolAddress } from "../reference/program-frames";
import { itemAt } from "../support/item-at";
import { buildPacket } from "../support/l4-packet";
import { postOffloaded } from "../support/offload-packet";
import { HEAD_AT, type PoolDriver } from "../support/pool-driver";
import { frameFrom, PortScene } from "../support/port-scene";
import { numbers } from "../support/remote-scene";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const BUFFER_BYTES = 65_536;
const VECTOR = 1;

interface Options {
  readonly module: WebAssembly.Module;
  readonly isAtRelease: boolean;
  readonly outboundBytes?: number;
}

/** A pool that holds what it sends in epoch 1. */
function createScene({ module, isAtRelease, outboundBytes = BUFFER_BYTES }: Options) {
  const scene = new PortScene({ module, vfCount: 1 });
  const { plane } = scene.world;
  plane.createOutbound(0, outboundBytes);
  plane.setDeviceOptions(0, 0, isAtRelease ? 1 : 0);
  const driver = itemAt(scene.drivers, 0);
  driver.startTransmit();
  driver.write(VTIVAR, (IVAR_VALID | VECTOR) << IVAR_TX0_SHIFT);
  plane.openEpoch(0, 1, 1);
  return { scene, plane, driver };
}

function frames(first: number, count: number): Uint8Array[] {
  return numbers(count).map((number) => frameFrom(0, first + number, 500));
}

/** Which of the first descriptors are done. */
function done(driver: PoolDriver, count: number): number[] {
  return numbers(count).filter((index) => itemAt(driver.sent(index), 3) & TX_DD);
}

function postSegmented(driver: PoolDriver, byteCount: number): number {
  const payload = new Uint8Array(byteCount).fill(5);
  const shape = { to: outsideAddress(1), from: poolAddress(0), isIpv6: false, protocol: PROTOCOL_TCP };
  const packet = buildPacket({ ...shape, payload, l4Sum: "pseudoWithoutLength" });
  const plan = { ...packet, isIpv6: false, protocol: PROTOCOL_TCP, segmentBytes: 1000 };
  return postOffloaded(driver, { ...plan, hasIpSum: true, hasL4Sum: true });
}

describe.each(BUILDS)("DD at acceptance, $name build", ({ module }) => {
  it("packets held, are done, and their cause is set, before anything leaves", () => {
    const { scene, driver } = createScene({ module, isAtRelease: false });
    driver.postFrames(frames(0, 5));
    driver.ring();
    scene.runTo(100_000);
    expect(scene.takeSent()).toEqual([]);
    expect([done(driver, 6), driver.peek(TDH)]).toEqual([[0, 1, 2, 3, 4], 5]);
    expect(driver.peek(VTEICR)).toBe(1 << VECTOR);
  });

  it("a full buffer, leaves what it has no room for in the ring, not done", () => {
    // Three entries of 16 and 512 bytes.
    const { scene, plane, driver } = createScene({ module, isAtRelease: false, outboundBytes: 3 * 528 });
    driver.postFrames(frames(0, 5));
    driver.ring();
    scene.runTo(100_000);
    expect([done(driver, 5), driver.peek(TDH)]).toEqual([[0, 1, 2], 3]);
    plane.openEpoch(0, 2, 1);
    plane.releaseEpoch(0, 1);
    scene.runTo(200_000);
    expect(scene.takeSent()).toEqual(frames(0, 3));
    expect(done(driver, 5)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe.each(BUILDS)("DD at release, $name build", ({ module }) => {
  it("packets held, are not done, and no cause is set", () => {
    const { scene, driver } = createScene({ module, isAtRelease: true });
    driver.postFrames(frames(0, 5));
    driver.ring();
    scene.runTo(100_000);
    expect([done(driver, 6), driver.peek(TDH), driver.peek(VTEICR)]).toEqual([[], 0, 0]);
    expect(scene.world.plane.outboundFrames(0)).toBe(5);
  });

  it("an epoch released, are done of that epoch and no other", () => {
    const { scene, plane, driver } = createScene({ module, isAtRelease: true });
    driver.postFrames(frames(0, 3));
    driver.ring();
    scene.runTo(100_000);
    plane.openEpoch(0, 2, 1);
    driver.postFrames(frames(3, 2));
    driver.ring();
    scene.runTo(200_000);
    plane.releaseEpoch(0, 1);
    scene.runTo(300_000);
    expect([done(driver, 6), driver.peek(TDH), driver.peek(VTEICR)]).toEqual([[0, 1, 2], 3, 1 << VECTOR]);
    expect(scene.takeSent()).toEqual(frames(0, 3));
    plane.openEpoch(0, 3, 1);
    plane.releaseEpoch(0, 2);
    scene.runTo(400_000);
    expect([done(driver, 6), driver.peek(TDH)]).toEqual([[0, 1, 2, 3, 4], 5]);
  });

  it("the cause unmasked, interrupt when they are let go", () => {
    const { scene, plane, driver } = createScene({ module, isAtRelease: true });
    driver.write(VTEIMS, 1 << VECTOR);
    driver.postFrames(frames(0, 1));
    driver.ring();
    scene.runTo(100_000);
    expect(ofKind(scene.trace, TRACE_INTERRUPT)).toEqual([]);
    plane.openEpoch(0, 2, 1);
    plane.releaseEpoch(0, 1);
    scene.runTo(200_000);
    expect(ofKind(scene.trace, TRACE_INTERRUPT)).toMatchObject([{ a: VECTOR, timePs: 100_000_000 }]);
  });

  it("a packet of many segments, is done with the last of them and not before", () => {
    const { scene, plane, driver } = createScene({ module, isAtRelease: true });
    const count = postSegmented(driver, 20_000);
    driver.postFrames(frames(0, 1));
    driver.ring();
    scene.runTo(100_000);
    plane.openEpoch(0, 2, 1);
    plane.releaseEpoch(0, 1);
    const wrong: number[] = [];
    for (let ns = 100_000; ns < 120_000; ns += 200) {
      scene.runTo(ns);
      const released = ofKind(scene.trace, TRACE_RELEASED).length;
      const isDone = done(driver, count).length > 0;
      if (isDone !== released >= 20) wrong.push(ns);
      if (driver.peek(TDH) !== (released > 20 ? count + 1 : released === 20 ? count : 0)) wrong.push(ns);
    }
    expect(wrong).toEqual([]);
    expect(done(driver, count + 1)).toEqual([count - 1, count]);
  });

  it("discarded, are done", () => {
    const { scene, plane, driver } = createScene({ module, isAtRelease: true });
    driver.postFrames(frames(0, 4));
    driver.ring();
    scene.runTo(100_000);
    expect(plane.discardHeld(0, 3)).toBe(1);
    expect([done(driver, 4), driver.peek(TDH), driver.peek(VTEICR)]).toEqual([[0, 1, 2], 3, 1 << VECTOR]);
  });

  it("holding ended, are all done in their order", () => {
    const { scene, plane, driver } = createScene({ module, isAtRelease: true });
    driver.postFrames(frames(0, 4));
    driver.ring();
    scene.runTo(100_000);
    plane.stopHolding(0);
    driver.postFrames(frames(4, 2));
    driver.ring();
    scene.runTo(200_000);
    expect(scene.takeSent()).toEqual(frames(0, 6));
    expect([done(driver, 6), driver.peek(TDH)]).toEqual([[0, 1, 2, 3, 4, 5], 6]);
  });

  it("a malformed packet behind a held one, is done with that, and one with none before it at once", () => {
    const { scene, plane, driver } = createScene({ module, isAtRelease: true });
    driver.postFrames([new Uint8Array(5)]);
    driver.ring();
    scene.runTo(50_000);
    expect(done(driver, 1)).toEqual([0]);
    driver.postFrames([...frames(0, 1), new Uint8Array(5), ...frames(1, 1)]);
    driver.ring();
    scene.runTo(100_000);
    expect([done(driver, 4), driver.peek(TDH)]).toEqual([[0], 1]);
    plane.discardHeld(0, 1);
    expect([done(driver, 4), driver.peek(TDH)]).toEqual([[0, 1, 2], 3]);
  });

  it("with a head that is written back, has it written when they are let go", () => {
    const { scene, plane, driver } = createScene({ module, isAtRelease: true });
    driver.startTransmit(64, true);
    driver.postFrames(frames(0, 3));
    driver.ring();
    scene.runTo(100_000);
    expect(littleEndian32(driver.memory.read(HEAD_AT, 4), 0)).toBe(0);
    plane.openEpoch(0, 2, 1);
    plane.releaseEpoch(0, 1);
    scene.runTo(200_000);
    expect(littleEndian32(driver.memory.read(HEAD_AT, 4), 0)).toBe(3);
    expect(done(driver, 3)).toEqual([]);
  });

  it("the queue started anew meanwhile, complete nothing of the new ring", () => {
    const { scene, plane, driver } = createScene({ module, isAtRelease: true });
    driver.postFrames(frames(0, 3));
    driver.ring();
    scene.runTo(100_000);
    driver.startTransmit();
    driver.postFrames(frames(10, 1));
    scene.runTo(150_000);
    plane.openEpoch(0, 2, 1);
    plane.releaseEpoch(0, 1);
    scene.runTo(200_000);
    expect(scene.takeSent()).toEqual(frames(0, 3));
    expect([done(driver, 3), driver.peek(TDH)]).toEqual([[], 0]);
  });
});
