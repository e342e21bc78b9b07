/** Addresses of the machines in tests. MAC addresses are pairs of words, first byte on the wire lowest. */

/** A MAC address as the boundary takes it: the first four bytes, then the last two. */
export type MacWords = readonly [low: number, high: number];

/** 02:52:4e:01:00:NN for servers' guests. */
export function guestMac(number: number): MacWords {
  return [0x014e5202, (number + 1) << 8];
}

/** 02:52:4e:02:00:NN for clients. */
export function clientMac(number: number): MacWords {
  return [0x024e5202, (number + 1) << 8];
}

/** 10.0.0.N for guests. */
export function guestIp(number: number): number {
  return 0x0a000001 + number;
}

/** 10.0.1.N for clients. */
export function clientIp(number: number): number {
  return 0x0a000101 + number;
}

/** The six bytes of a MAC address in their order on the wire. */
export function macBytes([low, high]: MacWords): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, low, true);
  new DataView(bytes.buffer).setUint32(4, high, true);
  return bytes.subarray(0, 6);
}
