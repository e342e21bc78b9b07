/**
 * Judge of one machine: of a protected machine and its backup, one runs at a time, and when the one has died with a whole
 * checkpoint at the other, that one takes over in time.
 *
 * A primary runs until its host dies or the trace says that its guest was stopped; a backup from its activation until its
 * host dies. Where both do it is split brain: the judge says from when to when, and how many frames of the primary went
 * onto a wire meanwhile.
 *
 * A backup that the arbiter has told to stay out is not to take over, even when the primary has died before it heard that
 * it may go on.
 *
 * Does not judge: what a host that died had on its wires.
 */
import { isTakenFrom, OUTSIDE } from "./output-commit";
import { Faults, KIND, milliseconds, type TraceRecord, type Verdict } from "./record";

/** Which hosts a protection, by number, is about, and the primary's virtual function or vif in dom0; -1 for none. */
export interface TwoCopies {
  readonly protection: number;
  readonly vf: number;
  readonly vif: number;
  readonly primaryHost: number;
  readonly backupHost: number;
  /** How long the backup may take from the death of the primary's host until it runs. */
  readonly takeOverPs: number;
}

interface Watch extends TwoCopies {
  primaryEndPs: number;
  activatedPs: number;
  backupEndPs: number;
  hasCheckpoint: boolean;
  isAlone: boolean;
  /** The arbiter has let the primary go on, and nobody else. */
  isToldOut: boolean;
  readonly sentPs: number[];
}

export class OneMachineJudge {
  readonly #watches: Watch[] = [];
  readonly #faults = new Faults();
  readonly #ownerOf = new Map<number, Watch>();

  constructor(copies: readonly TwoCopies[]) {
    for (const each of copies) this.add(each);
  }

  /** Takes a protection that begins now: its primary is where the machine runs. */
  add(copies: TwoCopies): void {
    const never = Number.POSITIVE_INFINITY;
    const ends = { primaryEndPs: never, activatedPs: never, backupEndPs: never };
    this.#watches.push({ ...copies, ...ends, hasCheckpoint: false, isAlone: false, isToldOut: false, sentPs: [] });
  }

  /** Takes the next records of the trace. */
  take(records: readonly TraceRecord[]): void {
    for (const record of records) {
      if (record.kind === KIND.fetched || record.kind === KIND.born) this.#own(record);
      else if (record.kind === KIND.copied) this.#copy(record);
      else if (OUTSIDE.has(record.kind)) this.#send(record);
      else this.#happen(record);
    }
  }

  #own(record: TraceRecord): void {
    const watch = this.#watches.findLast((candidate) => isTakenFrom(candidate, record));
    if (watch) this.#ownerOf.set(record.frame, watch);
  }

  #copy({ frame, a }: TraceRecord): void {
    const watch = this.#ownerOf.get(frame);
    if (watch) this.#ownerOf.set(a, watch);
  }

  /** On its first wire, or out of dom0's hands, a frame is outside. */
  #send({ frame, timePs }: TraceRecord): void {
    const watch = this.#ownerOf.get(frame);
    if (!watch) return;
    this.#ownerOf.delete(frame);
    if (timePs >= watch.activatedPs) watch.sentPs.push(timePs);
  }

  #happen({ kind, subject, timePs, a }: TraceRecord): void {
    for (const watch of this.#watches) {
      if (kind === KIND.hostFailed) {
        if (subject === watch.primaryHost) watch.primaryEndPs = Math.min(watch.primaryEndPs, timePs);
        if (subject === watch.backupHost) watch.backupEndPs = timePs;
      } else if (subject !== watch.protection) continue;
      else if (kind === KIND.received) watch.hasCheckpoint = true;
      else if (kind === KIND.activated) watch.activatedPs = timePs;
      else if (kind === KIND.arbitrated) watch.isToldOut = a === TO_PRIMARY;
      else if (kind === KIND.unprotected) {
        watch.isAlone = true;
        if (a !== ALONE) watch.primaryEndPs = Math.min(watch.primaryEndPs, timePs);
      }
    }
  }

  /** `runEndPs` is when the run ended. */
  verdict(runEndPs: number): Verdict {
    for (const watch of this.#watches) this.#judgeTakeOver(watch, runEndPs);
    for (const { protection, activatedPs, primaryEndPs, backupEndPs, sentPs } of this.#watches) {
      const endPs = Math.min(primaryEndPs, backupEndPs);
      if (activatedPs >= endPs) continue;
      const until = endPs === Number.POSITIVE_INFINITY ? "to the end" : `until ${milliseconds(endPs)}`;
      const outside = sentPs.filter((ps) => ps < endPs).length;
      this.#faults.add(
        `split brain: both copies of machine ${protection} ran from ${milliseconds(activatedPs)} ${until}, and ${outside} frames of the primary's went out meanwhile`,
      );
    }
    return this.#faults.verdict("one machine", `${this.#watches.length} protected`);
  }

  #judgeTakeOver(watch: Watch, runEndPs: number): void {
    const { protection, primaryEndPs, activatedPs, backupEndPs, hasCheckpoint, isAlone, isToldOut, takeOverPs } = watch;
    if (isToldOut && activatedPs < Number.POSITIVE_INFINITY) {
      this.#faults.add(
        `machine ${protection} runs on its backup from ${milliseconds(activatedPs)}, which the arbiter has told to stay out`,
      );
    }
    const latestPs = primaryEndPs + takeOverPs;
    if (!hasCheckpoint || isAlone || isToldOut || latestPs > Math.min(runEndPs, backupEndPs) || activatedPs <= latestPs)
      return;
    this.#faults.add(
      `machine ${protection} died at ${milliseconds(primaryEndPs)}, and by ${milliseconds(latestPs)} its backup had not taken over`,
    );
  }
}

/** In a of an unprotected record: the guest goes on. */
const ALONE = 0;

/** In a of an arbitrated record. */
const TO_PRIMARY = 0;
