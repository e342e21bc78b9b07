/**
 * A run with its judges watching. They see the trace and exported memory only (test/checker/), so that what the
 * simulator believes of itself and what they find stay two things.
 */

import { GUEST_ABSENT, GUEST_DEAD } from "../../assembly/layout/control";
import { ACTIVITY_COUNT } from "../../assembly/layout/cost";
import { judgeAnswers } from "../../test/checker/answers";
import { DiskJudges } from "../../test/checker/disk-judges";
import { FailoverEqualityJudge, type MachineCopy } from "../../test/checker/failover-equality";
import { FrameConservationJudge } from "../../test/checker/frame-conservation";
import { MoveEqualityJudge } from "../../test/checker/move-equality";
import { OneMachineJudge, type TwoCopies } from "../../test/checker/one-machine";
import { OnePlaceJudge } from "../../test/checker/one-place";
import { OutputCommitJudge } from "../../test/checker/output-commit";
import type { Verdict } from "../../test/checker/record";
import { TimeConservationJudge } from "../../test/checker/time-conservation";
import type { CapturedFrame } from "../core/captured";
import { peekEmulatedRegisters } from "../core/emulated-registers";
import { InternalError } from "../core/load";
import { peekRegisters } from "../core/registers";
import type { World } from "../core/world";
import { compose } from "../experiment/compose";
import type { RunInput } from "../experiment/input";
import { placeOfMigrated } from "../experiment/migrations";
import { finish, type RunOutcome, runScenario } from "../experiment/run";
import { start } from "../experiment/simulate";
import type { Place } from "../host/place";
import type { MigrationMoment, Observer, ReplicaMoment } from "../host/simulation";
import type { Migration } from "../migration/migration";
import { deviceOf } from "../remus/protected-device";
import type { Protection } from "../remus/protection";
import { placeOf } from "../remus/succession";
import { type Account, accountOf } from "../report/account";
import { pageName } from "../report/page-names";
import { numbersTo } from "../sim/numbers";

/** Frames that wires, buffers and switch queues of a small world can hold when a run ends. */
const UNDER_WAY_MAX = 4096;

/** assumed: far more than a device takes to store what has arrived. */
const REST_NS = 50_000_000;

export interface JudgedRun {
  readonly outcome: RunOutcome;
  readonly account: Account;
  readonly verdicts: readonly Verdict[];
  /** What the clients' taps saw, in the order of their times. */
  readonly frames: readonly CapturedFrame[];
}

/** Runs a scenario and has it judged. `first` sees everything before the judges do. */
export function runJudged(input: RunInput, first: Observer = {}): JudgedRun {
  const composition = compose(input);
  const { protections } = composition.control;
  const commit = new OutputCommitJudge([]);
  const one = new OneMachineJudge([]);
  const conservation = new FrameConservationJudge();
  const time = new TimeConservationJudge();
  const equality: FailoverEqualityJudge[] = [];
  const disks = new DiskJudges();
  const { migrations } = composition.control;
  const moves = migrations.map(({ vm }) => new MoveEqualityJudge(vm, pageName));
  const places = migrations.map(({ vm, source, target }) => new OnePlaceJudge(vm, [source, target]));
  const frames: CapturedFrame[] = [];
  const observer: Observer = {
    records(records) {
      first.records?.(records);
      for (const judge of [commit, one, conservation, time, ...equality, ...places]) judge.take(records);
      disks.take(records);
    },
    frames: (batch) => frames.push(...batch),
    ...(first.controlEvent && { controlEvent: first.controlEvent }),
    protecting(moment) {
      first.protecting?.(moment);
      const protection = protections[moment.vm];
      if (!protection) throw new InternalError(`protection ${moment.vm} begins, and there is none`);
      const copies = twoCopiesOf(protection);
      commit.add(copies);
      one.add(copies);
      equality.push(new FailoverEqualityJudge(moment.vm, pageName, moment.firstEpoch));
      if (protection.mirror) disks.add({ ...copies, ...disksOf(protection) });
    },
    captured(moment) {
      first.captured?.(moment);
      equality[moment.vm]?.captured(copyOf(moment));
      disks.captured(moment.vm, () => moment.world.exportDisk(moment.place.disk));
    },
    activating(moment) {
      first.activating?.(moment);
      equality[moment.vm]?.activating(copyOf(moment));
      disks.activating(moment.vm, () => moment.world.exportDisk(moment.place.disk));
    },
    leaving(moment) {
      first.leaving?.(moment);
      moves[moment.migration]?.leaving(movedCopyOf(moment, migrations[moment.migration]));
    },
    arriving(moment) {
      first.arriving?.(moment);
      moves[moment.migration]?.arriving(movedCopyOf(moment, migrations[moment.migration]));
    },
  };
  start(composition, observer);
  const outcome = finish(composition, observer);
  frames.sort((one, other) => one.timePs - other.timePs);
  const verdicts = [
    commit.verdict(),
    ...[...equality, ...moves, ...places].map((judge) => judge.verdict()),
    ...disks.verdicts(),
    ...(protections.length > 0 ? [one.verdict(input.scenario.durationNs * 1000)] : []),
    conservation.verdict(UNDER_WAY_MAX),
    timeVerdict(time, outcome),
    ...answerVerdicts(outcome, frames),
    ...movedAnswerVerdicts(outcome, frames),
  ];
  return { outcome, account: accountOf(outcome), verdicts, frames };
}

