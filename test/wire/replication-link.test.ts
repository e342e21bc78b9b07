/** The link between primary and backup: a stream of checkpoint bytes, and short messages beside it. */
import { describe, expect, it } from "vitest";
import { createSmallWorld } from "../support/small-world";
import { firingsTo } from "../support/timer-firing";
import { BUILDS } from "../support/wasm-builds";

const LATENCY_NS = 20_000;
/** At 1 Gb/s a byte takes 8 ns; 1,460 bytes of stream take 1,538 bytes of wire. */
const SEGMENT_NS = 1538 * 8;
const MESSAGE_NS = 84 * 8;

function createLink(module: WebAssembly.Module) {
  const world = createSmallWorld({ module, isObserved: false });
  return { world, plane: world.plane, wire: world.plane.addReplicationLink(1e9, LATENCY_NS) };
}

describe.each(BUILDS)("a replication link, $name build", ({ module }) => {
  it.each([
    { byteCount: 1460, ns: SEGMENT_NS },
    { byteCount: 14_600, ns: 10 * SEGMENT_NS },
    { byteCount: 1461, ns: SEGMENT_NS + (78 + 1) * 8 },
    { byteCount: 1, ns: (78 + 1) * 8 },
    { byteCount: 0, ns: 0 },
  ])("idle, $byteCount bytes sent, has them arrive after their segments and the latency", ({ byteCount, ns }) => {
    const { world, plane, wire } = createLink(module);
    plane.sendCheckpoint(wire, byteCount, 0);
    expect(firingsTo(world, 1_000_000)).toEqual([{ atNs: ns + LATENCY_NS, timer: 0 }]);
  });

  it("busy with a checkpoint, another sent, has it arrive behind the first", () => {
    const { world, plane, wire } = createLink(module);
    plane.sendCheckpoint(wire, 1460, 0);
    plane.sendCheckpoint(wire, 1460, 1);
    expect(firingsTo(world, 1_000_000)).toEqual([
      { atNs: SEGMENT_NS + LATENCY_NS, timer: 0 },
      { atNs: 2 * SEGMENT_NS + LATENCY_NS, timer: 1 },
    ]);
  });

  it("idle, a message sent, has it arrive after one short frame", () => {
    const { world, plane, wire } = createLink(module);
    plane.sendNote(wire, 0);
    expect(firingsTo(world, 1_000_000)).toEqual([{ atNs: MESSAGE_NS + LATENCY_NS, timer: 0 }]);
  });

  it("busy with a checkpoint, a message sent, lets it in after one segment", () => {
    const { world, plane, wire } = createLink(module);
    plane.sendCheckpoint(wire, 1_460_000, 0);
    plane.sendNote(wire, 1);
    const [first] = firingsTo(world, 100_000_000);
    expect(first).toEqual({ atNs: SEGMENT_NS + MESSAGE_NS + LATENCY_NS, timer: 1 });
  });

  it("busy one way, a message sent the other way, does not delay it", () => {
    const { world, plane, wire } = createLink(module);
    plane.sendCheckpoint(wire, 1_460_000, 0);
    plane.sendNote(wire + 1, 1);
    const [first] = firingsTo(world, 100_000_000);
    expect(first).toEqual({ atNs: MESSAGE_NS + LATENCY_NS, timer: 1 });
  });

  it("with a stream, tells when its last byte leaves", () => {
    const { world, plane, wire } = createLink(module);
    world.advance(SEGMENT_NS);
    expect(plane.streamEndPs(wire)).toBe(0);
    plane.sendCheckpoint(wire, 2 * 1460, 0);
    expect(plane.streamEndPs(wire)).toBe(3 * SEGMENT_NS * 1000);
  });

  it("cut, a datagram is lost, and does not arrive late", () => {
    const { world, plane, wire } = createLink(module);
    plane.cutReplicationLink(wire, 1);
    expect(plane.sendBeat(wire, 0)).toBe(0);
    plane.cutReplicationLink(wire, 0);
    expect(plane.sendBeat(wire, 1)).toBe(1);
    expect(firingsTo(world, 1_000_000)).toEqual([{ atNs: MESSAGE_NS + LATENCY_NS, timer: 1 }]);
  });

  it("losing half of all frames, streams and messages arrive late and in order, datagrams half of the time", () => {
    const { world, plane, wire } = createLink(module);
    plane.setReplicationLink(wire, 1e9, 2 ** 31);
    for (let timer = 0; timer < 20; timer++) plane.sendCheckpoint(wire, 14_600, timer);
    for (let timer = 20; timer < 40; timer++) plane.sendNote(wire + 1, timer);
    const beats = Array.from({ length: 200 }, (_, index) => plane.sendBeat(wire + 1, 40 + index));
    const arrived = firingsTo(world, 1e12);
    const inOrder = (least: number, most: number) =>
      arrived.map(({ timer }) => timer).filter((timer) => timer >= least && timer < most);
    expect(inOrder(0, 20)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(inOrder(20, 40)).toEqual(Array.from({ length: 20 }, (_, index) => 20 + index));
    const beatCount = beats.reduce((sum, each) => sum + each, 0);
    expect(inOrder(40, 240)).toHaveLength(beatCount);
    expect(Math.abs(beatCount - 100)).toBeLessThan(30);
    const [first] = arrived.filter(({ timer }) => timer === 0);
    expect(first?.atNs).toBeGreaterThan(10 * SEGMENT_NS + LATENCY_NS);
  });

  it("a stream half sent and recalled, tells what had not left, and is free", () => {
    const { world, plane, wire } = createLink(module);
    plane.sendCheckpoint(wire, 10 * 1460, 0);
    world.advance(3 * SEGMENT_NS + 1);
    expect(plane.recallCheckpoints(wire)).toBe(7 * 1460);
    plane.sendCheckpoint(wire, 1460, 1);
    const [again] = firingsTo(world, 1_000_000).filter(({ timer }) => timer === 1);
    expect(again?.atNs).toBe(3 * SEGMENT_NS + 1 + SEGMENT_NS + LATENCY_NS);
  });

  it("another rate, holds for what is sent from then on", () => {
    const { world, plane, wire } = createLink(module);
    plane.setReplicationLink(wire, 5e8, 0);
    plane.sendCheckpoint(wire, 1460, 0);
    expect(firingsTo(world, 1_000_000)).toEqual([{ atNs: 2 * SEGMENT_NS + LATENCY_NS, timer: 0 }]);
  });
});
