/**
 * A scenario run with and without content, and what differs: every trace record, every dirty log before each checkpoint
 * and at each control event, what was counted, the account, and whether a backup equals its primary. The bytes of payload
 * are left out, for the one run has them and the other has not: so is `wrongBytes`, which counts them.
 */
import { createHash, type Hash } from "node:crypto";
import { FRAME_KEPT_BYTES } from "../../assembly/layout/limits";
import { peekRegisters } from "../../src/core/registers";
import type { TraceRecord } from "../../src/core/trace";
import { compose } from "../../src/experiment/compose";
import type { RunInput } from "../../src/experiment/input";
import { finish } from "../../src/experiment/run";
import { start } from "../../src/experiment/simulate";
import type { Observer, ReplicaMoment } from "../../src/host/simulation";
import { accountOf } from "../../src/report/account";
import { FailoverEqualityJudge } from "../checker/failover-equality";
import { drawScenario } from "./random-scenario";

/** What there is to be seen of a run, by what it is; each value is a digest or short enough to be read. */
type Seen = Readonly<Record<string, string>>;

/** What there is of a frame without content: so the tap's buffer is full, and the run interrupted, at the same moments. */
const SNAP_BYTES = FRAME_KEPT_BYTES;

/** What came of a seed. */
export interface Comparison {
  /** What differs, in words. */
  readonly differences: readonly string[];
  /** Of the run with content. */
  readonly counts: Counts;
}

/** How much there was to differ. */
export interface Counts {
  readonly records: number;
  readonly checkpoints: number;
  readonly failovers: number;
}

/** Runs what a seed says with content and, on a module that may be another one, without. */
export function compare(module: WebAssembly.Module, seed: number, other = module): Comparison {
  const { scenario, dirtyTraces } = drawScenario(seed);
  const input = { scenario, run: 1, replays: new Map(), dirtyTraces, snapBytes: SNAP_BYTES, source: `seed ${seed}` };
  const whole = seenOf({ ...input, module });
  const bare = seenOf({ ...input, module: other, scenario: { ...scenario, hasContent: false } });
  const differences = Object.keys(whole.seen).flatMap((name) => {
    const [one, two] = [whole.seen[name], bare.seen[name]];
    return one === two ? [] : `${name}: ${excerpt(one, two)}`;
  });
  return { differences, counts: whole.counts };
}

/** Runs a scenario as it is. */
function seenOf(input: RunInput): { seen: Seen; counts: Counts } {
  const composition = compose(input);
  const { world } = composition;
  const [records, marks, frames] = [createHash("sha256"), createHash("sha256"), createHash("sha256")];
  const counts = { records: 0, marks: 0, frames: 0, checkpoints: 0, failovers: 0 };
  const judges = input.scenario.protect.map((_, index) => new FailoverEqualityJudge(index, () => "pages"));
  const lookAtMarks = () => {
    counts.marks++;
    world.plane.digestMarks();
    marks.update(world.view(world.plane.exchange(), 8));
  };
  const observer: Observer = {
    records(batch) {
      counts.records += batch.length;
      addRecords(records, batch);
      for (const judge of judges) judge.take(batch);
    },
    frames(batch) {
      counts.frames += batch.length;
      for (const { timePs, client, frame, frameBytes } of batch) {
        frames.update(new Float64Array([timePs, client, frame, frameBytes]));
      }
    },
    captured(moment) {
      counts.checkpoints++;
      lookAtMarks();
      judges[moment.vm]?.captured(copyOf(moment));
    },
    activating(moment) {
      counts.failovers++;
      lookAtMarks();
      judges[moment.vm]?.activating(copyOf(moment));
    },
    controlEvent: lookAtMarks,
  };
  start(composition, observer);
  const outcome = finish(composition, observer);
  const account = accountOf(outcome);
  const seen = {
    events: `${world.plane.eventCount()}`,
    records: `${counts.records} ${records.digest("hex")}`,
    marks: `${counts.marks} ${marks.digest("hex")}`,
    frames: `${counts.frames} ${frames.digest("hex")}`,
    tally: JSON.stringify(outcome.tally),
    // The digest is of memories, too.
    account: JSON.stringify({
      ...account,
      digest: "",
      flows: account.flows.map((flow) => ({ ...flow, wrongBytes: 0 })),
    }),
    "failover equality": judges.map((judge) => (judge.verdict().faultCount === 0 ? "holds" : "broken")).join(", "),
  };
  return { seen, counts };
}

function addRecords(hash: Hash, batch: readonly TraceRecord[]): void {
  const numbers = batch.flatMap(({ timePs, kind, subject, frame, a, b, c }) => [timePs, kind, subject, frame, a, b, c]);
  hash.update(new Float64Array(numbers));
}

function copyOf({ world, place }: ReplicaMoment) {
  return { pages: world.exportMemory(place.guest), registers: peekRegisters(world, place.vf) };
}

const EXCERPT_CHARACTERS = 80;

/** What stands in two values from where they part. */
function excerpt(one = "", other = ""): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const from = Math.max(0, at - EXCERPT_CHARACTERS / 2);
  const part = (text: string) => text.slice(from, from + EXCERPT_CHARACTERS);
  return `${part(one)} with content, ${part(other)} without`;
}
