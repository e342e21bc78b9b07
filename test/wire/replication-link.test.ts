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
});