/** Runs a scenario without judges, who copy a protected machine's memory at every checkpoint: for runs that are long. */
export function runUnjudged(input: RunInput, first: Observer = {}): JudgedRun {
  const frames: CapturedFrame[] = [];
  const outcome = runScenario(input, { ...first, frames: (batch) => frames.push(...batch) });
  frames.sort((one, other) => one.timePs - other.timePs);
  return { outcome, account: accountOf(outcome), verdicts: [], frames };
}

/** What judges are told of a protection. */
function twoCopiesOf(p: Protection): TwoCopies {
  const { primary, backup } = p.replica;
  return {
    protection: p.index,
    vf: primary.vf,
    vif: primary.front?.vif ?? -1,
    primaryHost: primary.host,
    backupHost: backup.host,
    takeOverPs: takeOverPs(p),
  };
}

function disksOf({ replica }: Protection) {
  return { disk: replica.primary.disk, backupDisk: replica.backup.disk };
}

/** What a backup may take: to miss the primary, to ask, to be ready, and to let its device come to rest. */
function takeOverPs(p: Protection): number {
  const { timeoutNs, link, arbiter, costs } = p;
  const readyNs = costs.activateGuest + deviceOf(p).attachNs(costs);
  return 1000 * (timeoutNs + 2 * link.latencyNs + 2 * (arbiter?.wayNs ?? 0) + readyNs + REST_NS);
}

function copyOf({ world, place }: ReplicaMoment | MigrationMoment): MachineCopy {
  return { pages: world.exportMemory(place.guest), registers: registersOf(world, place) };
}

/** A driver that plays back what it has done makes its device anew, so there is nothing to compare beside memory. */
function movedCopyOf(moment: MigrationMoment, m: Migration | undefined): MachineCopy {
  const copy = copyOf(moment);
  return m?.io === "compsc" ? { ...copy, registers: new Map() } : copy;
}

/** What a backend has of a paravirtual NIC is made anew, so there is nothing to compare beside memory. */
function registersOf(world: World, { vf, front }: Place): Map<string, number> {
  if (!front) return peekRegisters(world, vf);
  return front.kind === "emulated" ? peekEmulatedRegisters(world, front.vif) : new Map();
}

/** Cycles are what the run says that it charged, a cycle's length what the scenario says. */
function timeVerdict(judge: TimeConservationJudge, { world, control }: RunOutcome): Verdict {
  const { plane } = world;
  const vcpus = numbersTo(plane.vcpuCount()).map((vcpu) => {
    const { clockHz } = control.scenario.hosts[plane.vcpuHost(vcpu)] ?? { clockHz: 0 };
    const cycles = numbersTo(ACTIVITY_COUNT).reduce((sum, activity) => sum + plane.chargedCycles(vcpu, activity), 0);
    return { cycles, cyclePs: [1e12, clockHz] as const, owedPs: plane.vcpuOwedPs(vcpu) };
  });
  const processors = numbersTo(plane.processorCount()).map((index) => {
    return { busyPs: plane.busyPs(index), idlePs: plane.idlePs(index) };
  });
  return judge.verdict(control.scenario.durationNs * 1000, vcpus, processors);
}

/** For each protected service, the answers that clients hold against the memory of whoever runs at the end. */
function answerVerdicts(outcome: RunOutcome, frames: readonly CapturedFrame[]): Verdict[] {
  return outcome.control.protections
    .filter((p) => p.state !== "lost" && p.state !== "succeeded")
    .flatMap((p) => {
      return answersOf(outcome, frames, p.vm, placeOf(p).guest);
    });
}

/** The same for each service that moves, or was to; one that died with its host is asked nothing. */
function movedAnswerVerdicts(outcome: RunOutcome, frames: readonly CapturedFrame[]): Verdict[] {
  const { world, control } = outcome;
  return control.migrations.flatMap(({ vm }) => {
    const guest = placeOfMigrated(control, vm)?.guest;
    if (guest === undefined || [GUEST_ABSENT, GUEST_DEAD].includes(world.plane.guestState(guest))) return [];
    return answersOf(outcome, frames, vm, guest);
  });
}

function answersOf(
  { world, control }: RunOutcome,
  frames: readonly CapturedFrame[],
  vm: string,
  guest: number,
): Verdict[] {
  const traffic = control.scenario.traffic.filter(({ to }) => to === vm);
  const port = traffic[0]?.port;
  if (port === undefined) return [];
  const names = traffic.map(({ from }) => from);
  const asking = control.clients.filter(({ name }) => names.includes(name)).map(({ index }) => index);
  const arrived = frames.filter(({ client }) => asking.includes(client));
  return [judgeAnswers(arrived, port, world.exportMemory(guest))];
}
