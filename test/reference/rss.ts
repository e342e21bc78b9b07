/**
 * Receive side scaling: the Toeplitz hash of a frame's addresses and ports picks one of a pool's two queues.
 * Invariant: without a type there is no hash, and the queue is 0. Source: docs/device.md, "RSS".
 */

import { byteAt, hasBit, littleEndian32, wordBytes } from "./bytes";
import { addressesOf, type Packet } from "./packet";
import * as pf from "./pf-registers";
import type { Pool } from "./pool";
import type { Port } from "./port";

const KEY_WORDS = 10;
const MRQC_RSS = 5;

export interface RssResult {
  readonly type: number;
  readonly hash: number;
  readonly queue: number;
}

const NO_HASH: RssResult = { type: 0, hash: 0, queue: 0 };

/** A hash type, its bit in MRQC, and whether it takes ports. */
interface HashType {
  readonly type: number;
  readonly bit: number;
  readonly hasPorts: boolean;
}

function hashType(type: number, bit: number, hasPorts: boolean): HashType {
  return { type, bit, hasPorts };
}

/** The types that fit a frame, the best first. */
function typesFor(packet: Packet): HashType[] {
  const l4 = packet.isFragment ? "none" : packet.l4;
  if (packet.l3 === "ipv4") {
    const withPorts = l4 === "tcp" ? [hashType(1, 16, true)] : l4 === "udp" ? [hashType(7, 22, true)] : [];
    return [...withPorts, hashType(2, 17, false)];
  }
  if (packet.l3 !== "ipv6") return [];
  if (packet.hasExtras) {
    const withPorts = l4 === "tcp" ? [hashType(6, 21, true)] : l4 === "udp" ? [hashType(9, 24, true)] : [];
    return [...withPorts, hashType(4, 19, false)];
  }
  const withPorts = l4 === "tcp" ? [hashType(3, 18, true)] : l4 === "udp" ? [hashType(8, 23, true)] : [];
  return [...withPorts, hashType(5, 20, false)];
}

/** For each bit of the input that is set, the 32 bits of the key that begin there are added without carry. */
export function toeplitz(key: Uint8Array, input: Uint8Array): number {
  let hash = 0;
  for (let bit = 0; bit < input.length * 8; bit++) {
    if (!hasBit(byteAt(input, bit >> 3), 7 - (bit & 7))) continue;
    for (let at = 0; at < 32; at++) {
      const keyBit = bit + at;
      if (hasBit(byteAt(key, keyBit >> 3), 7 - (keyBit & 7))) hash ^= 1 << (31 - at);
    }
  }
  return hash >>> 0;
}

function keyOf(port: Port): Uint8Array {
  return wordBytes(...Array.from({ length: KEY_WORDS }, (_, word) => port.pf.get(pf.RSSRK + word * 4)));
}

/** The queue of a frame in a pool, and the hash that led to it. */
export function scaleReceive(port: Port, pool: Pool, packet: Packet): RssResult {
  const control = port.pf.get(pf.MRQC);
  if ((control & 7) !== MRQC_RSS || !hasBit(port.pf.get(pf.VMOLR + pool.index * 4), 17)) return NO_HASH;
  const chosen = typesFor(packet).find((candidate) => hasBit(control, candidate.bit));
  if (chosen === undefined) return NO_HASH;
  const addresses = addressesOf(packet);
  const ports = packet.bytes.subarray(packet.l4At, packet.l4At + 4);
  const hash = toeplitz(keyOf(port), Uint8Array.from([...addresses, ...(chosen.hasPorts ? ports : [])]));
  const entry = hash & 127;
  const entries = wordBytes(port.pf.get(pf.RETA + (entry >> 2) * 4));
  port.seen(`receive.rss.${chosen.type}`);
  return { type: chosen.type, hash, queue: (littleEndian32(entries, 0) >>> ((entry & 3) * 8)) & 1 };
}
