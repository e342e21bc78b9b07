/** The replay service, as its answers and its page in guest memory show it. */
import { describe, expect, it } from "vitest";
import {
  SERVICE_PAGE,
  SERVICE_SERVED,
  SERVICE_SLOT_BYTES,
  SERVICE_SLOT_COUNT,
  SERVICE_SLOTS,
  SERVICE_UNKNOWN,
  SLOT_HITS,
  SLOT_REPLY,
} from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import { TRACE_DRIVER_RESET, TRACE_FETCHED } from "../../assembly/layout/trace";
import { InternalError } from "../../src/core/load";
import type { World } from "../../src/core/world";
import { bootGuest, resetDriver } from "../../src/device/port-driver";
import { type Exchange, giveRequests, loadService, makeExchanges, readOutcomes } from "../support/exchanges";
import { readGuest } from "../support/guest-pages";
import { itemAt } from "../support/item-at";
import { Network } from "../support/network";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { createSmallWorld } from "../support/small-world";
import { framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** A guest that knows `known`, and a client that asks for `asked`, once each. */
function createService(module: WebAssembly.Module, known: readonly Exchange[], asked: readonly Exchange[]) {
  const world = createSmallWorld({ module });
  const network = new Network(world);
  const { guest } = network.addServer();
  const { client } = network.addClient();
  loadService(world, guest, known);
  const table = giveRequests(world, client, asked, { tryCountMax: 1 });
  bootGuest(world, guest);
  world.plane.startClient(client);
  const answeredCount = () => {
    return readOutcomes(world, table, asked.length).filter(({ state }) => state === REQUEST_ANSWERED).length;
  };
  return { world, guest, answeredCount };
}

function serviceWord(world: World, guest: number, offset: number): number {
  const bytes = readGuest(world, guest, SERVICE_PAGE * PAGE_BYTES + offset, 4);
  return new DataView(bytes.buffer).getUint32(0, true);
}

/** Returns each slot's reply as text with how often it was given, in the order of the table. */
function slots(world: World, guest: number): [string, number][] {
  const bytes = serviceWord(world, guest, SERVICE_SLOT_BYTES);
  return Array.from({ length: serviceWord(world, guest, SERVICE_SLOT_COUNT) }, (_, index) => {
    const slot = readGuest(world, guest, serviceWord(world, guest, SERVICE_SLOTS) + index * bytes, bytes);
    const text = new TextDecoder().decode(slot.subarray(SLOT_REPLY));
    return [text.slice(0, text.indexOf(".")), new DataView(slot.buffer).getUint32(SLOT_HITS, true)];
  });
}

describe.each(BUILDS)("a service, $name build", ({ module }) => {
  it("asked what it knows, answers and counts each answer in its slot", () => {
    const known = makeExchanges(3);
    const { world, guest, answeredCount } = createService(module, known, known);
    runTo(world, 3_000_000);
    expect(answeredCount()).toBe(3);
    expect(slots(world, guest).map(([, hits]) => hits)).toEqual([1, 1, 1]);
    expect([SERVICE_SERVED, SERVICE_UNKNOWN].map((at) => serviceWord(world, guest, at))).toEqual([3, 0]);
  });

  it("asked for one thing, has it change places with the one before", () => {
    const known = makeExchanges(4);
    const { world, guest } = createService(module, known, known.slice(2, 3));
    runTo(world, 3_000_000);
    expect(slots(world, guest)).toEqual([
      ["reply 0", 0],
      ["reply 2", 1],
      ["reply 1", 0],
      ["reply 3", 0],
    ]);
  });

  it("asked for one thing again and again, still answers everything else rightly", () => {
    const known = makeExchanges(8);
    const again = makeExchanges(20, { firstNs: 1_000_000 }).map(({ atNs, port }, index) => {
      return { ...itemAt(known, index % 3 === 0 ? index % 8 : 5), atNs, port };
    });
    const { world, guest, answeredCount } = createService(module, known, again);
    runTo(world, 9_000_000);
    expect(answeredCount()).toBe(20);
    expect(slots(world, guest)[0]).toEqual(["reply 5", expect.any(Number)]);
  });

  it("asked what it does not know, stays silent and counts it", () => {
    const { world, guest, answeredCount } = createService(module, makeExchanges(1), makeExchanges(3));
    const trace = runTo(world, 3_000_000);
    expect(answeredCount()).toBe(1);
    expect(framesOf(trace, TRACE_FETCHED)).toHaveLength(1);
    expect([SERVICE_SERVED, SERVICE_UNKNOWN].map((at) => serviceWord(world, guest, at))).toEqual([1, 2]);
  });

  it("told two replies to one request, keeps the first", () => {
    const exchanges = makeExchanges(2);
    const asked = exchanges.slice(0, 1);
    const again = { ...itemAt(exchanges, 0), reply: itemAt(exchanges, 1).reply };
    const { world, guest, answeredCount } = createService(module, [...asked, again], asked);
    runTo(world, 3_000_000);
    expect(answeredCount()).toBe(1);
    expect(slots(world, guest)).toEqual([["reply 0", 1]]);
  });

  it("too large for its guest, set up, breaks an invariant", () => {
    const world = createSmallWorld({ module });
    const { guest } = new Network(world).addServer();
    expect(() => world.plane.createService(guest, 53, 4096, 64, 64, 4, 1)).toThrow(InternalError);
  });
});

describe.each(BUILDS)("a driver, $name build", ({ module }) => {
  it("reset in the middle of traffic, initialises its device and serves on", () => {
    const { world, server, table } = createServiceScene(20, { world: { module }, exchanges: { gapNs: 100_000 } });
    const trace = runTo(world, 1_050_000);
    resetDriver(world, server.guest);
    trace.push(...runTo(world, 9_000_000));
    expect(ofKind(trace, TRACE_DRIVER_RESET)).toMatchObject([{ timePs: 0 }, { timePs: 1_050_000_000 }]);
    expect(readOutcomes(world, table, 20).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
  });
});
