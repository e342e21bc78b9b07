/**
 * Frames for random programs, as they stand on a wire: addresses, tags, IP with its extras, TCP, UDP, SCTP, fragments.
 * Invariant: unless something is to be wrong, lengths and checksums are right.
 * Source: docs/device.md, "The bridge" and "Receive", for what makes a difference.
 */

import { setBigEndian16, setBigEndian32, wordBytes } from "./bytes";
import { crc32c, fold, onesSum } from "./checksums";
import type { ProgramRandom } from "./random";

const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_SCTP = 132;
/** VLANs that programs use most. */
export const VLANS: readonly number[] = [0, 1, 5, 100, 4095];
const FRAGMENT_HEADER = 44;

/** What a frame is made from. */
export interface FrameShape {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly tag: number | undefined;
  readonly isIpv6: boolean;
  readonly protocol: number;
  /** Words of options of IPv4, or numbers of extension headers of IPv6. */
  readonly extras: number;
  readonly isFragment: boolean;
  readonly fragmentOffset: number;
  readonly payload: number;
  /** Leave the checksum of L4 to the device: only the pseudo header's sum, without the length if it is segmented. */
  readonly isPartial: boolean;
  readonly isSegmented: boolean;
}

/** A frame and where its layers are. */
export interface BuiltFrame {
  readonly bytes: Uint8Array;
  readonly macBytes: number;
  readonly ipBytes: number;
  readonly l4Bytes: number;
}

/** The address of a pool's own station. */
export function poolAddress(pool: number): Uint8Array {
  return Uint8Array.from([0x02, 0, 0, 0, 0x10, pool]);
}

/** A station outside. */
export function outsideAddress(index: number): Uint8Array {
  return Uint8Array.from([0x02, 0, 0, 1, index & 0xff, 0x77]);
}

export function groupAddress(index: number): Uint8Array {
  return Uint8Array.from([0x01, 0, 0x5e, 0, 0x20 + (index & 3), index & 0xff]);
}

export const BROADCAST = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

function l4Header(random: ProgramRandom, protocol: number): Uint8Array {
  if (protocol === PROTOCOL_TCP) {
    const optionWords = random.chance(25) ? random.between(1, 10) : 0;
    const header = random.bytes(20 + optionWords * 4);
    header[12] = (5 + optionWords) << 4;
    header[13] = random.below(256);
    return header;
  }
  return random.bytes(protocol === PROTOCOL_UDP ? 8 : 12);
}

/** An IP header with its extras; lengths and checksum are set later. */
function ipHeader(random: ProgramRandom, shape: FrameShape): Uint8Array {
  if (!shape.isIpv6) {
    const header = random.bytes(20 + shape.extras * 4);
    header[0] = 0x45 + shape.extras;
    setBigEndian16(header, 6, shape.isFragment ? (shape.fragmentOffset > 0 ? shape.fragmentOffset : 0x2000) : 0x4000);
    header[9] = shape.protocol;
    return header;
  }
  const kinds = Array.from({ length: shape.extras }, () => random.pick([0, 43, 60]));
  if (shape.isFragment) kinds.push(FRAGMENT_HEADER);
  const parts = kinds.map((kind, index) => {
    const units = kind === FRAGMENT_HEADER ? 0 : random.below(3);
    const part = random.bytes((units + 1) * 8);
    part[0] = kinds[index + 1] ?? shape.protocol;
    part[1] = units;
    if (kind === FRAGMENT_HEADER) setBigEndian16(part, 2, shape.fragmentOffset * 8 + 1);
    return [...part];
  });
  const header = random.bytes(40);
  header[0] = 0x60;
  header[6] = kinds[0] ?? shape.protocol;
  return Uint8Array.from([...header, ...parts.flat()]);
}

/** Has the checksum that the device is to insert come out as zero, by the last whole word of the payload. */
function sumToNothing(frame: Uint8Array, l4At: number, pseudo: number): void {
  const at = l4At + Math.floor((frame.length - l4At - 2) / 2) * 2;
  if (at < l4At + 8) return;
  setBigEndian16(frame, at, 0);
  setBigEndian16(frame, at, 0xffff - fold(pseudo + onesSum(frame, l4At, frame.length)));
}

