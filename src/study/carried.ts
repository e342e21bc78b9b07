/**
 * What one stream to a machine carries: before the machine moves, and while its memory is sent in rounds.
 *
 *     flow begins      order        first round              the guest stops
 *     |--- before -----|- unplug -- |------- pre-copy -------|
 *
 * Payload is counted where the machine's software has read it, between two events of the control plane, of which there is
 * one at each of these moments. The steps between the order and the first round are in neither: a bond changes NIC there.
 */
import { WORK_BYTES, WORK_DONE_BYTES } from "../../assembly/layout/tcp";
import type { Composition } from "../experiment/compose";
import type { MigrationAccount } from "../report/migration-account";
import { sum } from "../sim/numbers";

export interface CarriedRates {
  readonly beforeBitsPerSecond: number;
  readonly preCopyBitsPerSecond: number;
}

type Watched = Pick<MigrationAccount, "state" | "beganNs" | "pausedNs" | "before">;

interface Sample {
  readonly ns: number;
  readonly byteCount: number;
}

/** Watches the first flow of a run. */
export class StreamWatch {
  readonly #samples: Sample[] = [{ ns: 0, byteCount: 0 }];

  constructor(private readonly composition: Composition) {}

  /** The simulation stands between two events. */
  sample(ns: number): void {
    const { world, control } = this.composition;
    const [flow] = control.flows;
    if (!flow) return;
    const words = world.words(world.plane.tcpWorkAt(flow.to.owner, flow.toWork) >>> 0, WORK_BYTES);
    this.#samples.push({ ns, byteCount: Number(words.getBigUint64(WORK_DONE_BYTES, true)) });
  }

  /** Returns what was carried; null for a machine that did not come to its first round. */
  ratesOf({ state, beganNs, pausedNs, before }: Watched): CarriedRates | null {
    if (beganNs === null || state === "preparing") return null;
    const firstRoundNs = beganNs + sum(before.map(({ ns }) => ns));
    const endNs = pausedNs ?? this.#samples.at(-1)?.ns ?? 0;
    if (endNs <= firstRoundNs) return null;
    return {
      beforeBitsPerSecond: this.#rate(0, beganNs),
      preCopyBitsPerSecond: this.#rate(firstRoundNs, endNs),
    };
  }

  #rate(fromNs: number, toNs: number): number {
    return ((this.#bytesBy(toNs) - this.#bytesBy(fromNs)) * 8e9) / (toNs - fromNs);
  }

  #bytesBy(ns: number): number {
    return this.#samples.findLast((sample) => sample.ns <= ns)?.byteCount ?? 0;
  }
}
