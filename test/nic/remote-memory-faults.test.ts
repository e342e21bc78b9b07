/** A guest memory that lives elsewhere and fails: which queue stops, what is recorded, what the guest is told. */
import { describe, expect, it } from "vitest";
import { RX_DD, RX_EOP, RX_RXE, TX_DD } from "../../assembly/layout/descriptor";
import { DMA_POST, DMA_READ, DMA_WRITE } from "../../assembly/layout/remote-memory";
import { DROP_DMA_FAULT, TRACE_FAULT } from "../../assembly/layout/trace";
import { RDH, RQDPC, RXDCTL, TDH, TXDCTL, VFGPRC, VFGPTC } from "../../assembly/layout/vf-registers";
import { QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import * as pf from "../reference/pf-registers";
import { itemAt } from "../support/item-at";
import { packetBufferOf, RECEIVE_RING, TRANSMIT_RING } from "../support/pool-driver";
import { frameFrom, frameTo } from "../support/port-scene";
import type { DmaRequest } from "../support/remote-guest";
import { createRemoteScene, LONG_NS, numbers } from "../support/remote-scene";
import { dropsFor, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** LVMMC: a fault, and of a receive queue; pool 0, queue 0. */
const TRANSMIT_FAULT = 0x10;
const RECEIVE_FAULT = 0x30;

function isAt(kind: number, address: number): (request: DmaRequest) => boolean {
  return (request) => request.kind === kind && request.address === address;
}

describe.each(BUILDS)("a memory elsewhere that fails while a pool sends, $name build", ({ module }) => {
  it("a read of a descriptor, sends what is before it, stops the queue and records it", () => {
    const fails = isAt(DMA_READ, TRANSMIT_RING + 3 * 16);
    const { scene, driver } = createRemoteScene({ module, fails });
    driver.postFrames(numbers(6).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.runTo(LONG_NS);
    expect(scene.takeSent()).toHaveLength(3);
    expect([driver.peek(TDH), driver.peek(TXDCTL) & QUEUE_ENABLE]).toEqual([3, 0]);
    expect(scene.peekPf(pf.LVMMC)).toBe(TRANSMIT_FAULT);
    expect(dropsFor(scene.trace, DROP_DMA_FAULT)).toHaveLength(1);
    expect(scene.world.plane.dmaFaultLow(0)).toBe(TRANSMIT_RING + 3 * 16);
    expect(scene.world.plane.dmaFaultAccess(0)).toBe(1);
  });

  it("a read of a buffer, leaves the head at the packet and writes nothing back", () => {
    const made = createRemoteScene({ module, fails: (request) => isAt(DMA_READ, failing)(request) });
    const { scene, driver } = made;
    driver.postFrames(numbers(2).map((number) => frameFrom(0, number)));
    const failing = itemAt(driver.sent(1), 0);
    driver.ring();
    scene.runTo(LONG_NS);
    expect(scene.takeSent()).toEqual([frameFrom(0, 0)]);
    expect([driver.peek(TDH), driver.peek(TXDCTL) & QUEUE_ENABLE, driver.peek(VFGPTC)]).toEqual([1, 0, 1]);
    expect([0, 1].map((index) => itemAt(driver.sent(index), 3) & TX_DD)).toEqual([1, 0]);
    expect(scene.peekPf(pf.LVMMC)).toBe(TRANSMIT_FAULT);
    expect(ofKind(scene.trace, TRACE_FAULT)).toMatchObject([{ a: failing, c: 1 }]);
    expect(scene.world.plane.dmaFaultCount(0)).toBe(1);
  });

  it("a read, started anew, sends again", () => {
    let isFailing = true;
    const { scene, driver } = createRemoteScene({ module, fails: ({ kind }) => isFailing && kind === DMA_READ });
    driver.postFrames([frameFrom(0, 0)]);
    driver.ring();
    scene.runTo(LONG_NS);
    isFailing = false;
    driver.startTransmit();
    driver.postFrames([frameFrom(0, 7)]);
    driver.ring();
    scene.runFor(LONG_NS);
    expect(scene.takeSent()).toEqual([frameFrom(0, 7)]);
  });

  it("a write of a report, has sent the frame, moves the head and stops the queue", () => {
    const { scene, driver } = createRemoteScene({ module, fails: isAt(DMA_POST, TRANSMIT_RING + 16 + 12) });
    driver.postFrames(numbers(4).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.runTo(LONG_NS);
    expect(scene.takeSent()).toHaveLength(2);
    expect([driver.peek(TDH), driver.peek(TXDCTL) & QUEUE_ENABLE]).toEqual([2, 0]);
    expect(scene.peekPf(pf.LVMMC)).toBe(TRANSMIT_FAULT);
  });

  it("a read, beside another pool, leaves the other's traffic alone", () => {
    const fails = isAt(DMA_READ, TRANSMIT_RING);
    const { scene } = createRemoteScene({ module, vfCount: 2, fails });
    const [first, second] = [itemAt(scene.drivers, 0), itemAt(scene.drivers, 1)];
    first.postFrames([frameFrom(0, 0)]);
    first.ring();
    scene.runTo(LONG_NS);
    scene.arrive(frameTo(1, 5), scene.world.nowNs() + 10);
    scene.runFor(LONG_NS);
    expect([first.peek(TXDCTL) & QUEUE_ENABLE, second.peek(TXDCTL) & QUEUE_ENABLE]).toEqual([0, QUEUE_ENABLE]);
    expect(second.peek(VFGPRC)).toBe(1);
  });
});

describe.each(BUILDS)("a memory elsewhere that fails while a pool receives, $name build", ({ module }) => {
  it("a read of a descriptor, drops the frame, stops the queue and records it", () => {
    const fails = isAt(DMA_READ, RECEIVE_RING + 2 * 16);
    const { scene, driver } = createRemoteScene({ module, fails });
    scene.arriveEvery(
      numbers(4).map((number) => frameTo(0, number)),
      1000,
      100_000,
    );
    scene.runTo(LONG_NS);
    expect([driver.peek(RDH), driver.peek(RXDCTL) & QUEUE_ENABLE, driver.peek(VFGPRC)]).toEqual([2, 0, 2]);
    expect(scene.peekPf(pf.LVMMC)).toBe(RECEIVE_FAULT);
    expect(dropsFor(scene.trace, DROP_DMA_FAULT)).toHaveLength(1);
  });

  it("a write of a buffer, tells the guest with RXE, and goes on", () => {
    const { scene, driver } = createRemoteScene({ module, fails: isAt(DMA_WRITE, packetBufferOf(1)) });
    scene.arriveEvery(
      numbers(3).map((number) => frameTo(0, number)),
      1000,
      100_000,
    );
    scene.runTo(LONG_NS);
    expect([driver.peek(RDH), driver.peek(RXDCTL) & QUEUE_ENABLE, driver.peek(VFGPRC)]).toEqual([3, QUEUE_ENABLE, 2]);
    const [, , status, lengths] = driver.received(1);
    expect([status, lengths]).toEqual([(RX_DD | RX_EOP | RX_RXE) >>> 0, 0]);
    expect(driver.memory.read(packetBufferOf(2), 100)).toEqual(frameTo(0, 2));
    expect(dropsFor(scene.trace, DROP_DMA_FAULT)).toHaveLength(1);
    expect(scene.world.plane.dmaFaultAccess(0)).toBe(2);
    expect(scene.peekPf(pf.LVMMC)).toBe(0);
  });

  it("a write of the second buffer of a frame, has written the first and says RXE in the second's descriptor", () => {
    const { scene, driver } = createRemoteScene({ module, fails: isAt(DMA_WRITE, packetBufferOf(1)) });
    driver.startReceive({ kib: 1 });
    scene.arrive(frameTo(0, 1, 1400), 1000);
    scene.runTo(LONG_NS);
    expect(driver.memory.read(packetBufferOf(0), 1024)).toEqual(frameTo(0, 1, 1400).subarray(0, 1024));
    expect([itemAt(driver.received(0), 2), itemAt(driver.received(0), 3)]).toEqual([RX_DD, 1024]);
    expect(itemAt(driver.received(1), 2) >>> 0).toBe((RX_DD | RX_EOP | RX_RXE) >>> 0);
  });

  it("a write of a descriptor's last word, stops the queue", () => {
    const { scene, driver } = createRemoteScene({ module, fails: isAt(DMA_POST, RECEIVE_RING + 8) });
    scene.arriveEvery(
      numbers(2).map((number) => frameTo(0, number)),
      1000,
      100_000,
    );
    scene.runTo(LONG_NS);
    expect([driver.peek(RDH), driver.peek(RXDCTL) & QUEUE_ENABLE]).toEqual([1, 0]);
    expect(scene.peekPf(pf.LVMMC)).toBe(RECEIVE_FAULT);
  });
});

describe.each(BUILDS)(
  "a queue whose memory is elsewhere, started anew in the midst of a packet, $name build",
  ({ module }) => {
    it("sends what its ring then has, not what had been read", () => {
      const { scene, driver, remote } = createRemoteScene({ module, delayNsMax: 10_000 });
      driver.postFrames([frameFrom(0, 1)]);
      driver.ring();
      // Its descriptor has been read, and its buffer is being read.
      for (let ns = 100; !remote.taken.some(({ bytes }) => bytes === 100); ns += 100) scene.runTo(ns);
      driver.startTransmit();
      driver.postFrames([frameFrom(0, 2, 200)]);
      driver.ring();
      scene.runFor(LONG_NS);
      expect(scene.takeSent()).toEqual([frameFrom(0, 2, 200)]);
      expect(driver.peek(TDH)).toBe(1);
    });

    it("completes no descriptor that it had read: it finds none, and drops the frame", () => {
      const { scene, driver, remote } = createRemoteScene({ module, delayNsMax: 10_000 });
      scene.arrive(frameTo(0, 1), 1000);
      for (let ns = 100; !remote.taken.some(({ kind }) => kind === DMA_WRITE); ns += 100) scene.runTo(ns);
      driver.startReceive({ type: 0 });
      scene.runFor(LONG_NS);
      expect([driver.peek(RDH), driver.peek(VFGPRC), driver.peek(RQDPC)]).toEqual([0, 0, 1]);
      expect(itemAt(driver.received(0), 3)).toBe(0);
      scene.arrive(frameTo(0, 2), scene.world.nowNs() + 1000);
      scene.runFor(LONG_NS);
      expect(driver.memory.read(packetBufferOf(0), 100)).toEqual(frameTo(0, 2));
    });
  },
);
