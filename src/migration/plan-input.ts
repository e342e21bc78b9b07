/**
 * What a plan of a migration starts from, with what is taken where nothing is said, and which values are refused.
 */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { MIGRATION_POLICIES, type MigrationPolicy } from "../config/migration-policy";
import type { MIGRATION_WAYS } from "../config/migration-scenario";
import { COST_PRESETS } from "../host/cost-row";
import { type Costs, resolveCosts } from "../host/cost-table";
import { InputError, type InputProblem } from "../sim/input-error";
import type { DeviceWriter, PageWriter } from "./dirty-pages";
import { MIGRATION_IO, type MigrationIo, type StepOptions } from "./stop-steps";

/** A migration to be planned: what must be said, and what has a default. */
export type MigrationPlanInput = Pick<MigrationCase, RequiredKey> & Partial<MigrationCase>;

type RequiredKey = "io" | "memoryBytes" | "linkBitsPerSecond";

/** The same with everything said. */
export interface MigrationCase extends StepOptions {
  readonly io: MigrationIo;
  /** Whole pages; all of them cross in the first round. */
  readonly memoryBytes: number;
  /** Regions that do not overlap. */
  readonly writers: readonly PageWriter[];
  /** Among which the work is divided that is bound by its processors. */
  readonly vcpuCount: number;
  /** Buffers that a NIC writes; null for a guest that receives nothing. */
  readonly receiving: DeviceWriter | null;
  /** Over a link of its own, or over the hosts' ports as frames of dom0's stacks. */
  readonly via: (typeof MIGRATION_WAYS)[number];
  /** Of that link, or of the slower port; the migration has it for itself. */
  readonly linkBitsPerSecond: number;
  readonly linkLatencyNs: number;
  /** Streams at once, each at most as fast as `migrationRate` of the costs. */
  readonly streamCount: number;
  /** Bytes that a page takes on the link for each of its own; 1 without compression. */
  readonly compressionRatio: number;
  readonly policy: MigrationPolicy;
  readonly costs: Costs;
  /** Of the guest's processors. */
  readonly clockHz: number;
}

export const PLAN_DEFAULTS: Omit<MigrationCase, RequiredKey> = {
  writers: [],
  vcpuCount: 1,
  receiving: null,
  via: "link",
  linkLatencyNs: 20_000,
  streamCount: 1,
  compressionRatio: 1,
  policy: MIGRATION_POLICIES.xen,
  backend: "in-stop",
  hotPlug: "acpi",
  hasDeviceModel: true,
  costs: resolveCosts("now", {}),
  clockHz: COST_PRESETS.now.clockHz,
};

/**
 * Returns what a NIC writes that receives so much: the simulated drivers have 256 buffers of 2 KiB, a paravirtual one's of a
 * page, and a page of descriptors.
 */
export function receivingAt(packetsPerSecond: number, io: MigrationIo = "renic"): DeviceWriter {
  return { packetsPerSecond, ringEntryCount: 256, pagesPerBuffer: io === "paravirtual" ? 1 : 0.5, ringPageCount: 1 };
}

/** Returns the case that is meant. Throws InputError with every value that cannot be planned. */
export function caseOf(input: MigrationPlanInput): MigrationCase {
  const wanted = { ...PLAN_DEFAULTS, ...input };
  const problems = problemsOf(wanted);
  if (problems.length > 0) throw new InputError("plan", problems);
  return wanted;
}

const MEMORY_BYTES_MAX = 2 ** 44;
const LINK_RATE = [1_000_000, 1_000_000_000_000] as const;
const LATENCY_NS_MAX = 1_000_000_000;
const STREAM_COUNT_MAX = 64;
const VCPU_COUNT_MAX = 1_024;
const CLOCK = [100_000_000, 10_000_000_000] as const;
const RATE_MAX = 1e9;

function problemsOf(wanted: MigrationCase): InputProblem[] {
  const problems: InputProblem[] = [];
  const refuse = (subject: string, reason: string) => problems.push({ place: "", subject, reason });
  const between = (subject: string, value: number, least: number, most: number) => {
    if (!(value >= least && value <= most)) refuse(subject, `expected a number from ${least} to ${most}, got ${value}`);
  };
  const { io, memoryBytes, writers, receiving, streamCount, compressionRatio } = wanted;
  if (!MIGRATION_IO.includes(io)) refuse("io", `expected one of ${MIGRATION_IO.join(", ")}, got ${io}`);
  between("memoryBytes", memoryBytes, PAGE_BYTES, MEMORY_BYTES_MAX);
  if (memoryBytes % PAGE_BYTES !== 0)
    refuse("memoryBytes", `expected a multiple of ${PAGE_BYTES}, the size of a page, got ${memoryBytes}`);
  between("linkBitsPerSecond", wanted.linkBitsPerSecond, ...LINK_RATE);
  between("linkLatencyNs", wanted.linkLatencyNs, 0, LATENCY_NS_MAX);
  between("vcpuCount", wanted.vcpuCount, 1, VCPU_COUNT_MAX);
  between("streamCount", streamCount, 1, STREAM_COUNT_MAX);
  if (!(compressionRatio > 0 && compressionRatio <= 1))
    refuse("compressionRatio", `expected a number above 0 and up to 1, got ${compressionRatio}`);
  between("clockHz", wanted.clockHz, ...CLOCK);
  writers.forEach(({ pageCount, pagesPerSecond }, index) => {
    between(`writers.${index}.pageCount`, pageCount, 0, memoryBytes / PAGE_BYTES);
    between(`writers.${index}.pagesPerSecond`, pagesPerSecond, 0, RATE_MAX);
  });
  const written = writers.reduce((total, { pageCount }) => total + pageCount, 0);
  if (written > memoryBytes / PAGE_BYTES)
    refuse(
      "writers",
      `regions have ${written} pages, and the guest has ${memoryBytes / PAGE_BYTES}; make them smaller`,
    );
  if (receiving) {
    between("receiving.packetsPerSecond", receiving.packetsPerSecond, 0, RATE_MAX);
    between("receiving.ringEntryCount", receiving.ringEntryCount, 1, memoryBytes / PAGE_BYTES);
    between("receiving.pagesPerBuffer", receiving.pagesPerBuffer, 0, 16);
    between("receiving.ringPageCount", receiving.ringPageCount, 0, 16);
  }
  return problems;
}
