/** Adaptive interrupt moderation: traffic settles in its class, and the device interrupts as often as that says. */
import { describe, expect, it } from "vitest";
import {
  COST_EXIT_COLD,
  COST_FRONTEND,
  COST_INTERRUPT_WAKE,
  COST_VIRTUAL_INTERRUPT,
  INTERVAL_BULK,
  INTERVAL_LOW,
  THROUGHPUT_HIGH,
  THROUGHPUT_LOW,
  WAKE_LATENCY_NS,
} from "../../assembly/layout/cost";
import {
  MODERATION_CONSERVATIVE,
  MODERATION_FIXED,
  MODERATION_FULL,
  MODERATION_THROUGHPUT,
} from "../../assembly/layout/guest-software";
import { PF_POOL } from "../../assembly/layout/physical-function";
import { TRACE_INTERRUPT } from "../../assembly/layout/trace";
import { VTEITR } from "../../assembly/layout/vf-registers";
import type { DataPlane } from "../../src/core/exports";
import { bootGuest } from "../../src/device/port-driver";
import { dataPlaneCosts } from "../../src/host/cost-model";
import type { CostPreset } from "../../src/host/cost-row";
import { resolveCosts } from "../../src/host/cost-table";
import { DELIVERY_OF } from "../../src/host/interrupt-delivery";
import { createDom0Scene } from "../support/dom0-scene";
import { Network } from "../support/network";
import { runTo } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const PORT = 9;
/** Above them the register shows the running counter. */
const INTERVAL_BITS = 0x7ffc;
const MS = 1_000_000;

interface Traffic {
  readonly frameBytes: number;
  readonly countPerTick: number;
  readonly tickNs: number;
}

/**
 * Bulk: five long frames each 8 us, 7.7 Gb/s; small: four short ones each 8 us; sparse: one short one each 100 us; steady:
 * one of 500 bytes each 8 us, 62.5 MB/s.
 */
const BULK: Traffic = { frameBytes: 1514, countPerTick: 5, tickNs: 8000 };
const SMALL: Traffic = { frameBytes: 100, countPerTick: 4, tickNs: 8000 };
const SPARSE: Traffic = { frameBytes: 60, countPerTick: 1, tickNs: 100_000 };
const STEADY: Traffic = { frameBytes: 500, countPerTick: 1, tickNs: 8000 };

/** Gives a world the intervals of a preset, where nothing costs time: what is seen is the device's moderation. */
function moderate(plane: DataPlane, preset: CostPreset): void {
  for (const [index, value] of dataPlaneCosts(resolveCosts(preset, {}), DELIVERY_OF[preset]))
    plane.setCost(index, value);
  const free = [COST_INTERRUPT_WAKE, COST_EXIT_COLD, COST_VIRTUAL_INTERRUPT, WAKE_LATENCY_NS];
  for (let index = 0; index <= COST_FRONTEND; index++) plane.setCost(index, 0);
  for (const index of free) plane.setCost(index, 0);
}

/** How interrupts are moderated, and by whose numbers. */
interface Way {
  readonly preset: CostPreset;
  readonly moderation: number;
}

/** A receiver of a stream after 40 ms. */
function receive(
  module: WebAssembly.Module,
  { preset, moderation }: Way,
  traffic: Traffic,
  replaced: readonly (readonly [number, number])[] = [],
) {
  const world = createSmallWorld({ module });
  const { plane } = world;
  moderate(plane, preset);
  for (const [index, value] of replaced) plane.setCost(index, value);
  const network = new Network(world);
  const [receiver, sender] = [network.addServer(), network.addServer()];
  plane.createSink(receiver.guest);
  const { frameBytes, countPerTick, tickNs } = traffic;
  const [low, high] = receiver.mac;
  plane.createSource(sender.guest, low, high, 0x0a000001, PORT, frameBytes, countPerTick, tickNs);
  plane.setModeration(receiver.guest, moderation);
  for (const { guest } of [receiver, sender]) bootGuest(world, guest);
  for (const { vf } of [receiver, sender]) plane.announce(vf);
  runTo(world, 40 * MS);
  return { world, receiver };
}

/** What the register says, and interrupts a second over 20 ms. */
function observe({ world, receiver }: ReturnType<typeof receive>) {
  const { plane } = world;
  const interrupts = ofKind(runTo(world, 60 * MS), TRACE_INTERRUPT, receiver.vf).length;
  return { interval: plane.peekRegister(receiver.vf, VTEITR) & INTERVAL_BITS, perSecond: interrupts * 50 };
}

