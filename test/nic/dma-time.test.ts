/** The DMA engine takes time: when frames leave and are delivered, and how a quiesce waits for what is in flight. */
import { describe, expect, it } from "vitest";
import { REASON_QUIESCED, REASON_UNTIL } from "../../assembly/layout/event";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import {
  TRACE_DELIVERED,
  TRACE_FETCHED,
  TRACE_INTERRUPT,
  TRACE_QUIESCED,
  TRACE_SENT,
} from "../../assembly/layout/trace";
import type { TraceRecord } from "../../src/core/trace";
import { readOutcomes } from "../support/exchanges";
import { changedPages, pageHashes } from "../support/guest-pages";
import { createQuietScene, framesFrom } from "../support/quiet-scene";
import { runTo, runToStop } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const LATENCY_NS = 500;
const READ_PS = 100;
const WRITE_PS = 1000;
/** A request of 40 bytes is a frame of 82. */
const REQUEST_BYTES = 82;
/** The first one is sent at 10 us; on two links 94 bytes at 0.8 ns and 1 us, and 0.5 us in the switch. */
const ARRIVED_PS = 10_000_000 + 2 * (94 * 800 + 1_000_000) + 500_000;
const DELIVERED_PS = ARRIVED_PS + REQUEST_BYTES * WRITE_PS + LATENCY_NS * 1000;
/** At such a distance several requests arrive before the first has been delivered. */
const CLOSE = { gapNs: 120 };

function timesOf(trace: readonly TraceRecord[], kind: number): number[] {
  return ofKind(trace, kind).map(({ timePs }) => timePs);
}

function createSlowScene(module: WebAssembly.Module, requestCount: number) {
  const patience = { tryCountMax: 1 };
  const scene = createServiceScene(requestCount, { world: { module }, exchanges: CLOSE, patience });
  scene.world.plane.setDma(scene.server.port, LATENCY_NS, READ_PS, WRITE_PS);
  return { ...scene, plane: scene.world.plane, vf: scene.server.vf };
}

describe.each(BUILDS)("frames through a DMA engine that takes time, $name build", ({ module }) => {
  it("to be sent, are fetched after two latencies and leave when they have been read", () => {
    const scene = createQuietScene({ world: { module } });
    scene.world.plane.setDma(scene.server.port, LATENCY_NS, READ_PS, WRITE_PS);
    scene.ring.send(framesFrom(scene, 0, 2, 1000));
    const trace = runTo(scene.world, 100_000);
    expect(timesOf(trace, TRACE_FETCHED)).toEqual([1_000_000, 1_000_000]);
    const sent = ofKind(trace, TRACE_SENT, scene.server.wireOut).map(({ timePs }) => timePs);
    // A frame of 1,000 bytes takes 1,024 byte times of the wire, more than of the engine.
    expect(sent).toEqual([1_100_000, 1_100_000 + 1024 * 800]);
  });

  it("slower than the wire, leave as they have been read", () => {
    const scene = createQuietScene({ world: { module } });
    scene.world.plane.setDma(scene.server.port, LATENCY_NS, 2000, WRITE_PS);
    scene.ring.send(framesFrom(scene, 0, 3, 1000));
    const trace = runTo(scene.world, 100_000);
    const sent = ofKind(trace, TRACE_SENT, scene.server.wireOut).map(({ timePs }) => timePs);
    expect(sent).toEqual([3_000_000, 5_000_000, 7_000_000]);
  });

  it("received, are delivered one after the other, a latency after their last byte", () => {
    const { world } = createSlowScene(module, 3);
    const trace = runTo(world, 1_000_000);
    // They arrive 120 ns apart, and the engine takes 82 ns for each.
    expect(timesOf(trace, TRACE_DELIVERED).slice(0, 3)).toEqual([0, 1, 2].map((n) => DELIVERED_PS + n * 120_000));
  });

  it("received faster than they are written, are delivered at the engine's pace", () => {
    const { world, server } = createSlowScene(module, 3);
    world.plane.setDma(server.port, LATENCY_NS, READ_PS, 5000);
    const first = ARRIVED_PS + REQUEST_BYTES * 5000 + LATENCY_NS * 1000;
    const trace = runTo(world, 1_000_000);
    expect(timesOf(trace, TRACE_DELIVERED).slice(0, 3)).toEqual([0, 1, 2].map((n) => first + n * REQUEST_BYTES * 5000));
  });
});

