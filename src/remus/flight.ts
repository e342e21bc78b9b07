/**
 * What is on its way to the backup: batches of the first copy one at a time, then checkpoints, several at once and in the
 * order of their epochs; and writes of the disk among them (mirror.ts).
 *
 * Invariant: streams leave and arrive in the order in which they were sent, because they share one connection.
 */
import { ARRIVALS, type ArrivalState, type Epoch } from "../checkpoint/epoch";
import { nowPsOf } from "../checkpoint/on-link";
import { follow } from "../checkpoint/state-table";
import { InternalError } from "../core/load";
import type { Simulation } from "../host/simulation";
import { type Sending, type StreamSending, underWay } from "./link";
import type { Protection } from "./protection";

/** A checkpoint in flight: captured, its stream sent, not committed. */
export interface Flight extends Epoch, StreamSending {
  arrival: ArrivalState;
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

/** The primary sends nothing any more: what has left whole still arrives, the rest is cut. */
export function cutSendings({ world, timers }: Simulation, p: Protection): void {
  const { plane } = world;
  const nowPs = nowPsOf(world);
  const cut = underWay(p).filter(({ endPs }) => endPs === null || endPs > nowPs);
  const isCut = ({ timer }: Sending) => cut.some((each) => each.timer === timer);
  for (const flight of p.inFlight) {
    if (isCut(flight)) flight.arrival = follow(ARRIVALS, flight.arrival, "cut");
  }
  p.inFlight = p.inFlight.filter(({ arrival }) => arrival === "receiving");
  if (p.batch && isCut(p.batch)) p.batch = null;
  if (p.mirror) p.mirror.sendings = p.mirror.sendings.filter((sending) => !isCut(sending));
  for (const { timer } of cut) {
    plane.disarmTimer(timer);
    timers[timer] = null;
  }
}
