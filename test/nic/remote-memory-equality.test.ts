/**
 * A guest memory that lives elsewhere and does not fail: in the end memories, registers, counters and frames are those
 * of the same guest whose memory is the simulator's, whatever answers took and in whatever order they came.
 */
import { describe, expect, it } from "vitest";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { VTFRTIMER } from "../../assembly/layout/vf-registers";
import { PF_REGISTER_LIST, VF_REGISTER_LIST } from "../../src/core/registers";
import { bigEndian16, bigEndian32 } from "../reference/bytes";
import { buildFrame, outsideAddress, PROTOCOL_TCP, poolAddress } from "../reference/program-frames";
import { ProgramRandom } from "../reference/random";
import { itemAt } from "../support/item-at";
import { postOffloaded } from "../support/offload-packet";
import { DRIVER_PAGE_COUNT } from "../support/pool-driver";
import { PortScene } from "../support/port-scene";
import { RandomSource } from "../support/random-source";
import { drawTraffic, runTraffic, setUpTraffic, type Traffic } from "../support/random-traffic";
import { createRemoteScene, LONG_NS, numbers } from "../support/remote-scene";
import { DEBUG, RELEASE } from "../support/wasm-builds";

const PROGRAM_COUNT = 300;
/** One in so many is run on the debug build, whose assertions are the same and which is slower. */
const DEBUG_EVERY = 10;
/** Longer than the slowest program takes. */
const SETTLING_NS = 50_000_000;

/** Everything that a guest and its neighbours can see in the end, times aside. */
function outcomeOf(scene: PortScene): Record<string, unknown> {
  const { plane } = scene.world;
  const registers = scene.drivers.flatMap(({ vf }) =>
    VF_REGISTER_LIST.filter(({ offset }) => offset !== VTFRTIMER).map(
      ({ name, offset }) => `${vf} ${name} ${plane.peekRegister(vf, offset) >>> 0}`,
    ),
  );
  const port = PF_REGISTER_LIST.map(({ name, offset }) => `${name} ${scene.peekPf(offset)}`);
  const sent = scene.takeSent().map((bytes) => Buffer.from(bytes).toString("hex"));
  return { registers, port, sent };
}

function run(traffic: Traffic, scene: PortScene): PortScene {
  setUpTraffic(scene, traffic);
  runTraffic(scene, traffic);
  scene.runFor(SETTLING_NS);
  return scene;
}

function differences(seed: number): string[] {
  const traffic = drawTraffic(seed);
  const { module } = seed % DEBUG_EVERY === 0 ? DEBUG : RELEASE;
  const random = new RandomSource(seed);
  const delayNsMax = random.pick([1, 50, 1000, 5000]);
  const local = run(traffic, new PortScene({ module }));
  const remote = run(traffic, new PortScene({ module, remote: () => ({ random, delayNsMax }) }));
  const found: string[] = [];
  const [expected, got] = [outcomeOf(local), outcomeOf(remote)];
  for (const what of ["registers", "port", "sent"]) {
    if (JSON.stringify(expected[what]) !== JSON.stringify(got[what])) found.push(`seed ${seed}: ${what}`);
  }
  for (const [pool, { memory }] of local.drivers.entries()) {
    const bytes = memory.read(0, DRIVER_PAGE_COUNT * PAGE_BYTES);
    const other = itemAt(remote.drivers, pool).memory.read(0, bytes.length);
    if (Buffer.compare(bytes, other) === 0) continue;
    const at = bytes.findIndex((byte, index) => byte !== other[index]);
    found.push(`seed ${seed}: memory of pool ${pool} at 0x${at.toString(16)}`);
  }
  return found;
}

describe("random programs of plain traffic", () => {
  it("with memories elsewhere, end as with memories of the simulator", () => {
    const found: string[] = [];
    for (let seed = 1; seed <= PROGRAM_COUNT && found.length < 5; seed++) found.push(...differences(seed));
    expect(found).toEqual([]);
  });

  it("compared with another program, do not end alike", () => {
    const outcomes = [3, 4].map((seed) => outcomeOf(run(drawTraffic(seed), new PortScene())));
    expect(outcomes[0]).not.toEqual(outcomes[1]);
  });
});

describe("a packet to be segmented, its memory elsewhere", () => {
  it("in several buffers of several pages, is asked for all together and cut as it should", () => {
    const { scene, driver, remote } = createRemoteScene({ module: RELEASE.module });
    const shape = {
      destination: outsideAddress(1),
      source: poolAddress(0),
      tag: undefined,
      isIpv6: false,
      protocol: PROTOCOL_TCP,
      extras: 0,
      isFragment: false,
      fragmentOffset: 0,
      payload: 20_000,
      isPartial: true,
      isSegmented: true,
    };
    const frame = buildFrame(new ProgramRandom(2), shape);
    const header = frame.macBytes + frame.ipBytes + frame.l4Bytes;
    const cuts = numbers(9).map((number) => 1000 + number * 300);
    const plan = { ...frame, isIpv6: false, protocol: PROTOCOL_TCP, segmentBytes: 1400, cuts };
    const count = postOffloaded(driver, { ...plan, hasIpSum: true, hasL4Sum: true });
    driver.ring();
    scene.runTo(LONG_NS);
    const sent = scene.takeSent();
    const payload = Buffer.concat(sent.map((bytes) => bytes.subarray(header)));
    expect(sent).toHaveLength(Math.ceil(20_000 / 1400));
    expect(Buffer.compare(payload, frame.bytes.subarray(header))).toBe(0);
    const first = bigEndian32(frame.bytes, frame.macBytes + frame.ipBytes + 4);
    expect(sent.map((bytes) => bigEndian32(bytes, frame.macBytes + frame.ipBytes + 4))).toEqual(
      sent.map((_, index) => (first + index * 1400) % 2 ** 32),
    );
    expect(sent.every((bytes) => bigEndian16(bytes, 16) === bytes.length - 14)).toBe(true);
    expect(remote.inFlightMax).toBeGreaterThanOrEqual(count - 1);
  });
});
