/** What `renic plan` was asked for, checked: every option that is wrong is named at once, with what is allowed. */

import { PAGE_BYTES } from "../../assembly/layout/limits";
import { readCostFile } from "../config/cost-file";
import { VCPU_COUNT } from "../config/limits";
import {
  MIGRATION_POLICIES,
  MIGRATION_POLICY_KINDS,
  type MigrationPolicy,
  TIMEOUT_ACTIONS,
} from "../config/migration-policy";
import { MIGRATION_WAYS } from "../config/migration-scenario";
import { COST_PRESETS, type CostPreset } from "../host/cost-row";
import { type Costs, resolveCosts } from "../host/cost-table";
import type { PageWriter } from "../migration/dirty-pages";
import { type MigrationCase, type MigrationPlanInput, PLAN_DEFAULTS, receivingAt } from "../migration/plan-input";
import { BACKEND_TIMES, HOT_PLUGS, MIGRATION_IO } from "../migration/stop-steps";
import { parseBytes, parseDuration, parseFraction, parseRate, quote } from "../sim/units";
import { readInput, textOf } from "./inputs";
import { OptionReader } from "./option-reader";

/** As they stand on the command line. */
export interface PlanOptions {
  readonly preset?: CostPreset;
  readonly deviceModel: boolean;
  readonly io?: string;
  readonly memory?: string;
  readonly via?: string;
  readonly link?: string;
  readonly latency?: string;
  readonly writes?: string;
  readonly busy?: boolean;
  readonly vcpus?: string;
  readonly receives?: string;
  readonly policy?: string;
  readonly downtime?: string;
  readonly timeout?: string;
  readonly onTimeout?: string;
  readonly streams?: string;
  readonly compression?: string;
  readonly backend?: string;
  readonly hotPlug?: string;
  readonly costs?: string;
}

const GIBIBYTE = 2 ** 30;
const PACKETS_MAX = 1_000_000_000;
const STREAM_COUNT_MAX = 64;

/** What is planned where neither a scenario nor options say otherwise: what hosts of either machine have, and Xen's policy. */
function usualCase(preset: CostPreset): MigrationCase {
  return {
    ...PLAN_DEFAULTS,
    io: "renic",
    memoryBytes: GIBIBYTE,
    linkBitsPerSecond: preset === "era" ? 1_000_000_000 : 10_000_000_000,
    policy: MIGRATION_POLICIES[preset === "era" ? "xen-classic" : "xen"],
    costs: resolveCosts(preset, {}),
    clockHz: COST_PRESETS[preset].clockHz,
  };
}

/**
 * Returns the migration that is to be planned: a scenario's, or the usual one, with what options say of it. What is
 * written and received comes beside what is.
 *
 * @throws InputError with everything that is wrong in the options
 */
export function readPlanOptions(options: PlanOptions, scenario?: MigrationCase): MigrationPlanInput {
  const reader = new OptionReader("renic plan");
  const { preset } = options;
  const usual = scenario ?? usualCase(preset ?? "now");
  const packets = reader.whole("--receives", options.receives, { least: 0, most: PACKETS_MAX }, 0);
  const io = reader.name("--io", options.io, MIGRATION_IO, usual.io);
  const input = {
    io,
    memoryBytes: reader.amount("--memory", options.memory, parseBytes, usual.memoryBytes),
    via: reader.name("--via", options.via, MIGRATION_WAYS, usual.via),
    linkBitsPerSecond: reader.amount("--link", options.link, parseRate, usual.linkBitsPerSecond),
    linkLatencyNs: reader.amount("--latency", options.latency, parseDuration, usual.linkLatencyNs),
    writers: [...usual.writers, ...writersOf(reader, options.writes, options.busy === true)],
    vcpuCount: reader.whole("--vcpus", options.vcpus, { least: 1, most: VCPU_COUNT.most }, usual.vcpuCount),
    receiving: packets === 0 ? usual.receiving : receivingAt(packets, io),
    policy: policyOf(reader, options, usual.policy),
    streamCount: reader.whole("--streams", options.streams, { least: 1, most: STREAM_COUNT_MAX }, usual.streamCount),
    compressionRatio: reader.amount("--compression", options.compression, parseFraction, usual.compressionRatio),
    backend: reader.name("--backend", options.backend, BACKEND_TIMES, usual.backend),
    hotPlug: reader.name("--hot-plug", options.hotPlug, HOT_PLUGS, usual.hotPlug),
    hasDeviceModel: options.deviceModel && usual.hasDeviceModel,
    costs: costsOf(options, usual),
    clockHz: preset === undefined ? usual.clockHz : COST_PRESETS[preset].clockHz,
  };
  reader.end();
  return input;
}

/** A preset replaces all costs, a file those that it names. */
function costsOf({ preset, costs }: PlanOptions, usual: MigrationCase): Costs {
  const named = preset === undefined ? usual.costs : resolveCosts(preset, {});
  return costs === undefined ? named : { ...named, ...readCostFile(textOf(readInput(costs)), costs) };
}

/** Reads `40MiB@64MiB,1MiB@512MiB`: so much a second, round a region of so much. */
function writersOf(reader: OptionReader, text: string | undefined, isBusy: boolean): PageWriter[] {
  if (text === undefined) return [];
  return text.split(",").flatMap((part) => {
    const [rate = "", region, ...more] = part.split("@");
    if (region === undefined || more.length > 0) {
      const what = "how much is written in a second, and in how large a region, such as 40MiB@64MiB";
      reader.refuse("--writes", `expected ${what}, with commas between several, got ${quote(part)}`);
      return [];
    }
    const bytes = reader.amount("--writes", region.trim(), parseBytes, PAGE_BYTES);
    const perSecond = reader.amount("--writes", rate.trim(), parseBytes, 0);
    return [{ pageCount: Math.ceil(bytes / PAGE_BYTES), pagesPerSecond: perSecond / PAGE_BYTES, isBusy }];
  });
}

function policyOf(
  reader: OptionReader,
  { policy, downtime, timeout, onTimeout }: PlanOptions,
  usual: MigrationPolicy,
): MigrationPolicy {
  const kind = reader.name("--policy", policy, MIGRATION_POLICY_KINDS, usual.kind);
  const named: MigrationPolicy = policy === undefined ? usual : MIGRATION_POLICIES[kind];
  if (named.kind === "downtime" || named.kind === "auto-converge") {
    return {
      ...named,
      downtimeNs: reader.amount("--downtime", downtime, parseDuration, named.downtimeNs),
      timeoutNs: reader.amount("--timeout", timeout, parseDuration, named.timeoutNs),
      onTimeout: reader.name("--on-timeout", onTimeout, TIMEOUT_ACTIONS, named.onTimeout),
    };
  }
  const others = { "--downtime": downtime, "--timeout": timeout, "--on-timeout": onTimeout };
  for (const [option, text] of Object.entries(others)) {
    if (text === undefined) continue;
    reader.refuse(option, `policy ${named.kind} has none; take downtime or auto-converge with --policy`);
  }
  return named;
}
