/** Frames that wait in the outbound buffer: a migration's image carries them, a checkpoint's does not. */
import { describe, expect, it } from "vitest";
import { TRACE_FETCHED } from "../../assembly/layout/trace";
import { TDH } from "../../assembly/layout/vf-registers";
import { PageStaging } from "../support/page-staging";
import { arrivedFrames, createQuietScene, framesFrom } from "../support/quiet-scene";
import { runFor } from "../support/running";
import { numbersOf } from "../support/test-frame";
import { framesOf } from "../support/trace-reading";
import { TransmitRing } from "../support/transmit-ring";
import { BUILDS } from "../support/wasm-builds";
import { decodeImage } from "./image-decoder";
import { portRecords } from "./image-scene";
import { ImageStore } from "./image-store";

const NO_ROOM = 17;
const OUTBOUND = 11;
/** Long enough for whatever may leave to arrive. */
const WHILE_NS = 200_000;

interface Options {
  readonly targetBytes?: number;
  readonly isDoneAtRelease?: boolean;
}

/** A guest that holds its output in epoch 1, and another host's port to which it can go. */
function createMove(module: WebAssembly.Module, { targetBytes = 131_072, isDoneAtRelease = false }: Options = {}) {
  const scene = createQuietScene({ world: { module }, ring: { descriptorCount: 128 } });
  const { world, network, server } = scene;
  const { plane } = world;
  const target = network.addServer();
  const staging = new PageStaging(world);
  const store = new ImageStore(world);
  plane.createOutbound(server.vf, 131_072);
  plane.createOutbound(target.vf, targetBytes);
  for (const { vf } of [server, target]) plane.setDeviceOptions(vf, 0, isDoneAtRelease ? 1 : 0);
  plane.openEpoch(server.vf, 1, 1);
  return {
    ...scene,
    plane,
    target,
    store,
    /** Sends frames and lets the device fetch them. */
    send(first: number, count: number, byteCount?: number) {
      scene.ring.send(framesFrom(scene, first, count, byteCount));
      return runFor(world, WHILE_NS);
    },
    /** Quiesces both, moves the guest's memory, and returns the source's image. */
    stop(how: "save" | "saveForMigration"): Uint8Array {
      plane.quiesce(server.vf);
      plane.quiesce(target.vf);
      plane.startLogging(server.guest, 1);
      staging.move(server.guest, target.guest);
      return store[how](server.vf);
    },
    /** Lets frames of an epoch go at the target, and returns the numbers of those that arrive. */
    release(epoch: number): number[] {
      plane.openEpoch(target.vf, epoch + 1, 1);
      plane.releaseEpoch(target.vf, epoch);
      runFor(world, WHILE_NS);
      return numbersOf(arrivedFrames(scene));
    },
  };
}

function count(first: number, length: number): number[] {
  return Array.from({ length }, (_, index) => first + index);
}

