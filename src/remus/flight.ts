/**
 * What is on its way to the backup: page batches of the first copy one at a time, then checkpoints, several at once and
 * in the order of their epochs.
 *
 * Invariant: streams leave and arrive in the order in which they were sent, because they share one connection.
 */
import { ARRIVALS, type ArrivalState, type Epoch } from "../checkpoint/epoch";
import { type Staged, streamBytes } from "../checkpoint/replica";
import { follow } from "../checkpoint/state-table";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Simulation } from "../host/simulation";
import { takeTimer } from "../host/timers";
import type { Protection } from "./protection";

/** A stream that was handed to the link. */
export interface Sending {
  readonly staged: Staged;
  /** When its last bit leaves the primary, in picoseconds. */
  readonly endPs: number;
  /** The timer that fires when it has arrived. */
  readonly timer: number;
}

/** A checkpoint in flight: captured, its stream sent, not committed. */
export interface Flight extends Epoch, Sending {
  arrival: ArrivalState;
}

/** Hands what is staged to the link. */
export function send(simulation: Simulation, p: Protection, staged: Staged, kind: string): Sending {
  const { world, timers } = simulation;
  const timer = takeTimer(timers, { kind, subject: p.index });
  world.plane.sendCheckpoint(p.replica.wire, streamBytes(staged), timer);
  return { staged, endPs: world.plane.streamEndPs(p.replica.wire), timer };
}

/** Tells whether another epoch may be captured: a place in flight is free. */
export function hasPlace(p: Protection): boolean {
  return p.inFlight.length < p.replica.rooms.length;
}

/** Returns a room that no epoch in flight has. */
export function freeRoom({ replica, inFlight }: Protection): number {
  const taken = inFlight.map(({ staged }) => staged.room);
  const room = replica.rooms.find((candidate) => !taken.includes(candidate));
  if (room === undefined) throw new InternalError("an epoch is captured only when a place is free");
  return room;
}

/** The primary is dead: what has left whole still arrives, the rest is cut. */
export function cutSendings({ world, timers }: Simulation, p: Protection): void {
  const nowPs = nowPsOf(world);
  const isCut = ({ endPs }: Sending) => endPs > nowPs;
  const cut: Sending[] = p.inFlight.filter((flight) => flight.arrival === "receiving" && isCut(flight));
  p.inFlight
    .filter(({ timer }) => cut.some((each) => each.timer === timer))
    .forEach((flight) => {
      flight.arrival = follow(ARRIVALS, flight.arrival, "cut");
    });
  p.inFlight = p.inFlight.filter(({ arrival }) => arrival === "receiving");
  if (p.batch && isCut(p.batch)) {
    cut.push(p.batch);
    p.batch = null;
  }
  for (const { timer } of cut) {
    world.plane.disarmTimer(timer);
    timers[timer] = null;
  }
}

function nowPsOf({ plane }: World): number {
  return plane.nowNs() * 1000 + plane.nowPs();
}
