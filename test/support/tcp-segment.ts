/** TCP segments as a test writes and reads them, on its own: nothing of this is the stack's code. */
import { setBigEndian16, setBigEndian32 } from "../reference/bytes";
import { fold, onesSum } from "../reference/checksums";
import { type MacWords, macBytes } from "./addresses";

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** One end: its addresses and its port. */
export interface TcpEnd {
  readonly mac: MacWords;
  readonly ip: number;
  readonly port: number;
}

export interface TcpOptions {
  readonly mss?: number;
  readonly shift?: number;
  readonly sackPermitted?: boolean;
  readonly timestamp?: number;
  readonly echo?: number;
  readonly sack?: readonly (readonly [start: number, end: number])[];
}

export interface TcpSegment extends TcpOptions {
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment?: number;
  readonly window?: number;
  readonly payload?: Uint8Array;
  /** The checksum is off by one. */
  readonly isDamaged?: boolean;
}

const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
const TCP_BYTES = 20;
const NOP = 1;

function big32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function optionBytes({ mss, shift, sackPermitted, timestamp, echo = 0, sack }: TcpOptions): Uint8Array {
  const bytes: number[] = [];
  if (mss !== undefined) bytes.push(2, 4, mss >>> 8, mss & 0xff);
  if (shift !== undefined) bytes.push(3, 3, shift);
  if (sackPermitted) bytes.push(4, 2);
  if (timestamp !== undefined) bytes.push(8, 10, ...big32(timestamp), ...big32(echo));
  if (sack) bytes.push(5, 2 + 8 * sack.length, ...sack.flat().flatMap(big32));
  while (bytes.length % 4) bytes.push(NOP);
  return Uint8Array.from(bytes);
}

/** Writes a frame. */
export function buildTcp(from: TcpEnd, to: TcpEnd, segment: TcpSegment): Uint8Array {
  const { flags, sequence, acknowledgment = 0, window = 65_535, payload = new Uint8Array() } = segment;
  const options = optionBytes(segment);
  const tcpBytes = TCP_BYTES + options.length + payload.length;
  const frame = new Uint8Array(Math.max(60, ETHERNET_BYTES + IP_BYTES + tcpBytes));
  frame.set(macBytes(to.mac), 0);
  frame.set(macBytes(from.mac), 6);
  setBigEndian16(frame, 12, 0x0800);
  const ip = frame.subarray(ETHERNET_BYTES, ETHERNET_BYTES + IP_BYTES);
  ip.set([0x45, 0]);
  setBigEndian16(ip, 2, IP_BYTES + tcpBytes);
  setBigEndian16(ip, 6, 0x4000);
  ip.set([64, 6], 8);
  setBigEndian32(ip, 12, from.ip);
  setBigEndian32(ip, 16, to.ip);
  setBigEndian16(ip, 10, onesSum(ip, 0, ip.length) ^ 0xffff);
  const tcp = frame.subarray(ETHERNET_BYTES + IP_BYTES, ETHERNET_BYTES + IP_BYTES + tcpBytes);
  setBigEndian16(tcp, 0, from.port);
  setBigEndian16(tcp, 2, to.port);
  setBigEndian32(tcp, 4, sequence);
  setBigEndian32(tcp, 8, acknowledgment);
  tcp[12] = ((TCP_BYTES + options.length) / 4) << 4;
  tcp[13] = flags;
  setBigEndian16(tcp, 14, window);
  tcp.set(options, TCP_BYTES);
  tcp.set(payload, TCP_BYTES + options.length);
  const pseudo = new Uint8Array(12);
  pseudo.set(ip.subarray(12, 20));
  pseudo.set([0, 6], 8);
  setBigEndian16(pseudo, 10, tcpBytes);
  const sum = fold(onesSum(pseudo, 0, pseudo.length) + onesSum(tcp, 0, tcp.length)) ^ 0xffff;
  setBigEndian16(tcp, 16, segment.isDamaged ? sum ^ 1 : sum);
  return frame;
}

/** A segment that was captured. */
export interface ReadSegment extends TcpOptions {
  readonly fromPort: number;
  readonly toPort: number;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly window: number;
  readonly payload: Uint8Array;
}

/** Reads a frame; null when it is no TCP segment over IPv4. */
export function readTcp(frame: Uint8Array): ReadSegment | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(12) !== 0x0800 || view.getUint8(23) !== 6) return null;
  const start = ETHERNET_BYTES + IP_BYTES;
  const headerBytes = (view.getUint8(start + 12) >>> 4) * 4;
  const end = ETHERNET_BYTES + view.getUint16(16);
  return {
    fromPort: view.getUint16(start),
    toPort: view.getUint16(start + 2),
    sequence: view.getUint32(start + 4),
    acknowledgment: view.getUint32(start + 8),
    flags: view.getUint8(start + 13),
    window: view.getUint16(start + 14),
    payload: frame.slice(start + headerBytes, end),
    ...readOptions(view, start + TCP_BYTES, start + headerBytes),
  };
}

function readOptions(view: DataView, from: number, end: number): TcpOptions {
  let options: TcpOptions = {};
  for (let at = from; at < end; ) {
    const kind = view.getUint8(at);
    if (kind === 0) break;
    if (kind === NOP) {
      at++;
      continue;
    }
    const bytes = view.getUint8(at + 1);
    if (kind === 2) options = { ...options, mss: view.getUint16(at + 2) };
    if (kind === 3) options = { ...options, shift: view.getUint8(at + 2) };
    if (kind === 4) options = { ...options, sackPermitted: true };
    if (kind === 8) options = { ...options, timestamp: view.getUint32(at + 2), echo: view.getUint32(at + 6) };
    if (kind === 5) {
      const blocks = Array.from({ length: (bytes - 2) / 8 }, (_, i) => at + 2 + 8 * i);
      options = {
        ...options,
        sack: blocks.map((block) => [view.getUint32(block), view.getUint32(block + 4)] as const),
      };
    }
    at += bytes;
  }
  return options;
}
