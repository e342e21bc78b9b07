/** Processors and vCPUs without a network: guests that compute, dom0s that owe, a judge that watches the time. */
import { ACTIVITY_COUNT, ACTIVITY_REPLICATION } from "../../assembly/layout/cost";
import { REASON_DRAIN, REASON_UNTIL } from "../../assembly/layout/event";
import type { TraceRecord } from "../../src/core/trace";
import type { World } from "../../src/core/world";
import type { Verdict } from "../checker/record";
import { TimeConservationJudge } from "../checker/time-conservation";
import { createSmallWorld } from "./small-world";

/** 2.5 GHz, and a clock whose cycle is no whole number of picoseconds. */
export const EVEN_CLOCK = [400, 1] as const;
export const ODD_CLOCK = [5000, 13] as const;

const GUEST_PAGES = 64;

export interface ProcessorSceneOptions {
  readonly module?: WebAssembly.Module;
  readonly processorCount: number;
  readonly clock?: readonly [number, number];
  readonly sliceNs?: number;
  /** Events that may be under way. */
  readonly eventCount?: number;
}

export interface JobOptions {
  readonly burstCycles?: number;
  readonly processor?: number;
  /** Pages of each region that a burst writes. */
  readonly writes?: number;
}

export class ProcessorScene {
  readonly world: World;
  readonly host: number;
  readonly processors: readonly number[];
  readonly trace: TraceRecord[] = [];
  readonly #clock: readonly [number, number];
  readonly #judge = new TimeConservationJudge();
  readonly #vcpus: number[] = [];

  constructor({ module, processorCount, clock = EVEN_CLOCK, sliceNs = 5_000_000, ...pools }: ProcessorSceneOptions) {
    this.world = createSmallWorld({ ...(module ? { module } : {}), ...pools });
    const { plane } = this.world;
    this.#clock = clock;
    this.host = plane.addHost();
    this.processors = Array.from({ length: processorCount }, () => plane.addProcessor(...clock));
    plane.shareProcessors(this.processors[0] ?? 0, processorCount, sliceNs);
  }

  /** Adds a guest whose job takes so many cycles a burst, on any of the scene's processors, or on one; not running. */
  addJob({ burstCycles = 50_000, processor, writes = 1 }: JobOptions = {}): Job {
    const { plane } = this.world;
    const guest = plane.addGuest(this.host, processor ?? 0, GUEST_PAGES, 0, 0, 0, 0);
    const vcpu = plane.vcpuOf(guest);
    if (processor === undefined) plane.setAffinity(vcpu, this.processors[0] ?? 0, this.processors.length);
    plane.createComputation(guest, burstCycles, 16, 8, 32, writes, writes);
    plane.addComputeTask(guest, vcpu);
    this.#vcpus.push(vcpu);
    return { guest, vcpu };
  }

  /** Adds a vCPU of dom0 on any of the processors, with a task to which cycles can be owed. */
  addDom0(): { readonly vcpu: number; readonly task: number } {
    const { plane } = this.world;
    const vcpu = plane.addVcpu(this.host, this.processors[0] ?? 0, this.processors.length);
    this.#vcpus.push(vcpu);
    return { vcpu, task: plane.addControlTask(vcpu, ACTIVITY_REPLICATION) };
  }

  /** Runs to a time; returns why it stopped before, if it did. */
  runTo(ns: number): number {
    while (true) {
      const { reason } = this.world.advance(ns);
      const records = this.world.takeTrace();
      this.#judge.take(records);
      for (const record of records) this.trace.push(record);
      if (reason !== REASON_DRAIN) return reason;
    }
  }

  runToEnd(ns: number): void {
    while (this.runTo(ns) !== REASON_UNTIL);
  }

  cyclesOf(vcpu: number): number {
    let sum = 0;
    for (let activity = 0; activity < ACTIVITY_COUNT; activity++) sum += this.world.plane.chargedCycles(vcpu, activity);
    return sum;
  }

  /** Ends the run and returns what the judge of time says. */
  verdict(): Verdict {
    const { plane } = this.world;
    plane.closeStretches();
    const records = this.world.takeTrace();
    this.#judge.take(records);
    const accounts = this.#vcpus.map((vcpu) => {
      return { cycles: this.cyclesOf(vcpu), cyclePs: this.#clock, owedPs: plane.vcpuOwedPs(vcpu) };
    });
    const processors = this.processors.map((index) => ({ busyPs: plane.busyPs(index), idlePs: plane.idlePs(index) }));
    return this.#judge.verdict(this.world.nowNs() * 1000, accounts, processors);
  }
}

/** A guest that computes. */
export interface Job {
  readonly guest: number;
  readonly vcpu: number;
}
