/**
 * Connections as an independent analyser sees them: tshark finds nothing malformed and no wrong checksum, and what it
 * says of sequence numbers (retransmissions, losses, segments out of order, windows) is what was simulated.
 */
import { describe, expect, it } from "vitest";
import { CAPTURE_MACHINE } from "../../assembly/layout/capture";
import type { World } from "../../src/core/world";
import { type CableOptions, type Faults, joinMachines, type Machine, setFaults } from "../support/machines";
import { runTo } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { CHECKSUM_GOOD, type Dissected, dissect, IS_TSHARK_MISSING, type TimedFrame } from "../support/tshark";

const FIELDS = [
  "_ws.malformed",
  "ip.checksum.status",
  "tcp.checksum.status",
  "tcp.flags.str",
  "tcp.options.mss_val",
  "tcp.options.wscale.shift",
  "tcp.options.sack_perm",
  "tcp.analysis.retransmission",
  "tcp.analysis.fast_retransmission",
  "tcp.analysis.out_of_order",
  "tcp.analysis.duplicate_ack",
  "tcp.analysis.lost_segment",
  "tcp.analysis.ack_lost_segment",
  "tcp.analysis.zero_window",
  "tcp.analysis.zero_window_probe",
  "tcp.analysis.zero_window_probe_ack",
  "tcp.analysis.window_full",
  "tcp.analysis.window_update",
  "tcp.analysis.spurious_retransmission",
];
const TROUBLE = FIELDS.filter((field) => field.startsWith("tcp.analysis."));
const PORT = 5001;

interface Scene {
  readonly world: World;
  readonly one: Machine;
  readonly two: Machine;
  readonly sink: number;
}

/** A stream from one machine to another, seen at the first. */
function streamScene(bytes: number, cable: CableOptions, faults: Faults = {}): Scene {
  const world = createSmallWorld({ arenaBytes: 40 * 1024 ** 2, chunkCount: 64 });
  const { one, two, there } = joinMachines(world, cable);
  world.plane.tapMachine(one.index);
  setFaults(world, there, faults);
  const sink = two.addSink(PORT);
  one.start(one.addSource(two, PORT, bytes));
  return { world, one, two, sink };
}

/** Takes what the tap of a machine has seen, in the order of times. */
function seenAt({ world, one }: Scene): TimedFrame[] {
  const own = world.takeCapture().filter(({ client }) => client === CAPTURE_MACHINE + one.index);
  return own.map(({ bytes, timePs }) => ({ bytes, timeNs: timePs / 1000 })).sort((a, b) => a.timeNs - b.timeNs);
}

function dissectScene(scene: Scene): Dissected[] {
  const rows = dissect(seenAt(scene), FIELDS, true);
  const verdicts = rows.map((row) => [row("_ws.malformed"), row("ip.checksum.status"), row("tcp.checksum.status")]);
  expect(new Set(verdicts.map((verdict) => verdict.join()))).toEqual(new Set([`,${CHECKSUM_GOOD},${CHECKSUM_GOOD}`]));
  return rows;
}

/** How many frames have something said of them, by what it is. */
function troubles(rows: readonly Dissected[]): Record<string, number> {
  const counts = TROUBLE.map((field) => [field.slice(13), rows.filter((row) => row(field) !== "").length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

describe.skipIf(IS_TSHARK_MISSING)("TCP in tshark (skipped where it is not installed)", () => {
  it("a clean stream, has nothing said of it but that windows are filled and open", () => {
    const scene = streamScene(1_000_000, { rate: 1e9, latencyNs: 100_000, two: { receiveBytes: 2 ** 18 } });
    runTo(scene.world, 1e9);
    expect(scene.two.work(scene.sink)).toMatchObject({ doneBytes: 1_000_000, finished: 1 });
    const rows = dissectScene(scene);
    expect(rows.length).toBeGreaterThan(1000);
    const said = troubles(rows);
    expect(Object.keys(said).filter((name) => !["window_full", "window_update"].includes(name))).toEqual([]);
  });

  it("a handshake and a close, are what they should be, options included", () => {
    const scene = streamScene(100, {});
    runTo(scene.world, 1e9);
    const rows = dissectScene(scene);
    const letters = rows.map((row) => row("tcp.flags.str").replace(/[^A-Z]/g, ""));
    // The source writes before its acknowledgment leaves, and closes with its only segment: so everything rides along.
    expect(letters).toEqual(["S", "AS", "APF", "AF", "A"]);
    const options = ["tcp.options.mss_val", "tcp.options.wscale.shift"].map((field) => rows[0]?.(field));
    expect(options).toEqual(["1460", "0"]);
    expect(troubles(rows)).toEqual({});
  });

  it("a stream with losses, has as many segments sent again as the stack says, and nothing out of order", () => {
    const scene = streamScene(1_000_000, { rate: 1e9, latencyNs: 500_000 }, { loss: 0.01 });
    runTo(scene.world, 30e9);
    const { fastRetransmits, timedRetransmits } = scene.one.connection();
    const said = troubles(dissectScene(scene));
    expect(fastRetransmits).toBeGreaterThan(3);
    const again = (said.retransmission ?? 0) + (said.out_of_order ?? 0);
    expect(again).toBe(fastRetransmits + timedRetransmits);
    expect(said.fast_retransmission ?? 0).toBeGreaterThan(0);
    expect(said.duplicate_ack ?? 0).toBeGreaterThan(fastRetransmits);
  });

  it("a reader that pauses, has the window shut, probed and opened, and nothing sent again", () => {
    const scene = streamScene(300_000, { rate: 1e9 });
    scene.two.pause(scene.sink, true);
    runTo(scene.world, 3e9);
    scene.two.pause(scene.sink, false);
    runTo(scene.world, 5e9);
    expect(scene.two.work(scene.sink)).toMatchObject({ doneBytes: 300_000, wrong: 0, finished: 1 });
    const said = troubles(dissectScene(scene));
    expect(said).toMatchObject({ zero_window_probe: scene.one.connection().probes });
    expect(said.zero_window ?? 0).toBeGreaterThan(0);
    expect(Object.keys(said).filter((name) => /retransmission|order|lost|duplicate/.test(name))).toEqual([]);
  });
});
