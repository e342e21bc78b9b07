/** Requests and answers between two machines: how many, how long they take, on which connections. */
import { describe, expect, it } from "vitest";
import { CONNECTS_EACH_TIME } from "../../assembly/layout/tcp";
import { countOf, quantileOf } from "../../src/core/histogram";
import { World } from "../../src/core/world";
import { joinMachines, type Machine, type Pair, type StackOptions, setFaults } from "../support/machines";
import { runTo } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { BUILDS } from "../support/wasm-builds";

const PORT = 80;
const SECOND = 1e9;
/** A frame of 60 bytes and one of 154 take this long on 10 Gb/s, and a microsecond each way. */
const LATENCY_NS = 1000;

interface Asking {
  readonly connections?: number;
  readonly count: number;
  readonly thinkNs?: number;
  readonly options?: number;
  readonly stack?: StackOptions;
  readonly dirtyPages?: number;
}

function asking(module: WebAssembly.Module, asked: Asking): Pair & { world: World; requester: number } {
  const { connections = 1, count, thinkNs = 0, options = 0, stack = {}, dirtyPages = 0 } = asked;
  const world = createSmallWorld({ module });
  const two = { ...stack, morePages: 8 };
  const pair = joinMachines(world, { latencyNs: LATENCY_NS, one: stack, two });
  const { plane } = world;
  const { mac, ip, index, pageBehind } = pair.two;
  plane.addTcpResponder(index, PORT, 1, 100, pageBehind, 8, dirtyPages);
  const requester = plane.addTcpRequester(
    pair.one.index,
    ...mac,
    ip,
    PORT,
    connections,
    count,
    1,
    100,
    thinkNs,
    options,
  );
  pair.one.start(requester);
  return { ...pair, world, requester };
}

const wholeOf = (machine: Machine, work = 0) => machine.work(work);

describe.each(BUILDS)("a requester, $name build", ({ module }) => {
  it("one connection, a thousand requests, gets every answer in two latencies and two frames", () => {
    const { world, one, two } = asking(module, { count: 1000 });
    runTo(world, SECOND);
    expect(wholeOf(one)).toMatchObject({ transactions: 1000, doneBytes: 100_000, wrong: 0, finished: 1, failed: 0 });
    expect(wholeOf(two)).toMatchObject({ transactions: 1000, doneBytes: 1000, wrong: 0, finished: 1 });
    const counts = one.histogram();
    expect(countOf(counts)).toBe(1000);
    // Headers of 66 bytes, 1 and 100 of payload, 12 around each: 79 and 178 bytes at 0.8 ns, and 2 us.
    const exactNs = 2 * LATENCY_NS + (79 + 178) * 0.8;
    const median = quantileOf(counts, 0.5);
    expect(median).toBeGreaterThanOrEqual(Math.floor(exactNs));
    expect(median).toBeLessThan(exactNs * (1 + 1 / 32));
    expect(one.connection()).toMatchObject({ timeouts: 0, fastRetransmits: 0 });
  });

  it("time to think, waits as long between an answer and the next request", () => {
    const { world, one } = asking(module, { count: 11, thinkNs: 5e6 });
    runTo(world, SECOND);
    const { firstNs, lastNs, transactions } = wholeOf(one);
    expect(transactions).toBe(11);
    expect((lastNs - firstNs) / 10).toBeGreaterThan(5e6);
    expect((lastNs - firstNs) / 10).toBeLessThan(5.01e6);
  });

  it("time to think and a connection for each request, waits as long before it opens the next, and counts no thought", () => {
    const { world, one, two } = asking(module, { count: 11, thinkNs: 5e6, options: CONNECTS_EACH_TIME });
    runTo(world, SECOND);
    const { firstNs, lastNs, transactions, failed } = wholeOf(one);
    expect([transactions, failed]).toEqual([11, 0]);
    expect((lastNs - firstNs) / 10).toBeGreaterThan(5e6 + 4 * LATENCY_NS);
    expect((lastNs - firstNs) / 10).toBeLessThan(5.1e6 + 4 * LATENCY_NS);
    expect(quantileOf(one.histogram(), 1)).toBeLessThan(5 * LATENCY_NS);
    expect(wholeOf(two)).toMatchObject({ transactions: 11, finished: 11 });
  });

  it("a connection for each request, more than there are control blocks, goes on with those in TIME-WAIT", () => {
    const { world, one, two } = asking(module, { count: 20, options: CONNECTS_EACH_TIME });
    runTo(world, SECOND);
    expect(wholeOf(one)).toMatchObject({ transactions: 20, wrong: 0, failed: 0, finished: 20 });
    expect(wholeOf(two)).toMatchObject({ transactions: 20, finished: 20 });
    expect(one.tallies()).toMatchObject({ opened: 20, recycled: 16 });
    expect(quantileOf(one.histogram(), 0.5)).toBeGreaterThan(4 * LATENCY_NS);
  });

  it("three connections, take turns, and end when the last request has been answered", () => {
    const { world, one } = asking(module, { connections: 3, count: 300 });
    runTo(world, SECOND);
    expect(wholeOf(one)).toMatchObject({ transactions: 300, finished: 3 });
    const bytes = one.connections().map(({ receivedBytes }) => receivedBytes);
    expect(bytes).toEqual([10_000, 10_000, 10_000, 0]);
  });

  it("a responder with a working set, each request, dirties its pages in turn", () => {
    const { world, two } = asking(module, { count: 3, dirtyPages: 2 });
    runTo(world, SECOND);
    const { plane } = world;
    plane.readMachine(two.index, two.pageBehind * 4096, plane.exchange(), 8 * 4096);
    const words = world.words(plane.exchange(), 8 * 4096);
    const marks = Array.from({ length: 8 }, (_, page) => words.getUint32(page * 4096, true));
    expect(marks).toEqual([1, 1, 2, 2, 3, 3, 0, 0]);
  });

  it("nobody there, is refused and says so", () => {
    const world = createSmallWorld({ module });
    const { one, two } = joinMachines(world);
    const source = one.addSource(two, PORT, 100);
    one.start(source);
    runTo(world, SECOND);
    expect(one.work(source)).toMatchObject({ failed: 1, finished: 0 });
    expect(one.tallies().ends).toMatchObject({ refused: 1 });
  });
});

describe.each(BUILDS)("a world with machines, $name build", ({ module }) => {
  it("copied in the middle of a transfer with losses, ends as the one it was copied from", () => {
    const world = createSmallWorld({ module });
    const { one, two, there } = joinMachines(world, { rate: 1e9, latencyNs: 100_000 });
    setFaults(world, there, { loss: 0.02, delay: 0.1, delayNs: 50_000, twice: 0.02 });
    two.addSink(PORT);
    one.start(one.addSource(two, PORT, 500_000));
    runTo(world, 5e6);
    world.takeCapture();
    const { buffer } = world.plane.memory;
    const copy = World.blank(module, buffer.byteLength - world.plane.arenaStart());
    new Uint8Array(copy.plane.memory.buffer).set(new Uint8Array(buffer));
    for (const each of [world, copy]) runTo(each, 60e9);
    expect(copy.digest(new Uint8Array())).toBe(world.digest(new Uint8Array()));
    expect(two.work()).toMatchObject({ doneBytes: 500_000, wrong: 0, finished: 1 });
  });
});
