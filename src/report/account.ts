/**
 * The account of a run: the figures that are printed and written to result.json. Units are in the names; times are
 * simulated. Everything here is read from the finished world; nothing is estimated.
 */

import { ACTIVITY_NAMES } from "../../assembly/layout/cost";
import type { World } from "../core/world";
import type { ClientControl, HostControl } from "../experiment/control";
import { type RequestOutcome, readRequests } from "../experiment/requests";
import type { RunOutcome } from "../experiment/run";
import type { Tally } from "../experiment/tally";
import type { PauseParts } from "../host/checkpoint-pause";
import type { Place } from "../host/place";
import type { CheckpointSums, Protection } from "../remus/protection";
import { numbersTo, sum } from "../sim/numbers";
import { probeOf } from "../workload/probe";
import { type DiskAccount, diskAccount, type WrittenAccount, writtenAccounts } from "./disk-account";
import { type EmulatedAccount, emulatedAccounts } from "./emulated-account";
import { type FlowAccount, flowAccounts } from "./flow-account";
import { type HeldAccount, heldAccount } from "./held-account";
import { type MigrationAccount, migrationAccounts } from "./migration-account";
import { type SuccessionAccount, successionAccounts } from "./succession-account";

export interface Account {
  readonly digest: string;
  readonly seed: number;
  readonly simulatedNs: number;
  readonly controlEvents: number;
  readonly frames: Tally;
  readonly hosts: readonly HostAccount[];
  readonly clients: readonly ClientAccount[];
  readonly flows: readonly FlowAccount[];
  readonly emulatedNics: readonly EmulatedAccount[];
  readonly disks: readonly WrittenAccount[];
  readonly protections: readonly ProtectionAccount[];
  readonly successions: readonly SuccessionAccount[];
  readonly migrations: readonly MigrationAccount[];
}

/** What a host's processors did: 100 % is one hardware thread. */
export interface HostAccount {
  readonly name: string;
  /** Those that are simulated; a processor that nobody may use is none of them. */
  readonly processorCount: number;
  readonly busyNs: number;
  readonly idleNs: number;
  readonly domains: readonly DomainAccount[];
}

/** What a domain's vCPUs did. */
export interface DomainAccount {
  /** "dom0", the name of a VM, or that of one whose backup this is, or that moves here. */
  readonly name: string;
  readonly isBackup: boolean;
  readonly vcpuCount: number;
  readonly ranNs: number;
  /** Cycles by activity. */
  readonly cycles: Readonly<Record<string, number>>;
}

export interface ClientAccount {
  readonly name: string;
  readonly requests: number;
  readonly sent: number;
  readonly answered: number;
  readonly answeredAtFirstTry: number;
  /** Every try timed out. */
  readonly failed: number;
  /** Still waiting when the run ended. */
  readonly waiting: number;
  readonly wrongAnswers: number;
  readonly repeatedAnswers: number;
  /** Answers to a port that had been closed for a new try. */
  readonly lateAnswers: number;
  /** From first try to answer, of the requests answered at the first try; null without any. */
  readonly latencyNsMedian: number | null;
  readonly latencyNsMax: number | null;
  /** The stretch without an answer that a user would complain about; null without any answer. */
  readonly gap: Gap | null;
}

/** A stretch without an answer; `toNs` is null when none came any more. */
export interface Gap {
  readonly fromNs: number;
  readonly toNs: number | null;
}

export interface ProtectionAccount extends HeldAccount {
  readonly vm: string;
  /** Hosts of the primary and of the backup. */
  readonly from: string;
  readonly to: string;
  /** It follows another protection of the machine. */
  readonly isAgain: boolean;
  readonly state: string;
  readonly checkpoints: number;
  /** Due while no place in flight was free; `stalls` of them had the guest stand still for one. */
  readonly lateCheckpoints: number;
  readonly stalls: number;
  /** How many were in flight at once, at most. */
  readonly inFlightPeak: number;
  readonly syncPages: number;
  readonly pages: number;
  readonly bytes: number;
  /** Null without compression. */
  readonly stream: StreamAccount | null;
  /** Null without a disk. */
  readonly disk: DiskAccount | null;
  readonly pauseNsMin: number;
  readonly pauseNsMean: number;
  readonly pauseNsMax: number;
  /** Where all pauses went together, by part; the parts add up to the time that the guest stood still. */
  readonly pauseNsByPart: PauseParts;
  readonly failedAtNs: number | null;
  readonly suspectedAtNs: number | null;
  readonly activatedAtNs: number | null;
  readonly activatedEpoch: number | null;
  /** When both copies ran; null for never, and for to the end. */
  readonly splitFromNs: number | null;
  readonly splitToNs: number | null;
}

