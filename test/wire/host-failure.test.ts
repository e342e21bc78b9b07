/** What the death of a host does to frames: on the wire, in the NIC, and on their way to it. */
import { describe, expect, it } from "vitest";
import { GUEST_DEAD } from "../../assembly/layout/control";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import {
  DROP_HOST_DEAD,
  DROP_WIRE_CUT,
  TRACE_ARRIVED,
  TRACE_HOST_FAILED,
  TRACE_SENT,
} from "../../assembly/layout/trace";
import { readOutcomes } from "../support/exchanges";
import { arrivedFrames, createQuietScene, framesFrom } from "../support/quiet-scene";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { numbersOf } from "../support/test-frame";
import { dropsFor, endCounts, framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** At 10 Mb/s a frame of 60 bytes is on the wire for 57.6 us and the next one starts 9.6 us later. */
const SLOW = { rate: 10e6, latencyNs: 200_000 };

describe.each(BUILDS)("a host, $name build", ({ module }) => {
  it("whose frame has half left, failed, cuts it", () => {
    const scene = createQuietScene({ world: { module }, server: SLOW });
    scene.ring.send(framesFrom(scene, 0, 1));
    runTo(scene.world, 57_599);
    scene.world.plane.failHost(scene.server.host);
    const trace = runTo(scene.world, 1_000_000);
    expect(dropsFor(trace, DROP_WIRE_CUT)).toMatchObject([{ timePs: 57_599_000 }]);
    expect(arrivedFrames(scene)).toEqual([]);
  });

  it("whose frame has just left, failed, still has it arrive", () => {
    const scene = createQuietScene({ world: { module }, server: SLOW });
    scene.ring.send(framesFrom(scene, 0, 1));
    runTo(scene.world, 57_600);
    scene.world.plane.failHost(scene.server.host);
    runTo(scene.world, 1_000_000);
    expect(numbersOf(arrivedFrames(scene))).toEqual([0]);
  });

  it("with frames in a row, failed in the middle, has the first ones arrive and each end once", () => {
    const scene = createQuietScene({ world: { module }, server: SLOW });
    scene.ring.send(framesFrom(scene, 0, 6));
    const trace = runTo(scene.world, 67_200 * 3 + 20_000);
    scene.world.plane.failHost(scene.server.host);
    trace.push(...runTo(scene.world, 2_000_000));
    expect(numbersOf(arrivedFrames(scene))).toEqual([0, 1, 2]);
    expect(framesOf(trace, TRACE_ARRIVED, scene.server.wireOut)).toHaveLength(3);
    expect([...endCounts(trace).values()].every((count) => count === 1)).toBe(true);
  });

  it("dead, its guest's queue filled, fetches and sends nothing", () => {
    const scene = createQuietScene({ world: { module } });
    scene.world.plane.failHost(scene.server.host);
    scene.ring.send(framesFrom(scene, 0, 3));
    const trace = runTo(scene.world, 1_000_000);
    expect(trace.map(({ kind }) => kind)).toEqual([TRACE_HOST_FAILED]);
  });

  it("dead, requests coming to it, drops them at its port", () => {
    const { world, server } = createServiceScene(5, { world: { module }, patience: { tryCountMax: 1 } });
    world.plane.failHost(server.host);
    const trace = runTo(world, 1_000_000);
    expect(dropsFor(trace, DROP_HOST_DEAD)).toHaveLength(5);
    expect(ofKind(trace, TRACE_SENT, server.wireOut)).toEqual([]);
  });

  it("dead, requests coming to it, nobody looking, ends them as they come", () => {
    const { world, server } = createServiceScene(5, { world: { module }, patience: { tryCountMax: 1 } });
    world.plane.failHost(server.host);
    world.advance(1_000_000);
    expect(dropsFor(world.takeTrace(), DROP_HOST_DEAD)).toHaveLength(5);
  });

  it("whose virtual function has frames parked, failed, ends them there", () => {
    const { world, server } = createServiceScene(5, { world: { module }, patience: { tryCountMax: 1 } });
    world.plane.quiesce(server.vf);
    const trace = runTo(world, 1_000_000);
    expect(dropsFor(trace, DROP_HOST_DEAD)).toEqual([]);
    world.plane.failHost(server.host);
    trace.push(...runTo(world, 2_000_000));
    expect(dropsFor(trace, DROP_HOST_DEAD)).toHaveLength(5);
    expect([...endCounts(trace).values()].every((count) => count === 1)).toBe(true);
  });

  it("failed, its guest in the middle of its work, has it dead and silent", () => {
    const { world, server } = createServiceScene(5, { world: { module } });
    runTo(world, 15_000);
    world.plane.failHost(server.host);
    const trace = runTo(world, 1_000_000);
    expect(world.plane.guestState(server.guest)).toBe(GUEST_DEAD);
    expect(ofKind(trace, TRACE_SENT, server.wireOut)).toEqual([]);
  });

  it("failed, another host beside it, leaves that one alone", () => {
    const { world, network, server, table } = createServiceScene(5, { world: { module } });
    const other = network.addServer();
    world.plane.failHost(other.host);
    runTo(world, 1_000_000);
    expect(world.plane.guestState(server.guest)).not.toBe(GUEST_DEAD);
    expect(readOutcomes(world, table, 5).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
  });
});
