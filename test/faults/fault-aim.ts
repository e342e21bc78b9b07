/**
 * Cases that are aimed at what chance alone seldom meets: a protection that is brought into a state, and something that
 * goes wrong while it is there. When that is, nobody knows beforehand; the world is run without it first, and the moment
 * drawn from the times at which the state was seen.
 */

import { compose } from "../../src/experiment/compose";
import type { Control } from "../../src/experiment/control";
import type { RunInput } from "../../src/experiment/input";
import { start, step } from "../../src/experiment/simulate";
import type { Protection } from "../../src/remus/protection";
import { RandomSource } from "../support/random-source";
import { drawFaultCase, type Expected, type Failure, type FaultCase, type FaultWorld } from "./fault-scenario";
import { type FaultPolicy, type Trouble, USUAL_POLICY } from "./fault-trouble";

/** The machines whose states can be aimed at; of the arbiter and of what is in flight there may be none. */
const STATES = {
  protection: (p: Protection) => [p.state],
  epoch: (p: Protection) => [p.epoch.state, ...p.inFlight.map((flight) => flight.state)],
  backup: (p: Protection) => [p.backup],
  link: (p: Protection) => [p.link.state],
  /** What follows the first protection, before it begins and then. */
  succession: (_: Protection, { successions }: Control) => successions.map(({ state }) => state),
  next: (_: Protection, { protections }: Control) => protections.slice(1).map(({ state }) => state),
} as const;

/** What goes wrong from a moment on at which a machine is in a state. */
export interface Aim {
  readonly machine: keyof typeof STATES;
  readonly state: string;
  /** By the time after that moment. */
  readonly troubles: readonly Trouble[];
  /** Where within the times of that state the moment is, 0 to 1. */
  readonly share: number;
}

const MS = 1_000_000;
/** Time to fail over, and for requests to be asked again. */
const LONG_MS = 900;

/** A case, less what every one has. */
interface Draft {
  readonly world?: Partial<FaultWorld>;
  readonly policy?: Partial<FaultPolicy>;
  readonly failures?: readonly Failure[];
  readonly troubles?: readonly Trouble[];
  readonly aims?: readonly Aim[];
  readonly expected?: readonly Expected[];
}

/** Returns the case of a seed. */
export function drawAimedCase(seed: number): FaultCase {
  const random = new RandomSource(seed);
  const { world } = drawFaultCase(seed);
  const { failures = [], policy, ...draft } = random.pick(DRAFTS)(random);
  return {
    ...draft,
    // Nobody is repaired here.
    world: {
      ...world,
      againTo: "third",
      loss: 0,
      durationMs: LONG_MS,
      ...draft.world,
      policy: { ...USUAL_POLICY, ...policy },
    },
    failures,
  };
}

/** Every way to aim. */
const DRAFTS: readonly ((random: RandomSource) => Draft)[] = [
  // While the first copy is under way.
  (random) => ({
    world: { linkRate: "50Mbps" },
    policy: drawLost(random),
    aims: [
      aim(random, "protection", ["synchronizing"], ["fail: primary", "fail: backup", "fail: backup", "abandon: web"]),
    ],
  }),
  // In the middle of a checkpoint.
  (random) => ({
    world: { linkLatencyUs: 2000, intervalMs: 5, ...(random.below(2) === 0 && { io: "emulated" }) },
    policy: { epochs: 1 + random.below(3), late: "stall", ...drawLost(random) },
    aims: [aim(random, "epoch", CHECKPOINTING, ["fail: primary", "fail: primary", "fail: backup"])],
  }),
  (random) => ({
    world: { work: ["receiving", "sending"], linkRate: "10Gbps", intervalMs: 2 },
    aims: [aim(random, "epoch", ["quiescing"], ["fail: primary"])],
  }),
  // One dies after the other.
  (random) => ({
    failures: [{ atNs: whenItRuns(random), host: "primary" }],
    aims: [aim(random, "protection", ["activating", "active", "lost"], ["fail: backup"])],
  }),
  (random) => ({
    policy: drawLost(random),
    failures: [{ atNs: whenItRuns(random), host: "backup" }],
    aims: [aim(random, "protection", ["unprotected", "stopped"], ["fail: primary"])],
  }),
  // The link is cut and nobody is asked: both run, until one ends.
  (random) => ({
    troubles: [cutAt(whenItRuns(random))],
    aims: [aim(random, "protection", ["split"], ["fail: primary"])],
    expected: ["split-brain"],
  }),
  // The same, and the one that clients have talked to is the one that ends.
  (random) => ({
    policy: drawLost(random),
    troubles: [cutAt(whenItRuns(random))],
    aims: [aim(random, "protection", ["split"], ["fail: backup"])],
    expected: ["split-brain", "both-heard"],
  }),
  // One ends while the backup takes over.
  (random) => ({
    troubles: [cutAt(whenItRuns(random))],
    aims: [aim(random, "protection", ["activating"], ["fail: primary", "fail: backup"])],
  }),
  // An operator gives up a backup that lives and cannot be told: before, while and after it takes over.
  (random) => {
    const atNs = whenItRuns(random);
    return {
      policy: drawLost(random),
      troubles: [cutAt(atNs), { atNs: atNs + random.below(20) * MS, what: "abandon: web" }],
      expected: ["split-brain", "both-heard"],
    };
  },
  (random) => ({
    policy: drawLost(random),
    troubles: [cutAt(whenItRuns(random))],
    aims: [aim(random, "protection", ["activating", "split"], ["abandon: web"])],
    expected: ["split-brain", "both-heard"],
  }),
  // The link is whole again by then: what the backup is told comes too late, or it stays out anyway.
  (random) => ({
    policy: drawLost(random),
    troubles: [cutAt(whenItRuns(random))],
    aims: [tell(aim(random, "backup", ["activating", "active"], ["mend: web"]))],
    expected: ["split-brain", "both-heard"],
  }),
  (random) => ({
    world: { linkRate: "50Mbps" },
    policy: drawLost(random),
    aims: [
      aim(random, "protection", ["synchronizing"], ["cut: web"]),
      random.pick([
        tell(aim(random, "backup", ["idle"], ["mend: web"])),
        aim(random, "backup", ["idle"], ["fail: primary"]),
      ]),
    ],
  }),
  // Somebody is asked who is far away, and this and that happens before the answer.
  (random) => {
    const asking = aim(random, "backup", ["asking"], ["fail: primary", "fail: backup", "mend: web"]);
    const isMended = asking.troubles.some(({ what }) => what.startsWith("mend"));
    return {
      world: { nicLatencyUs: 1500 },
      policy: { arbiter: true },
      troubles: [cutAt(whenItRuns(random))],
      aims: [isMended ? tell(asking) : asking],
      expected: isMended ? ["split-brain", "both-heard"] : [],
    };
  },
  // A long link: the primary may be the first to ask.
  (random) => ({
    world: { linkLatencyUs: 2000 },
    policy: { arbiter: true, ...drawLost(random) },
    troubles: [cutAt(whenItRuns(random))],
    aims: random.pick([[], [aim(random, "backup", ["idle"], ["fail: primary", "fail: backup"])]]),
  }),
  // The link is cut again before the connection has noticed that it was whole.
  (random) => {
    const atNs = whenItRuns(random);
    const again = aim(random, "link", ["mended"], ["cut: web"]);
    return {
      troubles: [cutAt(atNs), { atNs: atNs + 3 * MS, what: "mend: web" }],
      aims: [{ ...again, troubles: [...again.troubles, { atNs: 5 * MS, what: "mend: web" }] }],
    };
  },
];

