/**
 * The processors of one host while it is being filled: which vCPU may run where. A vCPU has a processor of its own, or
 * shares those of the host that are nobody's own with all others that do, under the credit scheduler.
 */
import type { World } from "../core/world";
import type { PoolVcpu, ProcessorPool } from "./processor-pool";

/** What a host has, and how much of it is given away one by one. */
export interface HostProcessorPlan {
  readonly coreCount: number;
  readonly clockHz: number;
  /** vCPUs with a processor of their own. */
  readonly ownCount: number;
  /** There are vCPUs that share the rest. */
  readonly hasShared: boolean;
  readonly timeSliceNs: number;
}

/** Processors that a vCPU may run on: so many from one on. */
export interface Affinity {
  readonly firstProcessor: number;
  readonly processorCount: number;
}

/** Returns how many processors a host needs of those it has: nobody's are not simulated. */
export function simulatedCount({ coreCount, ownCount, hasShared }: HostProcessorPlan): number {
  return hasShared ? coreCount : ownCount;
}

export class HostProcessors {
  readonly #world: World;
  readonly #plan: HostProcessorPlan;
  readonly #all: number[] = [];
  readonly #shared: Affinity | null;
  readonly #sharers: PoolVcpu[] = [];

  constructor(world: World, plan: HostProcessorPlan) {
    this.#world = world;
    this.#plan = plan;
    this.#shared = plan.hasShared ? this.#makeShared(plan.coreCount - plan.ownCount) : null;
  }

  get all(): readonly number[] {
    return this.#all;
  }

  /** The pool that the credit policy governs; null without one. */
  get pool(): ProcessorPool | null {
    return this.#shared && { ...this.#shared, vcpus: this.#sharers };
  }

  /** Returns where the next vCPU may run: on the shared processors, or on one that is its own from now on. */
  placeFor(isShared: boolean): Affinity {
    if (!isShared) return { firstProcessor: this.#add(), processorCount: 1 };
    if (!this.#shared) throw new Error("a host with vCPUs that share has processors for them");
    return this.#shared;
  }

  /** Puts a vCPU that shares under the policy. */
  govern(vcpu: number, domain: number, weight: number): void {
    this.#sharers.push({ vcpu, domain, weight, creditPs: 0, ranPs: 0 });
  }

  #makeShared(processorCount: number): Affinity {
    const numbers = Array.from({ length: processorCount }, () => this.#add());
    const firstProcessor = numbers[0] ?? 0;
    this.#world.plane.shareProcessors(firstProcessor, processorCount, this.#plan.timeSliceNs);
    return { firstProcessor, processorCount };
  }

  #add(): number {
    // A cycle is 10^12 / Hz picoseconds, in lowest terms.
    const { clockHz } = this.#plan;
    const divisor = greatestCommonDivisor(1e12, clockHz);
    const index = this.#world.plane.addProcessor(1e12 / divisor, clockHz / divisor);
    this.#all.push(index);
    return index;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b ? greatestCommonDivisor(b, a % b) : a;
}
