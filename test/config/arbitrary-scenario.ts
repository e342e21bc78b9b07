/** Random scenarios that keep every rule, for properties: rows first, then hosts that are large enough to carry them. */

import fc from "fast-check";
import { TRACE_TABLE_BYTES } from "../../src/config/limits";
import { MIGRATION_POLICIES, MIGRATION_POLICY_KINDS, TIMEOUT_ACTIONS } from "../../src/config/migration-policy";
import { BACKEND_TIMES, HOT_PLUGS, ZERO_PAGES } from "../../src/config/migration-scenario";
import {
  ABILITY_MODELS,
  BACKUP_LOST_POLICIES,
  COMPRESSIONS,
  type EventScenario,
  type FlowScenario,
  FULL_POLICIES,
  IO_MODELS,
  LATE_POLICIES,
  MODERATIONS,
  PLACEMENTS,
  SERVER_KINDS,
} from "../../src/config/scenario";
import { INTERRUPT_DELIVERIES } from "../../src/host/interrupt-delivery";
import { ABILITIES, COST_NAMES, COST_ROWS, type CostOverrides, resolveCosts, type Scenario } from "../../src/scenario";
import { numbersTo } from "../../src/sim/numbers";

const KIB = 1024;
const MIB = 1024 * KIB;
const MILLISECOND = 1_000_000;
const HOUR = 3_600_000_000_000;

const duration = (least: number) => fc.integer({ min: least, max: HOUR });
const loss = fc.oneof(
  fc.constantFrom(0, 1, 0.001, 0.07, 1e-9, 5e-324),
  fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
);
const link = fc.record({
  rateBitsPerSecond: fc.integer({ min: 1_000_000, max: 400_000_000_000 }),
  latencyNs: duration(0),
});
const driverResetNs = fc.option(duration(0));
/** Words that YAML reads as something else unless they are quoted. */
const trickyName = fc.constantFrom("1", "0x1f", "1e3", "true", "null", "NaN", "2024-01-01", "No", "1.", "0b1");
const name = fc.oneof(trickyName, fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/));
const capture = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((path) => /^\P{Cc}+$/u.test(path));

const scale = fc.oneof(fc.constantFrom(1, 1000, 5e-324), fc.double({ min: 1e-9, max: 1000, noNaN: true }));

const cpus = fc.record({
  vcpuCount: fc.integer({ min: 1, max: 4 }),
  placement: fc.constantFrom(...PLACEMENTS),
  weight: fc.integer({ min: 1, max: 65_535 }),
});

const job = fc
  .record({
    burstCycles: fc.integer({ min: 1000, max: 1_000_000 }),
    hotPages: fc.nat(1024),
    coldPages: fc.nat(1024),
    share: fc.integer({ min: 0, max: 100 }),
    trace: fc.option(fc.record({ path: fc.constantFrom("pages.csv", "in/a folder.csv"), isRepeating: fc.boolean() })),
  })
  .map(({ burstCycles, hotPages, coldPages, share, trace }) => ({
    burstCycles,
    hotBytes: hotPages * 4096,
    coldBytes: coldPages * 4096,
    hotWrites: Math.floor((hotPages * share) / 100),
    coldWrites: Math.floor((coldPages * share) / 100),
    trace,
  }));