const FIXED: Way = { preset: "era", moderation: MODERATION_FIXED };
const CONSERVATIVE: Way = { preset: "era", moderation: MODERATION_CONSERVATIVE };
const FULL: Way = { preset: "era", moderation: MODERATION_FULL };
const THROUGHPUT: Way = { preset: "now", moderation: MODERATION_THROUGHPUT };

describe.each(BUILDS)("the interval between interrupts, $name build", ({ module }) => {
  it.each([
    { what: "fixed, bulk", way: FIXED, traffic: BULK, interval: 488, perSecond: 8197 },
    { what: "conservative, small", way: CONSERVATIVE, traffic: SMALL, interval: 196, perSecond: 20_408 },
    { what: "full, small", way: FULL, traffic: SMALL, interval: 56, perSecond: 71_429 },
    // Sparse traffic is never held back: each frame interrupts.
    { what: "full, sparse", way: FULL, traffic: SPARSE, interval: 56, perSecond: 10_000 },
    {
      what: "now, full, small",
      way: { ...FULL, preset: "now" } as const,
      traffic: SMALL,
      interval: 40,
      perSecond: 1e5,
    },
    // 946, 62.5 and 0.6 MB/s.
    { what: "by throughput, bulk", way: THROUGHPUT, traffic: BULK, interval: 488, perSecond: 8197 },
    { what: "by throughput, steady", way: THROUGHPUT, traffic: STEADY, interval: 200, perSecond: 20_000 },
    { what: "by throughput, sparse", way: THROUGHPUT, traffic: SPARSE, interval: 40, perSecond: 10_000 },
  ])("$what traffic, settles where its class has it", ({ way, traffic, interval, perSecond }) => {
    const seen = observe(receive(module, way, traffic));
    expect(seen.interval).toBe(interval);
    expect(Math.abs(seen.perSecond / perSecond - 1)).toBeLessThan(0.03);
  });

  it.each([
    { what: "the lower limit above it", replaced: [[THROUGHPUT_LOW, 120_000_000]], interval: 40 },
    { what: "another interval of its class", replaced: [[INTERVAL_LOW, 100]], interval: 100 },
    // A rate that falls by tenths stops short of the new one, for want of fractions.
    {
      what: "the upper limit below it",
      replaced: [
        [THROUGHPUT_HIGH, 40_000_000],
        [INTERVAL_BULK, 800],
      ],
      interval: 788,
    },
  ] as const)("steady traffic by throughput, $what, settles there", ({ replaced, interval }) => {
    expect(observe(receive(module, THROUGHPUT, STEADY, replaced)).interval).toBe(interval);
  });

  it("conservative, bulk traffic at ten times the rate that the thresholds are for, goes to and fro", () => {
    // In the low class an interrupt brings 10 kB of long frames, which is bulk; in bulk more than 35 packets, which is low.
    const { world, receiver } = receive(module, CONSERVATIVE, BULK);
    const intervals = new Set<number>();
    for (let at = 1; at <= 100; at++) {
      runTo(world, 40 * MS + at * 50_000);
      intervals.add(world.plane.peekRegister(receiver.vf, VTEITR) & INTERVAL_BITS);
    }
    expect(intervals).toContain(980);
    expect(intervals).toContain(196);
  });

  it.each([
    { what: "fixed", way: FIXED, traffic: SMALL, interval: 488 },
    { what: "conservative", way: CONSERVATIVE, traffic: SMALL, interval: 196 },
    { what: "full", way: FULL, traffic: SMALL, interval: 56 },
    { what: "by throughput", way: THROUGHPUT, traffic: STEADY, interval: 200 },
  ])("of dom0's port, $what, settles where the class of its traffic has it", ({ way, traffic, interval }) => {
    const { scene, server, dom0, plane } = createDom0Scene(module);
    moderate(plane, way.preset);
    const receiver = scene.addFrontGuest(dom0);
    const { frameBytes, countPerTick, tickNs } = traffic;
    plane.setModeration(dom0.memory, way.moderation);
    plane.createSink(receiver.guest);
    plane.createSource(server.guest, ...receiver.mac, receiver.ip, PORT, frameBytes, countPerTick, tickNs);
    scene.boot(receiver);
    scene.bootServer(server);
    scene.runTo(40 * MS);
    const port = plane.firstVf(dom0.port) + PF_POOL;
    const before = ofKind(scene.trace, TRACE_INTERRUPT, port).length;
    scene.runTo(60 * MS);
    const perSecond = (ofKind(scene.trace, TRACE_INTERRUPT, port).length - before) * 50;
    expect(plane.peekRegister(port, VTEITR) & INTERVAL_BITS).toBe(interval);
    expect(Math.abs((perSecond * interval) / 4e6 - 1)).toBeLessThan(0.03);
  });
});
