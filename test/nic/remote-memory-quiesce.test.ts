/** A virtual function whose memory lives elsewhere: quiesced in the midst of things, saved and restored, reset. */
import { describe, expect, it } from "vitest";
import { REASON_QUIESCED } from "../../assembly/layout/event";
import { DMA_POST } from "../../assembly/layout/remote-memory";
import { IMAGE_BYTES_MAX, IMAGE_OK } from "../../assembly/layout/state-image";
import { DROP_RESET, TRACE_FETCHED } from "../../assembly/layout/trace";
import { RDH, TDH, VTCTRL } from "../../assembly/layout/vf-registers";
import { CONTROL_RESET } from "../../assembly/layout/virtual-function";
import { itemAt } from "../support/item-at";
import { packetBufferOf, TRANSMIT_RING } from "../support/pool-driver";
import { frameFrom, frameTo } from "../support/port-scene";
import { createRemoteScene, LONG_NS, numbers, SILENT } from "../support/remote-scene";
import { dropsFor, ofKind } from "../support/trace-reading";
import { WHOLE_PACKET } from "../support/transmit-ring";
import { BUILDS } from "../support/wasm-builds";

describe.each(BUILDS)("a virtual function whose memory lives elsewhere, quiesced, $name build", ({ module }) => {
  it("with nothing under way, is quiesced at once", () => {
    const { scene } = createRemoteScene({ module });
    expect(scene.world.plane.quiesce(0)).toBe(1);
  });

  it.each([
    { what: "reported", command: WHOLE_PACKET },
    { what: "unreported", command: SILENT },
  ])("in the midst of $what packets, is quiesced when all is answered, with heads that stand", ({ command }) => {
    const { scene, driver, remote } = createRemoteScene({ module });
    const { plane } = scene.world;
    driver.postFrames(
      numbers(30).map((number) => frameFrom(0, number)),
      command,
    );
    driver.ring();
    scene.arriveEvery(
      numbers(10).map((number) => frameTo(0, number, 500)),
      1000,
      450,
    );
    scene.runTo(20_000);
    expect([plane.quiesce(0), plane.isQuiesced(0)]).toEqual([0, 0]);
    expect(remote.openCount).toBeGreaterThan(0);
    scene.runFor(LONG_NS);
    expect([scene.quiesced, plane.isQuiesced(0), remote.openCount]).toEqual([[0], 1, 0]);
    // What had arrived is received; of what was to be sent the packet that was under way, and no other.
    expect(driver.peek(RDH)).toBe(10);
    const head = driver.peek(TDH);
    expect(head).toBeLessThan(30);
    const askedCount = remote.taken.length;
    scene.arrive(frameTo(0, 77), scene.world.nowNs() + 1000);
    driver.ring();
    scene.runFor(LONG_NS);
    expect([driver.peek(RDH), driver.peek(TDH), remote.taken.length]).toEqual([10, head, askedCount]);
    plane.unquiesce(0);
    scene.runFor(LONG_NS);
    expect([driver.peek(RDH), driver.peek(TDH)]).toEqual([11, 30]);
    expect(scene.takeSent()).toEqual(numbers(30).map((number) => frameFrom(0, number)));
  });

  it("while a packet is read of which nobody is told, sends that one and asks for nothing more", () => {
    const { scene, driver, remote } = createRemoteScene({ module });
    driver.postFrames(
      numbers(5).map((number) => frameFrom(0, number)),
      SILENT,
    );
    driver.ring();
    for (let ns = 100; !remote.taken.some(({ bytes }) => bytes === 100); ns += 10) scene.runTo(ns);
    expect(scene.world.plane.quiesce(0)).toBe(0);
    const takenCount = remote.taken.length;
    scene.runFor(LONG_NS);
    expect([scene.quiesced, driver.peek(TDH), remote.taken.length]).toEqual([[0], 1, takenCount]);
  });

  it("with its last answers all at one time, still says that it is quiesced", () => {
    const { scene, remote } = createRemoteScene({ module });
    scene.arrive(frameTo(0, 1), 1000);
    for (let ns = 1000; !remote.openKinds().includes(DMA_POST); ns++) scene.runTo(ns);
    expect(scene.world.plane.quiesce(0)).toBe(0);
    remote.answerAll();
    expect(scene.world.plane.isQuiesced(0)).toBe(1);
    expect(scene.world.advance(1_000_000).reason).toBe(REASON_QUIESCED);
  });

  it("told to go on before all is answered, goes on and never says that it was quiesced", () => {
    const { scene, driver } = createRemoteScene({ module });
    driver.postFrames(numbers(10).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.runTo(5_000);
    expect(scene.world.plane.quiesce(0)).toBe(0);
    scene.world.plane.unquiesce(0);
    scene.runFor(LONG_NS);
    expect([scene.quiesced, driver.peek(TDH)]).toEqual([[], 10]);
  });

  it("saved and restored into another one, is the same with the same memory", () => {
    const { scene, driver, remote } = createRemoteScene({ module, vfCount: 2 });
    const { plane } = scene.world;
    const other = itemAt(scene.drivers, 1);
    driver.postFrames(numbers(30).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.arriveEvery(
      numbers(5).map((number) => frameTo(0, number, 500)),
      1000,
      450,
    );
    scene.runTo(20_000);
    plane.quiesce(0);
    scene.runFor(LONG_NS);
    plane.quiesce(1);
    const at = scene.world.place(new Uint8Array(IMAGE_BYTES_MAX));
    const bytes = plane.saveImage(0, at);
    expect(plane.restoreImage(1, at, bytes)).toBe(IMAGE_OK);
    other.memory.write(0, remote.contents);
    const sentBefore = scene.takeSent().length;
    scene.arrive(frameTo(0, 9, 300), scene.world.nowNs() + 1000);
    plane.unquiesce(1);
    scene.runFor(LONG_NS);
    expect(sentBefore + scene.takeSent().length).toBe(30);
    expect([other.peek(TDH), other.peek(RDH)]).toEqual([30, 6]);
    expect(other.memory.read(packetBufferOf(5), 300)).toEqual(frameTo(0, 9, 300));
  });
});

describe.each(BUILDS)("a virtual function whose memory lives elsewhere, reset, $name build", ({ module }) => {
  it("in the midst of things, forgets them and ignores the answers that are still to come", () => {
    const { scene, driver, remote } = createRemoteScene({ module });
    driver.postFrames(numbers(10).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.arriveEvery(
      numbers(3).map((number) => frameTo(0, number, 500)),
      1000,
      450,
    );
    scene.runTo(4_000);
    expect(remote.openCount).toBeGreaterThan(0);
    const fetched = ofKind(scene.trace, TRACE_FETCHED).length;
    driver.write(VTCTRL, CONTROL_RESET);
    const before = remote.contents.slice();
    scene.runFor(LONG_NS);
    expect(Buffer.compare(remote.contents, before)).toBe(0);
    expect(ofKind(scene.trace, TRACE_FETCHED)).toHaveLength(fetched);
    expect(dropsFor(scene.trace, DROP_RESET).length).toBeGreaterThan(0);
    expect(remote.openCount).toBe(0);
  });

  it("and started anew, works", () => {
    const { scene, driver } = createRemoteScene({ module });
    driver.postFrames(numbers(10).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.runTo(4_000);
    driver.write(VTCTRL, CONTROL_RESET);
    scene.openPools();
    driver.startTransmit();
    driver.startReceive();
    scene.takeSent();
    driver.memory.write(TRANSMIT_RING, new Uint8Array(4096));
    driver.postFrames([frameFrom(0, 50)]);
    driver.ring();
    scene.arrive(frameTo(0, 51), scene.world.nowNs() + 1000);
    scene.runFor(LONG_NS);
    expect(scene.takeSent().at(-1)).toEqual(frameFrom(0, 50));
    expect([driver.peek(TDH), driver.peek(RDH)]).toEqual([1, 1]);
  });

  it("by the death of its host in the midst of things, does and writes nothing more", () => {
    const { scene, driver, remote } = createRemoteScene({ module });
    driver.postFrames(numbers(10).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.arriveEvery(
      numbers(3).map((number) => frameTo(0, number)),
      1000,
      50,
    );
    scene.runTo(4_000);
    expect(remote.openCount).toBeGreaterThan(0);
    const [before, takenCount] = [remote.contents.slice(), remote.taken.length];
    scene.world.plane.failHost(0);
    scene.runFor(LONG_NS);
    expect([Buffer.compare(remote.contents, before), remote.taken.length]).toEqual([0, takenCount]);
    expect(ofKind(scene.trace, TRACE_FETCHED).every(({ timePs }) => timePs <= 4_000_000)).toBe(true);
  });

  it("while it is to be quiesced, is quiesced", () => {
    const { scene, driver } = createRemoteScene({ module });
    driver.postFrames(numbers(10).map((number) => frameFrom(0, number)));
    driver.ring();
    scene.runTo(4_000);
    expect(scene.world.plane.quiesce(0)).toBe(0);
    driver.write(VTCTRL, CONTROL_RESET);
    expect(scene.world.plane.isQuiesced(0)).toBe(1);
    scene.runFor(LONG_NS);
    expect(scene.quiesced).toEqual([0]);
  });
});
