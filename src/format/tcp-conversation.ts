/**
 * Reads what was said over TCP to a service of a capture: of each connection the bytes of both sides, and their turns.
 *
 * Knows no protocol. Leaves out checksums, urgent data, and what the recorded stacks did to get the bytes across: a
 * replay's have their own. Invariant: every connection to the port is in the result whole, or an InputError says which is
 * not and at what packet: a replay never starts from a part of a conversation. Read first: `seen-connection.ts`,
 * `seen-stream.ts`, `tcp-turns.ts`.
 */

import { InputError } from "../sim/input-error";
import {
  describe,
  describeSilence,
  type Finding,
  findForeignLinks,
  inOrderOfTime,
  toProblems,
} from "./capture-finding";
import type { Capture } from "./captured-packet";
import { route } from "./ip-packet";
import { findConnections, type SeenConnection, type Side } from "./seen-connection";
import { readStream, type SeenStream } from "./seen-stream";
import { canBePlayed, readTurns, type Turn } from "./tcp-turns";

export type { Side } from "./seen-connection";
export type { Turn } from "./tcp-turns";

/** What one side said. */
export interface RecordedSide {
  /** All that it wrote: a copy, in one piece. */
  readonly bytes: Uint8Array;
  readonly turns: readonly Turn[];
}

/** A recorded connection. */
export interface RecordedConnection {
  /** Of its SYN and of its last segment, in nanoseconds after the first SYN; integers. */
  readonly startNs: number;
  readonly endNs: number;
  readonly client: RecordedSide;
  readonly server: RecordedSide;
  /** Who ended it with a reset; null when nobody did before both had closed. */
  readonly resetBy: Side | null;
}

/** Longest recording: 2^53 - 1 ns, about 104 days, so that a number holds its times exactly. */
const SPAN_NS_MAX = BigInt(Number.MAX_SAFE_INTEGER);
/** Bytes of one stream: places in it are words of 32 bits where it is replayed. */
const STREAM_BYTES_MAX = 2 ** 31;

/**
 * Returns every connection to TCP port `port`, in the order of their beginnings.
 *
 * @param options.source name of the file in messages
 * @throws InputError for a link layer other than Ethernet, a segment that is a fragment or not whole, data without the
 * SYNs of its connection, bytes that are missing or differ when they are sent again, and no connection at all
 */
export function readTcpConversation(capture: Capture, options: { source: string; port: number }): RecordedConnection[] {
  const { source, port } = options;
  const traffic = findConnections(inOrderOfTime(capture), port);
  const findings: Finding[] = [...findForeignLinks(capture), ...traffic.findings];
  const startNs = traffic.connections[0]?.syn.packet.timeNs ?? 0n;
  const connections = traffic.connections.flatMap((seen) => record(seen, startNs, findings));
  if (connections.length === 0 && findings.length === 0) {
    findings.push(describeSilence(capture, "part of a TCP connection", "TCP", port, traffic.portsSeen));
  }
  if (findings.length > 0) throw new InputError(source, toProblems(findings));
  return connections;
}

function record(seen: SeenConnection, startNs: bigint, findings: Finding[]): RecordedConnection[] {
  const foundCount = findings.length;
  const streams = { client: readStream(seen, "client", findings), server: readStream(seen, "server", findings) };
  if (findings.length > foundCount) return [];
  const reset = findReset(seen, streams);
  const resetAt = (side: Side) => (reset?.side === side ? reset.packet.timeNs : null);
  const turns = {
    client: readTurns(seen, streams, "client", resetAt("client")),
    server: readTurns(seen, streams, "server", resetAt("server")),
  };
  const endNs = seen.segments.at(-1)?.packet.timeNs ?? seen.syn.packet.timeNs;
  const problem = findProblem(streams, turns, endNs - startNs);
  if (problem !== null) {
    findings.push(describe(seen.syn, `opens the connection ${route(seen.addresses)}, ${problem}; leave it out`));
    return [];
  }
  return [
    {
      startNs: Number(seen.syn.packet.timeNs - startNs),
      endNs: Number(endNs - startNs),
      client: { bytes: joined(streams.client), turns: turns.client },
      server: { bytes: joined(streams.server), turns: turns.server },
      resetBy: reset?.side ?? null,
    },
  ];
}

/** Finds the segment that ended a connection which was not over, and whose sender said no more. */
function findReset({ segments }: SeenConnection, { client, server }: Record<Side, SeenStream>) {
  const first = segments.findIndex(({ segment }) => segment.isReset);
  const reset = segments[first];
  if (reset === undefined) return null;
  const isOver = [client, server].every(({ close }) => close !== null && close.timeNs <= reset.packet.timeNs);
  const goesOn = segments.slice(first).some(({ side, segment }) => side === reset.side && segment.payload.length > 0);
  return isOver || goesOn ? null : reset;
}

function findProblem(
  streams: Record<Side, SeenStream>,
  turns: Record<Side, readonly Turn[]>,
  spanNs: bigint,
): string | null {
  if (spanNs > SPAN_NS_MAX) return `which ends ${spanNs} ns after the first; at most ${SPAN_NS_MAX} are allowed`;
  const longest = Math.max(streams.client.byteCount, streams.server.byteCount);
  if (longest > STREAM_BYTES_MAX)
    return `in which a side sent ${longest} bytes; at most ${STREAM_BYTES_MAX} are allowed`;
  return canBePlayed(turns) ? null : "in which each side acknowledges bytes before the other can have sent them";
}

function joined({ pieces, byteCount }: SeenStream): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  for (const piece of pieces) bytes.set(piece.bytes, piece.from);
  return bytes;
}
