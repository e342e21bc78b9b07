/** Builds Ethernet frames with TCP in them, without any code of `src/format`. */

import { BIG, join, text } from "./block-builder";
import { ethernet } from "./frame-builder";

/** First sequence numbers of the two sides unless told otherwise. */
export const CLIENT_START = 1000;
export const SERVER_START = 5000;

const FLAGS = { fin: 1, syn: 2, reset: 4, push: 8, ack: 16 } as const;

export interface TcpFrame {
  readonly from: "client" | "server";
  /** Place of the first byte in its stream; the SYN is at -1. */
  readonly at?: number;
  /** How many numbers of the other side are acknowledged: bytes, and one for a close; null for no ACK. */
  readonly acked?: number | null | undefined;
  readonly payload?: string;
  readonly flags?: readonly (keyof typeof FLAGS)[];
  readonly clientPort?: number;
  readonly servicePort?: number;
  readonly clientStart?: number;
  readonly serverStart?: number;
}

/** The TCP header and payload; `headerWords` is what the header says of its own length. */
export function tcp(frame: TcpFrame, headerWords = 5): Uint8Array {
  const { from, at = 0, acked = 0, payload = "", flags = [], clientPort = 4000, servicePort = 80 } = frame;
  const { clientStart = CLIENT_START, serverStart = SERVER_START } = frame;
  const isClient = from === "client";
  const [own, other] = isClient ? [clientStart, serverStart] : [serverStart, clientStart];
  const bits = flags.reduce((sum, flag) => sum | FLAGS[flag], acked === null ? 0 : FLAGS.ack);
  return join(
    BIG.u16(isClient ? clientPort : servicePort),
    BIG.u16(isClient ? servicePort : clientPort),
    BIG.u32((own + 1 + at) >>> 0),
    BIG.u32(acked === null ? 0 : (other + 1 + acked) >>> 0),
    Uint8Array.of(headerWords << 4, bits),
    BIG.u16(65_535),
    BIG.u32(0),
    text(payload),
  );
}

/** An IPv4 packet between 192.0.2.2, the client, and 192.0.2.1; `fragment` is the word of flags and place. */
export function ipv4Of(from: TcpFrame["from"], body: Uint8Array, fragment = 0): Uint8Array {
  const ends = (from === "client" ? [2, 1] : [1, 2]).map((host) => Uint8Array.of(192, 0, 2, host));
  const [version, hops, protocol] = [Uint8Array.of(0x45, 0), Uint8Array.of(64), Uint8Array.of(6)];
  const length = BIG.u16(20 + body.length);
  return join(version, length, BIG.u16(1), BIG.u16(fragment), hops, protocol, BIG.u16(0), ...ends, body);
}

/** A frame of TCP over IPv4. */
export function tcpFrame(frame: TcpFrame): Uint8Array {
  return ethernet(0x0800, ipv4Of(frame.from, tcp(frame)));
}

/** The three frames that open a connection. */
export function handshake(more: Partial<TcpFrame> = {}): Uint8Array[] {
  return [
    tcpFrame({ ...more, from: "client", at: -1, acked: null, flags: ["syn"] }),
    tcpFrame({ ...more, from: "server", at: -1, acked: 0, flags: ["syn"] }),
    tcpFrame({ ...more, from: "client" }),
  ];
}
