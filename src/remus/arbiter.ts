/**
 * The third party that two hosts ask which do not hear each other: it lets the first one go on, and no other.
 *
 * | state   | event            | action                                            | next    |
 * |---------|------------------|---------------------------------------------------|---------|
 * | open    | asked-by-primary | the backup is dead from now on                    | primary |
 * | open    | asked-by-backup  | the machine is the backup's from now on           | backup  |
 * | primary, backup | asked    | the answer stays: yes to the one, no to the other | same    |
 *
 * It is on the network, not on the replication link: a question takes a round trip over it. An answer is for good. If
 * the host that was let go on dies, too, the machine is lost, because the other one was told to stay out.
 */
import { ARBITRATED_BACKUP, ARBITRATED_PRIMARY, TRACE_ARBITRATED } from "../../assembly/layout/trace";
import { follow, type StateTable } from "../checkpoint/state-table";
import type { Simulation } from "../host/simulation";
import { after, cancel } from "../host/timers";
import { isProtecting, type Protection } from "./protection";

export type Side = "primary" | "backup";
export type ArbiterState = "open" | Side;
export type ArbiterEvent = "asked-by-primary" | "asked-by-backup";

export const ARBITER = {
  open: { "asked-by-primary": "primary", "asked-by-backup": "backup" },
  primary: { "asked-by-primary": "primary", "asked-by-backup": "primary" },
  backup: { "asked-by-primary": "backup", "asked-by-backup": "backup" },
} as const satisfies StateTable<ArbiterState, ArbiterEvent>;

export interface Arbiter {
  state: ArbiterState;
  /** From a host to it. */
  readonly wayNs: number;
}

/** A host asks whether it may go on. */
export function ask({ world, timers }: Simulation, p: Protection, side: Side): void {
  if (p.arbiter) after(world, timers, p.arbiter.wayNs, { kind: `asked-by-${side}`, subject: p.index });
}

/** A sign of life of the backup; who listens has somebody to ask when there is none. */
export function listenToBackup({ world, timers }: Simulation, p: Protection): void {
  if (!p.arbiter || !isProtecting(p)) return;
  cancel(world, timers, ["backup-silence"], p.index);
  after(world, timers, p.timeoutNs, { kind: "backup-silence", subject: p.index });
}

/** The question has arrived: who asks first goes on. */
export function onAsked({ world, timers }: Simulation, p: Protection, side: Side): void {
  if (!p.arbiter) return;
  if (p.arbiter.state === "open") {
    const decision = side === "primary" ? ARBITRATED_PRIMARY : ARBITRATED_BACKUP;
    world.plane.traceControl(TRACE_ARBITRATED, p.index, decision, 0, 0);
  }
  p.arbiter.state = follow(ARBITER, p.arbiter.state, `asked-by-${side}`);
  after(world, timers, p.arbiter.wayNs, { kind: `answered-${side}`, subject: p.index });
}

/** Tells whether the arbiter has let a side go on; without one the backup decides for itself. */
export function mayGoOn({ arbiter }: Protection, side: Side): boolean {
  return arbiter === null ? side === "backup" : arbiter.state === side;
}
