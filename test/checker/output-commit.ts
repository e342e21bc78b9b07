/**
 * Judge of output commit: no frame that a protected guest sent goes onto a wire before the backup holds a whole
 * checkpoint taken after the guest sent it.
 *
 * It works the epochs out for itself. A frame belongs to the epoch that was running when the device fetched it, which
 * is the number of times the guest had been captured by then; it may leave once the backup has received the checkpoint
 * of that epoch. The epoch numbers that the simulator writes into its records are not looked at.
 *
 * Of a NIC that dom0 serves, frames begin when dom0 takes them from the guest, and are outside as soon as they leave dom0's
 * hands: in the transmit ring of a port, or in a neighbour. A copy is as old as what it was made of.
 *
 * A machine may be protected anew, from where it runs then: to its first capture it is as free as one that never was
 * protected, because nobody could contradict it, and then as bound as before.
 *
 * Does not judge: frames from before the first capture (the guest is not protected yet), frames that leave after the
 * backup's host died (nobody can take over any more), and frames of the guest after its backup took over. Frames that
 * leave after the backup was declared dead are judged by what becomes of it: if it runs after all, each was too early.
 */
import { Faults, KIND, milliseconds, type TraceRecord, type Verdict } from "./record";

/** Which guest a protection, by number, is about: its virtual function, -1 for none, or its vif in dom0, -1 for none. */
export interface Protected {
  readonly protection: number;
  readonly vf: number;
  readonly vif: number;
  readonly backupHost: number;
}

/** Judges the trace of a run. */
export class OutputCommitJudge {
  readonly #watches: Watch[] = [];
  readonly #byProtection = new Map<number, Watch>();
  readonly #faults = new Faults();
  #frameCount = 0;

  constructor(protections: readonly Protected[]) {
    for (const each of protections) this.add(each);
  }

  /** Takes a protection that begins now; what its guest sends is this one's concern from now on, and no older one's. */
  add(protection: Protected): void {
    const watch = {
      ...protection,
      captureCount: 0,
      receivedAtPs: [],
      endedAtPs: Number.POSITIVE_INFINITY,
      aloneAtPs: Number.POSITIVE_INFINITY,
      aloneFrames: 0,
      isActivated: false,
      epochOf: new Map(),
    };
    this.#watches.push(watch);
    this.#byProtection.set(watch.protection, watch);
  }

  /** Takes the next records of the trace. */
  take(records: readonly TraceRecord[]): void {
    for (const record of records) this.#takeOne(record);
  }

  #takeOne(record: TraceRecord): void {
    const { kind, subject, frame, timePs } = record;
    if (kind === KIND.fetched || kind === KIND.born) {
      const watch = this.#watches.findLast((candidate) => isTakenFrom(candidate, record));
      if (watch?.captureCount) watch.epochOf.set(frame, watch.captureCount);
    } else if (kind === KIND.copied) {
      for (const { epochOf } of this.#watches) inherit(epochOf, frame, record.a);
    } else if (kind === KIND.captured) {
      const watch = this.#byProtection.get(subject);
      if (watch) watch.captureCount++;
    } else if (kind === KIND.received) {
      this.#byProtection.get(subject)?.receivedAtPs.push(timePs);
    } else if (kind === KIND.unprotected) {
      const watch = this.#byProtection.get(subject);
      if (watch) watch.aloneAtPs = timePs;
    } else if (kind === KIND.activated) {
      const watch = this.#byProtection.get(subject);
      if (watch) watch.isActivated = true;
    } else if (kind === KIND.hostFailed) {
      for (const watch of this.#watches) if (watch.backupHost === subject) watch.endedAtPs = timePs;
    } else if (OUTSIDE.has(kind)) {
      for (const watch of this.#watches) this.#judge(watch, frame, timePs);
    }
  }

  /** A frame of epoch n needs the checkpoint that closed epoch n: the (n + 1)-th that the backup received. */
  #judge(watch: Watch, frame: number, timePs: number): void {
    const epoch = watch.epochOf.get(frame);
    if (epoch === undefined) return;
    // On its first wire the frame is outside; later hops prove nothing new.
    watch.epochOf.delete(frame);
    if (timePs >= watch.endedAtPs) return;
    this.#frameCount++;
    if (timePs >= watch.aloneAtPs) {
      watch.aloneFrames++;
      return;
    }
    const receivedAtPs = watch.receivedAtPs[epoch];
    if (receivedAtPs !== undefined && receivedAtPs <= timePs) return;
    this.#faults.add(
      `frame ${frame} of epoch ${epoch} was outside at ${milliseconds(timePs)}, before the backup had that epoch`,
    );
  }

  verdict(): Verdict {
    for (const { isActivated, aloneFrames, aloneAtPs } of this.#watches) {
      if (!isActivated || aloneFrames === 0) continue;
      this.#faults.add(
        `${aloneFrames} frames went onto a wire after the backup was declared dead at ${milliseconds(aloneAtPs)}, and the backup runs without them`,
      );
    }
    return this.#faults.verdict("output commit", `${this.#frameCount} frames`);
  }
}

/** Where a frame is outside; dom0's frames end in a ring or in a neighbour. */
export const OUTSIDE: ReadonlySet<number> = new Set([KIND.sent, KIND.posted, KIND.handed]);
/** Who took a frame from a guest that dom0 serves: a backend, a device model. */
const DOM0_TAKERS: ReadonlySet<number> = new Set([4, 6]);

/** Tells whether a frame begins here that the guest sent. */
export function isTakenFrom({ vf, vif }: Pick<Protected, "vf" | "vif">, { kind, subject, b }: TraceRecord): boolean {
  return kind === KIND.fetched ? subject === vf : subject === vif && DOM0_TAKERS.has(b);
}

function inherit(epochOf: Map<number, number>, from: number, to: number): void {
  const epoch = epochOf.get(from);
  if (epoch !== undefined) epochOf.set(to, epoch);
}

interface Watch extends Protected {
  captureCount: number;
  /** When protection ended because the backup's host died. */
  endedAtPs: number;
  /** When it was declared dead. */
  aloneAtPs: number;
  aloneFrames: number;
  isActivated: boolean;
  /** When the backup had each checkpoint, in order. */
  readonly receivedAtPs: number[];
  readonly epochOf: Map<number, number>;
}