const workload = fc
  .record({
    kind: fc.constantFrom(...SERVER_KINDS),
    cyclesPerRequest: fc.maxSafeNat(),
    dirtyPerRequestBytes: fc.nat(64 * KIB),
    workingSetBytes: fc.integer({ min: 4 * KIB, max: 24 * MIB }),
    disk: fc.option(
      fc.record({ blockCount: fc.integer({ min: 1, max: 64 * KIB }), share: fc.integer({ min: 0, max: 100 }) }),
    ),
    cpus,
    moderation: fc.constantFrom(...MODERATIONS),
    offloads: fc.record({ segmentation: fc.boolean(), merging: fc.boolean() }),
    job: fc.option(job),
  })
  .chain(({ cpus: guestCpus, moderation, offloads, job: guestJob, disk, ...values }) => {
    const traceBytes = guestJob?.trace ? TRACE_TABLE_BYTES : 0;
    const jobBytes = guestJob ? guestJob.hotBytes + guestJob.coldBytes + traceBytes : 0;
    const least = Math.ceil(values.workingSetBytes / 4096) + jobBytes / 4096 + 512;
    return fc.integer({ min: least, max: 16 * KIB }).map((frameCount) => ({
      workload: values,
      disk: disk && { byteCount: disk.blockCount * 4096 },
      diskPerRequestBytes: disk ? Math.min(16 * MIB, Math.floor((disk.blockCount * 4096 * disk.share) / 100)) : 0,
      cpus: guestCpus,
      moderation,
      offloads,
      job: guestJob,
      memoryBytes: frameCount * 4096,
    }));
  });

const vmRow = fc.record({
  io: fc.constantFrom(...IO_MODELS),
  guest: workload,
  abilities: fc.record({ stateWrite: fc.boolean(), dmaLog: fc.boolean(), hold: fc.boolean() }),
  host: fc.nat(),
  migration: fc.option(
    fc.record({
      link,
      to: fc.nat(),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      kind: fc.constantFrom(...MIGRATION_POLICY_KINDS),
      downtimeNs: duration(1000),
      timeoutNs: duration(1000),
      onTimeout: fc.constantFrom(...TIMEOUT_ACTIONS),
      isOverPorts: fc.boolean(),
      streamCount: fc.integer({ min: 1, max: 16 }),
      compression: fc.constantFrom(...COMPRESSIONS),
      cacheBytes: fc.integer({ min: 4 * KIB, max: 1024 * MIB }),
      zeroPages: fc.constantFrom(...ZERO_PAGES),
      backend: fc.constantFrom(...BACKEND_TIMES),
      hotPlug: fc.constantFrom(...HOT_PLUGS),
      hasDeviceModel: fc.boolean(),
      isCancelled: fc.boolean(),
      isForced: fc.boolean(),
    }),
  ),
  protection: fc.option(
    fc.record({
      link,
      to: fc.nat(),
      intervalNs: duration(MILLISECOND),
      heartbeatNs: fc.integer({ min: MILLISECOND / 10, max: HOUR / 2 }),
      timeoutNs: fc.integer({ min: HOUR / 2 + 1, max: HOUR }),
      outboundBytes: fc.integer({ min: 2 * KIB, max: 256 * MIB }),
      compression: fc.constantFrom(...COMPRESSIONS),
      cacheBytes: fc.integer({ min: 4 * KIB, max: 1024 * MIB }),
      compressionRatio: fc.constant(1),
      diskBufferBytes: fc.integer({ min: 64 * KIB, max: 1024 * MIB }),
      driverResetNs,
      timing: fc.constant("fixed-rate" as const),
      epochCount: fc.integer({ min: 1, max: 8 }),
      late: fc.constantFrom(...LATE_POLICIES),
      full: fc.constantFrom(...FULL_POLICIES),
      backupLost: fc.constantFrom(...BACKUP_LOST_POLICIES),
      hasArbiter: fc.boolean(),
      suspendChannel: fc.constant("event-channel" as const),
      hasDeviceModel: fc.boolean(),
      again: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 2 }),
    }),
  ),
});

const clientRow = fc.record({
  link: fc.record({ rateBitsPerSecond: fc.constant(10_000_000_000), latencyNs: duration(0), loss }),
  traffic: fc.option(
    fc.record({
      to: fc.nat(),
      capture,
      port: fc.integer({ min: 1, max: 65_535 }),
      scale,
      startNs: duration(0),
      timeoutNs: duration(1000),
      tryCount: fc.integer({ min: 1, max: 10 }),
    }),
  ),
});

