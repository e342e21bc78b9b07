/**
 * When a live migration stops the guest: four policies as plain data, with the values that their makers gave them.
 *
 * `src/migration/policy.ts` decides by them. Rates are of the sender's own limit: null for as fast as the link takes it.
 */

/** The policy of Xen from 2005 to 2014 (xc_linux_save.c, xc_domain_save.c). */
export interface XenClassicPolicy {
  readonly kind: "xen-classic";
  /** As many rounds are followed by the stop. */
  readonly roundCountMax: number;
  /** A round of fewer pages is the last one. */
  readonly pageCountMin: number;
  /** The guest stops when more than this many times its memory has been sent. */
  readonly trafficFactorMax: number;
  /** Null as in builds without ADAPTIVE_SAVE, which have neither limits of the rate nor the rule about the greatest one. */
  readonly ramp: RateRamp | null;
}

/** How fast a sender may be, by how fast the guest dirties. */
export interface RateRamp {
  readonly startBitsPerSecond: number;
  /** A round whose pages were dirtied faster than it was sent is followed by one this much faster than that. */
  readonly stepBitsPerSecond: number;
  readonly maxBitsPerSecond: number;
}

/** The policy of Xen since 2015 (`simple_precopy_policy` in xg_sr_save.c). */
export interface XenPolicy {
  readonly kind: "xen";
  readonly roundCountMax: number;
  /** The guest stops when fewer pages are dirty. */
  readonly pageCountMin: number;
}

/** QEMU's and Cloud Hypervisor's: stop when what is left would cross in a given time. */
export interface DowntimePolicy {
  readonly kind: "downtime";
  /** Longest time for the last pages, by the bandwidth that was measured. The rest of the stop is not estimated. */
  readonly downtimeNs: number;
  readonly timeoutNs: number;
  readonly onTimeout: TimeoutAction;
}

/** What becomes of a migration that has taken too long. */
export type TimeoutAction = "give-up" | "stop-and-copy";

export const TIMEOUT_ACTIONS: readonly TimeoutAction[] = ["give-up", "stop-and-copy"];

/** The same, with a guest that is slowed down until it dirties slowly enough. */
export interface AutoConvergePolicy extends Omit<DowntimePolicy, "kind"> {
  readonly kind: "auto-converge";
  /** Rounds before the guest is slowed down. */
  readonly roundCountFree: number;
  /** Rounds from one step to the next. */
  readonly roundsPerStep: number;
  /** Processor time that a step takes from the guest, in percent of one that runs freely. */
  readonly stepPercent: number;
  readonly throttlePercentMax: number;
}

export type MigrationPolicy = XenClassicPolicy | XenPolicy | DowntimePolicy | AutoConvergePolicy;

export type MigrationPolicyKind = MigrationPolicy["kind"];

const DOWNTIME = {
  kind: "downtime",
  downtimeNs: 300_000_000, // cloud-hypervisor issue 7835; QEMU's default as well
  timeoutNs: 3_600_000_000_000, // the same issue
  onTimeout: "give-up",
} as const satisfies DowntimePolicy;

/** Each policy as its makers set it. */
export const MIGRATION_POLICIES = {
  "xen-classic": {
    kind: "xen-classic",
    roundCountMax: 29, // DEF_MAX_ITERS
    pageCountMin: 50,
    trafficFactorMax: 3, // DEF_MAX_FACTOR
    ramp: {
      startBitsPerSecond: 100_000_000, // START_MBIT_RATE
      stepBitsPerSecond: 50_000_000, // print_stats()
      maxBitsPerSecond: 500_000_000, // MAX_MBIT_RATE
    },
  },
  xen: {
    kind: "xen",
    roundCountMax: 5, // SPP_MAX_ITERATIONS
    pageCountMin: 50, // SPP_TARGET_DIRTY_COUNT
  },
  downtime: DOWNTIME,
  "auto-converge": {
    ...DOWNTIME,
    kind: "auto-converge",
    roundCountFree: 4, // this and the next three: cyberus pull request 13 to cloud-hypervisor
    roundsPerStep: 2,
    stepPercent: 10,
    throttlePercentMax: 99,
  },
} as const satisfies { readonly [Kind in MigrationPolicyKind]: Extract<MigrationPolicy, { kind: Kind }> };

export const MIGRATION_POLICY_KINDS: readonly MigrationPolicyKind[] = [
  "xen-classic",
  "xen",
  "downtime",
  "auto-converge",
];
