/**
 * The downtime policy with a guest that is slowed down, step by step, until its pages can be sent as fast as it dirties.
 *
 * The throttle is the share of processor time that vCPUs do without, in windows of 100 ms in Cloud Hypervisor, whose
 * steps these are (cyberus pull request 13). Left out: QEMU's steps, which go by the traffic of a second.
 */
import type { AutoConvergePolicy } from "../config/migration-policy";
import type { Decision } from "./decision";
import { decideDowntime } from "./policy-downtime";
import type { PreCopyProgress } from "./round";

/** Decides as the downtime policy does, and throttles the guest in rounds behind the free ones. */
export function decideAutoConverge(policy: AutoConvergePolicy, progress: PreCopyProgress): Decision {
  const decision = decideDowntime(policy, progress);
  if (decision.next !== "round") return decision;
  return { ...decision, throttlePercent: throttleAfter(policy, progress.rounds.length) };
}

/** Returns the throttle of the round behind so many others. */
export function throttleAfter(policy: AutoConvergePolicy, roundCount: number): number {
  const { roundCountFree, roundsPerStep, stepPercent, throttlePercentMax } = policy;
  if (roundCount < roundCountFree) return 0;
  const stepCount = 1 + Math.floor((roundCount - roundCountFree) / roundsPerStep);
  return Math.min(stepCount * stepPercent, throttlePercentMax);
}
