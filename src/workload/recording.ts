/**
 * Recorded conversations in the memories of those who play them: how large they are, where they lie, and how they get
 * there. What is done with them is work over a stack (assembly/transport/tcp-replay.ts).
 */
import { PAGE_BYTES } from "../../assembly/layout/limits";
import {
  RECORDED_CONNECTION_BYTES,
  RECORDED_IS_RESET,
  RECORDED_OTHER,
  RECORDED_OTHER_BYTES,
  RECORDED_OWN,
  RECORDED_START,
  RECORDED_TURN_COUNT,
  RECORDED_TURNS,
  REPLAY_CONNECTION_COUNT_MAX,
  TURN_AFTER,
  TURN_ANSWERED_BY,
  TURN_BYTE_COUNT,
  TURN_BYTES,
  TURN_CLOSE,
  TURN_KIND,
  TURN_RESET,
  TURN_THINK,
  TURN_WRITE,
} from "../../assembly/layout/recording";
import type { Scenario } from "../config/scenario";
import type { World } from "../core/world";
import type { RecordedConnection, Side, Turn } from "../format/tcp-conversation";
import { InputError } from "../sim/input-error";

/** The recorded connections of each flow that replays some, by the flow's place in the scenario. */
export type Recordings = ReadonlyMap<number, readonly RecordedConnection[]>;

/** A recording that a machine plays a side of. */
interface Part {
  readonly flow: number;
  readonly side: Side;
  readonly connections: readonly RecordedConnection[];
}

const KINDS: Readonly<Record<Turn["kind"], number>> = { write: TURN_WRITE, close: TURN_CLOSE, reset: TURN_RESET };
const PS_PER_NS = 1000n;
/** What is written at once: the exchange buffer has room for it. */
const CHUNK_BYTES = 32_768;

/** Throws InputError for a flow whose recording was not given, or that has more connections than can be replayed. */
export function checkRecordings(scenario: Scenario, recordings: Recordings, source: string): void {
  const problems = scenario.flows.flatMap((flow, index) => {
    if (flow.kind !== "replay") return [];
    const reason = findProblem(recordings.get(index), flow.capture, flow.connectionCount);
    return reason === null ? [] : [{ place: "", subject: `flows.${index}`, reason }];
  });
  if (problems.length > 0) throw new InputError(source, problems);
}

function findProblem(
  connections: readonly RecordedConnection[] | undefined,
  capture: string,
  openCountMax: number,
): string | null {
  if (!connections?.length) {
    return `replays ${capture}, whose connections the run was not given; read them with readTcpConversation and pass them as recordings`;
  }
  if (connections.length > REPLAY_CONNECTION_COUNT_MAX) {
    return `replays ${connections.length} connections of ${capture}; at most ${REPLAY_CONNECTION_COUNT_MAX} are allowed: cut the recording`;
  }
  const openCount = openAtOnce(connections);
  if (openCount <= openCountMax) return null;
  return `has ${openCountMax} connections at once, and ${capture} has ${openCount}; write connections: ${openCount}, or more`;
}

/** Returns how many connections were open at once. */
function openAtOnce(connections: readonly RecordedConnection[]): number {
  const steps = connections.flatMap(({ startNs, endNs }) => [
    { timeNs: startNs, change: 1 },
    { timeNs: endNs, change: -1 },
  ]);
  // One that begins as another ends was open beside it.
  steps.sort((one, other) => one.timeNs - other.timeNs || other.change - one.change);
  let [open, most] = [0, 0];
  for (const { change } of steps) {
    open += change;
    most = Math.max(most, open);
  }
  return most;
}

/** Returns how many pages a machine needs for all that it plays. */
export function recordingPages(scenario: Scenario, recordings: Recordings, name: string): number {
  return partsOf(scenario, recordings, name).reduce((sum, part) => sum + pagesOf(part), 0);
}

