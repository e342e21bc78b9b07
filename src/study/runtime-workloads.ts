/**
 * The workloads of the runtime study, as docs/model.md fixed them before anything ran; a test compares the two. Plain
 * data: `runtime-scenario.ts` makes scenarios of it.
 */
import type { FlowKind, IoModel } from "../config/scenario";
import type { CostPreset } from "../host/cost-row";

/** The I/O models that are compared. */
export const STUDY_MODELS = ["renic", "vf", "paravirtual", "emulated"] as const satisfies readonly IoModel[];

export type StudyModel = (typeof STUDY_MODELS)[number];

/** The virtual function whose savings are told, and the software that it is told against. */
export const DIRECT_MODEL = "vf" satisfies StudyModel;
export const SOFTWARE_MODELS: readonly StudyModel[] = STUDY_MODELS.filter((io) => io !== "renic" && io !== "vf");

/** A bond whose virtual function carries: in no grid of the study, but what validation compares with that function. */
export const BONDED_MODEL = "teaming" satisfies IoModel;

/** Numbers of VMs. */
export const VM_COUNTS: readonly number[] = [1, 2, 4, 7, 20, 40, 60];

/** What a request costs and writes, and how requests come. */
interface RequestWork {
  readonly connectionCount: number;
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly thinkNs: number;
  readonly isReconnecting: boolean;
  readonly cyclesPerRequest: Readonly<Record<CostPreset, number>>;
  readonly dirtyPerRequestBytes: number;
  readonly workingSetBytes: number;
}

interface AnyWorkload {
  readonly name: string;
  /** As tables show it. */
  readonly title: string;
  readonly kind: FlowKind;
}

export type StudyWorkload =
  | (AnyWorkload & { readonly kind: "bulk"; readonly isSending: boolean; readonly windowBytes: number })
  | (AnyWorkload & { readonly kind: "datagrams"; readonly frameBytes: number })
  | (AnyWorkload & { readonly kind: "requests" } & RequestWork);

const KIB = 1024;
const WINDOW_BYTES = 256 * KIB;

/** A request that is hardly more than its path. */
const ECHO = {
  connectionCount: 1,
  thinkNs: 0,
  isReconnecting: false,
  cyclesPerRequest: { era: 10_000, now: 10_000 },
  dirtyPerRequestBytes: 0,
  workingSetBytes: 0,
} as const;

/** By the names that `--workloads` takes. */
export const STUDY_WORKLOADS: readonly StudyWorkload[] = [
  { name: "bulk-send", title: "bulk TCP, sending", kind: "bulk", isSending: true, windowBytes: WINDOW_BYTES },
  { name: "bulk-receive", title: "bulk TCP, receiving", kind: "bulk", isSending: false, windowBytes: WINDOW_BYTES },
  { name: "udp-60", title: "UDP, 60 B", kind: "datagrams", frameBytes: 60 },
  { name: "udp-256", title: "UDP, 256 B", kind: "datagrams", frameBytes: 256 },
  { name: "udp-1514", title: "UDP, 1,514 B", kind: "datagrams", frameBytes: 1514 },
  {
    name: "request-64",
    title: "request and response, 64 B and 64 B",
    kind: "requests",
    requestBytes: 64,
    replyBytes: 64,
    ...ECHO,
  },
  {
    name: "request-1k",
    title: "request and response, 1 KiB and 1 KiB",
    kind: "requests",
    requestBytes: KIB,
    replyBytes: KIB,
    ...ECHO,
  },
  {
    name: "http",
    title: "HTTP-like, 300 B and 11 KiB",
    kind: "requests",
    requestBytes: 300,
    replyBytes: 11 * KIB,
    connectionCount: 8,
    thinkNs: 10_000_000,
    isReconnecting: true,
    cyclesPerRequest: { era: 250_000, now: 150_000 },
    dirtyPerRequestBytes: 24 * KIB,
    workingSetBytes: 2048 * KIB,
  },
];

/** Bursts of datagrams, for each number of VMs: together 84,000 a second. */
export const DATAGRAM_BURSTS: Readonly<Record<number, { readonly tickNs: number; readonly countPerTick: number }>> = {
  1: { tickNs: 1_000_000, countPerTick: 84 },
  2: { tickNs: 1_000_000, countPerTick: 42 },
  4: { tickNs: 1_000_000, countPerTick: 21 },
  7: { tickNs: 1_000_000, countPerTick: 12 },
  20: { tickNs: 5_000_000, countPerTick: 21 },
  40: { tickNs: 10_000_000, countPerTick: 21 },
  60: { tickNs: 5_000_000, countPerTick: 7 },
};

/** The host under study. With up to so many VMs each has a port, with more there are ten, and every port has as many. */
export const HOST = { threadCount: 16, dom0VcpuCount: 8, vmCountOfOwnPorts: 7, portCountMax: 10 } as const;

export const PORT_RATE = 1_000_000_000;
export const CLIENT_LATENCY_NS = 50_000;
export const VM_MEMORY_BYTES = 32 * KIB * KIB;
export const RUN_DURATION_NS = 500_000_000;
export const RUN_COUNT = 3;
