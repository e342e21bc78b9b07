/**
 * The fields of a receive descriptor that say what a frame is. Invariant: types and checksums are looked at in the frame
 * as it arrived. Source: docs/device.md, "Receive".
 */

import { bigEndian16, hasBit } from "./bytes";
import { onesSum } from "./checksums";
import {
  isGroupAddress,
  isIpv4SumRight,
  isL4SumRight,
  isUdpFragmentWithSum,
  isWithoutUdpSum,
  type Packet,
} from "./packet";
import * as pf from "./pf-registers";
import type { ArrivedFrame } from "./pool";
import type { Port } from "./port";
import type { RssResult } from "./rss";

const DONE_BIT = 0;
const END_BIT = 1;
const STRIPPED_BIT = 3;
const UDP_CHECKED_BIT = 4;
const L4_CHECKED_BIT = 5;
const IP_CHECKED_BIT = 6;
const INEXACT_BIT = 7;
const UDP_FRAGMENT_BIT = 10;
const LOOPED_BIT = 18;
const HEADER_OVERFLOW_BIT = 23;
const L4_ERROR_BIT = 29;
const IP_ERROR_BIT = 30;
const RECEIVE_ERROR_BIT = 31;

/** Where the packet checksum of legacy descriptors begins. */
const PACKET_SUM_FROM = 14;

/** What the last descriptor of a frame says, but for its buffer. */
export interface FrameFields {
  readonly typeWord: number;
  readonly hashWord: number;
  /** dw2 of an advanced descriptor, with DD and EOP. */
  readonly statusWord: number;
  readonly packetSum: number;
}

function bitIf(bit: number, isSet: boolean): number {
  return isSet ? 2 ** bit : 0;
}

function packetType(packet: Packet): number {
  const isIpv4 = packet.l3 === "ipv4";
  const l3 = packet.l3 === "none" ? 0 : bitIf((isIpv4 ? 4 : 6) + (packet.hasExtras ? 1 : 0), true);
  const l4 = { none: 0, tcp: 2 ** 8, udp: 2 ** 9, sctp: 2 ** 10 }[packet.l4];
  return l3 + l4;
}

function hashOrSum(port: Port, packet: Packet, rss: RssResult): number {
  if (hasBit(port.pf.get(pf.RXCSUM), 13)) return rss.hash;
  if (packet.l3 !== "ipv4") return 0;
  const identification = bigEndian16(packet.bytes, packet.l3At + 4);
  if (!packet.isFragment) return identification;
  port.seen("receive.fragmentSum");
  return onesSum(packet.bytes, packet.l4At, packet.ipEnd) * 0x10000 + identification;
}

/** Checked and error bits of dw2. */
function sumBits(port: Port, packet: Packet): number {
  const control = port.pf.get(pf.RXCSUM);
  let status = 0;
  if (hasBit(control, 8) && packet.l3 === "ipv4") {
    const isRight = isIpv4SumRight(packet);
    port.seen(isRight ? "receive.ipSum.right" : "receive.ipSum.wrong");
    status += bitIf(IP_CHECKED_BIT, true) + bitIf(IP_ERROR_BIT, !isRight);
  }
  const isTcpOrUdp = packet.l4 === "tcp" || packet.l4 === "udp";
  if (hasBit(control, 9) && isTcpOrUdp && !isWithoutUdpSum(packet)) {
    const isRight = isL4SumRight(packet);
    port.seen(`receive.l4Sum.${packet.l4}.${packet.l3}.${isRight ? "right" : "wrong"}`);
    status += bitIf(L4_CHECKED_BIT, true) + bitIf(UDP_CHECKED_BIT, packet.l4 === "udp");
    status += bitIf(L4_ERROR_BIT, !isRight);
  }
  return status;
}

/** The fields of a frame's last descriptor. */
export function frameFields(
  port: Port,
  frame: ArrivedFrame,
  packet: Packet,
  rss: RssResult,
  isStripped: boolean,
  isHeaderOverflow: boolean,
): FrameFields {
  const type = packetType(packet);
  port.seen(`receive.type.${type.toString(16)}`);
  const isInexact = isGroupAddress(frame.bytes) && !frame.isExact;
  if (isInexact) port.seen("receive.inexact");
  if (frame.isLooped) port.seen("receive.looped");
  const isUdpFragment = isUdpFragmentWithSum(packet);
  if (isUdpFragment) port.seen("receive.udpFragment");
  const statusWord =
    bitIf(DONE_BIT, true) +
    bitIf(END_BIT, true) +
    bitIf(STRIPPED_BIT, isStripped) +
    bitIf(INEXACT_BIT, isInexact) +
    bitIf(UDP_FRAGMENT_BIT, isUdpFragment) +
    bitIf(LOOPED_BIT, frame.isLooped) +
    bitIf(HEADER_OVERFLOW_BIT, isHeaderOverflow) +
    sumBits(port, packet);
  return {
    typeWord: rss.type + type,
    hashWord: hashOrSum(port, packet, rss),
    statusWord,
    packetSum: onesSum(frame.bytes, PACKET_SUM_FROM, frame.bytes.length),
  };
}

/** dw2 of an advanced last descriptor. */
export function advancedStatus(fields: FrameFields, isFaulted: boolean): number {
  return fields.statusWord + bitIf(RECEIVE_ERROR_BIT, isFaulted);
}

/** Status and errors of a legacy last descriptor, bits 15:0 of dw3. */
export function legacyStatus(fields: FrameFields, isFaulted: boolean): number {
  const errors = bitIf(5, hasBit(fields.statusWord, L4_ERROR_BIT)) + bitIf(6, hasBit(fields.statusWord, IP_ERROR_BIT));
  return (fields.statusWord & 0xfb) + (errors + bitIf(7, isFaulted)) * 256;
}
