/**
 * Judge of disk equality: the disk of a backup that is activated equals, block by block, the primary's disk as it stood
 * when the last epoch that the backup has was captured.
 *
 * It keeps its own copies, as the judge of failover equality does: each time the primary stands still it is handed the
 * whole disk. It never asks the simulator what was mirrored.
 *
 * Does not judge: what the guest on the backup writes later, and whether what is under way then is asked for again.
 */
import { Faults, KIND, type TraceRecord, type Verdict } from "./record";

/** The blocks that were ever written, by number; another block is zero. */
export type DiskCopy = ReadonlyMap<number, Uint8Array>;

export class DiskEqualityJudge {
  readonly #protection: number;
  readonly #copies: DiskCopy[] = [];
  #capturedCount = 0;
  #receivedCount = 0;
  readonly #faults = new Faults();
  #looked = "no failover";

  constructor(protection: number) {
    this.#protection = protection;
  }

  take(records: readonly TraceRecord[]): void {
    for (const { kind, subject } of records) {
      if (subject !== this.#protection || kind !== KIND.received) continue;
      delete this.#copies[this.#receivedCount++ - 1];
    }
  }

  /** The primary stands still. */
  captured(copy: DiskCopy): void {
    this.#copies[this.#capturedCount++] = copy;
  }

  /** The backup is about to run. */
  activating(copy: DiskCopy): void {
    const epoch = this.#receivedCount - 1;
    const wanted = this.#copies[epoch];
    if (!wanted) {
      this.#faults.add(`the backup runs, and no copy of the disk at epoch ${epoch} was kept`);
      return;
    }
    const blocks = [...new Set([...wanted.keys(), ...copy.keys()])].sort((one, other) => one - other);
    this.#looked = `${blocks.length} blocks of epoch ${epoch}`;
    const differing = blocks.filter((block) => !isEqual(wanted.get(block), copy.get(block)));
    if (differing.length === 0) return;
    const few = differing.slice(0, 8).join(", ");
    this.#faults.add(`${differing.length} blocks of the disk differ: ${few}${differing.length > 8 ? ", ..." : ""}`);
  }

  verdict(): Verdict {
    return this.#faults.verdict("disk equality", this.#looked);
  }
}

/** A block that was never written is zero; so is one of zeros. */
function isEqual(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one && other) return one.every((byte, index) => byte === other[index]);
  return [...(one ?? []), ...(other ?? [])].every((byte) => byte === 0);
}
