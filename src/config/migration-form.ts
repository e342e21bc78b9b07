/**
 * The form of a live migration. One form serves every policy; a field that the chosen one does not have is refused by
 * `check-migrations.ts`, which can say which have it.
 */
import { BYTES, DURATION, RATE } from "../sim/units";
import { amount, amountOrNever, choice, flag, map, nameOf, whole } from "./fields";
import * as limits from "./limits";
import { MIGRATION_POLICIES, MIGRATION_POLICY_KINDS, type MigrationPolicy, TIMEOUT_ACTIONS } from "./migration-policy";
import { BACKEND_TIMES, HOT_PLUGS, MIGRATION_WAYS, ZERO_PAGES } from "./migration-scenario";
import { COMPRESSIONS } from "./scenario";

export const migrationForm = map({
  vm: nameOf("a VM").meta({ description: "VM that moves; it has no backup and one entry at most.", examples: ["web"] }),
  to: nameOf("a host").meta({ description: "Host that it moves to, not the VM's own.", examples: ["target"] }),
  at: amount(DURATION, limits.ANY_DURATION).meta({ description: "When it begins, within the run.", examples: ["1s"] }),
  policy: choice(MIGRATION_POLICY_KINDS)
    .default("xen") // Xen's toolstack is the one that is modelled.
    .meta({
      description:
        'When the guest is stopped for its last pages: "xen" (few dirty pages, or five rounds), "xen-classic" (that of 2005 to 2014), "downtime" (when they would cross in a given time, as QEMU), "auto-converge" (the same, and the guest is slowed down). Default xen.',
      examples: ["downtime"],
    }),
  downtime: amount(DURATION, limits.TIMEOUT)
    .optional() // In MIGRATION_POLICIES, with its source.
    .meta({
      description: "downtime, auto-converge: longest time for the last pages. Default 300ms.",
      examples: ["50ms"],
    }),
  timeout: amount(DURATION, limits.TIMEOUT)
    .optional()
    .meta({
      description: "downtime, auto-converge: how long it may take to get there. Default 1h.",
      examples: ["10s"],
    }),
  onTimeout: choice(TIMEOUT_ACTIONS)
    .optional()
    .meta({
      description:
        'downtime, auto-converge: what happens then: "give-up" leaves the VM where it is, "stop-and-copy" takes the downtime. Default give-up.',
      examples: ["stop-and-copy"],
    }),
  via: choice(MIGRATION_WAYS)
    .default("link") // What clusters are told to do: a network of its own for migrations.
    .meta({
      description:
        'Which way it goes: "link", over one of its own, or "ports", over the first ports of both hosts as frames among those of VMs. Default link.',
      examples: ["ports"],
    }),
  link: map({
    rate: amount(RATE, limits.LINK_RATE).meta({
      description: "Bits per second in each direction, 1Mbps to 400Gbps.",
      examples: ["10Gbps"],
    }),
    latency: amount(DURATION, limits.ANY_DURATION).meta({
      description: "Delay from host to host, 0s to 1h.",
      examples: ["20us"],
    }),
  })
    .optional() // Ports need none.
    .meta({ description: "The migration link, which carries nothing else; with via: link, and then it is needed." }),
  streams: whole(limits.STREAM_COUNT)
    .default(1) // Xen has one, and so has QEMU without multifd.
    .meta({
      description:
        "Connections over which pages go at once, 1 to 16, each fed by a process of dom0's vCPUs in turn; 1 with compression. Default 1.",
      examples: [1, 4],
    }),
  compression: choice(COMPRESSIONS)
    .default("none") // What Xen does.
    .meta({
      description:
        'Whether a page that was sent before is sent again whole, "none", or as what has changed, "delta". Default none.',
      examples: ["none", "delta"],
    }),
  cache: amount(BYTES, limits.CACHE_BYTES)
    .prefault("64MiB") // QEMU's xbzrle-cache-size.
    .meta({
      description: "Memory of dom0 for pages as they were sent last, with delta; 4KiB to 1GiB. Default 64MiB.",
      examples: ["64MiB"],
    }),
  zeroPages: choice(ZERO_PAGES)
    .default("whole") // What Xen does.
    .meta({
      description:
        'How a page of zeros crosses: "whole", as every page of Xen\'s, or "marked" by 16 bytes, as QEMU has it. Default whole.',
      examples: ["marked"],
    }),
  backend: choice(BACKEND_TIMES)
    .default("in-stop") // What Xen's toolstack does.
    .meta({
      description:
        'When dom0 of the target sets up the backend of a NIC that it serves: "in-stop", while the guest stands still, or "before-stop", before the first round. Default in-stop.',
      examples: ["before-stop"],
    }),
  hotPlug: choice(HOT_PLUGS)
    .default("acpi") // What Xen's toolstack does.
    .meta({
      description:
        'io teaming: how the virtual function is unplugged: by "acpi", or "native", as PCI Express has it, which may be called off for five seconds. Default acpi.',
      examples: ["native"],
    }),
  deviceModel: flag()
    .default(true) // Every HVM guest of Xen's has one.
    .meta({
      description: "A process of dom0 plays the guest's chipset, and its state moves, too. Default true.",
      examples: [false],
    }),
  cancel: amountOrNever(DURATION, limits.ANY_DURATION)
    .prefault("never") // The user waits.
    .meta({
      description: "When the user calls it off, unless the VM has moved by then, or never. Default never.",
      examples: ["never", "2s"],
    }),
  force: amountOrNever(DURATION, limits.ANY_DURATION)
    .prefault("never")
    .meta({
      description: "When the user has the guest stopped whatever is dirty, or never. Default never.",
      examples: ["never", "2s"],
    }),
}).meta({ description: "A live migration. It takes cores and a virtual function of the host that it goes to." });

/** What a policy may be given. */
export interface PolicyOptions {
  readonly downtime?: number | undefined;
  readonly timeout?: number | undefined;
  readonly onTimeout?: (typeof TIMEOUT_ACTIONS)[number] | undefined;
}

/** Returns a policy with what the user says of it; the rest is its makers'. */
export function policyOf(kind: MigrationPolicy["kind"], options: PolicyOptions): MigrationPolicy {
  const policy = MIGRATION_POLICIES[kind];
  if (policy.kind !== "downtime" && policy.kind !== "auto-converge") return policy;
  const { downtime = policy.downtimeNs, timeout = policy.timeoutNs, onTimeout = policy.onTimeout } = options;
  return { ...policy, downtimeNs: downtime, timeoutNs: timeout, onTimeout };
}