describe.each(BUILDS)("an image of a virtual function that holds frames, $name build", ({ module }) => {
  it("saved for a checkpoint, has none of them, and is the same as when they have gone", () => {
    const { plane, server, store, send, stop } = createMove(module);
    send(0, 3);
    const image = stop("save");
    expect(decodeImage(image).outbound).toBeNull();
    plane.discardHeld(server.vf, 10);
    expect(store.save(server.vf)).toEqual(image);
  });

  it("saved for a migration, has each with its epoch, in order", () => {
    const move = createMove(module);
    move.send(0, 2);
    move.plane.openEpoch(move.server.vf, 2, 1);
    move.send(2, 1, 333);
    const frames = [...framesFrom(move, 0, 2), ...framesFrom(move, 2, 1, 333)];
    expect(decodeImage(move.stop("saveForMigration")).outbound).toEqual({
      openEpoch: 2,
      releasedBelow: 0,
      isHolding: true,
      isProtected: true,
      frames: frames.map((bytes, index) => ({ epoch: index < 2 ? 1 : 2, descriptorCount: 0, queue: 0, bytes })),
    });
  });

  it("saved for a migration without any, has an empty record that says what is open", () => {
    const { stop } = createMove(module);
    const { records, outbound } = decodeImage(stop("saveForMigration"));
    expect(records.filter(({ type }) => type === OUTBOUND)).toHaveLength(1);
    expect(outbound).toMatchObject({ openEpoch: 1, isHolding: true, frames: [] });
  });

  it("restored, has them wait at the target, and leave in order when their epochs are released", () => {
    const move = createMove(module);
    const { plane, server, target, store } = move;
    move.send(0, 2);
    plane.openEpoch(server.vf, 2, 1);
    move.send(2, 3);
    const image = move.stop("saveForMigration");
    expect(store.restore(target.vf, image)).toBe(0);
    expect(store.saveForMigration(target.vf)).toEqual(image);
    expect(plane.outboundFrames(target.vf)).toBe(5);
    plane.failHost(server.host);
    plane.unquiesce(target.vf);
    runFor(move.world, WHILE_NS);
    expect(arrivedFrames(move)).toEqual([]);
    plane.releaseEpoch(target.vf, 1);
    runFor(move.world, WHILE_NS);
    expect(numbersOf(arrivedFrames(move))).toEqual([0, 1]);
    expect(move.release(2)).toEqual([2, 3, 4]);
    expect(plane.outboundFrames(target.vf)).toBe(0);
  });

  it("released at the source and not gone yet, restored, leave at the target when it goes on", () => {
    const move = createMove(module);
    const { plane, server, target, store } = move;
    move.send(0, 3);
    plane.quiesce(server.vf);
    plane.openEpoch(server.vf, 2, 1);
    plane.releaseEpoch(server.vf, 1);
    plane.quiesce(target.vf);
    const image = store.saveForMigration(server.vf);
    expect(decodeImage(image).outbound?.releasedBelow).toBe(2);
    expect(store.restore(target.vf, image)).toBe(0);
    plane.failHost(server.host);
    plane.unquiesce(target.vf);
    runFor(move.world, WHILE_NS);
    expect(numbersOf(arrivedFrames(move))).toEqual([0, 1, 2]);
  });

  it("more than one record takes, restored, keep their order and every byte", () => {
    const move = createMove(module);
    const { plane, server, target, store } = move;
    move.send(0, 70, 1518);
    const image = move.stop("saveForMigration");
    const { records, outbound } = decodeImage(image);
    expect(records.filter(({ type }) => type === OUTBOUND).map(({ instance }) => instance)).toEqual([0, 1]);
    expect(outbound?.frames.map(({ bytes }) => bytes)).toEqual(framesFrom(move, 0, 70, 1518));
    expect(image.length).toBeLessThanOrEqual(4096 + plane.migrationBytes(server.vf));
    expect(store.restore(target.vf, image)).toBe(0);
    plane.failHost(server.host);
    plane.unquiesce(target.vf);
    expect(move.release(1)).toEqual(count(0, 70));
  });

  it("around the end of the source's ring, restored, keep their order", () => {
    const move = createMove(module);
    const { plane, server, target, store } = move;
    move.send(0, 50, 1518);
    plane.openEpoch(server.vf, 2, 1);
    move.send(50, 30, 1518);
    plane.releaseEpoch(server.vf, 1);
    runFor(move.world, WHILE_NS);
    move.send(80, 40, 1518);
    expect(numbersOf(arrivedFrames(move))).toEqual(count(0, 50));
    const image = move.stop("saveForMigration");
    expect(store.restore(target.vf, image)).toBe(0);
    plane.failHost(server.host);
    plane.unquiesce(target.vf);
    expect(move.release(2)).toEqual(count(50, 70));
  });

  it("more than the target's buffer takes, is refused and changes nothing", () => {
    const { target, store, world, send, stop } = createMove(module, { targetBytes: 160 });
    send(0, 3);
    const image = stop("saveForMigration");
    const before = portRecords(world, target.port);
    expect(store.restore(target.vf, image)).toBe(NO_ROOM);
    expect(portRecords(world, target.port).equals(before)).toBe(true);
  });

  it("for a checkpoint, restored, leaves what waits in the target's own buffer", () => {
    const { plane, world, network, target, store, send, stop, frameOf } = createMove(module);
    expect(network).toBeDefined();
    send(0, 3);
    plane.openEpoch(target.vf, 9, 1);
    new TransmitRing(world, target).send([frameOf(7), frameOf(8)]);
    runFor(world, WHILE_NS);
    expect(store.restore(target.vf, stop("save"))).toBe(0);
    expect(plane.outboundFrames(target.vf)).toBe(2);
  });
});