describe.each(BUILDS)("a virtual function to be quiesced, $name build", ({ module }) => {
  it("with nothing in flight, is quiesced at once", () => {
    const { plane, vf } = createSlowScene(module, 1);
    expect([plane.quiesce(vf), plane.isQuiesced(vf)]).toEqual([1, 1]);
  });

  it("with a frame in the engine, is quiesced when that has been delivered, and says so", () => {
    const { world, plane, vf, server } = createSlowScene(module, 1);
    const trace = runTo(world, 13_000);
    expect([plane.quiesce(vf), plane.isQuiesced(vf)]).toEqual([0, 0]);
    const { stop, trace: rest } = runToStop(world, 1_000_000);
    trace.push(...rest);
    expect(stop).toEqual({ reason: REASON_QUIESCED, index: vf });
    expect(world.nowNs() * 1000 + plane.nowPs()).toBe(DELIVERED_PS);
    expect(timesOf(trace, TRACE_DELIVERED)).toEqual([DELIVERED_PS]);
    expect(timesOf(trace, TRACE_QUIESCED)).toEqual([DELIVERED_PS]);
    expect(plane.isQuiesced(vf)).toBe(1);
    const before = pageHashes(world, server.guest);
    expect(timesOf(runTo(world, 1_000_000), TRACE_INTERRUPT)).toEqual([]);
    expect(changedPages(before, pageHashes(world, server.guest))).toEqual([]);
  });

  it("with frames in the engine and others on their way, delivers the former and keeps the latter", () => {
    const { world, plane, vf, table } = createSlowScene(module, 5);
    // By then two have arrived, and none has been delivered.
    runTo(world, Math.floor(ARRIVED_PS / 1000) + 200);
    expect(plane.quiesce(vf)).toBe(0);
    const { stop, trace } = runToStop(world, 1_000_000);
    expect(stop.reason).toBe(REASON_QUIESCED);
    expect(timesOf(trace, TRACE_DELIVERED)).toEqual([DELIVERED_PS, DELIVERED_PS + 120_000]);
    expect(timesOf(runTo(world, 500_000), TRACE_DELIVERED)).toEqual([]);
    plane.unquiesce(vf);
    const later = runTo(world, 3_000_000);
    expect(timesOf(later, TRACE_DELIVERED).slice(0, 3)).toEqual([500_000_000, 500_000_000, 500_000_000]);
    expect(readOutcomes(world, table, 5).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
  });

  it("told to go on before it was, goes on and never says that it was", () => {
    const { world, plane, vf, table } = createSlowScene(module, 2);
    runTo(world, 13_000);
    expect(plane.quiesce(vf)).toBe(0);
    plane.unquiesce(vf);
    const { stop, trace } = runToStop(world, 1_000_000);
    expect(stop.reason).toBe(REASON_UNTIL);
    expect(timesOf(trace, TRACE_QUIESCED)).toEqual([]);
    expect(readOutcomes(world, table, 2).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
  });

  it("with a packet rung for and not fetched yet, leaves it in its ring", () => {
    const scene = createQuietScene({ world: { module } });
    const { plane } = scene.world;
    plane.setDma(scene.server.port, LATENCY_NS, READ_PS, WRITE_PS);
    scene.ring.send(framesFrom(scene, 0, 1));
    runTo(scene.world, 999);
    expect(plane.quiesce(scene.server.vf)).toBe(1);
    expect(timesOf(runTo(scene.world, 100_000), TRACE_FETCHED)).toEqual([]);
    expect(scene.ring.done()[0]).toBe(false);
    plane.unquiesce(scene.server.vf);
    expect(timesOf(runTo(scene.world, 200_000), TRACE_FETCHED)).toEqual([101_000_000]);
  });
});
