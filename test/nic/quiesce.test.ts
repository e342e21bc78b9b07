/** A quiesced virtual function: what it keeps still, what it keeps, and what happens when it goes on. */
import { describe, expect, it } from "vitest";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import {
  DROP_QUIESCE_FULL,
  DROP_RESET,
  TRACE_ARRIVED,
  TRACE_DELIVERED,
  TRACE_FETCHED,
  TRACE_INTERRUPT,
} from "../../assembly/layout/trace";
import { VTCTRL, VTEICR, VTEICS, VTEIMC, VTEIMS } from "../../assembly/layout/vf-registers";
import { CONTROL_RESET } from "../../assembly/layout/virtual-function";
import { readOutcomes } from "../support/exchanges";
import { changedPages, pageHashes } from "../support/guest-pages";
import { arrivedFrames, createQuietScene, framesFrom } from "../support/quiet-scene";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { numbersOf } from "../support/test-frame";
import { dropsFor, endCounts, framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const ONE_TRY = { patience: { tryCountMax: 1 } };

describe.each(BUILDS)("a quiesced virtual function, $name build", ({ module }) => {
  it("with frames arriving, told to go on, receives them then and in order", () => {
    const { world, server, table } = createServiceScene(5, { world: { module }, ...ONE_TRY });
    world.plane.quiesce(server.vf);
    expect(framesOf(runTo(world, 1_000_000), TRACE_DELIVERED)).toEqual([]);
    world.plane.unquiesce(server.vf);
    const delivered = ofKind(runTo(world, 3_000_000), TRACE_DELIVERED, server.vf);
    const frames = delivered.map(({ frame }) => frame);
    expect(delivered.map(({ timePs }) => timePs)).toEqual(Array.from({ length: 5 }, () => 1_000_000_000));
    expect(frames).toEqual([...frames].sort((one, other) => one - other));
    expect(readOutcomes(world, table, 5).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
  });

  it("with frames arriving, changes no byte of its guest", () => {
    const { world, server } = createServiceScene(5, { world: { module }, ...ONE_TRY });
    world.plane.quiesce(server.vf);
    const before = pageHashes(world, server.guest);
    runTo(world, 1_000_000);
    expect(changedPages(before, pageHashes(world, server.guest))).toEqual([]);
  });

  it("with frames arriving, nobody looking, takes them off the wire as they come", () => {
    const { world, server } = createServiceScene(5, { world: { module }, ...ONE_TRY });
    world.plane.quiesce(server.vf);
    world.advance(1_000_000);
    expect(framesOf(world.takeTrace(), TRACE_ARRIVED, server.wireIn)).toHaveLength(5);
  });

  it("with more frames arriving than it may park, drops the rest", () => {
    // A request of 40 bytes is a frame of 82.
    const server = { parkedBytesMax: 3 * 82 };
    const scene = createServiceScene(5, { world: { module }, server, ...ONE_TRY });
    scene.world.plane.quiesce(scene.server.vf);
    const trace = runTo(scene.world, 1_000_000);
    expect(dropsFor(trace, DROP_QUIESCE_FULL)).toHaveLength(2);
    scene.world.plane.unquiesce(scene.server.vf);
    expect(framesOf(runTo(scene.world, 1_000_001), TRACE_DELIVERED)).toHaveLength(3);
  });

  it("full once, told to go on and quiesced again, has room again", () => {
    const server = { parkedBytesMax: 3 * 82 };
    const scene = createServiceScene(6, { world: { module }, server, ...ONE_TRY });
    const { plane } = scene.world;
    plane.quiesce(scene.server.vf);
    // Three requests by then, and three more afterwards.
    runTo(scene.world, 150_000);
    plane.unquiesce(scene.server.vf);
    plane.quiesce(scene.server.vf);
    const trace = runTo(scene.world, 1_000_000);
    expect(dropsFor(trace, DROP_QUIESCE_FULL)).toEqual([]);
  });

  it("with frames parked, reset by its driver, drops them", () => {
    const { world, server } = createServiceScene(3, { world: { module }, ...ONE_TRY });
    world.plane.quiesce(server.vf);
    const trace = runTo(world, 1_000_000);
    world.plane.writeRegister(server.vf, VTCTRL, CONTROL_RESET);
    trace.push(...runTo(world, 1_000_001));
    expect(dropsFor(trace, DROP_RESET)).toHaveLength(3);
    world.plane.unquiesce(server.vf);
    trace.push(...runTo(world, 2_000_000));
    expect([...endCounts(trace).values()].filter((count) => count !== 1)).toEqual([]);
  });

  it("rung, sends nothing; told to go on, sends everything", () => {
    const scene = createQuietScene({ world: { module } });
    scene.world.plane.quiesce(scene.server.vf);
    scene.ring.send(framesFrom(scene, 0, 5));
    expect(framesOf(runTo(scene.world, 100_000), TRACE_FETCHED)).toEqual([]);
    scene.world.plane.unquiesce(scene.server.vf);
    runTo(scene.world, 200_000);
    expect(numbersOf(arrivedFrames(scene))).toEqual([0, 1, 2, 3, 4]);
  });

  it("rung before, quiesced before anything was fetched, sends nothing", () => {
    const scene = createQuietScene({ world: { module } });
    scene.ring.send(framesFrom(scene, 0, 5));
    scene.world.plane.quiesce(scene.server.vf);
    expect(framesOf(runTo(scene.world, 100_000), TRACE_FETCHED)).toEqual([]);
  });

  it("with a cause set, told to go on, interrupts once and then", () => {
    const { world, server } = createQuietScene({ world: { module } });
    const { plane } = world;
    plane.writeRegister(server.vf, VTEIMS, 2);
    plane.quiesce(server.vf);
    plane.writeRegister(server.vf, VTEICS, 2);
    plane.writeRegister(server.vf, VTEICS, 2);
    expect(ofKind(runTo(world, 100_000), TRACE_INTERRUPT)).toEqual([]);
    expect(plane.peekRegister(server.vf, VTEICR)).toBe(2);
    plane.unquiesce(server.vf);
    expect(ofKind(runTo(world, 200_000), TRACE_INTERRUPT)).toMatchObject([{ a: 1, timePs: 100_000_000 }]);
  });

  it("beside another on its port, leaves the other's traffic alone", () => {
    const { world, network, server, table } = createServiceScene(5, { world: { module }, server: { vfCount: 2 } });
    const neighbour = network.addNeighbour(server, 1);
    world.plane.quiesce(neighbour.vf);
    runTo(world, 1_000_000);
    expect(readOutcomes(world, table, 5).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
  });
});

describe.each(BUILDS)("a frame that arrived while nobody looked, $name build", ({ module }) => {
  it.each(["quiesce", "armDmaLog", "collectDmaLog"] as const)("before a %s, is received by then", (verb) => {
    const { world, server } = createServiceScene(1, { world: { module }, ...ONE_TRY });
    world.plane.writeRegister(server.vf, VTEIMC, 7);
    world.advance(100_000);
    expect(ofKind(world.takeTrace(), TRACE_DELIVERED)).toEqual([]);
    world.plane[verb](server.vf);
    const [delivered] = ofKind(world.takeTrace(), TRACE_DELIVERED, server.vf);
    // 10 us, and on two links 94 bytes at 0.8 ns and 1 us, and 0.5 us in the switch.
    expect(delivered?.timePs).toBe(10_000_000 + 2 * (94 * 800 + 1_000_000) + 500_000);
  });
});