describe.each(BUILDS)("a dirty log, $name build", ({ module }) => {
  it("of the device, stays out of an image, and that of the target stays as it is", () => {
    const { plane, server, target, store, send, stop } = createMove(module);
    for (const { vf } of [server, target]) plane.armDmaLog(vf);
    send(0, 3);
    const image = stop("save");
    expect(plane.collectDmaLog(server.vf)).toBeGreaterThan(0);
    expect(store.save(server.vf)).toEqual(image);
    expect(store.restore(target.vf, image)).toBe(0);
    expect(plane.collectDmaLog(target.vf)).toBe(0);
  });
});

describe.each(BUILDS)("packets that are done when they are released, $name build", ({ module }) => {
  it("in a checkpoint's image, restored, are fetched again at the target", () => {
    const move = createMove(module, { isDoneAtRelease: true });
    const { plane, server, target, store, world } = move;
    move.send(0, 3);
    expect(move.ring.done().filter((isDone) => isDone)).toEqual([]);
    const image = move.stop("save");
    expect(decodeImage(image).transmit[0]?.fetched).toBe(3);
    plane.failHost(server.host);
    expect(store.restore(target.vf, image)).toBe(0);
    expect(decodeImage(store.save(target.vf)).transmit[0]?.fetched).toBe(0);
    plane.openEpoch(target.vf, 2, 1);
    plane.unquiesce(target.vf);
    expect(framesOf(runFor(world, WHILE_NS), TRACE_FETCHED, target.vf)).toHaveLength(3);
    expect(move.release(2)).toEqual([0, 1, 2]);
    expect(plane.peekRegister(target.vf, TDH)).toBe(3);
  });

  it("in a migration's image, restored, are not fetched again, and are done when they leave", () => {
    const move = createMove(module, { isDoneAtRelease: true });
    const { plane, server, target, store, world } = move;
    move.send(0, 3);
    const image = move.stop("saveForMigration");
    const { transmit, outbound } = decodeImage(image);
    expect(transmit[0]?.fetched).toBe(3);
    expect(outbound?.frames.map(({ descriptorCount, queue }) => [descriptorCount, queue])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    plane.failHost(server.host);
    expect(store.restore(target.vf, image)).toBe(0);
    expect(store.saveForMigration(target.vf)).toEqual(image);
    plane.unquiesce(target.vf);
    expect(framesOf(runFor(world, WHILE_NS), TRACE_FETCHED, target.vf)).toEqual([]);
    expect(plane.peekRegister(target.vf, TDH)).toBe(0);
    expect(move.release(1)).toEqual([0, 1, 2]);
    expect(plane.peekRegister(target.vf, TDH)).toBe(3);
  });

  it("of a queue that was started anew since, saved for a migration, complete nothing any more", () => {
    const move = createMove(module, { isDoneAtRelease: true });
    const { plane, server, target, store } = move;
    move.send(0, 2);
    move.ring.start();
    move.send(2, 1);
    const image = move.stop("saveForMigration");
    expect(decodeImage(image).outbound?.frames.map(({ descriptorCount }) => descriptorCount)).toEqual([0, 0, 1]);
    plane.failHost(server.host);
    expect(store.restore(target.vf, image)).toBe(0);
    plane.unquiesce(target.vf);
    expect(move.release(1)).toEqual([0, 1, 2]);
    expect(plane.peekRegister(target.vf, TDH)).toBe(1);
  });
});
