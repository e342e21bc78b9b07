/**
 * Descriptors are found in memory once for as many as lie together, and that holds from one look at a port to the next. It
 * ends with whatever it was found by: a page that is taken out of the map, a log that wants to see writes again, a tail.
 * Random programs show the other ends (test/agreement/planted-known.ts); these three hardly ever come about by chance.
 */
import { describe, expect, it } from "vitest";
import { RX_DD, TX_DD } from "../../assembly/layout/descriptor";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { RDT } from "../../assembly/layout/vf-registers";
import { outsideAddress, PROTOCOL_UDP, poolAddress } from "../reference/program-frames";
import { itemAt } from "../support/item-at";
import { joinPorts, RING_COUNT } from "../support/joined-ports";
import { buildPacket } from "../support/l4-packet";
import { type PoolDriver, RECEIVE_RING, TRANSMIT_RING } from "../support/pool-driver";
import { BUILDS } from "../support/wasm-builds";

/** How a page may be accessed by the device. */
const MAY_READ = 1;
const MAY_WRITE = 2;
const ROUND_NS = 100_000;
/** 128 bytes, so that none lies across pages: one that does has the long way, on which nothing is remembered. */
const PACKET = buildPacket({
  to: poolAddress(1),
  from: outsideAddress(1),
  isIpv6: false,
  protocol: PROTOCOL_UDP,
  payload: new Uint8Array(86),
}).bytes;

/** Sends so many packets, and waits until they have arrived. */
function send(sender: PoolDriver, count: number): void {
  const { world } = sender;
  sender.postFrames(Array.from({ length: count }, () => PACKET));
  sender.ring();
  world.advance(world.nowNs() + ROUND_NS);
  world.plane.settle();
}

/** How many of a ring's descriptors say that they are done. */
function doneCount(driver: PoolDriver, which: "sent" | "received"): number {
  const isDone = (index: number) =>
    itemAt(driver[which](index), which === "sent" ? 3 : 2) & (which === "sent" ? TX_DD : RX_DD);
  return Array.from({ length: RING_COUNT }, (_, index) => isDone(index)).filter(Boolean).length;
}

function unmap(driver: PoolDriver, address: number, access = 0): void {
  const page = address / PAGE_BYTES;
  driver.world.plane.mapDeviceFrame(driver.vf, page, page, access);
}

describe.each(BUILDS)("descriptors found in memory once, $name build", ({ module }) => {
  it("a receive ring that is taken out of the map, nothing is written to it any more", () => {
    const { sender, receiver } = joinPorts(module);
    send(sender, 5);
    expect(doneCount(receiver, "received")).toBe(5);
    unmap(receiver, RECEIVE_RING);
    send(sender, 5);
    expect(doneCount(receiver, "received")).toBe(5);
  });

  it("a transmit ring that may only be read from then on, nothing is written to it any more", () => {
    const { sender } = joinPorts(module);
    send(sender, 5);
    expect(doneCount(sender, "sent")).toBe(5);
    unmap(sender, TRANSMIT_RING, MAY_READ);
    send(sender, 5);
    expect(doneCount(sender, "sent")).toBe(5);
  });

  it("a receive ring that lies elsewhere from then on, its descriptors are read and written there", () => {
    const { sender, receiver } = joinPorts(module);
    send(sender, 5);
    const elsewhere = 300;
    const ring = receiver.memory.read(RECEIVE_RING, PAGE_BYTES);
    receiver.memory.write(elsewhere * PAGE_BYTES, ring);
    receiver.world.plane.mapDeviceFrame(receiver.vf, RECEIVE_RING / PAGE_BYTES, elsewhere, MAY_READ | MAY_WRITE);
    send(sender, 5);
    expect(receiver.memory.read(RECEIVE_RING, PAGE_BYTES)).toEqual(ring);
    expect(receiver.memory.read(elsewhere * PAGE_BYTES, PAGE_BYTES)).not.toEqual(ring);
  });

  it("a dirty log that is collected while packets of one doorbell leave, their ring is in it again", () => {
    const { sender } = joinPorts(module);
    const { world, vf } = sender;
    world.plane.armDmaLog(vf);
    sender.postFrames(Array.from({ length: 250 }, () => PACKET));
    sender.ring();
    // 250 packets take 30 us on the wire, and a port fetches what leaves within 10 us.
    const counts = [8000, 13_000, 18_000].map((untilNs) => {
      world.advance(untilNs);
      return [doneCount(sender, "sent"), world.plane.collectDmaLog(vf)];
    });
    const doneCounts = counts.map(([done]) => done);
    expect(new Set(doneCounts).size).toBe(3);
    expect(counts.map(([, logged]) => logged)).toEqual([1, 1, 1]);
  });

  it("a receive tail that goes back, what hardware owned beyond it is left alone", () => {
    const { sender, receiver } = joinPorts(module);
    send(sender, 5);
    receiver.write(RDT, 7);
    send(sender, 5);
    expect(doneCount(receiver, "received")).toBe(7);
  });
});
