/**
 * Judge of conservation: every frame that comes into being ends exactly once - in a guest, at a client, in a ring of
 * dom0's, or dropped for a reason - or is still under way when the run ends.
 *
 *     fetched, born, copied   ->   sent, arrived, held, released   ->   delivered, consumed, handed, posted, dropped
 *
 * It also looks at the order on the way: nothing arrives that was not sent, nothing is released that was not held,
 * nothing happens to a frame after its end.
 *
 * Does not judge whether a drop was right, nor whether dom0 makes one frame of each that its ring gets.
 */
import { Faults, KIND, milliseconds, type TraceRecord, type Verdict } from "./record";

const ENDS: ReadonlySet<number> = new Set([KIND.delivered, KIND.consumed, KIND.dropped, KIND.handed, KIND.posted]);
const STEPS: ReadonlySet<number> = new Set([KIND.held, KIND.released, KIND.sent, KIND.arrived]);

const NAME_OF = new Map<number, string>(Object.entries(KIND).map(([name, kind]) => [kind, name]));

interface Life {
  sentCount: number;
  arrivedCount: number;
  isHeld: boolean;
  hasEnded: boolean;
}

export class FrameConservationJudge {
  readonly #lives = new Map<number, Life>();
  readonly #faults = new Faults();
  #bornCount = 0;
  #endedCount = 0;

  take(records: readonly TraceRecord[]): void {
    for (const record of records) {
      const { kind } = record;
      if (kind === KIND.fetched || kind === KIND.born) this.#begin(record.frame, record);
      else if (kind === KIND.copied) this.#begin(record.a, record);
      else if (ENDS.has(kind)) this.#end(record);
      else if (STEPS.has(kind)) this.#go(record);
    }
  }

  #begin(frame: number, record: TraceRecord): void {
    this.#bornCount++;
    if (this.#lives.has(frame)) this.#fault(record, frame, "came into being twice");
    this.#lives.set(frame, { sentCount: 0, arrivedCount: 0, isHeld: false, hasEnded: false });
  }

  #go(record: TraceRecord): void {
    const life = this.#living(record);
    if (!life) return;
    const { kind, frame } = record;
    if (kind === KIND.sent) life.sentCount++;
    else if (kind === KIND.held) life.isHeld = true;
    else if (kind === KIND.released) {
      if (!life.isHeld) this.#fault(record, frame, "was released without being held");
      life.isHeld = false;
    } else if (++life.arrivedCount > life.sentCount) this.#fault(record, frame, "arrived without being sent");
  }

  #end(record: TraceRecord): void {
    const life = this.#living(record);
    if (!life) return;
    life.hasEnded = true;
    this.#endedCount++;
    const isUsed = record.kind !== KIND.dropped;
    if (isUsed && life.arrivedCount === 0 && record.kind === KIND.consumed) {
      this.#fault(record, record.frame, "was consumed without arriving");
    }
    if (isUsed && life.isHeld) this.#fault(record, record.frame, "ended while it was held");
  }

  #living(record: TraceRecord): Life | null {
    const life = this.#lives.get(record.frame);
    if (!life) this.#fault(record, record.frame, `was ${NAME_OF.get(record.kind)} without coming into being`);
    else if (life.hasEnded) this.#fault(record, record.frame, `was ${NAME_OF.get(record.kind)} after its end`);
    return life && !life.hasEnded ? life : null;
  }

  #fault(record: TraceRecord, frame: number, what: string): void {
    this.#faults.add(`frame ${frame} ${what} at ${milliseconds(record.timePs)}`);
  }

  /**
   * `underWayMax` is how many frames may be on wires and in buffers when the run ends; more that never ended is a leak.
   */
  verdict(underWayMax: number): Verdict {
    const open = this.#bornCount - this.#endedCount;
    if (open > underWayMax) this.#faults.add(`${open} frames never ended, and only ${underWayMax} can be under way`);
    const looked = `${this.#bornCount} frames in, ${this.#endedCount} ended, ${open} under way`;
    return this.#faults.verdict("frame conservation", looked);
  }
}
