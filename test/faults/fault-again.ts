/**
 * Machines that are protected anew after the first failure, to a third host, and what goes wrong then: the host on which
 * the machine runs dies, or the third one. Drawn behind everything else of a case, so that what a seed drew stays as it was.
 */
import type { RandomSource } from "../support/random-source";
import type { Aim } from "./fault-aim";
import type { Failure, FaultCase } from "./fault-scenario";

const MS = 1_000_000;
/** Time to notice, to take over and to be protected anew, whatever the NIC, and to see what comes of a second failure. */
const LONGER_MS = 700;
/** From the first failure: from before anybody noticed to long after the next backup is whole. */
const SECOND_WITHIN_MS = 600;

/** Returns a case with a third host, a third of the time; half of these go on with another failure. */
export function drawAgain(random: RandomSource, wanted: FaultCase): FaultCase {
  const [first] = wanted.failures;
  if (!first || random.below(3) > 0) return wanted;
  const { world } = wanted;
  const againMs = random.pick([0, 1, 10, 60]);
  const anew = { ...wanted, world: { ...world, againMs, durationMs: world.durationMs + LONGER_MS } };
  if (wanted.failures.length > 1 || random.below(2) === 0) return anew;
  const runsOn = first.host === "primary" ? "backup" : "primary";
  const host = random.below(4) === 0 ? "third" : runsOn;
  if (random.below(2) === 0) return { ...anew, aims: [aimAtNext(random, host)] };
  const second: Failure = { atNs: first.atNs + random.below(SECOND_WITHIN_MS * MS), host };
  return { ...anew, failures: [...wanted.failures, second] };
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
