/**
 * Machines that are protected anew after the first failure, to a third host or to the one that died and was repaired, and what goes
 * wrong then: the host on which the machine runs dies, or the third one. Drawn behind everything else of a case, so that what a seed drew stays as it was.
 */
import type { RandomSource } from "../support/random-source";
import type { Aim } from "./fault-aim";
import type { Failure, FaultCase } from "./fault-scenario";

const MS = 1_000_000;
/** Time to notice, to take over and to be protected anew, whatever the NIC, and to see what comes of a second failure. */
const LONGER_MS = 700;
/** From the first failure: from before anybody noticed to long after the next backup is whole. */
const SECOND_WITHIN_MS = 600;
const REPAIRED_WITHIN_MS = 100;

/** Returns a case in which the machine is protected anew, a third of the time; half of these go on with another failure. */
export function drawAgain(random: RandomSource, wanted: FaultCase): FaultCase {
  const [first] = wanted.failures;
  if (!first || random.below(3) > 0) return wanted;
  const { world } = wanted;
  const againMs = random.pick([0, 1, 10, 60]);
  const anew = { ...wanted, world: { ...world, againMs, durationMs: world.durationMs + LONGER_MS } };
  if (wanted.failures.length > 1 || random.below(2) === 0) return anew;
  const runsOn = first.host === "primary" ? "backup" : "primary";
  const host = random.below(4) === 0 ? "third" : runsOn;
  const isAimed = random.below(2) === 0;
  const next = isAimed ? aimed(random, anew, host) : later(random, anew, first, host);
  return host === runsOn && random.below(4) === 0 ? repaired(random, next, first) : next;
}

function aimed(random: RandomSource, wanted: FaultCase, host: Failure["host"]): FaultCase {
  return { ...wanted, aims: [aimAtNext(random, host)] };
}

function later(random: RandomSource, wanted: FaultCase, first: Failure, host: Failure["host"]): FaultCase {
  const second: Failure = { atNs: first.atNs + random.below(SECOND_WITHIN_MS * MS), host };
  return { ...wanted, failures: [...wanted.failures, second] };
}

/** The host that died first is there again, soon or hardly in time, and is the next one in place of the third. */
function repaired(random: RandomSource, wanted: FaultCase, { atNs, host }: Failure): FaultCase {
  const repair = { atNs: atNs + 1 + random.below(REPAIRED_WITHIN_MS * MS), what: `repair: ${host}` };
  const { world, troubles = [] } = wanted;
  return { ...wanted, world: { ...world, againTo: host }, troubles: [...troubles, repair] };
}

/** The host dies while the next protection, or what leads to it, is in some state. */
function aimAtNext(random: RandomSource, host: string): Aim {
  const [machine, state] = random.pick(NEXT_STATES);
  return { machine, state, troubles: [{ atNs: 0, what: `fail: ${host}` }], share: random.below(1000) / 1000 };
}

const NEXT_STATES: readonly (readonly [Aim["machine"], string])[] = [
  ["succession", "preparing"],
  ["next", "synchronizing"],
  ["next", "protecting"],
  ["next", "protecting"],
];
