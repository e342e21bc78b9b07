/**
 * Finds in a capture what a UDP service was asked and what it answered.
 *
 * Knows no protocol: within one flow (both addresses and ports) replies answer requests in their order. Repeated bytes
 * in a flow are one request tried again; the answer to a repetition has the bytes of the first answer and is left out.
 * Leaves out checksums, reassembly, and replies to requests from before the capture began. Invariant: every request to
 * the port is in the result with its reply, or an InputError says which is not: a replay never starts from a part of a
 * conversation. Read first: `udp-datagram.ts`.
 */

import { InputError } from "../sim/input-error";
import {
  describe,
  describeSilence,
  type Finding,
  findForeignLinks,
  inOrderOfTime,
  type NumberedPacket,
  toProblems,
} from "./capture-finding";
import type { Capture } from "./captured-packet";
import { type PortAddresses, route } from "./ip-packet";
import { readUdp } from "./udp-datagram";

/** A request and its reply. */
export interface Exchange {
  /** When the request was seen, in nanoseconds after the first request; an integer. */
  readonly timeNs: number;
  /** UDP port of the client. */
  readonly sourcePort: number;
  /** UDP payload, a view of the file. */
  readonly request: Uint8Array;
  /** UDP payload, a view of the file. */
  readonly reply: Uint8Array;
}

interface Request extends NumberedPacket {
  readonly addresses: PortAddresses;
  readonly payload: Uint8Array;
  reply: Uint8Array | null;
  /** How often it was sent again before its reply came. */
  repeatCount: number;
}

/** What one client port and one server address have said to each other. */
interface Flow {
  /** In their order; those with a reply come first. */
  readonly requests: Request[];
  answeredCount: number;
  /** The same requests by their bytes. */
  readonly requestOf: Map<string, Request>;
  /** How many more replies of these bytes may come, because their request was sent more than once. */
  readonly repliesDue: Map<string, number>;
}

/** Longest conversation: 2^53 - 1 ns, about 104 days, so that a number holds its times exactly. */
const SPAN_NS_MAX = BigInt(Number.MAX_SAFE_INTEGER);
/** Gives each of the 256 bytes a character of its own (WHATWG Encoding, section 9), so that texts can be map keys. */
const ONE_CHARACTER_A_BYTE = new TextDecoder("windows-1252");

/**
 * Returns every request to UDP port `port` with its reply, in the order of the requests' times.
 *
 * A request repeated with the same bytes from the same port is one request, at the time of the first try.
 *
 * @param options.source name of the file in messages
 * @throws InputError for a link layer other than Ethernet, a packet of the service that is a fragment or not whole, a
 * request without a reply, and no request at all
 */
export function readConversation(capture: Capture, options: { source: string; port: number }): Exchange[] {
  const { source, port } = options;
  const findings = findForeignLinks(capture);
  const flows = new Map<string, Flow>();
  const requests: Request[] = [];
  const portsSeen = new Set<number>();
  for (const numbered of inOrderOfTime(capture)) {
    const datagram = readUdp(numbered.packet.bytes);
    if (datagram === null) continue;
    portsSeen.add(datagram.targetPort);
    if (datagram.sourcePort !== port && datagram.targetPort !== port) continue;
    if (datagram.kind === "unusable") {
      findings.push(describe(numbered, `UDP ${route(datagram)} ${datagram.reason}`));
      continue;
    }
    // A client may use the service's number for its own port: then only an earlier request tells what is a reply.
    const asked = datagram.sourcePort === port ? flows.get(keyOfFlow(reverse(datagram))) : undefined;
    if (asked !== undefined) addReply(asked, datagram.payload);
    else if (datagram.targetPort === port) {
      const request: Request = {
        ...numbered,
        addresses: datagram,
        payload: datagram.payload,
        reply: null,
        repeatCount: 0,
      };
      if (addRequest(flows, request)) requests.push(request);
    }
  }
  const exchanges = toExchanges(requests, findings);
  if (exchanges.length === 0 && findings.length === 0)
    findings.push(describeSilence(capture, "a UDP request", "UDP", port, portsSeen));
  if (findings.length > 0) throw new InputError(source, toProblems(findings));
  return exchanges;
}

/** Returns whether the request is new; one tried again is folded into the first. */
function addRequest(flows: Map<string, Flow>, request: Request): boolean {
  const flowKey = keyOfFlow(request.addresses);
  const flow: Flow = flows.get(flowKey) ?? {
    requests: [],
    answeredCount: 0,
    requestOf: new Map(),
    repliesDue: new Map(),
  };
  flows.set(flowKey, flow);
  const bytesKey = keyOfBytes(request.payload);
  const first = flow.requestOf.get(bytesKey);
  if (first === undefined) {
    flow.requestOf.set(bytesKey, request);
    flow.requests.push(request);
    return true;
  }
  if (first.reply === null) first.repeatCount += 1;
  else expectReplies(flow, first.reply, 1);
  return false;
}

/** A reply that nobody waits for answers a request from before the capture began, or is a copy on its way: left out. */
function addReply(flow: Flow, payload: Uint8Array): void {
  const due = flow.repliesDue.get(keyOfBytes(payload)) ?? 0;
  if (due > 0) {
    expectReplies(flow, payload, -1);
    return;
  }
  const request = flow.requests[flow.answeredCount];
  if (request === undefined) return;
  flow.answeredCount += 1;
  request.reply = payload;
  if (request.repeatCount > 0) expectReplies(flow, payload, request.repeatCount);
}

function expectReplies({ repliesDue }: Flow, reply: Uint8Array, count: number): void {
  const key = keyOfBytes(reply);
  repliesDue.set(key, (repliesDue.get(key) ?? 0) + count);
}

function toExchanges(requests: readonly Request[], findings: Finding[]): Exchange[] {
  const startNs = requests[0]?.packet.timeNs ?? 0n;
  const exchanges: Exchange[] = [];
  for (const request of requests) {
    const { packet, addresses, payload, reply } = request;
    const spanNs = packet.timeNs - startNs;
    if (spanNs > SPAN_NS_MAX) {
      const reason = `is ${spanNs} ns after the first request; at most ${SPAN_NS_MAX} are allowed: cut the recording`;
      findings.push(describe(request, reason));
    } else if (reply === null) {
      const reason =
        `request of ${payload.length} bytes ${route(addresses)} has no reply in the capture; ` +
        "record until everything is answered, or leave this packet out";
      findings.push(describe(request, reason));
    } else {
      exchanges.push({ timeNs: Number(spanNs), sourcePort: addresses.sourcePort, request: payload, reply });
    }
  }
  return exchanges;
}

function reverse({ source, target, sourcePort, targetPort }: PortAddresses): PortAddresses {
  return { source: target, target: source, sourcePort: targetPort, targetPort: sourcePort };
}

function keyOfFlow({ source, target, sourcePort, targetPort }: PortAddresses): string {
  return `${source} ${sourcePort} ${target} ${targetPort}`;
}

function keyOfBytes(bytes: Uint8Array): string {
  return ONE_CHARACTER_A_BYTE.decode(bytes);
}