/** What compression did to checkpoints; the first copy is not in it. */
export interface StreamAccount {
  /** What they would have put on the link whole, and what they did. */
  readonly rawBytes: number;
  readonly sentBytes: number;
  /** Sent for raw; null without a checkpoint. */
  readonly ratio: number | null;
  readonly rawPages: number;
  readonly zeroPages: number;
  readonly deltaPages: number;
  /** Written, and found to be as before: not sent. */
  readonly samePages: number;
}

const ACTIVITIES = ACTIVITY_NAMES.split(",");

/** Makes the account of a finished run. */
export function accountOf(outcome: RunOutcome): Account {
  const { control, tally, digest } = outcome;
  return {
    digest,
    seed: control.scenario.seed,
    simulatedNs: control.scenario.durationNs,
    controlEvents: control.eventCount,
    frames: tally,
    hosts: control.hosts.map((host) => hostAccount(outcome, host)),
    clients: control.clients
      .filter((client) => client.requestCount > 0)
      .map((client) => clientAccount(outcome, client)),
    flows: flowAccounts(outcome),
    emulatedNics: emulatedAccounts(outcome),
    disks: writtenAccounts(outcome.world, control),
    protections: control.protections.map((protection) => protectionAccount(outcome, protection)),
    successions: successionAccounts(control),
    migrations: migrationAccounts(outcome),
  };
}

function hostAccount({ world, control }: RunOutcome, host: HostControl): HostAccount {
  const { plane } = world;
  const { scenario } = control;
  const own = control.vms.filter(({ place }) => place.host === host.index);
  const copies = [
    ...control.protections.slice(0, scenario.protect.length).map(({ vm, replica }) => ({ vm, place: replica.backup })),
    ...control.successions.map(({ vm, replica }) => ({ vm, place: replica.backup })),
    ...control.migrations.map(({ vm, target }) => ({ vm, place: target })),
  ];
  const backups = copies.filter(({ place }) => place.host === host.index);
  const vcpusOf = (name: string) => control.vms.find((vm) => vm.name === name)?.vcpus.length ?? 0;
  return {
    name: host.name,
    processorCount: host.processors.length,
    busyNs: toNs(host.processors.reduce((sum, processor) => sum + plane.busyPs(processor), 0)),
    idleNs: toNs(host.processors.reduce((sum, processor) => sum + plane.idlePs(processor), 0)),
    domains: [
      domainAccount(world, "dom0", host.dom0Vcpus),
      ...own.map(({ name, vcpus }) => domainAccount(world, name, vcpus)),
      ...backups.map(({ vm, place }) => {
        const first = plane.vcpuOf(place.guest);
        return {
          ...domainAccount(
            world,
            vm,
            numbersTo(vcpusOf(vm)).map((number) => first + number),
          ),
          isBackup: true,
        };
      }),
    ],
  };
}

function domainAccount({ plane }: World, name: string, vcpus: readonly number[]): DomainAccount {
  const cycles = ACTIVITIES.map((activity, index) => {
    return [activity, vcpus.reduce((sum, vcpu) => sum + plane.chargedCycles(vcpu, index), 0)] as const;
  });
  return {
    name,
    isBackup: false,
    vcpuCount: vcpus.length,
    ranNs: toNs(vcpus.reduce((sum, vcpu) => sum + plane.vcpuRanPs(vcpu), 0)),
    cycles: Object.fromEntries(cycles),
  };
}

const SILENT_NS = 1_000_000_000;

function clientAccount({ world, control }: RunOutcome, client: ClientControl): ClientAccount {
  const requests = readRequests(world, client);
  const { durationNs, traffic } = control.scenario;
  // A probe that has had no answer for a second, and none came since, is taken for the end of the service.
  const isProber = probeOf(control.scenario, client.name) !== null;
  const timeoutNs = isProber ? SILENT_NS : (traffic.find(({ from }) => from === client.name)?.timeoutNs ?? 0);
  const inState = (state: RequestOutcome["state"]) => requests.filter((request) => request.state === state);
  const answered = inState("answered");
  const atOnce = answered.filter(({ tryCount }) => tryCount === 1);
  const latencies = atOnce
    .map(({ firstSentAtPs, answeredAtPs }) => toNs(answeredAtPs - firstSentAtPs))
    .sort((one, other) => one - other);
  return {
    name: client.name,
    requests: requests.length,
    sent: requests.length - inState("pending").length,
    answered: answered.length,
    answeredAtFirstTry: atOnce.length,
    failed: inState("failed").length,
    waiting: inState("waiting").length,
    wrongAnswers: sum(requests.map(({ wrongCount }) => wrongCount)),
    repeatedAnswers: sum(requests.map(({ repeatCount }) => repeatCount)),
    lateAnswers: world.plane.lateCount(client.index),
    latencyNsMedian: latencies[Math.floor(latencies.length / 2)] ?? null,
    latencyNsMax: latencies.at(-1) ?? null,
    gap: longestGap(requests, durationNs * 1000, timeoutNs * 1000),
  };
}

