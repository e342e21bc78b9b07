/**
 * The way of a migration over the ports of its hosts: dom0 of the source and dom0 of the target have TCP connections between
 * them, whose segments are frames of the physical functions and compete with everybody else's for ports and switch.
 *
 *     dom0 (source): feed --socket--> stack --> bridge, pool 7 --> port --> switch --> port --> pool 7, bridge --> stack --> sink
 *
 * The stacks carry so many bytes, not the bytes of pages, which lie in the rooms of their sender until the target's socket
 * has been read up to them. Left out: the two messages of the hand-over take the time of a frame on idle ports, and dom0's
 * processor works for segments by `sendPage`, beside what bridge and driver charge.
 */
import { WORK_DONE_BYTES } from "../../assembly/layout/tcp";
import type { World } from "../core/world";
import type { Purpose } from "../host/timers";
import type { Station } from "../workload/station";

/** One connection. */
export interface PortsStream {
  readonly from: number;
  readonly feed: number;
  readonly to: number;
  readonly sink: number;
  /** Bytes that it was given in all. */
  offeredBytes: number;
}

/** Bytes on their way, and what for. */
interface Awaited {
  readonly purpose: Purpose;
  readonly part: number;
  /** They are there when so many bytes of their connection are. */
  readonly mark: number;
}

export interface PortsPath {
  readonly streams: readonly PortsStream[];
  /** How long a message of the hand-over takes. */
  readonly noteNs: number;
  awaited: Awaited[];
}

/** What a message takes on a wire: the shortest frame, with preamble and gap. */
const NOTE_BITS = 84 * 8;
/** The first port number of these connections: those that nobody has registered (RFC 6335). */
const FIRST_PORT = 49_152;

/** Makes the connections of a migration, which open when it begins. */
export function makePortsPath(
  { plane }: World,
  migration: number,
  streamCount: number,
  [from, to]: readonly [Station, Station],
  way: { readonly latencyNs: number; readonly rateBitsPerSecond: number },
): PortsPath {
  const streams = Array.from({ length: streamCount }, (_, number) => {
    const port = FIRST_PORT + migration * 16 + number;
    const sink = plane.addTcpSink(to.machine, port);
    const feed = plane.addTcpFeed(from.machine, ...to.mac, to.ip, port);
    return { from: from.machine, feed, to: to.machine, sink, offeredBytes: 0 };
  });
  const noteNs = way.latencyNs + Math.ceil((2 * NOTE_BITS * 1e9) / way.rateBitsPerSecond);
  return { streams, noteNs, awaited: [] };
}

/** Opens the connections. */
export function openPath({ plane }: World, { streams }: PortsPath): void {
  for (const { from, feed } of streams) plane.startTcpWork(from, feed);
}

/** Gives bytes to a connection: a purpose says which. */
export function offerBytes(world: World, path: PortsPath, byteCount: number, purpose: Purpose): void {
  const part = purpose.part ?? 0;
  const stream = path.streams[part];
  if (!stream) return;
  stream.offeredBytes += byteCount;
  path.awaited.push({ purpose, part, mark: stream.offeredBytes });
  setMark(world, path, part);
  world.plane.offerTcpBytes(stream.from, stream.feed, byteCount);
}

/** Takes what has arrived of what is awaited, in the order in which it was given. */
export function takeArrived(world: World, path: PortsPath): Purpose[] {
  const done = path.streams.map(({ to, sink }) => {
    const words = world.words(world.plane.tcpWorkAt(to, sink) >>> 0, WORK_DONE_BYTES + 8);
    return Number(words.getBigUint64(WORK_DONE_BYTES, true));
  });
  const isThere = ({ part, mark }: Awaited) => mark <= (done[part] ?? 0);
  const arrived = path.awaited.filter(isThere);
  path.awaited = path.awaited.filter((each) => !isThere(each));
  path.streams.forEach((_, part) => {
    setMark(world, path, part);
  });
  return arrived.map(({ purpose }) => purpose);
}

/** Ends it: nothing more is given to the sockets; what they have still goes. */
export function closePath({ plane }: World, path: PortsPath): void {
  path.awaited = [];
  for (const { from, feed, to, sink } of path.streams) {
    plane.pauseTcpWork(from, feed, 1);
    plane.markTcpSink(to, sink, 0);
  }
}

function setMark({ plane }: World, { streams, awaited }: PortsPath, part: number): void {
  const stream = streams[part];
  const first = awaited.find((each) => each.part === part);
  if (stream) plane.markTcpSink(stream.to, stream.sink, first?.mark ?? 0);
}
