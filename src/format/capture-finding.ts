/**
 * What is found wrong in a capture, packet by packet, and the packets in the order in which a reader takes them.
 *
 * Invariant: whoever reads a capture collects every finding and tells them at once, in the order of the file.
 */

import type { InputProblem } from "../sim/input-error";
import { type Capture, type CapturedPacket, LINK_TYPE_ETHERNET } from "./captured-packet";

/** A packet with its number in the file, from 1 as Wireshark counts. */
export interface NumberedPacket {
  readonly packet: CapturedPacket;
  readonly number: number;
}

/** Something wrong at a byte of the file. */
export interface Finding extends Omit<InputProblem, "place"> {
  readonly at: number;
}

/** Problems told one by one; the rest are counted, so that the message can still be read. */
const PROBLEM_COUNT_MAX = 10;
/** Other ports named when the one that was asked for is not there. */
const PORT_COUNT_MAX = 8;
/** Packets on Ethernet by time, and by their place in the file where times are equal: merged files are not sorted. */
export function inOrderOfTime({ interfaces, packets }: Capture): NumberedPacket[] {
  return packets
    .map((packet, index) => ({ packet, number: index + 1 }))
    .filter(({ packet }) => interfaces[packet.interfaceIndex]?.linkType === LINK_TYPE_ETHERNET)
    .sort((a, b) => Number(a.packet.timeNs > b.packet.timeNs) - Number(a.packet.timeNs < b.packet.timeNs));
}

/** One finding for each interface that has packets and is not Ethernet. */
export function findForeignLinks({ interfaces, packets }: Capture): Finding[] {
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

/** Returns a finding about a packet. */
export function describe({ packet, number }: NumberedPacket, reason: string): Finding {
  return { at: packet.byteOffset, subject: `packet ${number}`, reason };
}

/** Returns findings as problems, in the order of the file; beyond some they are counted. */
export function toProblems(findings: readonly Finding[]): InputProblem[] {
  const sorted = findings.toSorted((a, b) => a.at - b.at);
  const problems = sorted
    .slice(0, PROBLEM_COUNT_MAX)
    .map(({ at, subject, reason }) => ({ place: `byte ${at}`, subject, reason }));
  const rest = sorted.length - problems.length;
  if (rest > 0) problems.push({ place: "", subject: "", reason: `${rest} more problems like these` });
  return problems;
}

/** Returns the finding that nothing of `what` (such as "a UDP request") goes to a port, and where some of it goes. */
export function describeSilence(
  { packets }: Capture,
  what: string,
  protocol: string,
  port: number,
  portsSeen: ReadonlySet<number>,
): Finding {
  const seen = [...portsSeen].sort((a, b) => a - b);
  const shown = seen.slice(0, PORT_COUNT_MAX).join(", ") + (seen.length > PORT_COUNT_MAX ? ", ..." : "");
  const reason =
    `none of ${packets.length} packets is ${what} to port ${port}; ` +
    (seen.length > 0
      ? `name one of the ports seen: ${shown}`
      : `there is no ${protocol} over Ethernet at all: record it again`);
  return { at: 0, subject: "capture", reason };
}