/**
 * Finds the stretch without an answer that tells most: the last one, if a request sent in it has waited for a whole
 * time-out in vain, else the longest between two answers while some request waited.
 */
function longestGap(requests: readonly RequestOutcome[], simulatedPs: number, timeoutPs: number): Gap | null {
  const answers = requests.filter(({ state }) => state === "answered");
  answers.sort((one, other) => one.answeredAtPs - other.answeredAtPs);
  const last = answers.at(-1)?.answeredAtPs ?? 0;
  const isOpen = ({ state }: RequestOutcome) => state === "waiting" || state === "failed";
  const open = requests.filter(isOpen).map(({ firstSentAtPs }) => firstSentAtPs);
  const isSilent = open.some((sentAtPs) => sentAtPs > last && simulatedPs - sentAtPs >= timeoutPs);
  if (isSilent) return { fromNs: toNs(last), toNs: null };
  // Backwards, so that the earliest request that waits at each answer is at hand.
  let waitingSince = open.reduce((least, sentAtPs) => Math.min(least, sentAtPs), Number.POSITIVE_INFINITY);
  let longest: readonly [number, number] | null = null;
  for (let index = answers.length - 1; index >= 0; index--) {
    const { answeredAtPs, firstSentAtPs } = answers[index] ?? { answeredAtPs: 0, firstSentAtPs: 0 };
    waitingSince = Math.min(waitingSince, firstSentAtPs);
    const from = Math.max(answers[index - 1]?.answeredAtPs ?? 0, waitingSince);
    if (!longest || answeredAtPs - from >= longest[1] - longest[0]) longest = [from, answeredAtPs];
  }
  return longest && { fromNs: toNs(longest[0]), toNs: toNs(longest[1]) };
}

function protectionAccount({ world, control }: RunOutcome, p: Protection): ProtectionAccount {
  const { sums } = p;
  const nameOf = ({ host }: Place) => control.hosts.find(({ index }) => index === host)?.name ?? "";
  return {
    vm: p.vm,
    from: nameOf(p.replica.primary),
    to: nameOf(p.replica.backup),
    isAgain: p.index >= control.scenario.protect.length,
    state: p.state,
    checkpoints: sums.count,
    lateCheckpoints: sums.lateCount,
    stalls: sums.stallCount,
    inFlightPeak: sums.inFlightMax,
    syncPages: sums.syncPageCount,
    pages: sums.pageCount,
    bytes: sums.byteCount,
    stream: p.replica.stream && streamAccount(sums),
    disk: diskAccount(world, p),
    pauseNsMin: sums.pauseNsMin,
    pauseNsMean: sums.pauseCount ? Math.floor(sums.pauseNs / sums.pauseCount) : 0,
    pauseNsMax: sums.pauseNsMax,
    pauseNsByPart: sums.pauseParts,
    ...heldAccount(world, p.replica.primary),
    failedAtNs: p.primaryLostAtNs,
    suspectedAtNs: p.suspectedAtNs,
    activatedAtNs: p.activatedAtNs,
    activatedEpoch: p.activatedAtNs === null ? null : (p.held?.epoch ?? null),
    splitFromNs: p.splitAtNs,
    splitToNs: p.splitEndNs,
  };
}

function streamAccount(sums: CheckpointSums): StreamAccount {
  return {
    rawBytes: sums.wholeByteCount,
    sentBytes: sums.byteCount,
    ratio: sums.wholeByteCount ? sums.byteCount / sums.wholeByteCount : null,
    rawPages: sums.rawPageCount,
    zeroPages: sums.zeroPageCount,
    deltaPages: sums.deltaPageCount,
    samePages: sums.samePageCount,
  };
}

function toNs(ps: number): number {
  return Math.floor(ps / 1000);
}
