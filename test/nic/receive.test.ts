/** From the wire into a guest: who gets a frame, where its bytes go, and why others are dropped. */
import { describe, expect, it } from "vitest";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { PF_GPRC_AT, PF_MPC_AT, PF_VT_CTL_AT } from "../../assembly/layout/pf-registers";
import { PF_POOL, VT_NO_DEFAULT_POOL } from "../../assembly/layout/physical-function";
import { REQUEST_ANSWERED } from "../../assembly/layout/request";
import {
  DROP_NO_DESCRIPTOR,
  DROP_NO_POOL,
  DROP_NOT_FOR_US,
  DROP_QUEUE_DISABLED,
  TRACE_COPIED,
  TRACE_DELIVERED,
} from "../../assembly/layout/trace";
import { RXDCTL, VFGORC, VFGOTC, VFGPRC, VFMPRC } from "../../assembly/layout/vf-registers";
import { bootGuest } from "../../src/device/port-driver";
import { giveRequests, readOutcomes } from "../support/exchanges";
import { readGuest } from "../support/guest-pages";
import { Network } from "../support/network";
import { layReceiveRing, readReceiveRing } from "../support/receive-ring";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { createSmallWorld } from "../support/small-world";
import { dropsFor, endCounts, framesOf, ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

const ONE_TRY = { patience: { tryCountMax: 1 } };

describe.each(BUILDS)("a client's requests, $name build", ({ module }) => {
  it("to a guest that serves, sent, are all answered, and every frame ends once", () => {
    const { world, table } = createServiceScene(100, { world: { module } });
    const trace = runTo(world, 10_000_000);
    expect(readOutcomes(world, table, 100).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
    expect([...endCounts(trace).values()].filter((count) => count !== 1)).toEqual([]);
  });

  it("more than the ring has descriptors, sent, go round it", () => {
    const { world, server, table } = createServiceScene(600, { world: { module }, exchanges: { gapNs: 20_000 } });
    const trace = runTo(world, 20_000_000);
    const positions = ofKind(trace, TRACE_DELIVERED, server.vf).map(({ b }) => b);
    expect(positions).toEqual(Array.from({ length: 600 }, (_, index) => index % 256));
    expect(readOutcomes(world, table, 600).every(({ state }) => state === REQUEST_ANSWERED)).toBe(true);
  });

  it("all at once, more than the guest keeps up with, are answered as far as there are descriptors", () => {
    const { world, table } = createServiceScene(300, {
      world: { module },
      exchanges: { gapNs: 0 },
      ...ONE_TRY,
    });
    const trace = runTo(world, 20_000_000);
    const dropped = dropsFor(trace, DROP_NO_DESCRIPTOR);
    const answered = readOutcomes(world, table, 300).filter(({ state }) => state === REQUEST_ANSWERED);
    expect(dropped.length).toBeGreaterThan(0);
    expect(answered.length + dropped.length).toBe(300);
  });

  it("counted by the device, are as many packets and bytes as crossed the wire", () => {
    const { world, server } = createServiceScene(10, {
      world: { module },
      exchanges: { requestBytes: 100, replyBytes: 7 },
    });
    runTo(world, 2_000_000);
    const read = (offset: number) => world.plane.peekRegister(server.vf, offset);
    // Frames count with their check sequence; the shortest one has 64 bytes.
    expect([VFGPRC, VFGORC, VFGOTC, VFMPRC].map(read)).toEqual([10, 10 * 146, 10 * 64, 0]);
  });

  it("to an address that no machine has, sent, end in the default pool, which is not in use", () => {
    const { world, server } = createServiceScene(3, { world: { module }, patience: { target: 7, tryCountMax: 1 } });
    const trace = runTo(world, 1_000_000);
    const drops = dropsFor(trace, DROP_QUEUE_DISABLED);
    expect(drops.map(({ subject }) => subject)).toEqual(Array.from({ length: 3 }, () => server.vf + PF_POOL));
    expect(framesOf(trace, TRACE_DELIVERED)).toEqual([]);
  });

  it("to an address that no machine has, sent to a port without a default pool, are missed there", () => {
    const { world, server } = createServiceScene(3, { world: { module }, patience: { target: 7, tryCountMax: 1 } });
    const { plane } = world;
    plane.writePfRegister(server.port, PF_VT_CTL_AT, VT_NO_DEFAULT_POOL);
    const trace = runTo(world, 1_000_000);
    expect(dropsFor(trace, DROP_NO_POOL).map(({ subject }) => subject)).toEqual([
      server.port,
      server.port,
      server.port,
    ]);
    expect([PF_MPC_AT, PF_GPRC_AT].map((at) => plane.peekPfRegister(server.port, at))).toEqual([3, 0]);
  });

  it("to a queue that is off, sent, are dropped for that", () => {
    const { world, server } = createServiceScene(3, { world: { module }, ...ONE_TRY });
    world.plane.writeRegister(server.vf, RXDCTL, 0);
    const trace = runTo(world, 1_000_000);
    expect(dropsFor(trace, DROP_QUEUE_DISABLED)).toHaveLength(3);
  });

  it("flooded to another client, are not for that one", () => {
    const { world, network } = createServiceScene(1, { world: { module } });
    const other = network.addClient();
    giveRequests(world, other.client, []);
    const trace = runTo(world, 1_000_000);
    expect(dropsFor(trace, DROP_NOT_FOR_US)).toMatchObject([{ subject: other.client }]);
  });
});

describe.each(BUILDS)("a frame, $name build", ({ module }) => {
  it("for a ring that a test laid, received, lies in its buffer byte by byte", () => {
    const { world, server } = createServiceScene(1, { world: { module }, ...ONE_TRY });
    // The buffer begins 10 bytes before the end of a page.
    const address = 401 * PAGE_BYTES - 10;
    layReceiveRing(
      world,
      server,
      Array.from({ length: 8 }, () => address),
    );
    runTo(world, 1_000_000);
    const [sent] = world.takeCapture();
    expect(readReceiveRing(world, server, 8)[0]).toEqual({ isDone: true, bytes: sent?.bytes.length });
    expect(readGuest(world, server.guest, address, sent?.bytes.length ?? 0)).toEqual(sent?.bytes);
  });

  it("to everybody, received by a port with two guests, is copied to both", () => {
    const world = createSmallWorld({ module });
    const network = new Network(world);
    const server = network.addServer({ vfCount: 3 });
    const neighbour = network.addNeighbour(server, 1);
    const sender = network.addServer();
    for (const { guest } of [server, neighbour, sender]) bootGuest(world, guest);
    world.plane.announce(sender.vf);
    const trace = runTo(world, 1_000_000);
    expect(ofKind(trace, TRACE_COPIED, server.port).filter(({ c }) => c === 1)).toHaveLength(2);
    expect([server, neighbour].map(({ vf }) => world.plane.peekRegister(vf, VFMPRC))).toEqual([1, 1]);
    expect([...endCounts(trace).values()].filter((count) => count !== 1)).toEqual([]);
  });

  it("to one of two guests on a port, received, reaches that one alone", () => {
    const { world, network, server } = createServiceScene(5, { world: { module }, server: { vfCount: 2 } });
    const neighbour = network.addNeighbour(server, 1);
    bootGuest(world, neighbour.guest);
    runTo(world, 1_000_000);
    expect([server, neighbour].map(({ vf }) => world.plane.peekRegister(vf, VFGPRC))).toEqual([5, 0]);
  });
});
