/** The judges of protected disks: of their commits, and of each protection's copies; nothing without a disk. */
import { DiskCommitJudge, type ProtectedDisk } from "./disk-commit";
import { type DiskCopy, DiskEqualityJudge } from "./disk-equality";
import type { TraceRecord, Verdict } from "./record";

export class DiskJudges {
  readonly #commit = new DiskCommitJudge();
  readonly #equality = new Map<number, DiskEqualityJudge>();

  /** Takes a protection that begins now. */
  add(protection: ProtectedDisk): void {
    this.#commit.add(protection);
    this.#equality.set(protection.protection, new DiskEqualityJudge(protection.protection));
  }

  take(records: readonly TraceRecord[]): void {
    for (const judge of [this.#commit, ...this.#equality.values()]) judge.take(records);
  }

  /** A primary stands still; whoever has no disk copies none. */
  captured(protection: number, copy: () => DiskCopy): void {
    this.#equality.get(protection)?.captured(copy());
  }

  /** A backup is about to run. */
  activating(protection: number, copy: () => DiskCopy): void {
    this.#equality.get(protection)?.activating(copy());
  }

  verdicts(): Verdict[] {
    if (this.#equality.size === 0) return [];
    return [this.#commit, ...this.#equality.values()].map((judge) => judge.verdict());
  }
}