/** Sets the lengths and checksums of a frame. */
function finishHeaders(frame: Uint8Array, shape: FrameShape, l3At: number, l4At: number): void {
  if (shape.isIpv6) setBigEndian16(frame, l3At + 4, frame.length - l3At - 40);
  else {
    setBigEndian16(frame, l3At + 2, frame.length - l3At);
    setBigEndian16(frame, l3At + 10, 0);
    setBigEndian16(frame, l3At + 10, ~onesSum(frame, l3At, l4At) & 0xffff);
  }
  const isShort = frame.length - l4At < (shape.protocol === PROTOCOL_TCP ? 20 : 12);
  if (shape.isFragment || isShort) return;
  if (shape.protocol === PROTOCOL_SCTP) {
    frame.fill(0, l4At + 8, l4At + 12);
    if (!shape.isPartial) frame.set(wordBytes(crc32c(frame, l4At)), l4At + 8);
    return;
  }
  const l4Length = frame.length - l4At;
  if (shape.protocol === PROTOCOL_UDP) setBigEndian16(frame, l4At + 4, l4Length);
  const field = l4At + (shape.protocol === PROTOCOL_UDP ? 6 : 16);
  const addressesFrom = l3At + (shape.isIpv6 ? 8 : 12);
  const addressesTo = l3At + (shape.isIpv6 ? 40 : 20);
  const pseudo = onesSum(frame, addressesFrom, addressesTo) + shape.protocol + (shape.isSegmented ? 0 : l4Length);
  setBigEndian16(frame, field, 0);
  const isWhole = shape.isPartial && !shape.isSegmented && shape.protocol === PROTOCOL_UDP;
  if (isWhole && (frame[l4At] ?? 0) % 8 === 0) sumToNothing(frame, l4At, fold(pseudo));
  const sum = shape.isPartial ? fold(pseudo) : ~fold(pseudo + onesSum(frame, l4At, frame.length)) & 0xffff;
  setBigEndian16(frame, field, sum === 0 && shape.protocol === PROTOCOL_UDP ? 0xffff : sum);
}

/** Builds a frame. */
export function buildFrame(random: ProgramRandom, shape: FrameShape): BuiltFrame {
  const tagBytes = shape.tag === undefined ? [] : [0x81, 0x00, shape.tag >>> 8, shape.tag & 0xff];
  const ip = ipHeader(random, shape);
  const l4 = shape.isFragment && shape.fragmentOffset > 0 ? new Uint8Array(0) : l4Header(random, shape.protocol);
  const type = shape.isIpv6 ? TYPE_IPV6 : TYPE_IPV4;
  const mac = [...shape.destination, ...shape.source, ...tagBytes, type >>> 8, type & 0xff];
  const frame = new Uint8Array(mac.length + ip.length + l4.length + shape.payload);
  frame.set(mac);
  frame.set(ip, mac.length);
  frame.set(l4, mac.length + ip.length);
  frame.set(random.bytes(shape.payload), mac.length + ip.length + l4.length);
  finishHeaders(frame, shape, mac.length, mac.length + ip.length);
  return { bytes: frame, macBytes: mac.length, ipBytes: ip.length, l4Bytes: l4.length };
}

/** A frame that is no IP, or nearly none. */
export function buildOtherFrame(random: ProgramRandom, destination: Uint8Array, source: Uint8Array): Uint8Array {
  const frame = random.bytes(random.pick([14, 18, 46, 60, 61, 100, 300, 1514]));
  frame.set(destination);
  frame.set(source, 6);
  setBigEndian16(frame, 12, random.pick([0x0806, TYPE_IPV4, TYPE_IPV6, 0x8100, 0x88cc]));
  if (random.chance(50)) frame[14] = random.pick([0x44, 0x45, 0x46, 0x60]);
  if (random.chance(20) && frame.length > 40) setBigEndian32(frame, 16, random.below(2 ** 32));
  return frame;
}

/** Makes something of a frame wrong. */
export function spoilFrame(random: ProgramRandom, frame: Uint8Array): Uint8Array {
  const spoilt = frame.slice(0, random.chance(20) ? random.between(14, frame.length) : frame.length);
  const at = random.chance(70) ? random.between(12, Math.min(80, spoilt.length - 1)) : random.below(spoilt.length);
  if (at >= 12) spoilt[at] = random.chance(50) ? random.below(256) : (spoilt[at] ?? 0) ^ (1 << random.below(8));
  return spoilt;
}
