/** A recorded conversation between two machines: its bytes, its turns, its times and its end, on good wires and bad ones. */
import { describe, expect, it } from "vitest";
import { REPLAY_PORT_FIRST } from "../../assembly/layout/recording";
import type { World } from "../../src/core/world";
import type { RecordedConnection, Turn } from "../../src/format/tcp-conversation";
import { writeRecording } from "../../src/workload/recording";
import { joinMachines, type Pair, type StackOptions, setFaults } from "../support/machines";
import { runTo } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { BUILDS } from "../support/wasm-builds";

const PORT = 80;
const SECOND = 1e9;
const LATENCY_NS = 10_000;
const RECORDING_PAGES = 192;

const write = (byteCount: number, after: number, answeredBy = 0, thinkNs = 0): Turn => {
  return { kind: "write", byteCount, after, answeredBy, thinkNs };
};
const close = (after: number, thinkNs = 0): Turn => ({ kind: "close", byteCount: 0, after, answeredBy: 0, thinkNs });
const reset = (after: number): Turn => ({ kind: "reset", byteCount: 0, after, answeredBy: 0, thinkNs: 0 });

/** Bytes in which a place is told from its neighbours. */
function bytesOf(count: number, first: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => first + index * 7 + (index >> 8));
}

function connectionOf(
  client: readonly Turn[],
  server: readonly Turn[],
  more: Partial<RecordedConnection> = {},
): RecordedConnection {
  const sum = (turns: readonly Turn[]) => turns.reduce((count, turn) => count + turn.byteCount, 0);
  return {
    startNs: 0,
    endNs: 1000,
    client: { bytes: bytesOf(sum(client), 1), turns: client },
    server: { bytes: bytesOf(sum(server), 101), turns: server },
    resetBy: null,
    ...more,
  };
}

/** Two questions and answers, the second one long, and both close. */
const TALK = connectionOf(
  [write(100, 0, 300), write(50, 300, 50_300), close(50_300)],
  [write(300, 100, 150), write(50_000, 150), close(151)],
);

interface Played extends Pair {
  readonly world: World;
  readonly client: number;
  readonly server: number;
}

interface Options {
  readonly heard?: readonly RecordedConnection[];
  readonly scale?: number;
  readonly stack?: StackOptions;
}

/** Two machines that have begun to play; the server plays what is `heard`, the same unless told otherwise. */
function playing(
  module: WebAssembly.Module,
  connections: readonly RecordedConnection[],
  options: Options = {},
): Played {
  const { heard = connections, scale = 1, stack = {} } = options;
  const world = createSmallWorld({ module });
  const machine = { ...stack, morePages: RECORDING_PAGES };
  const pair = joinMachines(world, { latencyNs: LATENCY_NS, one: machine, two: machine });
  const { one, two } = pair;
  writeRecording(world, one.index, one.pageBehind, connections, "client", scale);
  writeRecording(world, two.index, two.pageBehind, heard, "server", scale);
  const { plane } = world;
  const server = plane.addTcpReplayServer(two.index, PORT, two.pageBehind * 4096, heard.length, 0, 0, 0);
  const at = one.pageBehind * 4096;
  const client = plane.addTcpReplayClient(one.index, ...two.mac, two.ip, PORT, at, connections.length);
  one.start(client);
  return { ...pair, world, client, server };
}

