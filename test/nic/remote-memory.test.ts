/** A guest memory that lives elsewhere: frames through it, what the guest may see and when, and how long they wait. */
import { describe, expect, it } from "vitest";
import { RX_DD, TX_DD } from "../../assembly/layout/descriptor";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { DMA_POST, DMA_READ, DMA_WRITE } from "../../assembly/layout/remote-memory";
import { DROP_QUIESCE_FULL, TRACE_DELIVERED } from "../../assembly/layout/trace";
import { RDH, TDBAL, TDH, TDLEN, TDT, TXDCTL, VFGPRC, VFGPTC } from "../../assembly/layout/vf-registers";
import { QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import { wordBytes } from "../reference/bytes";
import { itemAt } from "../support/item-at";
import { packetBufferOf, RECEIVE_RING } from "../support/pool-driver";
import { frameFrom, frameTo } from "../support/port-scene";
import type { DmaRequest } from "../support/remote-guest";
import { createRemoteScene, LONG_NS, numbers } from "../support/remote-scene";
import { dropsFor, ofKind } from "../support/trace-reading";
import { WHOLE_PACKET } from "../support/transmit-ring";
import { BUILDS } from "../support/wasm-builds";

describe.each(BUILDS)("a memory that lives elsewhere, $name build", ({ module }) => {
  it("frames posted, sends their bytes in order and reports them", () => {
    const { scene, driver } = createRemoteScene({ module });
    const frames = numbers(20).map((number) => frameFrom(0, number, 60 + 73 * number));
    driver.postFrames(frames);
    driver.ring();
    scene.runTo(LONG_NS);
    expect(scene.takeSent()).toEqual(frames);
    expect(numbers(20).map((index) => itemAt(driver.sent(index), 3) & TX_DD)).toEqual(numbers(20).map(() => 1));
    expect(driver.peek(TDH)).toBe(20);
  });

  it("frames posted in both queues, sends one of each in turn", () => {
    const { scene, driver } = createRemoteScene({ module });
    const second = 0x100;
    driver.write(TDBAL + second, 4 * PAGE_BYTES);
    driver.write(TDLEN + second, 32 * 16);
    driver.write(TXDCTL + second, QUEUE_ENABLE);
    for (const number of numbers(10)) {
      const bytes = frameFrom(0, 100 + number);
      const words = wordBytes(driver.place(bytes), 0, WHOLE_PACKET | bytes.length, 0);
      driver.memory.write(4 * PAGE_BYTES + number * 16, words);
    }
    // Those of the first queue lie across pages, and take an answer more.
    for (const number of numbers(10)) {
      const at = (40 + number) * PAGE_BYTES - 50;
      const bytes = frameFrom(0, number);
      driver.memory.write(at, bytes);
      driver.post([[at, 0, WHOLE_PACKET | bytes.length, 0]]);
    }
    driver.ring();
    driver.write(TDT + second, 10);
    scene.runTo(LONG_NS);
    const inTurn = numbers(10).flatMap((number) => [frameFrom(0, number), frameFrom(0, 100 + number)]);
    expect(scene.takeSent()).toEqual(inTurn);
  });

  it("frames arriving, has their bytes in its buffers in order", () => {
    const { scene, driver } = createRemoteScene({ module });
    const frames = numbers(20).map((number) => frameTo(0, number, 60 + 73 * number));
    scene.arriveEvery(frames, 1000, 100);
    scene.runTo(LONG_NS);
    frames.forEach((frame, index) => {
      expect(driver.memory.read(packetBufferOf(index), frame.length)).toEqual(frame);
      expect(itemAt(driver.received(index), 3)).toBe(frame.length);
    });
    expect([driver.peek(RDH), driver.peek(VFGPRC)]).toEqual([20, 20]);
  });

  it("asked for several things, has them in flight together and answers in any order", () => {
    const { scene, driver, remote } = createRemoteScene({ module });
    driver.postFrames(numbers(20).map((number) => frameFrom(0, number, 1000)));
    driver.ring();
    scene.runTo(LONG_NS);
    expect(remote.inFlightMax).toBe(16);
    expect(remote.overtakenCount).toBeGreaterThan(20);
  });

  it("frames arriving and leaving, never sees DD before the data", () => {
    const arriving = numbers(30).map((number) => frameTo(0, number, 64 + 50 * number));
    const wrong: string[] = [];
    let seenCount = 0;
    const onDone = (request: DmaRequest) => {
      for (let index = 0; index < 30; index++) {
        if (!(itemAt(made.driver.received(index), 2) & RX_DD)) continue;
        seenCount++;
        const frame = itemAt(arriving, index);
        const bytes = made.driver.memory.read(packetBufferOf(index), frame.length);
        const isWhole = Buffer.compare(bytes, frame) === 0 && itemAt(made.driver.received(index), 3) === frame.length;
        if (!isWhole) wrong.push(`frame ${index} at the answer to ${request.kind} ${request.address}`);
      }
      const doneCount = numbers(30).filter((index) => itemAt(made.driver.sent(index), 3) & TX_DD).length;
      const taken = made.driver.peek(VFGPTC);
      if (doneCount > taken) wrong.push(`${doneCount} descriptors done of ${taken} frames that were taken`);
    };
    const made = createRemoteScene({ module, onDone });
    made.scene.arriveEvery(arriving, 1000, 300);
    made.driver.postFrames(numbers(30).map((number) => frameFrom(0, number, 400)));
    made.driver.ring();
    made.scene.runTo(LONG_NS);
    expect(wrong).toEqual([]);
    expect(seenCount).toBeGreaterThan(1000);
  });

  it("a frame received, is asked for descriptors, data, then the descriptor's words, the one with DD last", () => {
    const { scene, remote } = createRemoteScene({ module });
    scene.arrive(frameTo(0, 1, 200), 1000);
    scene.runTo(LONG_NS);
    const kinds = remote.taken.map(({ kind }) => kind);
    expect(kinds).toEqual([...numbers(16).map(() => DMA_READ), DMA_WRITE, DMA_POST, DMA_POST, DMA_POST, DMA_POST]);
    const posts = remote.taken.slice(17).map(({ address }) => address - RECEIVE_RING);
    expect(posts).toEqual([0, 4, 12, 8]);
  });

  it("posted writes under way, is handed one at a time", () => {
    const { scene, driver, remote } = createRemoteScene({ module });
    const counts: number[] = [];
    driver.postFrames(numbers(4).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.arrive(frameTo(0, 1, 200), 1000);
    for (let ns = 100; ns < 100_000; ns += 100) {
      scene.runTo(ns);
      counts.push(remote.openKinds().filter((kind) => kind === DMA_POST).length);
    }
    expect(Math.max(...counts)).toBe(1);
  });
});

describe.each(BUILDS)("frames for a memory that is slow to answer, $name build", ({ module }) => {
  it("arriving meanwhile, wait and are received in order", () => {
    const { scene, driver } = createRemoteScene({ module, delayNsMax: 50_000 });
    const frames = numbers(40).map((number) => frameTo(0, number, 500));
    scene.arriveEvery(frames, 1000, 450);
    scene.runTo(30_000_000);
    expect(ofKind(scene.trace, TRACE_DELIVERED)).toHaveLength(40);
    frames.forEach((frame, index) => {
      expect(driver.memory.read(packetBufferOf(index), 500)).toEqual(frame);
    });
  });

  it("beyond the bytes that may wait, are dropped and counted", () => {
    const { scene, driver } = createRemoteScene({ module, delayNsMax: 50_000, parkedBytesMax: 5 * 500 });
    scene.arriveEvery(
      numbers(12).map((number) => frameTo(0, number, 500)),
      1000,
      450,
    );
    scene.runTo(6_500);
    expect(dropsFor(scene.trace, DROP_QUIESCE_FULL)).toHaveLength(7);
    scene.runTo(30_000_000);
    expect(ofKind(scene.trace, TRACE_DELIVERED)).toHaveLength(5);
    expect(driver.peek(VFGPRC)).toBe(5);
    // There is room again.
    scene.arrive(frameTo(0, 99, 500), 30_001_000);
    scene.runTo(40_000_000);
    expect(driver.peek(RDH)).toBe(6);
  });
});
