/**
 * Sorts the segments of a capture by connection: a SYN to the service's port begins one, the same two ports go on with
 * it until another SYN begins the next.
 *
 * Leaves out attempts that never became a connection, and segments without data that belong to none: acknowledgments and
 * resets of what was over before. Invariant: of every connection that is returned both first sequence numbers are known.
 */

import { describe, type Finding, type NumberedPacket } from "./capture-finding";
import { type PortAddresses, route } from "./ip-packet";
import { readTcp, type WholeSegment } from "./tcp-segment";

export type Side = "client" | "server";

export const SIDES: readonly Side[] = ["client", "server"];

/** Returns the other of the two. */
export function otherOf(side: Side): Side {
  return side === "client" ? "server" : "client";
}

/** Returns the number that is nearest to another of those that look like `distance` in 32 bits: sequence numbers wrap. */
export function nearest(other: number, distance: number): number {
  return other + ((distance - other) | 0);
}

/** A segment with the packet that it came in. */
export interface SeenSegment extends NumberedPacket {
  readonly side: Side;
  readonly segment: WholeSegment;
}

/** What was seen of a connection. */
export interface SeenConnection {
  /** From the client to the server. */
  readonly addresses: PortAddresses;
  readonly syn: SeenSegment;
  /** Sequence numbers of the first bytes, behind those of the SYNs. */
  readonly firstByte: Readonly<Record<Side, number>>;
  /** In the order of time, SYNs included. */
  readonly segments: readonly SeenSegment[];
}

interface Draft {
  readonly addresses: PortAddresses;
  readonly syn: SeenSegment;
  readonly firstByte: Record<Side, number | null>;
  readonly segments: SeenSegment[];
}

/** What the segments of a capture came to. */
export interface SeenTraffic {
  readonly connections: readonly SeenConnection[];
  readonly findings: readonly Finding[];
  /** Ports that SYNs went to. */
  readonly portsSeen: ReadonlySet<number>;
}

/** Sorts packets, in the order of time, into the connections to TCP port `port`, in the order of their SYNs. */
export function findConnections(packets: readonly NumberedPacket[], port: number): SeenTraffic {
  const findings: Finding[] = [];
  const portsSeen = new Set<number>();
  const drafts: Draft[] = [];
  const current = new Map<string, Draft>();
  const strangers = new Set<string>();
  for (const numbered of packets) {
    const segment = readTcp(numbered.packet.bytes);
    if (segment === null) continue;
    if (segment.kind === "whole" && isFirst(segment)) portsSeen.add(segment.targetPort);
    if (segment.sourcePort !== port && segment.targetPort !== port) continue;
    if (segment.kind === "unusable") {
      findings.push(describe(numbered, `TCP ${route(segment)} ${segment.reason}`));
      continue;
    }
    const opened = openedBy(numbered, segment, port, current);
    if (opened) drafts.push(opened);
    if (!opened && !addTo(current, numbered, segment)) noteStranger(strangers, findings, numbered, segment);
  }
  const connections = drafts.flatMap((draft) => establishedOf(draft, findings));
  return { connections, findings, portsSeen };
}

function isFirst({ isSyn, acknowledgment }: WholeSegment): boolean {
  return isSyn && acknowledgment === null;
}

/** Returns the connection that a SYN begins; null for any other segment, and for a SYN that was sent again. */
function openedBy(
  numbered: NumberedPacket,
  segment: WholeSegment & PortAddresses,
  port: number,
  current: Map<string, Draft>,
): Draft | null {
  if (!isFirst(segment) || segment.targetPort !== port) return null;
  const key = keyOf(segment);
  const firstByte = (segment.sequence + 1) >>> 0;
  if (current.get(key)?.firstByte.client === firstByte) return null;
  const syn: SeenSegment = { ...numbered, side: "client", segment };
  const draft: Draft = { addresses: segment, syn, firstByte: { client: firstByte, server: null }, segments: [syn] };
  current.set(key, draft);
  return draft;
}

/** Adds a segment to its connection; returns whether there is one. */
function addTo(current: ReadonlyMap<string, Draft>, numbered: NumberedPacket, segment: WholeSegment & PortAddresses) {
  const asClient = current.get(keyOf(segment));
  const draft = asClient ?? current.get(keyOf(reverse(segment)));
  if (draft === undefined) return false;
  const side = asClient ? "client" : "server";
  if (side === "server" && segment.isSyn) draft.firstByte.server ??= (segment.sequence + 1) >>> 0;
  draft.segments.push({ ...numbered, side, segment });
  return true;
}

/** Data of a connection whose beginning is missing; said once for each connection. */
function noteStranger(
  strangers: Set<string>,
  findings: Finding[],
  numbered: NumberedPacket,
  segment: WholeSegment & PortAddresses,
): void {
  if (segment.payload.length === 0) return;
  const keys = [keyOf(segment), keyOf(reverse(segment))];
  if (keys.some((key) => strangers.has(key))) return;
  strangers.add(keyOf(segment));
  const reason =
    `carries ${segment.payload.length} bytes ${route(segment)} of a connection whose SYN is not in the capture; ` +
    "record from before it is opened, or leave its packets out";
  findings.push(describe(numbered, reason));
}

/** Returns a connection that both sides opened, or nothing. */
function establishedOf({ addresses, syn, firstByte, segments }: Draft, findings: Finding[]): SeenConnection[] {
  const { client, server } = firstByte;
  if (client !== null && server !== null) return [{ addresses, syn, firstByte: { client, server }, segments }];
  const withData = segments.find(({ segment }) => segment.payload.length > 0);
  if (withData !== undefined) {
    const reason =
      `carries data of the connection ${route(addresses)}, whose SYN of the server is not in the capture; ` +
      "record both directions, or leave its packets out";
    findings.push(describe(withData, reason));
  }
  return [];
}

function keyOf({ source, target, sourcePort, targetPort }: PortAddresses): string {
  return `${source} ${sourcePort} ${target} ${targetPort}`;
}

function reverse({ source, target, sourcePort, targetPort }: PortAddresses): PortAddresses {
  return { source: target, target: source, sourcePort: targetPort, targetPort: sourcePort };
}
