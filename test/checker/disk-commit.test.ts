/** The judges of disks on traces and copies made by hand: honest ones pass, each fault is told. */
import { describe, expect, it } from "vitest";
import { DiskCommitJudge } from "./disk-commit";
import { DiskEqualityJudge } from "./disk-equality";
import { KIND, type TraceRecord } from "./record";

const DISK = 4;
const BACKUP_DISK = 5;
const VF = 3;

type Happening = Partial<TraceRecord> & Pick<TraceRecord, "kind">;

/** One thing a microsecond. */
function traceOf(happenings: readonly Happening[]): TraceRecord[] {
  return happenings.map((each, index) => ({
    timePs: index * 1e6,
    subject: 0,
    frame: 0,
    a: 0,
    b: 0,
    c: 0,
    ...each,
  }));
}

const written = (c: number) => ({ kind: KIND.written, subject: DISK, c });
const applied = (c: number) => ({ kind: KIND.applied, subject: BACKUP_DISK, c });
const captured = { kind: KIND.captured };
const received = { kind: KIND.received };
const fetched = { kind: KIND.fetched, subject: VF, frame: 9 };
const sent = { kind: KIND.sent, subject: 1, frame: 9 };
const begun = { kind: KIND.protected };

function faultsIn(happenings: readonly Happening[]): readonly string[] {
  const judge = new DiskCommitJudge();
  judge.add({ protection: 0, vf: VF, vif: -1, disk: DISK, backupDisk: BACKUP_DISK, backupHost: 1 });
  judge.take(traceOf(happenings));
  return judge.verdict().faults;
}

describe("disk commit", () => {
  it("writes of the first copy's time at once, others with their epoch, then its frames: no fault", () => {
    const trace = [begun, written(0), applied(0), captured, written(1), fetched, captured, received];
    expect(faultsIn([...trace, applied(1), { ...received, timePs: 8e6 }, sent])).toEqual([]);
  });

  it.each([
    [
      "a write before its epoch is whole",
      [begun, captured, written(0), captured, received, applied(0)],
      /^write 0 of epoch 1 was on the backup's disk at .*, before the backup had that epoch$/,
    ],
    [
      "a write left out",
      [begun, written(0), written(1), applied(1)],
      /^write 1 reached the backup's disk, and write 0 was next$/,
    ],
    [
      "a write twice",
      [begun, written(0), applied(0), applied(0)],
      /^write 0 reached the backup's disk, and none was next$/,
    ],
    [
      "a frame before a write of its epoch",
      [begun, captured, written(0), fetched, captured, received, received, sent],
      /^frame 9 of epoch 1 was outside at .*, before write 0 of epoch 1 was on the backup's disk$/,
    ],
  ])("%s, told", (_, trace, fault) => {
    expect(faultsIn(trace)[0]).toMatch(fault);
  });

  it.each([
    ["the backup's host is dead", { kind: KIND.hostFailed, subject: 1 }],
    ["the backup was given up", { kind: KIND.unprotected }],
  ])("%s, frames leave as they like", (_, end) => {
    expect(faultsIn([begun, captured, written(0), fetched, end, sent])).toEqual([]);
  });
});

describe("disk equality", () => {
  const bytesOf = (value: number) => new Uint8Array(4096).fill(value);

  function faultsOf(one: Map<number, Uint8Array>, other: Map<number, Uint8Array>): readonly string[] {
    const judge = new DiskEqualityJudge(0);
    judge.captured(one);
    judge.take(traceOf([received]));
    judge.activating(other);
    return judge.verdict().faults;
  }

  it("the same blocks, and one of zeros that the other never wrote: no fault", () => {
    expect(
      faultsOf(
        new Map([[3, bytesOf(7)]]),
        new Map([
          [3, bytesOf(7)],
          [5, bytesOf(0)],
        ]),
      ),
    ).toEqual([]);
  });

  it("a block that differs and one that is missing, told by number", () => {
    const faults = faultsOf(
      new Map([
        [3, bytesOf(7)],
        [9, bytesOf(1)],
      ]),
      new Map([[3, bytesOf(8)]]),
    );
    expect(faults).toEqual(["2 blocks of the disk differ: 3, 9"]);
  });

  it("no copy of the epoch, told", () => {
    const judge = new DiskEqualityJudge(0);
    judge.activating(new Map());
    expect(judge.verdict().faults).toEqual(["the backup runs, and no copy of the disk at epoch -1 was kept"]);
  });
});
