/** Requests and replies: made up, put into a service's table, given to a client, and read back. */
import { SLOT_REPLY } from "../../assembly/layout/guest-software";
import {
  REQUEST_ANSWERED_AT,
  REQUEST_BYTES,
  REQUEST_FIRST_SENT_AT,
  REQUEST_PLANNED_AT,
  REQUEST_PORT,
  REQUEST_QUERY,
  REQUEST_QUERY_BYTES,
  REQUEST_REPEAT_COUNT,
  REQUEST_REPLY,
  REQUEST_REPLY_BYTES,
  REQUEST_STATE,
  REQUEST_TRIES,
  REQUEST_WRONG_COUNT,
} from "../../assembly/layout/request";
import type { World } from "../../src/core/world";
import { guestIp, guestMac } from "./addresses";
import { SERVICE_PORT } from "./network";

/** A request, when and from where it is sent, and the reply to it. */
export interface Exchange {
  readonly atNs: number;
  readonly port: number;
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
}

export interface ExchangeOptions {
  readonly firstNs?: number;
  readonly gapNs?: number;
  readonly requestBytes?: number;
  readonly replyBytes?: number;
}

/** Makes so many different exchanges, each from a port of its own, at even distances. */
export function makeExchanges(count: number, options: ExchangeOptions = {}): Exchange[] {
  const { firstNs = 10_000, gapNs = 50_000, requestBytes = 40, replyBytes = 100 } = options;
  return Array.from({ length: count }, (_, number) => ({
    atNs: firstNs + number * gapNs,
    port: 40_000 + number,
    request: text(`request ${number}`, requestBytes),
    reply: text(`reply ${number}`, replyBytes),
  }));
}

/** A text, filled up with dots. */
export function text(start: string, byteCount: number): Uint8Array {
  return new TextEncoder().encode(start.padEnd(byteCount, "."));
}

/** Gives a guest a service that knows these exchanges. */
export function loadService(world: World, guest: number, exchanges: readonly Exchange[]): void {
  const { plane } = world;
  const longest = Math.max(1, ...exchanges.map(({ reply }) => reply.length));
  const slotBytes = Math.max(64, 2 ** Math.ceil(Math.log2(SLOT_REPLY + longest)));
  plane.createService(guest, SERVICE_PORT, slotBytes, bucketCount(exchanges.length), exchanges.length, 4, 1);
  const at = plane.exchange();
  for (const { request, reply } of exchanges) {
    world.view(at, request.length).set(request);
    world.view(at + request.length, reply.length).set(reply);
    plane.addReply(guest, at, request.length, at + request.length, reply.length);
  }
}

function bucketCount(count: number): number {
  return Math.max(64, 2 ** Math.ceil(Math.log2(count * 2 + 1)));
}

/** How a client tries. */
export interface Patience {
  readonly timeoutNs?: number;
  readonly tryCountMax?: number;
  /** Address number of the guest that it asks; 0 unless told. */
  readonly target?: number;
}

/** Has a client send these exchanges' requests; returns where its table lies. The client must be started. */
export function giveRequests(
  world: World,
  client: number,
  exchanges: readonly Exchange[],
  { timeoutNs = 5_000_000, tryCountMax = 3, target = 0 }: Patience = {},
): number {
  const { plane } = world;
  plane.setTarget(client, ...guestMac(target), guestIp(target), SERVICE_PORT, timeoutNs, tryCountMax);
  const table = plane.createRequests(client, exchanges.length) >>> 0;
  exchanges.forEach(({ atNs, port, request, reply }, number) => {
    const words = world.words(table + number * REQUEST_BYTES, REQUEST_BYTES);
    words.setBigUint64(REQUEST_PLANNED_AT, BigInt(atNs) * 1000n, true);
    words.setUint32(REQUEST_QUERY, world.place(request), true);
    words.setUint32(REQUEST_QUERY_BYTES, request.length, true);
    words.setUint32(REQUEST_REPLY, world.place(reply), true);
    words.setUint32(REQUEST_REPLY_BYTES, reply.length, true);
    words.setUint32(REQUEST_PORT, port, true);
  });
  return table;
}

/** What a client knows of a request. */
export interface Outcome {
  /** A REQUEST_ state. */
  readonly state: number;
  readonly tryCount: number;
  readonly port: number;
  readonly firstSentPs: number;
  readonly answeredPs: number;
  readonly wrongCount: number;
  readonly repeatCount: number;
}

/** Reads what became of each of a client's requests. */
export function readOutcomes(world: World, table: number, count: number): Outcome[] {
  return Array.from({ length: count }, (_, number) => {
    const words = world.words(table + number * REQUEST_BYTES, REQUEST_BYTES);
    return {
      state: words.getUint16(REQUEST_STATE, true),
      tryCount: words.getUint16(REQUEST_TRIES, true),
      port: words.getUint32(REQUEST_PORT, true),
      firstSentPs: Number(words.getBigUint64(REQUEST_FIRST_SENT_AT, true)),
      answeredPs: Number(words.getBigUint64(REQUEST_ANSWERED_AT, true)),
      wrongCount: words.getUint32(REQUEST_WRONG_COUNT, true),
      repeatCount: words.getUint32(REQUEST_REPEAT_COUNT, true),
    };
  });
}
