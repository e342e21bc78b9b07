/**
 * Finds in a capture what a UDP service was asked and what it answered.
 *
 * Knows no protocol: within one flow (both addresses and ports) replies answer requests in their order. Repeated bytes
 * in a flow are one request tried again; the answer to a repetition has the bytes of the first answer and is left out.
 * Leaves out checksums, reassembly, and replies to requests from before the capture began. Invariant: every request to
 * the port is in the result with its reply, or an InputError says which is not: a replay never starts from a part of a
 * conversation. Read first: `udp-datagram.ts`.
 */

import { InputError, type InputProblem } from "../sim/input-error";
import { type Capture, type CapturedPacket, LINK_TYPE_ETHERNET } from "./captured-packet";
import { readUdp, type UdpAddresses } from "./udp-datagram";

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

/** A packet with its number in the file, from 1 as Wireshark counts. */
interface NumberedPacket {
  readonly packet: CapturedPacket;
  readonly number: number;
}

interface Request extends NumberedPacket {
  readonly addresses: UdpAddresses;
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

/** Something wrong at a byte of the file. */
interface Finding extends Omit<InputProblem, "place"> {
  readonly at: number;
}

/** Problems told one by one; the rest are counted, so that the message can still be read. */
const PROBLEM_COUNT_MAX = 10;
/** Other ports named when the one that was asked for is not there. */
const PORT_COUNT_MAX = 8;
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
  if (exchanges.length === 0 && findings.length === 0) findings.push(describeSilence(capture, port, portsSeen));
  if (findings.length > 0) throw new InputError(source, toProblems(findings));
  return exchanges;
}

/** Packets on Ethernet by time, and by their place in the file where times are equal: merged files are not sorted. */
function inOrderOfTime({ interfaces, packets }: Capture): NumberedPacket[] {
  return packets
    .map((packet, index) => ({ packet, number: index + 1 }))
    .filter(({ packet }) => interfaces[packet.interfaceIndex]?.linkType === LINK_TYPE_ETHERNET)
    .sort((a, b) => Number(a.packet.timeNs > b.packet.timeNs) - Number(a.packet.timeNs < b.packet.timeNs));
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

/** One finding for each interface that has packets and is not Ethernet. */
function findForeignLinks({ interfaces, packets }: Capture): Finding[] {
  const findings = new Map<number, Finding>();
  packets.forEach((packet, index) => {
    const linkType = interfaces[packet.interfaceIndex]?.linkType;
    if (linkType === LINK_TYPE_ETHERNET || findings.has(packet.interfaceIndex)) return;
    const reason =
      `interface ${packet.interfaceIndex} has link type ${linkType}; ${LINK_TYPE_ETHERNET} (Ethernet) is allowed: ` +
      "record on an Ethernet interface instead of 'any'";
    findings.set(packet.interfaceIndex, describe({ packet, number: index + 1 }, reason));
  });
  return [...findings.values()];
}

function describeSilence({ packets }: Capture, port: number, portsSeen: ReadonlySet<number>): Finding {
  const seen = [...portsSeen].sort((a, b) => a - b);
  const shown = seen.slice(0, PORT_COUNT_MAX).join(", ") + (seen.length > PORT_COUNT_MAX ? ", ..." : "");
  const reason =
    `none of ${packets.length} packets is a UDP request to port ${port}; ` +
    (seen.length > 0
      ? `name one of the ports seen: ${shown}`
      : "there is no UDP over Ethernet at all: record it again");
  return { at: 0, subject: "capture", reason };
}

function describe({ packet, number }: NumberedPacket, reason: string): Finding {
  return { at: packet.byteOffset, subject: `packet ${number}`, reason };
}

function toProblems(findings: readonly Finding[]): InputProblem[] {
  const sorted = findings.toSorted((a, b) => a.at - b.at);
  const problems = sorted
    .slice(0, PROBLEM_COUNT_MAX)
    .map(({ at, subject, reason }) => ({ place: `byte ${at}`, subject, reason }));
  const rest = sorted.length - problems.length;
  if (rest > 0) problems.push({ place: "", subject: "", reason: `${rest} more problems like these` });
  return problems;
}

function route({ source, sourcePort, target, targetPort }: UdpAddresses): string {
  return `from ${source} port ${sourcePort} to ${target} port ${targetPort}`;
}

function reverse({ source, target, sourcePort, targetPort }: UdpAddresses): UdpAddresses {
  return { source: target, target: source, sourcePort: targetPort, targetPort: sourcePort };
}

function keyOfFlow({ source, target, sourcePort, targetPort }: UdpAddresses): string {
  return `${source} ${sourcePort} ${target} ${targetPort}`;
}

function keyOfBytes(bytes: Uint8Array): string {
  return ONE_CHARACTER_A_BYTE.decode(bytes);
}
