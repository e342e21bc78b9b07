/** A guest that gives its device as much senseless work as a ring can hold: bounded events, no trap, all accounted. */
import { describe, expect, it } from "vitest";
import { DESCRIPTOR_BYTES, TX_DEXT, TX_EOP } from "../../assembly/layout/descriptor";
import { DROP_MALFORMED, DROP_NO_DESCRIPTOR, TRACE_RELEASED } from "../../assembly/layout/trace";
import { RDLEN, TDLEN } from "../../assembly/layout/vf-registers";
import { writeGuest } from "../support/guest-pages";
import { createQuietScene, framesFrom } from "../support/quiet-scene";
import { runFor } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { dropsFor, ofKind } from "../support/trace-reading";
import { encodeTransmitDescriptor } from "../support/transmit-ring";
import { BUILDS } from "../support/wasm-builds";

/** The longest ring that TDLEN can name. */
const DESCRIPTOR_COUNT = 65_528;
/** Neither context nor data. */
const NO_TYPE = (TX_DEXT | TX_EOP) >>> 0;

describe.each(BUILDS)("the longest ring, $name build", ({ module }) => {
  it("full of malformed packets, is worked off without a trap", () => {
    const scene = createQuietScene({ world: { module }, ring: { descriptorCount: DESCRIPTOR_COUNT, base: 0 } });
    const malformed = encodeTransmitDescriptor({ address: 0, bytes: 60, command: NO_TYPE });
    const ring = new Uint8Array(DESCRIPTOR_COUNT * DESCRIPTOR_BYTES);
    for (let at = 0; at < ring.length; at += DESCRIPTOR_BYTES) ring.set(malformed, at);
    writeGuest(scene.world, scene.server.guest, 0, ring);
    scene.ring.ring(DESCRIPTOR_COUNT - 1);
    expect(dropsFor(runFor(scene.world, 1_000_000), DROP_MALFORMED)).toHaveLength(DESCRIPTOR_COUNT - 1);
  });
});

describe.each(BUILDS)("the longest ring while held frames may leave, $name build", ({ module }) => {
  it("full of malformed packets, is worked off without a trap, and every held frame leaves", () => {
    const scene = createQuietScene({ world: { module }, ring: { descriptorCount: DESCRIPTOR_COUNT, base: 0 } });
    const { plane } = scene.world;
    plane.createOutbound(scene.server.vf, 65_536);
    plane.openEpoch(scene.server.vf, 1, 1);
    scene.ring.send(framesFrom(scene, 0, 50));
    runFor(scene.world, 1_000);
    const malformed = encodeTransmitDescriptor({ address: 0, bytes: 60, command: NO_TYPE });
    const rest = new Uint8Array((DESCRIPTOR_COUNT - 51) * DESCRIPTOR_BYTES);
    for (let at = 0; at < rest.length; at += DESCRIPTOR_BYTES) rest.set(malformed, at);
    writeGuest(scene.world, scene.server.guest, 50 * DESCRIPTOR_BYTES, rest);
    plane.openEpoch(scene.server.vf, 2, 1);
    plane.releaseEpoch(scene.server.vf, 1);
    scene.ring.ring(DESCRIPTOR_COUNT - 1);
    const trace = runFor(scene.world, 1_000_000);
    expect(dropsFor(trace, DROP_MALFORMED)).toHaveLength(DESCRIPTOR_COUNT - 51);
    expect(ofKind(trace, TRACE_RELEASED)).toHaveLength(50);
  });
});

describe.each(BUILDS)("a ring made shorter than its head, $name build", ({ module }) => {
  it("for sending, offers no work", () => {
    const scene = createQuietScene({ world: { module } });
    scene.ring.send(framesFrom(scene, 0, 20));
    runFor(scene.world, 100_000);
    scene.world.plane.writeRegister(scene.server.vf, TDLEN, 8 * DESCRIPTOR_BYTES);
    scene.ring.ring(3);
    expect(runFor(scene.world, 100_000)).toEqual([]);
  });

  it("for receiving, has no descriptor for a frame", () => {
    const { world, server } = createServiceScene(40, { world: { module } });
    runFor(world, 300_000);
    world.plane.writeRegister(server.vf, RDLEN, 8 * DESCRIPTOR_BYTES);
    expect(dropsFor(runFor(world, 5_000_000), DROP_NO_DESCRIPTOR).length).toBeGreaterThan(0);
  });
});