/** Returns the first page of what a machine plays in a flow, when everything that it plays lies from a page on. */
export function recordingPage(
  scenario: Scenario,
  recordings: Recordings,
  name: string,
  flow: number,
  firstPage: number,
) {
  const before = partsOf(scenario, recordings, name).filter((part) => part.flow < flow);
  return before.reduce((page, part) => page + pagesOf(part), firstPage);
}

function partsOf({ flows }: Scenario, recordings: Recordings, name: string): Part[] {
  return flows.flatMap((flow, index): Part[] => {
    if (flow.kind !== "replay" || (flow.from !== name && flow.to !== name)) return [];
    return [{ flow: index, side: flow.from === name ? "client" : "server", connections: recordings.get(index) ?? [] }];
  });
}

function pagesOf({ connections, side }: Part): number {
  return Math.ceil(byteCountOf(connections, side) / PAGE_BYTES);
}

function byteCountOf(connections: readonly RecordedConnection[], side: Side): number {
  return connections.reduce((sum, { client, server, [side]: own }) => {
    const turnBytes = own.turns.length * TURN_BYTES;
    return sum + RECORDED_CONNECTION_BYTES + turnBytes + client.bytes.length + server.bytes.length;
  }, 0);
}

/** Writes what a side plays into the memory of a stack's owner. Recorded times are multiplied by `scale`. */
export function writeRecording(
  world: World,
  owner: number,
  page: number,
  connections: readonly RecordedConnection[],
  side: Side,
  scale: number,
): void {
  const image = imageOf(connections, side, page * PAGE_BYTES, scale);
  const exchange = world.plane.exchange();
  for (let from = 0; from < image.length; from += CHUNK_BYTES) {
    const chunk = image.subarray(from, from + CHUNK_BYTES);
    world.view(exchange, chunk.length).set(chunk);
    world.plane.writeMachine(owner, page * PAGE_BYTES + from, exchange, chunk.length);
  }
}

function imageOf(connections: readonly RecordedConnection[], side: Side, address: number, scale: number): Uint8Array {
  const image = new Uint8Array(byteCountOf(connections, side));
  const words = new DataView(image.buffer);
  const timeOf = (ns: number) => BigInt(Math.min(Math.floor(ns * scale), Number.MAX_SAFE_INTEGER)) * PS_PER_NS;
  let turnAt = connections.length * RECORDED_CONNECTION_BYTES;
  let bytesAt = turnAt + connections.reduce((sum, { [side]: own }) => sum + own.turns.length * TURN_BYTES, 0);
  const placed = (bytes: Uint8Array) => {
    image.set(bytes, bytesAt);
    bytesAt += bytes.length;
    return address + bytesAt - bytes.length;
  };
  connections.forEach(({ startNs, client, server, resetBy }, index) => {
    const [own, other] = side === "client" ? [client, server] : [server, client];
    const at = index * RECORDED_CONNECTION_BYTES;
    words.setBigUint64(at + RECORDED_START, timeOf(startNs), true);
    words.setUint32(at + RECORDED_TURNS, address + turnAt, true);
    words.setUint32(at + RECORDED_TURN_COUNT, own.turns.length, true);
    words.setUint32(at + RECORDED_OWN, placed(own.bytes), true);
    words.setUint32(at + RECORDED_OTHER, placed(other.bytes), true);
    words.setUint32(at + RECORDED_OTHER_BYTES, other.bytes.length, true);
    words.setUint32(at + RECORDED_IS_RESET, Number(resetBy !== null), true);
    for (const { kind, byteCount, after, answeredBy, thinkNs } of own.turns) {
      words.setBigUint64(turnAt + TURN_THINK, timeOf(thinkNs), true);
      words.setUint32(turnAt + TURN_AFTER, after, true);
      words.setUint32(turnAt + TURN_BYTE_COUNT, byteCount, true);
      words.setUint32(turnAt + TURN_ANSWERED_BY, answeredBy, true);
      words.setUint32(turnAt + TURN_KIND, KINDS[kind], true);
      turnAt += TURN_BYTES;
    }
  });
  return image;
}
