/** Builds Ethernet frames with UDP in them, and captures of such frames, without any code of `src/format`. */

import type { Capture, CapturedPacket } from "../../src/format/capture";
import { BIG, join, text } from "./block-builder";

/** A datagram between a client, 192.0.2.2 or 2001:db8::2, and a server, the same with 1 at the end. */
export interface Datagram {
  readonly direction: "request" | "reply";
  readonly clientPort: number;
  readonly payload: string;
  readonly servicePort?: number;
}

/** The UDP header and payload; `length` overrides the length in the header. */
export function udp({ direction, clientPort, payload, servicePort = 53 }: Datagram, length?: number): Uint8Array {
  const data = text(payload);
  const [source, target] = direction === "request" ? [clientPort, servicePort] : [servicePort, clientPort];
  return join(BIG.u16(source), BIG.u16(target), BIG.u16(length ?? data.length + 8), BIG.u16(0), data);
}

/** An IPv4 packet of UDP; `fragment` is the word with the flags and the fragment's place. */
export function ipv4(datagram: Datagram, { fragment = 0, body = udp(datagram) } = {}): Uint8Array {
  const ends = hosts(datagram).map((host) => Uint8Array.of(192, 0, 2, host));
  const [version, hops, protocol] = [Uint8Array.of(0x45, 0), Uint8Array.of(64), Uint8Array.of(17)];
  const length = BIG.u16(20 + body.length);
  return join(version, length, BIG.u16(1), BIG.u16(fragment), hops, protocol, BIG.u16(0), ...ends, body);
}

/** An IPv6 packet; `body` begins with the header that `nextHeader` names, by default UDP. */
export function ipv6(datagram: Datagram, { nextHeader = 17, body = udp(datagram) } = {}): Uint8Array {
  const ends = hosts(datagram).map((host) => join(BIG.u32(0x20010db8), new Uint8Array(11), Uint8Array.of(host)));
  return join(BIG.u32(0x60000000), BIG.u16(body.length), Uint8Array.of(nextHeader, 64), ...ends, body);
}

/** An Ethernet frame, padded to 60 bytes as on a wire; `tags` are VLAN tags before the type. */
export function ethernet(type: number, content: Uint8Array, tags: readonly number[] = []): Uint8Array {
  const tagBytes = tags.map((tag) => join(BIG.u16(tag), BIG.u16(7)));
  const frame = join(new Uint8Array(12), ...tagBytes, BIG.u16(type), content);
  return join(frame, new Uint8Array(Math.max(0, 60 - frame.length)));
}

/** The plainest frame: IPv4 without a tag. */
export function frame(datagram: Datagram): Uint8Array {
  return ethernet(0x0800, ipv4(datagram));
}

/** A capture of frames, 1,000 ns apart, as if each stood 100 bytes after the one before it in the file. */
export function captureOf(frames: readonly Uint8Array[], linkType = 1): Capture {
  const packets = frames.map(
    (bytes, index): CapturedPacket => ({
      interfaceIndex: 0,
      timeNs: 5_000n + 1_000n * BigInt(index),
      originalBytes: bytes.length,
      bytes,
      byteOffset: 100 * (index + 1),
    }),
  );
  return { interfaces: [{ name: "test0", linkType }], packets };
}

function hosts({ direction }: Datagram): readonly number[] {
  return direction === "request" ? [2, 1] : [1, 2];
}
