/**
 * Judge of whereabouts: a machine that moves runs in one place at most, at any moment.
 *
 *     resumed   -> it runs there; nowhere else by then          suspended, host failed   -> it does not run there any more
 *
 * Works from the trace. Does not judge whether it should run: a host that dies takes along what is on it.
 */
import { Faults, KIND, milliseconds, type TraceRecord, type Verdict } from "./record";

/** A place where the machine may be. */
export interface Whereabouts {
  readonly guest: number;
  readonly host: number;
}

export class OnePlaceJudge {
  readonly #vm: string;
  readonly #places: readonly Whereabouts[];
  readonly #running = new Set<number>();
  readonly #faults = new Faults();
  #changeCount = 0;

  constructor(vm: string, places: readonly Whereabouts[]) {
    this.#vm = vm;
    this.#places = places;
  }

  take(records: readonly TraceRecord[]): void {
    for (const { kind, subject, timePs } of records) {
      if (kind === KIND.hostFailed) this.#failed(subject);
      else if (kind !== KIND.resumed && kind !== KIND.suspended) continue;
      else if (this.#places.some(({ guest }) => guest === subject)) this.#changed(kind, subject, timePs);
    }
  }

  #changed(kind: number, guest: number, timePs: number): void {
    this.#changeCount++;
    if (kind === KIND.suspended) this.#running.delete(guest);
    else this.#running.add(guest);
    if (this.#running.size > 1) this.#faults.add(`${this.#vm} runs in two places at ${milliseconds(timePs)}`);
  }

  #failed(host: number): void {
    for (const place of this.#places) if (place.host === host) this.#running.delete(place.guest);
  }

  /** How many places it runs in by now. */
  get runningCount(): number {
    return this.#running.size;
  }

  verdict(): Verdict {
    return this.#faults.verdict("one place", `${this.#changeCount} starts and stops of ${this.#vm}`);
  }
}
