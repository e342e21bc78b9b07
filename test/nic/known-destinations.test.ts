/** The bridge keeps what it decided on an address until something changes by which it decides; then the next frame goes by that. */
import { describe, expect, it } from "vitest";
import { TRACE_DELIVERED } from "../../assembly/layout/trace";
import { VTCTRL } from "../../assembly/layout/vf-registers";
import { CONTROL_RESET } from "../../assembly/layout/virtual-function";
import * as pf from "../reference/pf-registers";
import { outsideAddress, PROTOCOL_UDP, poolAddress } from "../reference/program-frames";
import { buildPacket } from "../support/l4-packet";
import { addressHigh, PortScene } from "../support/port-scene";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";

/** Of a unicast address that no pool has: its last byte and the highest bits of the one before are its hash. */
const HASHED = outsideAddress(0x30);
const HASH_WORD = 0x773 >>> 5;
const HASH_BIT = 2 ** (0x773 & 31);
/** VMOLR: accepts untagged frames, and unicast addresses whose hash is in the table. */
const BY_HASH = 0x8500_0000;

const COUNT = 3;
const GAP_NS = 1000;
const BETWEEN_NS = 100_000;

function createScene(module: WebAssembly.Module): PortScene {
  const scene = new PortScene({ module, vfCount: 3 });
  for (const driver of scene.drivers) {
    driver.startReceive();
    driver.touchBuffers(3 * COUNT);
  }
  scene.writePf(pf.VMOLR + 4 * 2, BY_HASH);
  scene.writePf(pf.UTA + 4 * HASH_WORD, HASH_BIT);
  return scene;
}

/** Has plain datagrams arrive in a row, after whatever came before; returns the pools that have received since the last call. */
function receiveRow(scene: PortScene, to: Uint8Array): number[] {
  const shape = { from: outsideAddress(1), isIpv6: false, protocol: PROTOCOL_UDP, payload: new Uint8Array(40) };
  const { bytes } = buildPacket({ to, ...shape });
  const before = ofKind(scene.trace, TRACE_DELIVERED).length;
  scene.arriveEvery(
    Array.from({ length: COUNT }, () => bytes),
    scene.world.nowNs() + GAP_NS,
    GAP_NS,
  );
  scene.runFor(BETWEEN_NS);
  return ofKind(scene.trace, TRACE_DELIVERED)
    .slice(before)
    .map(({ subject }) => subject);
}

/** Gives a pool's address to other pools. */
function setPools(scene: PortScene, pool: number, pools: number): void {
  scene.writePf(pf.rah(pool), addressHigh(poolAddress(pool), pools));
}

describe.each(BUILDS)("frames to an address that a bridge knows, $name build", ({ module }) => {
  it.each([
    {
      what: "its hash is taken out, so that it is the default pool's",
      to: HASHED,
      from: 2,
      after: [0],
      change: (s: PortScene) => s.writePf(pf.UTA + 4 * HASH_WORD, 0),
    },
    {
      what: "its pool takes no hashes, so that it is the default pool's",
      to: HASHED,
      from: 2,
      after: [0],
      change: (s: PortScene) => s.writePf(pf.VMOLR + 4 * 2, 0),
    },
    {
      what: "another pool gets it",
      to: poolAddress(1),
      from: 1,
      after: [0],
      change: (s: PortScene) => setPools(s, 1, 1),
    },
    {
      what: "two pools have it",
      to: poolAddress(1),
      from: 1,
      after: [0, 1],
      change: (s: PortScene) => setPools(s, 1, 3),
    },
    {
      what: "its pool may not receive",
      to: poolAddress(1),
      from: 1,
      after: [],
      change: (s: PortScene) => s.writePf(pf.VFRE, 0xfd),
    },
    {
      what: "its pool is reset",
      to: poolAddress(1),
      from: 1,
      after: [],
      change: (s: PortScene) => s.world.plane.writeRegister(1, VTCTRL, CONTROL_RESET),
    },
    {
      what: "its pool is quiesced",
      to: poolAddress(1),
      from: 1,
      after: [],
      change: (s: PortScene) => s.world.plane.quiesce(1),
    },
    {
      what: "the port is off",
      to: poolAddress(1),
      from: 1,
      after: [],
      change: (s: PortScene) => s.writePf(pf.RCTL, 0),
    },
    { what: "nothing has changed", to: poolAddress(1), from: 1, after: [1], change: () => undefined },
  ])("when $what, go where the bridge now says", ({ to, from, after, change }) => {
    const scene = createScene(module);
    expect(receiveRow(scene, to)).toEqual(Array.from({ length: COUNT }, () => from));
    change(scene);
    expect(receiveRow(scene, to)).toEqual(Array.from({ length: COUNT }, () => after).flat());
  });
});
