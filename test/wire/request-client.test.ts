/** The replaying client: when it tries, when it gives up, and how it counts what comes back. */
import { describe, expect, it } from "vitest";
import { REQUEST_ANSWERED, REQUEST_FAILED, REQUEST_PENDING, REQUEST_SENT } from "../../assembly/layout/request";
import { TRACE_BORN, TRACE_CONSUMED } from "../../assembly/layout/trace";
import { bootGuest } from "../../src/device/port-driver";
import { type Exchange, giveRequests, loadService, makeExchanges, readOutcomes, text } from "../support/exchanges";
import { itemAt } from "../support/item-at";
import { Network } from "../support/network";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { createSmallWorld } from "../support/small-world";
import { framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";
import { checkDatagram } from "./internet-checksum";

/** A client that asks for `asked` of a guest that knows `known`. */
function createDisagreement(module: WebAssembly.Module, known: readonly Exchange[], asked: readonly Exchange[]) {
  const world = createSmallWorld({ module });
  const network = new Network(world);
  const { guest } = network.addServer();
  const { client } = network.addClient();
  loadService(world, guest, known);
  const table = giveRequests(world, client, asked, { timeoutNs: 10_000_000, tryCountMax: 1 });
  bootGuest(world, guest);
  world.plane.startClient(client);
  const read = () => readOutcomes(world, table, asked.length);
  return { world, client, read };
}

describe.each(BUILDS)("a client, $name build", ({ module }) => {
  it("with requests planned, each answered, sends each once at its time", () => {
    const { world, table, exchanges } = createServiceScene(5, { world: { module } });
    runTo(world, 1_000_000);
    const outcomes = readOutcomes(world, table, 5);
    expect(outcomes.map(({ firstSentPs }) => firstSentPs)).toEqual(exchanges.map(({ atNs }) => atNs * 1000));
    expect(outcomes.map(({ state, tryCount }) => [state, tryCount])).toEqual(
      Array.from({ length: 5 }, () => [REQUEST_ANSWERED, 1]),
    );
  });

  it("before a request's time, knows it as pending; after it, as sent", () => {
    const { world, table } = createServiceScene(1, { world: { module } });
    runTo(world, 9_999);
    expect(readOutcomes(world, table, 1)).toMatchObject([{ state: REQUEST_PENDING, tryCount: 0 }]);
    runTo(world, 10_000);
    expect(readOutcomes(world, table, 1)).toMatchObject([{ state: REQUEST_SENT, tryCount: 1 }]);
  });

  it("whose answer does not come, its time-out over, tries again at each and then gives up", () => {
    const patience = { target: 7, timeoutNs: 300_000, tryCountMax: 4 };
    const { world, table } = createServiceScene(1, { world: { module }, patience });
    const trace = runTo(world, 1_209_999);
    expect(readOutcomes(world, table, 1)).toMatchObject([{ state: REQUEST_SENT, tryCount: 4 }]);
    trace.push(...runTo(world, 9_000_000));
    const times = ofKind(trace, TRACE_BORN).map(({ timePs }) => timePs / 1000);
    expect(times).toEqual([10_000, 310_000, 610_000, 910_000]);
    expect(readOutcomes(world, table, 1)).toMatchObject([{ state: REQUEST_FAILED, tryCount: 4, answeredPs: 0 }]);
  });

  it("that tries again, does so from a new port each time, with the same bytes", () => {
    const patience = { target: 7, timeoutNs: 300_000, tryCountMax: 5 };
    const { world, table, exchanges } = createServiceScene(2, { world: { module }, patience });
    runTo(world, 9_000_000);
    const tries = world.takeCapture().map(({ bytes }) => checkDatagram(bytes));
    const ports = tries.map(({ sourcePort }) => sourcePort);
    expect(new Set(ports).size).toBe(10);
    expect(ports.slice(0, 2)).toEqual([40_000, 40_001]);
    expect(ports.slice(8)).toEqual(readOutcomes(world, table, 2).map(({ port }) => port));
    expect(tries.map(({ payload }) => payload)).toEqual(
      Array.from({ length: 5 }, () => exchanges.map(({ request }) => request)).flat(),
    );
  });

  it("whose answer was lost, tried again, holds the answer to a later try", () => {
    const patience = { timeoutNs: 300_000, tryCountMax: 20 };
    const { world, table } = createServiceScene(30, { world: { module }, client: { loss: 0.3 }, patience });
    runTo(world, 20_000_000);
    const outcomes = readOutcomes(world, table, 30);
    expect(outcomes.every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
    expect(outcomes.some(({ tryCount }) => tryCount > 1)).toBe(true);
  });
});

describe.each(BUILDS)("an answer, $name build", ({ module }) => {
  it("that differs from the recorded one, is counted as wrong, and waiting goes on", () => {
    const known = makeExchanges(1);
    const asked = known.map((exchange) => ({ ...exchange, reply: text("something else", 100) }));
    const { world, read } = createDisagreement(module, known, asked);
    runTo(world, 1_000_000);
    expect(read()).toMatchObject([{ state: REQUEST_SENT, wrongCount: 1, repeatCount: 0, answeredPs: 0 }]);
  });

  it("that begins like the recorded one and is longer, is counted as wrong", () => {
    const known = makeExchanges(1);
    const asked = known.map((exchange) => ({ ...exchange, reply: exchange.reply.subarray(0, 50) }));
    const { world, read } = createDisagreement(module, known, asked);
    runTo(world, 1_000_000);
    expect(read()).toMatchObject([{ state: REQUEST_SENT, wrongCount: 1 }]);
  });

  it("that came already, on a port that is still open, is counted as a repeat", () => {
    const exchanges = makeExchanges(2);
    const exchange = itemAt(exchanges, 0);
    const other = itemAt(exchanges, 1);
    // The second request repeats the first, from the same port, and hopes for another answer.
    const asked = [exchange, { ...exchange, atNs: other.atNs, reply: other.reply }];
    const { world, read } = createDisagreement(module, [exchange], asked);
    runTo(world, 1_000_000);
    expect(read()).toMatchObject([
      { state: REQUEST_ANSWERED, repeatCount: 1 },
      { state: REQUEST_SENT, wrongCount: 0 },
    ]);
  });

  it("to a request that was tried again, coming to the old port, is late and counts for nothing", () => {
    const patience = { timeoutNs: 300_000, tryCountMax: 3 };
    const { world, server, client, table } = createServiceScene(1, { world: { module }, patience });
    runTo(world, 5_000);
    world.plane.suspendGuest(server.guest);
    runTo(world, 400_000);
    world.plane.resumeGuest(server.guest);
    const trace = runTo(world, 2_000_000);
    expect(world.plane.lateCount(client.client)).toBe(1);
    expect(readOutcomes(world, table, 1)).toMatchObject([{ state: REQUEST_ANSWERED, tryCount: 2, repeatCount: 0 }]);
    expect(framesOf(trace, TRACE_CONSUMED)).toHaveLength(2);
  });

  it("to one of two requests on a port, is given to the one that it answers", () => {
    const exchanges = makeExchanges(2).map((exchange) => ({ ...exchange, atNs: 1000, port: 41_000 }));
    const { world, read } = createDisagreement(module, exchanges, exchanges.toReversed());
    runTo(world, 1_000_000);
    expect(read()).toMatchObject([
      { state: REQUEST_ANSWERED, wrongCount: 0, repeatCount: 0 },
      { state: REQUEST_ANSWERED, wrongCount: 0, repeatCount: 0 },
    ]);
  });
});
