/**
 * Machines that move in small worlds, and what becomes of their moves: nothing, an order of the user's, or the death of a
 * host at a moment of the move. All of it is drawn from a seed; twelve more worlds are fixed, for the search over every moment.
 */
import type { MIGRATED_IO_MODELS } from "../../src/config/scenario";
import { RandomSource } from "../support/random-source";

export type MoveWork = "datagrams" | "requests" | "reconnecting" | "sending" | "receiving";

const STREAMS: readonly MoveWork[] = ["requests", "reconnecting", "sending", "receiving"];
/** A machine that replays a recorded service over UDP does nothing else. */
const WORKS: readonly MoveWork[] = ["datagrams", ...STREAMS];

export interface MoveWorld {
  readonly seed: number;
  readonly io: (typeof MIGRATED_IO_MODELS)[number];
  readonly work: readonly MoveWork[];
  /** Of the job's hot set; 0 without a job. */
  readonly hotKiB: number;
  /** The client's: what it sends and gets in a second, and the share of frames that is lost. */
  readonly clientRate: string;
  readonly loss: number;
  /** As it stands in the entry of the migration. */
  readonly policy: string;
  /** Over a link of its own, or over the ports of the hosts, which then have the link's rate. */
  readonly via: "link" | "ports";
  readonly linkRate: string;
  readonly latencyNs: number;
  readonly backend: "in-stop" | "before-stop";
  readonly zeroPages: "whole" | "marked";
  readonly hasDeviceModel: boolean;
  readonly streams: number;
  readonly compression: "none" | "delta";
  readonly durationMs: number;
  /** What a request writes to the VM's disk, in blocks; no disk where it is not said. */
  readonly diskBlocks?: number;
}

/** What becomes of a move: who does what, and when. */
export interface MoveTrouble {
  readonly atNs: number;
  readonly what: (typeof TROUBLES)[number];
}

/** The user calls it off or has the guest stopped; a host dies; or the link is cut, and mended CUT_MS later. */
export const TROUBLES = ["cancel", "force", "source", "target", "link"] as const;
export const CUT_MS = 30;

export interface MoveCase {
  readonly world: MoveWorld;
  readonly trouble: MoveTrouble | null;
}

export const BEGIN_NS = 20_000_000;
/** An interval in which whatever is drawn falls: longer than most moves. */
const SPAN_NS = 600_000_000;
const DURATION_MS = 1200;
/** A bond leaves its virtual function first, and is a second longer on its way back to one. */
const BOND_FACTOR = 2;
/** What seeds draw first, and the first ten fixed worlds have in turn: a later model must not change what they are. */
const FIRST_MODELS = ["renic", "paravirtual", "emulated", "teaming"] as const;
const FIRST_WORLD_COUNT = 10;
const factorOf = (io: MoveWorld["io"]) => (io === "teaming" ? BOND_FACTOR : 1);

const TIMED_POLICIES = ["downtime", "auto-converge"].flatMap((policy) =>
  ["500us", "5ms"].flatMap((downtime) =>
    ["give-up", "stop-and-copy"].map(
      (onTimeout) => `policy: ${policy}, downtime: ${downtime}, timeout: 200ms, onTimeout: ${onTimeout}`,
    ),
  ),
);

/** Returns the case of a seed. */
export function drawMoveCase(seed: number): MoveCase {
  const random = new RandomSource(seed);
  const streams = STREAMS.filter(() => random.below(2) === 0);
  const work = random.below(3) === 0 ? (["datagrams"] as const) : streams;
  const drawn = random.pick([null, null, ...TROUBLES]);
  const atNs = BEGIN_NS + random.below(SPAN_NS / 1000) * 1000 + random.below(1000);
  const world: MoveWorld = {
    seed,
    io: random.pick(["renic", ...FIRST_MODELS]),
    work: work.length > 0 ? work : [random.pick(STREAMS)],
    hotKiB: 4 * random.below(129),
    clientRate: random.pick(["10Mbps", "20Mbps", "100Mbps"]),
    loss: random.pick([0, 0, 0, 0.002, 0.02]),
    policy: random.pick(["policy: xen", random.pick(TIMED_POLICIES)]),
    linkRate: random.pick(["1Gbps", "2.5Gbps", "10Gbps"]),
    latencyNs: random.pick([5_000, 50_000, 2_000_000]),
    backend: random.pick(["in-stop", "before-stop"]),
    zeroPages: random.pick(["whole", "marked"]),
    hasDeviceModel: random.below(2) === 0,
    ...random.pick([
      { streams: 1, compression: "none" },
      { streams: 1, compression: "delta" },
      { streams: 1 + random.below(4), compression: "none" },
    ] as const),
    via: random.pick(["link", "link", "ports"]),
    durationMs: DURATION_MS,
  };
  const factor = factorOf(world.io);
  const prolonged = { ...world, durationMs: factor * DURATION_MS };
  // Ports are not cut.
  const what = drawn === "link" && world.via === "ports" ? "cancel" : drawn;
  // Last, so that whatever was drawn before disks and drivers that take part were there stays as it was.
  const disk = random.below(3) === 0 ? { diskBlocks: 1 + random.below(14) } : {};
  const isCooperating = random.below(4) === 0 && world.io === "renic";
  const io = isCooperating ? "compsc" : world.io;
  return { world: { ...prolonged, ...disk, io }, trouble: what === null ? null : { atNs: factor * atNs, what } };
}

/** What may happen at each moment of a small move. */
export const EACH_MOMENT = ["cancel", "source", "target", "link"] as const;

/** Returns the fixed worlds: models, kinds of work and ways to move, each in its turn; of ten, every work is in two. Those behind have a driver that takes part. */
export function fixedMoveWorlds(count: number): MoveWorld[] {
  const ioOf = (index: number) =>
    index < FIRST_WORLD_COUNT ? (FIRST_MODELS[index % FIRST_MODELS.length] ?? "renic") : "compsc";
  return Array.from({ length: count }, (_, index) => ({
    seed: 1000 + index,
    io: ioOf(index),
    work: [WORKS[(4 * index) % WORKS.length] ?? "requests"],
    hotKiB: index % 4 === 3 ? 64 : 0,
    clientRate: "10Mbps",
    loss: 0,
    policy: ["policy: xen", "policy: downtime, downtime: 5ms"][index % 2] ?? "policy: xen",
    // Over ports every page is three frames, each with its moments: those are drawn.
    via: "link",
    linkRate: "10Gbps",
    latencyNs: [5_000, 200_000][Math.floor(index / 2) % 2] ?? 5_000,
    backend: index % 5 === 4 ? "before-stop" : "in-stop",
    zeroPages: index % 2 === 0 ? "whole" : "marked",
    hasDeviceModel: index % 3 !== 2,
    streams: index % 4 === 1 ? 3 : 1,
    compression: index % 4 === 2 ? "delta" : "none",
    durationMs: factorOf(ioOf(index)) * DURATION_MS,
  }));
}
