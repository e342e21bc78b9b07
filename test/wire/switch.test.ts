/** The learning switch between two servers and a client. */
import { describe, expect, it } from "vitest";
import { PF_DTXSWC_AT } from "../../assembly/layout/pf-registers";
import {
  DROP_QUEUE_DISABLED,
  DROP_REPLICATED,
  DROP_SWITCH_SAME_PORT,
  TRACE_ARRIVED,
  TRACE_COPIED,
  TRACE_MOVED,
  TRACE_SENT,
} from "../../assembly/layout/trace";
import { bootGuest } from "../../src/device/port-driver";
import { giveRequests, loadService, makeExchanges } from "../support/exchanges";
import { Network, type Server } from "../support/network";
import { runTo } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { testFrame } from "../support/test-frame";
import { dropReasons, endCounts, ofKind } from "../support/trace-reading";
import { TransmitRing } from "../support/transmit-ring";
import { BUILDS } from "../support/wasm-builds";

/**
 * Two servers that know the same service, of which the second runs only if its address is its own, and a client that
 * asks the first, 50 us between requests.
 */
function createTriangle(module: WebAssembly.Module, otherNumber: number) {
  const world = createSmallWorld({ module });
  const network = new Network(world);
  const server = network.addServer({ number: 0 });
  const other = network.addServer({ number: otherNumber });
  const client = network.addClient();
  const exchanges = makeExchanges(10);
  for (const { guest } of [server, other]) loadService(world, guest, exchanges);
  bootGuest(world, server.guest);
  if (otherNumber !== 0) bootGuest(world, other.guest);
  giveRequests(world, client.client, exchanges);
  world.plane.startClient(client.client);
  return { world, server, other, client };
}

describe.each(BUILDS)("a switch, $name build", ({ module }) => {
  const sentTo = (trace: Parameters<typeof ofKind>[0], { wireIn }: Pick<Server, "wireIn">) => {
    return ofKind(trace, TRACE_SENT, wireIn).length;
  };

  it("that knows nothing, a frame for a server, floods it to every other port", () => {
    const { world, server, other, client } = createTriangle(module, 1);
    const trace = runTo(world, 15_000);
    expect([server, other, client].map((machine) => sentTo(trace, machine))).toEqual([1, 1, 0]);
    expect(ofKind(trace, TRACE_COPIED)).toHaveLength(2);
    // The port that nobody asked gives it to its default pool, where no queue is on.
    expect(dropReasons(trace)).toEqual([DROP_REPLICATED, DROP_QUEUE_DISABLED]);
  });

  it("that has seen the server, frames for it, sends them to its port alone", () => {
    const { world, server, other } = createTriangle(module, 1);
    runTo(world, 50_000);
    const trace = runTo(world, 3_000_000);
    expect([sentTo(trace, server), sentTo(trace, other)]).toEqual([9, 0]);
  });

  it("that has seen the client, answers, sends them to the client alone", () => {
    const { world, other, client } = createTriangle(module, 1);
    const trace = runTo(world, 3_000_000);
    // The one frame for the other server is the first request.
    expect([sentTo(trace, client), sentTo(trace, other)]).toEqual([10, 1]);
    expect([...endCounts(trace).values()].every((count) => count === 1)).toBe(true);
  });

  it("that knows an address, announced elsewhere by a gratuitous ARP, sends its frames there", () => {
    const { world, server, other } = createTriangle(module, 0);
    runTo(world, 250_000);
    // Otherwise the first server would claim the address again with its next answer.
    world.plane.failHost(server.host);
    bootGuest(world, other.guest);
    world.plane.announce(other.vf);
    const moving = runTo(world, 255_000);
    expect(ofKind(moving, TRACE_MOVED)).toHaveLength(1);
    const trace = runTo(world, 3_000_000);
    expect([sentTo(trace, server), sentTo(trace, other)]).toEqual([0, 5]);
  });

  it("that knows an address, announced where it is, learns nothing", () => {
    const { world, server } = createTriangle(module, 1);
    runTo(world, 250_000);
    world.plane.announce(server.vf);
    expect(ofKind(runTo(world, 3_000_000), TRACE_MOVED)).toEqual([]);
  });

  it("that knows two addresses on one port, a frame between them, drops it", () => {
    const { world, server } = createTriangle(module, 1);
    // With the loop of its port off the frame leaves for the switch.
    world.plane.writePfRegister(server.port, PF_DTXSWC_AT, 0);
    const ring = new TransmitRing(world, server);
    ring.send([testFrame(1, 60, server.mac, server.mac), testFrame(2, 60, server.mac, server.mac)]);
    const trace = runTo(world, 9_000);
    expect(dropReasons(trace)).toEqual([DROP_SWITCH_SAME_PORT, DROP_SWITCH_SAME_PORT]);
  });

  it("with frames of several wires at hand, takes them in the order of arrival, of equals that of the lower wire first", () => {
    const gapsNs = [350, 300, 400];
    const world = createSmallWorld({ module });
    const network = new Network(world);
    const { guest } = network.addServer();
    const wires = gapsNs.map((gapNs) => {
      const { client, wireOut } = network.addClient();
      const exchanges = makeExchanges(2, { firstNs: 10_000, gapNs });
      if (gapNs === 350) loadService(world, guest, exchanges);
      giveRequests(world, client, exchanges);
      world.plane.startClient(client);
      return wireOut;
    });
    const arrivals = ofKind(runTo(world, 20_000), TRACE_ARRIVED).filter(({ subject }) => wires.includes(subject));
    const firstPs = arrivals[0]?.timePs ?? 0;
    expect(arrivals.map(({ subject, timePs }) => [wires.indexOf(subject), (timePs - firstPs) / 1000])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [1, 300],
      [0, 350],
      [2, 400],
    ]);
  });
});