/** States of an epoch in which something is under way. */
const CHECKPOINTING = ["stopping", "stalled", "quiescing", "captured", "transmitting", "awaiting-ack"];

function aim(random: RandomSource, machine: Aim["machine"], states: readonly string[], whats: readonly string[]): Aim {
  const troubles = [{ atNs: 0, what: random.pick(whats) }];
  return { machine, state: random.pick(states), troubles, share: random.below(1000) / 1000 };
}

/** The operator gives the backup up as soon as it hears. */
function tell(mended: Aim): Aim {
  return { ...mended, troubles: [...mended.troubles, { atNs: 0, what: "abandon: web" }] };
}

function drawLost(random: RandomSource): Pick<FaultPolicy, "backupLost"> {
  return { backupLost: random.pick(["release", "stop"]) };
}

function whenItRuns(random: RandomSource): number {
  return (60 + random.below(120)) * MS + random.below(MS);
}

function cutAt(atNs: number): Trouble {
  return { atNs, what: "cut: web" };
}

/**
 * Returns a case whose aims have become troubles at their moments. A state that the world does not come into brings
 * nothing. `inputOf` gives what a case is a function of.
 */
export function resolveAims(wanted: FaultCase, inputOf: (wanted: FaultCase) => RunInput): FaultCase {
  const { aims = [], ...rest } = wanted;
  const troubles = [...(wanted.troubles ?? [])];
  for (const { machine, state, troubles: meant, share } of aims) {
    const moments = momentsIn(inputOf({ ...rest, troubles }), machine, state);
    const moment = moments[Math.floor(share * moments.length)];
    if (!moment) break;
    const [fromNs, toNs] = moment;
    const atNs = fromNs + 1 + Math.floor(share * (toNs - fromNs - 1));
    troubles.push(...meant.map(({ atNs: laterNs, what }) => ({ atNs: atNs + laterNs, what })));
  }
  return { ...rest, troubles };
}

/**
 * Returns the times, from and to, in which a machine is in a state, those of no length left out: the first protection's
 * machine, or what follows it.
 */
function momentsIn(input: RunInput, machine: Aim["machine"], state: string): [fromNs: number, toNs: number][] {
  const composition = compose(input);
  const { world, control } = composition;
  const moments: [number, number][] = [];
  start(composition, {});
  let sinceNs: number | null = null;
  let isOver = false;
  while (!isOver) {
    isOver = !step(composition, {});
    const [protection] = control.protections;
    const states: readonly string[] = protection ? STATES[machine](protection, control) : [];
    const isIn = states.includes(state);
    if (isIn && !isOver) sinceNs ??= world.nowNs();
    else if (sinceNs !== null) {
      if (world.nowNs() > sinceNs) moments.push([sinceNs, world.nowNs()]);
      sinceNs = null;
    }
  }
  return moments;
}
