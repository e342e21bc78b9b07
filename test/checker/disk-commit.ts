/**
 * Judge of a protected disk: a write of the primary reaches the backup's disk when the backup has the checkpoint of the
 * epoch in which it was made and not before, in its order and each once; and no frame of an epoch is outside before every
 * write of that epoch and of those before it is there.
 *
 * It works the epochs out for itself, as the judge of output commit does: a write, like a frame, belongs to the epoch that
 * was running when dom0 took it, which is the number of times that the guest had been captured by then. Writes from before
 * the first capture may be applied at any time.
 *
 * Does not judge: what frames and writes do once the backup's host is dead, the backup was declared so, or it has taken
 * over; and the bytes of blocks, which is another judge's.
 */
import { isTakenFrom, OUTSIDE } from "./output-commit";
import { Faults, KIND, milliseconds, type TraceRecord, type Verdict } from "./record";

/** Which machine a protection, by number, is about: its NIC, as for output commit, and both disks. */
export interface ProtectedDisk {
  readonly protection: number;
  readonly vf: number;
  readonly vif: number;
  readonly disk: number;
  readonly backupDisk: number;
  readonly backupHost: number;
}

interface Write {
  readonly number: number;
  readonly epoch: number;
}

interface Watch extends ProtectedDisk {
  captureCount: number;
  /** What was written before it began goes with the first copy. */
  hasBegun: boolean;
  /** Protection is over, one way or another. */
  isOver: boolean;
  /** Not at the backup's disk, the oldest first. */
  readonly missing: Write[];
  /** When the backup had each checkpoint, in order. */
  readonly receivedAtPs: number[];
  /** Those applied with an epoch that has no checkpoint at the backup by then: it may come at the same instant. */
  readonly early: { readonly write: Write; readonly timePs: number }[];
  readonly epochOf: Map<number, number>;
}

export class DiskCommitJudge {
  readonly #watches: Watch[] = [];
  readonly #faults = new Faults();
  #writeCount = 0;
  #frameCount = 0;

  /** Takes a protection that begins now. */
  add(protection: ProtectedDisk): void {
    this.#watches.push({
      ...protection,
      captureCount: 0,
      hasBegun: false,
      isOver: false,
      missing: [],
      receivedAtPs: [],
      early: [],
      epochOf: new Map(),
    });
  }

  /** Takes the next records of the trace. */
  take(records: readonly TraceRecord[]): void {
    for (const record of records) for (const watch of this.#watches) this.#takeOne(watch, record);
  }

  #takeOne(watch: Watch, record: TraceRecord): void {
    const { kind, subject, frame, timePs } = record;
    if (kind === KIND.fetched || kind === KIND.born) {
      if (!watch.isOver && watch.captureCount > 0 && isTakenFrom(watch, record))
        watch.epochOf.set(frame, watch.captureCount);
    } else if (kind === KIND.copied) {
      const epoch = watch.epochOf.get(frame);
      if (epoch !== undefined) watch.epochOf.set(record.a, epoch);
    } else if (OUTSIDE.has(kind)) this.#leave(watch, frame, timePs);
    else if (kind === KIND.written && subject === watch.disk) {
      if (watch.hasBegun && !watch.isOver) watch.missing.push({ number: record.c, epoch: watch.captureCount });
    } else if (kind === KIND.applied && subject === watch.backupDisk) this.#apply(watch, record);
    else if (kind === KIND.hostFailed && subject === watch.backupHost) watch.isOver = true;
    else if (subject !== watch.protection) return;
    else if (kind === KIND.protected) watch.hasBegun = true;
    else if (kind === KIND.captured) watch.captureCount++;
    else if (kind === KIND.received) watch.receivedAtPs.push(timePs);
    else if (kind === KIND.unprotected || kind === KIND.activated) watch.isOver = true;
  }

  #apply(watch: Watch, { c, timePs }: TraceRecord): void {
    this.#writeCount++;
    const write = watch.missing.shift();
    if (write?.number !== c) {
      this.#faults.add(
        `write ${c} reached the backup's disk, and ${write ? `write ${write.number}` : "none"} was next`,
      );
      return;
    }
    if (watch.receivedAtPs[write.epoch] === undefined && write.epoch > 0) watch.early.push({ write, timePs });
  }

  /** On its first wire, or out of dom0's hands, a frame is outside. */
  #leave(watch: Watch, frame: number, timePs: number): void {
    const epoch = watch.epochOf.get(frame);
    if (epoch === undefined) return;
    watch.epochOf.delete(frame);
    if (watch.isOver) return;
    this.#frameCount++;
    const [oldest] = watch.missing;
    if (!oldest || oldest.epoch > epoch) return;
    this.#faults.add(
      `frame ${frame} of epoch ${epoch} was outside at ${milliseconds(timePs)}, before write ${oldest.number} of epoch ${oldest.epoch} was on the backup's disk`,
    );
  }

  verdict(): Verdict {
    for (const { early, receivedAtPs } of this.#watches) {
      for (const { write, timePs } of early) {
        const hadAtPs = receivedAtPs[write.epoch];
        if (hadAtPs !== undefined && hadAtPs <= timePs) continue;
        this.#faults.add(
          `write ${write.number} of epoch ${write.epoch} was on the backup's disk at ${milliseconds(timePs)}, before the backup had that epoch`,
        );
      }
    }
    return this.#faults.verdict("disk commit", `${this.#writeCount} writes, ${this.#frameCount} frames`);
  }
}
