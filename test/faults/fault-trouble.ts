/**
 * What else goes wrong in a world than that a host dies: its replication link is cut, mended, slow or lossy, its backup is
 * given up; and by which policies the protection meets that. Drawn so that a machine that works is never wrong:
 *
 * - a link is cut for longer than a backup waits only where an arbiter lets one side go on: else both run, and say so;
 * - a backup is given up only while it can be told.
 */
import type { RandomSource } from "../support/random-source";

export interface FaultPolicy {
  readonly timing: "fixed-rate" | "after-commit";
  readonly epochs: number;
  readonly late: "extend" | "stall";
  readonly full: "stop-fetching" | "drop";
  readonly backupLost: "release" | "stop";
  readonly arbiter: boolean;
}

/** What a protection does that says nothing. */
export const USUAL_POLICY: FaultPolicy = {
  timing: "fixed-rate",
  epochs: 1,
  late: "extend",
  full: "stop-fetching",
  backupLost: "release",
  arbiter: false,
};

/** Something that happens to the replication link or the backup, as a user writes it behind the time. */
export interface Trouble {
  readonly atNs: number;
  readonly what: string;
}

const MS = 1_000_000;
/** Shorter than a backup waits, with a heartbeat on its way. */
const SHORT_MS = 12;

/** Returns policies; the usual ones half of the time. A NIC that dom0 serves never stops its guest from sending. */
export function drawPolicy(random: RandomSource): FaultPolicy {
  if (random.below(2) === 0) return USUAL_POLICY;
  const timing = random.pick(["fixed-rate", "fixed-rate", "after-commit"] as const);
  return {
    timing,
    epochs: timing === "fixed-rate" ? 1 + random.below(4) : 1,
    late: random.pick(["extend", "stall"]),
    full: random.pick(["stop-fetching", "stop-fetching", "drop"]),
    backupLost: random.pick(["release", "release", "stop"]),
    arbiter: random.below(2) === 0,
  };
}

/** Returns what happens within so many milliseconds, in order; nothing half of the time. */
export function drawTroubles(random: RandomSource, { arbiter }: FaultPolicy, withinMs: number): Trouble[] {
  if (random.below(2) === 0) return [];
  const atNs = (20 + random.below(withinMs)) * MS + random.below(MS);
  const kind = random.pick(["cut", "cut", "slow", "lossy", "abandon"] as const);
  if (kind === "slow")
    return during(atNs, 10 + random.below(80), "alter: web, rate: 60Mbps", "alter: web, rate: 1Gbps");
  if (kind === "lossy") return during(atNs, 10 + random.below(80), "alter: web, loss: 0.2%", "alter: web, loss: 0%");
  if (kind === "abandon") return [{ atNs, what: "abandon: web" }];
  if (!arbiter) return during(atNs, 1 + random.below(SHORT_MS), "cut: web", "mend: web");
  if (random.below(2) === 0) return [{ atNs, what: "cut: web" }];
  return during(atNs, 1 + random.below(100), "cut: web", "mend: web");
}

function during(atNs: number, ms: number, begins: string, ends: string): Trouble[] {
  return [
    { atNs, what: begins },
    { atNs: atNs + ms * MS, what: ends },
  ];
}
