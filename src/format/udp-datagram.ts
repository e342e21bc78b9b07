/**
 * Finds the UDP datagram in an Ethernet frame.
 *
 * Leaves out checksums and reassembly of fragments. Invariant: a datagram's payload lies inside the frame, inside its IP
 * packet, and has the length that the UDP header gives. Read first: `ip-packet.ts`, RFC 768.
 */

import { ByteView } from "./byte-view";
import { type IpPayload, type PortAddresses, readIp } from "./ip-packet";

/** A datagram whole and plain, or one that is UDP by its header and cannot be used. */
export type UdpDatagram = PortAddresses &
  ({ readonly kind: "whole"; readonly payload: Uint8Array } | { readonly kind: "unusable"; readonly reason: string });

const PROTOCOL_UDP = 17;
const UDP = { sourcePort: 0, targetPort: 2, length: 4, bytes: 8 } as const;

/**
 * Returns the UDP datagram of an Ethernet frame, or null when there is none or its ports were not captured.
 *
 * Later fragments have no ports and give null; the first one gives `unusable`.
 */
export function readUdp(frame: Uint8Array): UdpDatagram | null {
  const view = new ByteView(frame, "frame", false);
  const packet = readIp(view);
  if (packet === null || packet.protocol !== PROTOCOL_UDP) return null;
  const { source, target, at, end } = packet;
  if (Math.min(end, view.byteCount) - at < UDP.bytes) return null;
  const sourcePort = view.u16(at + UDP.sourcePort);
  const targetPort = view.u16(at + UDP.targetPort);
  const addresses = { source, target, sourcePort, targetPort };
  const byteCount = view.u16(at + UDP.length);
  const reason = findDefect(view, packet, byteCount);
  if (reason !== null) return { kind: "unusable", ...addresses, reason };
  return { kind: "whole", ...addresses, payload: view.slice(at + UDP.bytes, byteCount - UDP.bytes) };
}

/** Returns why a datagram of `byteCount` bytes, by its own header, cannot be used; null when it can. */
function findDefect(view: ByteView, { at, end, isFragment }: IpPayload, byteCount: number): string | null {
  if (isFragment)
    return "is a fragment of an IP packet, which is not put together here; record requests that fit the MTU";
  if (byteCount < UDP.bytes || byteCount > end - at) {
    return `has a UDP length of ${byteCount} bytes; ${UDP.bytes} to ${end - at} fit its IP packet: leave the packet out`;
  }
  if (at + byteCount > view.byteCount) {
    const missing = at + byteCount - view.byteCount;
    return `lacks its last ${missing} bytes, ${view.byteCount} were captured; record with a longer snap length (-s 0)`;
  }
  return null;
}
