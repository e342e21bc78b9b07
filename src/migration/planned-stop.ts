/**
 * What a planned migration does before its rounds and behind them: steps with their times, and the outages that they
 * make for a client.
 */
import type { Costs } from "../host/cost-table";
import { sum } from "../sim/numbers";
import type { MigrationCase } from "./plan-input";
import { bytesNs, messageNs, type PlannedLink, pagesNs } from "./planned-link";
import { type MigrationSteps, STEP_ROWS, type StepName } from "./stop-steps";

/** A step with the time that it takes. */
export interface PlannedStep {
  readonly name: StepName;
  readonly ns: number;
}

/** A time in which nobody answers a client that asks without end. */
export interface Outage {
  readonly cause: "bond fails over" | "guest moves";
  readonly ns: number;
}

/** A stop whose steps have their times. */
export interface PlannedStop {
  readonly stopped: readonly PlannedStep[];
  readonly reconnecting: readonly PlannedStep[];
  readonly behind: readonly PlannedStep[];
  readonly outages: readonly Outage[];
}

/** A device's state beside an image: flags of the vCPU and lengths. */
const FRAMING_BYTES = 16;
/** A state image, as docs/benchmarks.md has it saved: 256 descriptors each way add nothing, because they are memory. */
const IMAGE_BYTES = 872;

/** Returns the time before the first round. */
export function beforeNs({ before }: MigrationSteps, costs: Costs): number {
  return sum(before.map((name) => rowNs(name, costs)));
}

/**
 * Returns the stop of a guest with so many last pages.
 *
 * A bond that loses its virtual function notices at its next look, half a distance later in the mean. The way back is no
 * outage: the paravirtual NIC serves until the virtual function has a link.
 */
export function planStop(
  { io, costs }: MigrationCase,
  steps: MigrationSteps,
  link: PlannedLink,
  lastPageCount: number,
): PlannedStop {
  const ofLink: Partial<Record<StepName, number>> = {
    "last pages": pagesNs(link, lastPageCount, null),
    "device state": bytesNs(link, FRAMING_BYTES + (io === "renic" ? IMAGE_BYTES : 0)),
    "hand over": 2 * messageNs(link),
  };
  const timed = (name: StepName) => ({ name, ns: ofLink[name] ?? rowNs(name, costs) });
  const stopped = steps.stopped.map(timed);
  const reconnecting = steps.reconnecting.map(timed);
  const moves: Outage = { cause: "guest moves", ns: totalNs(stopped) + totalNs(reconnecting) };
  const failover: Outage = { cause: "bond fails over", ns: Math.floor(costs.bondPoll / 2) };
  const outages = io === "teaming" ? [failover, moves] : [moves];
  return { stopped, reconnecting, behind: steps.behind.map(timed), outages };
}

/** Returns how long steps, or outages, take together. */
export function totalNs(parts: readonly { readonly ns: number }[]): number {
  return sum(parts.map(({ ns }) => ns));
}

function rowNs(name: StepName, costs: Costs): number {
  const row = STEP_ROWS[name];
  return row === null ? 0 : costs[row];
}