const costOverrides: fc.Arbitrary<CostOverrides> = fc
  .subarray([...COST_NAMES], { maxLength: 5 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) => {
        const [min, max] = COST_ROWS[name].range;
        return fc
          .oneof(fc.constantFrom(COST_ROWS[name].era, COST_ROWS[name].now), fc.integer({ min, max }))
          .map((value) => [name, value] as const);
      }),
    ),
  )
  .map((entries) => Object.fromEntries(entries));

const tcp = {
  port: fc.integer({ min: 1, max: 65_000 }),
  startNs: duration(0),
  connectionCount: fc.integer({ min: 1, max: 1024 }),
  windowBytes: fc.integer({ min: 16, max: 24 }).map((bits) => 2 ** bits),
};

const flow = fc.oneof(
  fc.record({ kind: fc.constant("bulk" as const), ...tcp, byteCount: fc.option(fc.integer({ min: 1 })) }),
  fc.record({
    kind: fc.constant("requests" as const),
    ...tcp,
    requestBytes: fc.integer({ min: 1, max: 1024 ** 3 }),
    replyBytes: fc.integer({ min: 1, max: 1024 ** 3 }),
    thinkNs: duration(0),
    isReconnecting: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("replay" as const),
    ...tcp,
    capture,
    recordedPort: fc.integer({ min: 1, max: 65_535 }),
    scale,
  }),
);

const shape = fc.record({
  flows: fc.uniqueArray(fc.record({ flow, isToClient: fc.boolean(), at: fc.nat(3) }), {
    maxLength: 3,
    selector: ({ flow: { port } }) => port,
  }),
  names: fc.uniqueArray(name, { minLength: 12, maxLength: 12 }),
  seed: fc.maxSafeNat(),
  durationNs: duration(1000),
  switchDelayNs: duration(0),
  clockHz: fc.integer({ min: 100_000_000, max: 10_000_000_000 }),
  nic: fc.record({ rateBitsPerSecond: fc.constant(10_000_000_000), latencyNs: duration(0) }),
  hostCount: fc.integer({ min: 1, max: 4 }),
  vmRows: fc.array(vmRow, { maxLength: 4 }),
  clientRows: fc.array(clientRow, { maxLength: 4 }),
  failed: fc.subarray([0, 1, 2, 3]),
  repaired: fc.subarray([0, 1, 2, 3]),
  ablate: fc.record({ abilities: fc.subarray([...ABILITIES]), driverResetNs }),
  costPreset: fc.constantFrom("era" as const, "now" as const),
  costOverrides,
  interruptDelivery: fc.constantFrom(...INTERRUPT_DELIVERIES),
  dom0: fc
    .tuple(cpus, fc.constantFrom(...MODERATIONS), fc.boolean())
    .map(([own, moderation, merging]) => ({ ...own, moderation, merging })),
});

