/** Checks of a frame's checksums, straight from RFC 791, RFC 768 and RFC 1071 and sharing nothing with the simulator. */

const IPV4_AT = 14;
const IPV4_BYTES = 20;
const UDP_AT = 34;
const UDP_CHECKSUM_AT = 40;
export const PAYLOAD_AT = 42;

/** What a UDP datagram in an Ethernet frame carries, and whether its checksums hold. */
export interface CheckedDatagram {
  readonly isHeaderWhole: boolean;
  readonly isDatagramWhole: boolean;
  readonly checksum: number;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly payload: Uint8Array;
}

/** Reads a frame that is known to be UDP over IPv4 without options. */
export function checkDatagram(frame: Uint8Array): CheckedDatagram {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const udpBytes = view.getUint16(UDP_AT + 4);
  const datagram = frame.subarray(UDP_AT, UDP_AT + udpBytes);
  const pseudoHeader = new Uint8Array(12);
  pseudoHeader.set(frame.subarray(26, 34));
  pseudoHeader[9] = 17;
  new DataView(pseudoHeader.buffer).setUint16(10, udpBytes);
  return {
    isHeaderWhole: sum(frame.subarray(IPV4_AT, IPV4_AT + IPV4_BYTES)) === 0xffff,
    isDatagramWhole: sum(pseudoHeader, datagram) === 0xffff,
    checksum: view.getUint16(UDP_CHECKSUM_AT),
    sourcePort: view.getUint16(UDP_AT),
    targetPort: view.getUint16(UDP_AT + 2),
    payload: frame.subarray(PAYLOAD_AT, UDP_AT + udpBytes),
  };
}

/** The one's complement sum of big-endian 16-bit words; each run is filled up with a zero byte. */
function sum(...runs: readonly Uint8Array[]): number {
  let total = 0;
  for (const run of runs) {
    for (let at = 0; at < run.length; at += 2) {
      total += (run[at] ?? 0) * 256 + (run[at + 1] ?? 0);
      if (total > 0xffff) total -= 0xffff;
    }
  }
  return total;
}
