/**
 * The replication link as its two ends know it: one connection that carries streams to the backup and answers back, and
 * datagrams beside it.
 *
 * Its states are those of every such connection (src/checkpoint/link-state.ts): cut, what has not left waits at the primary
 * and answers wait at the backup. Who gives up on it is the backup by its time-out, the arbiter, or the operator.
 */
import { firstTimeoutNs, LINK, type LinkState, nextTimeoutNs } from "../checkpoint/link-state";
import { type OnLink, recallFrom } from "../checkpoint/on-link";
import { type Staged, streamBytes } from "../checkpoint/replica";
import { follow } from "../checkpoint/state-table";
import type { Simulation } from "../host/simulation";
import { after, takeTimer } from "../host/timers";
import type { Protection } from "./protection";

const ALL_LOST = 2 ** 32;

/** Something for the link, whose timer fires when it has arrived. */
export interface Sending extends OnLink {
  /** Its place among all that was ever handed to the connection. */
  readonly order: number;
}

/** A stream for the link. */
export interface StreamSending extends Sending {
  readonly staged: Staged;
  /** Blocks of the disk that the backup's has when it has this: mirrored writes, since the beginning. */
  readonly blockCount: number;
}

export interface ReplicationLink {
  state: LinkState;
  rateBitsPerSecond: number;
  readonly latencyNs: number;
  /** Chance that a frame is lost. */
  loss: number;
  /** When the connection tries again, after its next time-out. */
  timeoutNs: number;
  /** Kinds of answers that wait for the connection. */
  answers: string[];
  /** What was ever handed to it. */
  sendingCount: number;
}

/** Returns a link that works. */
export function createLink({ rateBitsPerSecond, latencyNs }: Pick<ReplicationLink, "rateBitsPerSecond" | "latencyNs">) {
  return {
    state: "up",
    rateBitsPerSecond,
    latencyNs,
    loss: 0,
    timeoutNs: 0,
    answers: [],
    sendingCount: 0,
  } satisfies ReplicationLink;
}

/** Hands something to the connection, or has it wait for it. */
export function transmit({ world }: Simulation, p: Protection, sending: Sending): void {
  if (p.link.state !== "up") return;
  world.plane.sendCheckpoint(p.replica.wire, sending.leftBytes, sending.timer);
  sending.endPs = world.plane.streamEndPs(p.replica.wire);
}

/** The backup answers over the connection. */
export function answer({ world, timers }: Simulation, p: Protection, kind: string): void {
  if (p.link.state === "up") {
    world.plane.sendNote(p.replica.wire + 1, takeTimer(timers, { kind, subject: p.index }));
  } else {
    p.link.answers.push(kind);
  }
}

/** Sends a datagram, from the primary or from the backup; it may be lost. */
export function sendDatagram(
  { world, timers }: Simulation,
  p: Protection,
  from: "primary" | "backup",
  kind: string,
): void {
  const timer = takeTimer(timers, { kind, subject: p.index });
  const isComing = world.plane.sendBeat(p.replica.wire + (from === "primary" ? 0 : 1), timer);
  if (!isComing) timers[timer] = null;
}

/** The link is cut in both directions. */
export function cutLink(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  const { link } = p;
  if (link.state === "cut") return;
  const isWaiting = link.state === "mended";
  link.state = follow(LINK, link.state, "cut");
  world.plane.cutReplicationLink(p.replica.wire, 1);
  if (isWaiting) return;
  recallFrom(world, p.replica.wire, underWay(p));
  link.timeoutNs = firstTimeoutNs(link.latencyNs, p.costs.tcpTimeoutLeast);
  after(world, timers, link.timeoutNs, { kind: "link-retry", subject: p.index });
}

/** The link is whole again. */
export function mendLink({ world }: Simulation, p: Protection): void {
  if (p.link.state !== "cut") return;
  p.link.state = follow(LINK, p.link.state, "mend");
  world.plane.cutReplicationLink(p.replica.wire, 0);
}

/** The connection tries again. */
export function onLinkRetry(simulation: Simulation, p: Protection): void {
  const { world, timers } = simulation;
  const { link } = p;
  link.state = follow(LINK, link.state, "retry");
  if (link.state === "cut") {
    link.timeoutNs = nextTimeoutNs(link.timeoutNs);
    after(world, timers, link.timeoutNs, { kind: "link-retry", subject: p.index });
    return;
  }
  for (const sending of underWay(p)) if (sending.endPs === null) transmit(simulation, p, sending);
  for (const kind of link.answers.splice(0)) answer(simulation, p, kind);
}

/** The link has another rate or loses more from now on; null leaves a value as it is. */
export function alterLink(
  simulation: Simulation,
  p: Protection,
  { rateBitsPerSecond, loss }: { readonly rateBitsPerSecond: number | null; readonly loss: number | null },
): void {
  const { link, replica } = p;
  const recalled = recallFrom(simulation.world, replica.wire, underWay(p));
  link.rateBitsPerSecond = rateBitsPerSecond ?? link.rateBitsPerSecond;
  link.loss = loss ?? link.loss;
  const { plane } = simulation.world;
  plane.setReplicationLink(replica.wire, link.rateBitsPerSecond, Math.floor(link.loss * ALL_LOST));
  for (const sending of recalled) transmit(simulation, p, sending);
}

/** What has not arrived, in the order in which it was sent: streams, and writes of the disk. */
export function underWay({ batch, inFlight, mirror }: Protection): Sending[] {
  const streams = [...(batch ? [batch] : []), ...inFlight.filter(({ arrival }) => arrival === "receiving")];
  return [...streams, ...(mirror?.sendings ?? [])].sort((one, other) => one.order - other.order);
}

/** Returns something that is about to be sent. */
export function sendingOf({ timers }: Simulation, p: Protection, byteCount: number, kind: string): Sending {
  const timer = takeTimer(timers, { kind, subject: p.index });
  return { order: p.link.sendingCount++, leftBytes: byteCount, endPs: null, timer };
}

/** The same for a stream; so many blocks of the disk are the backup's with it. */
export function streamSendingOf(
  simulation: Simulation,
  p: Protection,
  staged: Staged,
  kind: string,
  blockCount: number,
): StreamSending {
  return { ...sendingOf(simulation, p, streamBytes(staged), kind), staged, blockCount };
}