/** A valid scenario of up to four hosts, VMs and clients. */
export const arbitraryScenario: fc.Arbitrary<Scenario> = shape.map((drawn) => {
  const { names, hostCount, vmRows, clientRows } = drawn;
  const hostName = (index: number) => names[index % hostCount] ?? "host";
  const vmName = (index: number) => names[4 + index] ?? "vm";
  const afterOf = (share: number) => Math.floor(share * drawn.durationNs);
  const clientName = (index: number) => names[8 + index] ?? "client";
  // Answers of a recording are written to no disk.
  const isReplaying = drawn.flows.some(({ flow: { kind } }) => kind === "replay");
  return {
    version: 1,
    seed: drawn.seed,
    durationNs: drawn.durationNs,
    hasContent: true,
    switchDelayNs: drawn.switchDelayNs,
    hosts: Array.from({ length: hostCount }, (_, index) => ({
      name: hostName(index),
      coreCount: 40,
      clockHz: drawn.clockHz,
      memoryBytes: index === 0 ? 64 * 1024 * 1024 * MIB : null,
      dom0: drawn.dom0,
      nics: [
        { ...drawn.nic, vfCount: 7 },
        { ...drawn.nic, vfCount: 1 },
      ],
    })),
    clients: clientRows.map(({ link }, index) => ({ name: clientName(index), link })),
    vms: vmRows.map(({ guest, abilities, host, io }, index) => ({
      name: vmName(index),
      host: hostName(host),
      memoryBytes: guest.memoryBytes,
      ...guest.cpus,
      moderation: guest.moderation,
      job: guest.job,
      disk: guest.disk,
      io,
      offloads: guest.offloads,
      abilities,
      workload: {
        ...guest.workload,
        diskPerRequestBytes: isReplaying ? 0 : guest.diskPerRequestBytes,
      },
    })),
    flows: drawn.flows.flatMap(({ flow: made, isToClient, at }): FlowScenario[] => {
      const vm = vmRows.findIndex(({ guest }, number) => number >= at && guest.workload.kind === "server");
      const client = clientRows.findIndex(({ traffic }) => traffic === null);
      if (vm < 0 || client < 0) return [];
      const [from, to] = isToClient ? [vmName(vm), clientName(client)] : [clientName(client), vmName(vm)];
      return [{ ...made, from, to }];
    }),
    traffic: clientRows.flatMap(({ traffic }, index) => {
      const servers = vmRows.flatMap(({ guest }, vm) => (guest.workload.kind === "replay-server" ? [vm] : []));
      if (traffic === null || servers.length === 0) return [];
      const to = vmName(servers[traffic.to % servers.length] ?? 0);
      return { ...traffic, kind: "replay", from: clientName(index), to };
    }),
    protect: vmRows.flatMap(({ protection, host, io }, index) => {
      if (protection === null || hostCount === 1 || io !== "renic") return [];
      const { to: drawnTo, again: drawnAgain, ...policies } = protection;
      const others = numbersTo(hostCount - 1).map((step) => hostName(host + 1 + step));
      const to = others[drawnTo % others.length] ?? "";
      const next = others.filter((name) => name !== to).slice(0, drawnAgain.length);
      const again = next.map((name, at) => ({ to: name, afterNs: afterOf(drawnAgain[at] ?? 0) }));
      return { ...policies, vm: vmName(index), to, again };
    }),
    migrations: vmRows.flatMap(({ migration, protection, host, io }, index) => {
      if (migration === null || protection !== null || hostCount === 1) return [];
      if (io !== "renic" && io !== "teaming" && io !== "compsc") return [];
      const { link: migrationLink, to, at, kind, zeroPages, backend, hotPlug, hasDeviceModel, ...rest } = migration;
      const { isCancelled, isForced, isOverPorts, streamCount, compression, cacheBytes, ...timed } = rest;
      const policy = MIGRATION_POLICIES[kind];
      const isTimed = policy.kind === "downtime" || policy.kind === "auto-converge";
      const atNs = Math.floor(at * drawn.durationNs);
      return {
        vm: vmName(index),
        to: hostName(host + 1 + (to % (hostCount - 1))),
        atNs,
        policy: isTimed ? { ...policy, ...timed } : policy,
        link: isOverPorts ? null : migrationLink,
        streamCount: compression === "delta" ? 1 : streamCount,
        compression,
        cacheBytes,
        zeroPages,
        backend,
        hotPlug: io === "teaming" ? hotPlug : "acpi",
        hasDeviceModel,
        cancelNs: isCancelled ? atNs : null,
        forceNs: isForced ? HOUR : null,
      };
    }),
    events: drawn.failed
      .filter((host) => host < hostCount)
      .flatMap((host): EventScenario[] => {
        const atNs = Math.floor(drawn.durationNs / (host + 1));
        const name = hostName(host);
        return [{ atNs, fail: name }, ...(drawn.repaired.includes(host) ? [{ atNs, repair: name }] : [])];
      }),
    ablate: {
      ...drawn.ablate,
      abilities: drawn.ablate.abilities.filter((ability) =>
        vmRows.some(({ io }) => ABILITY_MODELS[ability].some((model) => model === io)),
      ),
    },
    interruptDelivery: drawn.interruptDelivery,
    costPreset: drawn.costPreset,
    costs: resolveCosts(drawn.costPreset, drawn.costOverrides),
  };
});