describe.each(BUILDS)("a recorded conversation, $name build", ({ module }) => {
  it("played, brings each side what the other wrote, and both to their ends", () => {
    const { world, one, two, client, server } = playing(module, [TALK]);
    runTo(world, SECOND);
    expect(one.work(client)).toMatchObject({ doneBytes: 50_300, wrong: 0, finished: 1, failed: 0, transactions: 2 });
    expect(two.work(server)).toMatchObject({ doneBytes: 150, wrong: 0, finished: 1, failed: 0, transactions: 2 });
    expect(one.connection()).toMatchObject({ state: "TIME-WAIT", selfPort: REPLAY_PORT_FIRST });
    expect(two.connection()).toMatchObject({ state: "CLOSED", end: "closed" });
  });

  it.each(["client", "server"] as const)("whose %s says another byte, played, is counted where it arrives", (side) => {
    const bytes = TALK[side].bytes.map((byte, index) => (index === 77 ? byte ^ 1 : byte));
    const changed = { ...TALK, [side]: { ...TALK[side], bytes } };
    const { world, one, two, client, server } = playing(module, [TALK], { heard: [changed] });
    runTo(world, SECOND);
    const wrong = [one.work(client).wrong, two.work(server).wrong];
    // The client's changed byte is what the server expects, the server's is what it says.
    expect(wrong).toEqual(side === "client" ? [0, 1] : [1, 0]);
  });

  it("whose server says more than was recorded, played, has all of it wrong", () => {
    const more = {
      ...TALK,
      server: { bytes: bytesOf(50_310, 101), turns: TALK.server.turns.with(1, write(50_010, 150)) },
    };
    const { world, one, client } = playing(module, [TALK], { heard: [more] });
    runTo(world, SECOND);
    expect(one.work(client)).toMatchObject({ wrong: 10, doneBytes: 50_310 });
  });

  it.each([1, 4])("with times to think and scale %d, played, takes them and the wire's own", (scale) => {
    const slow = connectionOf(
      [write(10, 0, 20, 5e6), write(10, 20, 40, 7e6), close(40)],
      [write(20, 10, 0, 3e6), write(20, 20, 0, 11e6), close(21, 13e6)],
    );
    const { world, one, two, client, server } = playing(module, [slow], { scale });
    runTo(world, SECOND);
    const [asked, answered] = [one.work(client), two.work(server)];
    // From the first question at the server to the second: an answer, a way back, a way there.
    const between = answered.lastNs - answered.firstNs - (3e6 + 7e6) * scale;
    expect(between).toBeGreaterThan(2 * LATENCY_NS);
    expect(between).toBeLessThan(2 * LATENCY_NS + 1000);
    expect(asked.lastNs - asked.firstNs - (7e6 + 11e6) * scale).toBeLessThan(2 * LATENCY_NS + 1000);
    expect(answered.firstNs).toBeGreaterThan(5e6 * scale + 3 * LATENCY_NS);
  });

  it("begun at its times, played, opens each connection at its own", () => {
    const connections = [0, 2e6, 2e6, 30e6].map((startNs) => ({ ...TALK, startNs }));
    const { world, one, client } = playing(module, connections);
    runTo(world, 1e6);
    expect(one.tallies().opened).toBe(1);
    runTo(world, 29e6);
    expect(one.tallies().opened).toBe(3);
    runTo(world, SECOND);
    expect(one.work(client)).toMatchObject({ finished: 4, failed: 0, wrong: 0 });
  });

  it("with more connections at once than control blocks, played, opens the rest when others end", () => {
    const connections = Array.from({ length: 12 }, () => TALK);
    const { world, one, client } = playing(module, connections, { stack: { connectionCount: 4 } });
    runTo(world, 20 * SECOND);
    expect(one.work(client)).toMatchObject({ finished: 12, failed: 0, wrong: 0 });
  });

  it("paused and gone on with, opens what was due meanwhile", () => {
    const { world, one, client } = playing(module, [TALK, { ...TALK, startNs: 5e6 }]);
    one.pause(client, true);
    runTo(world, 10e6);
    expect(one.tallies().opened).toBe(1);
    one.pause(client, false);
    runTo(world, SECOND);
    expect(one.work(client)).toMatchObject({ finished: 2, wrong: 0 });
  });

  it("in which the server speaks first and nobody closes, played, stays open and is whole", () => {
    const banner = connectionOf([write(5, 30)], [write(30, 0)]);
    const { world, one, two, client, server } = playing(module, [banner]);
    runTo(world, SECOND);
    expect(one.connection().state).toBe("ESTABLISHED");
    expect([one.work(client), two.work(server)]).toMatchObject([{ finished: 1 }, { finished: 1, doneBytes: 5 }]);
  });

  it.each(["client", "server"] as const)("that the %s resets, played, ends so and counts as played", (side) => {
    const end = side === "client" ? { client: reset(5000), server: [] } : { client: [], server: reset(100) };
    const cut = connectionOf([write(100, 0, 5000), end.client].flat(), [write(5000, 100), end.server].flat(), {
      resetBy: side,
    });
    const { world, one, two, client, server } = playing(module, [cut]);
    runTo(world, SECOND);
    expect([one.work(client), two.work(server)]).toMatchObject([
      { finished: 1, failed: 0, doneBytes: 5000, wrong: 0 },
      { finished: 1, failed: 0, doneBytes: 100, wrong: 0 },
    ]);
    const ends = [one.connection().end, two.connection().end];
    expect(ends).toEqual(side === "client" ? ["aborted", "reset"] : ["reset", "aborted"]);
  });

  it("reset where the recording has none, played, has failed at both ends", () => {
    const { world, one, two, client, server } = playing(module, [TALK]);
    runTo(world, 45_000);
    world.plane.abortTcpConnection(one.index, 0);
    runTo(world, SECOND);
    expect([one.work(client), two.work(server)]).toMatchObject([
      { finished: 0, failed: 1 },
      { finished: 0, failed: 1 },
    ]);
  });

  it("asked for by a connection that it does not have, refuses that with a reset", () => {
    const { world, one, two, client, server } = playing(module, [TALK, TALK], { heard: [TALK] });
    runTo(world, SECOND);
    expect(one.work(client)).toMatchObject({ finished: 1, failed: 1 });
    expect(two.work(server)).toMatchObject({ finished: 1, failed: 1 });
  });

  it("over a wire that loses, delays and doubles, played, is the same conversation", () => {
    const connections = Array.from({ length: 8 }, (_, index) => ({ ...TALK, startNs: index * 1e6 }));
    const { world, one, two, client, server, there, back } = playing(module, connections, {
      stack: { connectionCount: 8 },
    });
    for (const each of [there, back]) setFaults(world, each, { loss: 0.05, delay: 0.1, delayNs: 50_000, twice: 0.05 });
    runTo(world, 100 * SECOND);
    expect(one.work(client)).toMatchObject({ finished: 8, failed: 0, wrong: 0, doneBytes: 8 * 50_300 });
    expect(two.work(server)).toMatchObject({ finished: 8, failed: 0, wrong: 0, doneBytes: 8 * 150 });
  });
});
