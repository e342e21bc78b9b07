/**
 * The link of a migration as its two ends know it: connections that carry pages and the device's state to the target, and
 * messages both ways. While it is cut, what has not left waits at its sender (src/checkpoint/link-state.ts); who waits for
 * a link that is never mended is whoever began the migration, and may call it off.
 *
 * A migration that has no link of its own goes over the hosts' ports (ports-path.ts), which are never cut.
 *
 * The connections share the link, in the order in which they were given something. Invariant: what has left arrives, and
 * what has not left is sent again whole or in part, once.
 */
import { firstTimeoutNs, LINK, type LinkState, nextTimeoutNs } from "../checkpoint/link-state";
import { nowPsOf, type OnLink, recallFrom } from "../checkpoint/on-link";
import { follow } from "../checkpoint/state-table";
import type { World } from "../core/world";
import type { Simulation } from "../host/simulation";
import { after, type Purpose, takeTimer } from "../host/timers";
import type { Migration } from "./migration";
import { closePath, offerBytes } from "./ports-path";

/** Bytes for the link. */
export interface Sending extends OnLink {
  /** What its timer is for, and whether that is when the last bit has arrived, not when it has left. */
  readonly purpose: Purpose;
  readonly isTimerAtArrival: boolean;
}

/** A short message, and which end it comes from. */
export interface Note {
  readonly from: "source" | "target";
  readonly kind: string;
}

export interface MigrationLink {
  state: LinkState;
  /** When the connections try again, after their next time-out. */
  timeoutNs: number;
  /** What has not left, in the order in which it was given. */
  sendings: Sending[];
  /** Messages that wait. */
  notes: Note[];
}

/** Returns a link that works and carries nothing. */
export function idleLink(): MigrationLink {
  return { state: "up", timeoutNs: 0, sendings: [], notes: [] };
}

/** Sends bytes of a connection, or has them wait for the link; a timer for this purpose fires when they have left. */
export function sendBytes(simulation: Simulation, m: Migration, byteCount: number, purpose: Purpose): void {
  give(simulation, m, byteCount, purpose, false);
}

/** The same; the timer fires when they have arrived. */
export function deliverBytes(simulation: Simulation, m: Migration, byteCount: number, purpose: Purpose): void {
  give(simulation, m, byteCount, purpose, true);
}

function give(simulation: Simulation, m: Migration, leftBytes: number, purpose: Purpose, isTimerAtArrival: boolean) {
  const { world, timers } = simulation;
  if (m.ports) {
    offerBytes(world, m.ports, leftBytes, purpose);
    return;
  }
  const nowPs = nowPsOf(world);
  const timer = takeTimer(timers, purpose);
  const sending: Sending = { timer, purpose, isTimerAtArrival, leftBytes, endPs: null };
  m.link.sendings = [...m.link.sendings.filter(({ endPs }) => endPs === null || endPs > nowPs), sending];
  transmit(world, m, sending);
}

function transmit({ plane }: World, { link, wire }: Migration, sending: Sending): void {
  if (link.state !== "up") return;
  if (sending.isTimerAtArrival) plane.sendCheckpoint(wire, sending.leftBytes, sending.timer);
  else plane.sendPart(wire, sending.leftBytes, sending.timer);
  sending.endPs = plane.streamEndPs(wire);
}

/** Sends a message, or has it wait for the link. */
export function sendNote({ world, timers }: Simulation, m: Migration, note: Note): void {
  if (m.ports) {
    after(world, timers, m.ports.noteNs, { kind: note.kind, subject: m.index });
    return;
  }
  if (m.link.state !== "up") {
    m.link.notes.push(note);
    return;
  }
  const wire = note.from === "source" ? m.wire : m.wire + 1;
  world.plane.sendNote(wire, takeTimer(timers, { kind: note.kind, subject: m.index }));
}

/** Whatever waits is forgotten: the migration is over, or one of its ends is. */
export function forgetWaiting(world: World, { link, ports }: Migration): void {
  link.sendings = [];
  link.notes = [];
  if (ports) closePath(world, ports);
}

/** The link is cut in both directions. */
export function cutMigrationLink(simulation: Simulation, m: Migration): void {
  const { world, timers } = simulation;
  const { link } = m;
  if (link.state === "cut") return;
  const isWaiting = link.state === "mended";
  link.state = follow(LINK, link.state, "cut");
  if (isWaiting) return;
  recallFrom(world, m.wire, link.sendings);
  link.timeoutNs = firstTimeoutNs(m.latencyNs, m.costs.tcpTimeoutLeast);
  after(world, timers, link.timeoutNs, { kind: "migration-retry", subject: m.index });
}

/** The link is whole again; the connections find out when they try. */
export function mendMigrationLink({ link }: Migration): void {
  if (link.state === "cut") link.state = follow(LINK, link.state, "mend");
}

/** The connections try again. */
export function onRetry(simulation: Simulation, m: Migration): void {
  const { world, timers } = simulation;
  const { link } = m;
  link.state = follow(LINK, link.state, "retry");
  if (link.state === "cut") {
    link.timeoutNs = nextTimeoutNs(link.timeoutNs);
    after(world, timers, link.timeoutNs, { kind: "migration-retry", subject: m.index });
    return;
  }
  for (const sending of link.sendings) if (sending.endPs === null) transmit(world, m, sending);
  for (const note of link.notes.splice(0)) sendNote(simulation, m, note);
}
