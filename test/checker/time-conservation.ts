/**
 * Judge of conservation of time: a processor does one thing at a time, a vCPU is in one place, every cycle that was
 * charged was run, and everything that was run was charged.
 *
 *     stretches in the trace                          against    cycles charged, which the run exports
 *     cycles of a vCPU x picoseconds a cycle     =    time that it ran + time that it still owes   (to one picosecond)
 *     stretches of a processor + what lies between    =    the time that has passed
 *
 * Does not judge whether a cost is right, or on whose account it should be.
 */
import { Faults, KIND, milliseconds, type TraceRecord, type Verdict } from "./record";

/** A vCPU's account at the end of a run. */
export interface VcpuAccount {
  /** Of all activities. */
  readonly cycles: number;
  /** A cycle is this many picoseconds, as a fraction. */
  readonly cyclePs: readonly [numerator: number, denominator: number];
  /** What it has been charged and has not run yet. */
  readonly owedPs: number;
}

/** What a run says of a processor. */
export interface ProcessorAccount {
  readonly busyPs: number;
  readonly idlePs: number;
}

const WORD = 2 ** 32;

export class TimeConservationJudge {
  readonly #faults = new Faults();
  /** When the last stretch on each processor, and of each vCPU, ended; and the sum of each. */
  readonly #freeAt = new Map<number, number>();
  readonly #busyPs = new Map<number, number>();
  readonly #seenAt = new Map<number, number>();
  readonly #ranPs = new Map<number, number>();
  #stretchCount = 0;

  take(records: readonly TraceRecord[]): void {
    for (const record of records) if (record.kind === KIND.ran) this.#ran(record);
  }

  #ran({ timePs, subject: processor, a: vcpu, b, c }: TraceRecord): void {
    this.#stretchCount++;
    const duration = b + c * WORD;
    const start = timePs - duration;
    if (start < (this.#freeAt.get(processor) ?? 0)) {
      this.#faults.add(`processor ${processor} ran two vCPUs at ${milliseconds(start)}`);
    }
    if (start < (this.#seenAt.get(vcpu) ?? 0)) {
      this.#faults.add(`vCPU ${vcpu} ran on two processors at ${milliseconds(start)}`);
    }
    this.#freeAt.set(processor, timePs);
    this.#seenAt.set(vcpu, timePs);
    this.#busyPs.set(processor, (this.#busyPs.get(processor) ?? 0) + duration);
    this.#ranPs.set(vcpu, (this.#ranPs.get(vcpu) ?? 0) + duration);
  }

  /** Compares what was seen with what the run says of itself, by number. */
  verdict(elapsedPs: number, vcpus: readonly VcpuAccount[], processors: readonly ProcessorAccount[]): Verdict {
    vcpus.forEach((account, vcpu) => {
      this.#checkVcpu(vcpu, account);
    });
    processors.forEach(({ busyPs, idlePs }, processor) => {
      const seenPs = this.#busyPs.get(processor) ?? 0;
      if (busyPs !== seenPs) {
        this.#faults.add(`processor ${processor} was busy for ${busyPs} ps, and ${seenPs} ps were seen`);
      }
      if (busyPs + idlePs !== elapsedPs) {
        this.#faults.add(`processor ${processor} was busy or idle for ${busyPs + idlePs} of ${elapsedPs} ps`);
      }
    });
    const looked = `${this.#stretchCount} stretches on ${processors.length} processors, ${vcpus.length} accounts`;
    return this.#faults.verdict("time conservation", looked);
  }

  #checkVcpu(vcpu: number, { cycles, cyclePs: [numerator, denominator], owedPs }: VcpuAccount): void {
    const ranPs = this.#ranPs.get(vcpu) ?? 0;
    // Less than one picosecond may be left over of the last conversion. Beyond 2^53 only BigInt is exact.
    const left = BigInt(cycles) * BigInt(numerator) - BigInt(ranPs + owedPs) * BigInt(denominator);
    if (left >= 0n && left < BigInt(denominator)) return;
    const chargedPs = (cycles * numerator) / denominator;
    this.#faults.add(
      `vCPU ${vcpu} was charged ${cycles} cycles, ${chargedPs} ps, and ran ${ranPs} ps and owes ${owedPs} ps`,
    );
  }
}
