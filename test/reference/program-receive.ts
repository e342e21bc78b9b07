/**
 * The receiving side of random programs: descriptors that are posted, and frames that arrive from the wire.
 * Source: docs/device.md, "Receive" and "The bridge".
 */

import {
  BROADCAST,
  buildFrame,
  buildOtherFrame,
  groupAddress,
  outsideAddress,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  poolAddress,
  spoilFrame,
  VLANS,
} from "./program-frames";
import type { ProgramWriter } from "./program-writer";

/** Posts empty buffers and rings the doorbell. */
export function postReceive(writer: ProgramWriter, pool: number, queue: number, count: number): void {
  const { random, mood } = writer;
  const ring = writer.ring(pool, queue, true);
  const descriptors = Array.from({ length: Math.min(count, ring.count - 1) }, () => {
    const [low, high] = writer.deviceWords(pool, writer.receiveBuffer(4096));
    const [headerLow, headerHigh] = writer.deviceWords(pool, writer.receiveBuffer(4096));
    if (random.chance(mood.hostility > 0 ? 3 : 1)) return [0, 0, 0, 0];
    const isAstray = random.chance(mood.hostility / 3);
    return [isAstray ? random.word() : low, high, headerLow, headerHigh];
  });
  writer.putDescriptors(pool, ring, descriptors);
  writer.ringTail(pool, queue, true);
}

/** Where a frame might go. */
export function drawDestination(writer: ProgramWriter): Uint8Array {
  const { random } = writer;
  const kind = random.below(100);
  if (kind < 55) return poolAddress(random.pick(writer.pools));
  if (kind < 67) return BROADCAST;
  if (kind < 82) return groupAddress(random.below(8));
  if (kind < 95) return outsideAddress(random.below(8));
  return random.bytes(6);
}

export function drawTag(writer: ProgramWriter): number | undefined {
  const { random, mood } = writer;
  if (!random.chance(mood.hasVlans ? 45 : 4)) return undefined;
  return (random.chance(85) ? random.pick(VLANS) : random.below(4096)) + random.below(16) * 0x1000;
}

/** Payload bytes of a frame that is to be of an ordinary or a long length. */
export function drawPayload(writer: ProgramWriter, longest: number): number {
  const { random } = writer;
  const length = random.pick([0, 1, 2, 6, 20, 64, 100, 101, 250, 500, 1000, 1400, 1446, 1447, longest]);
  return Math.min(longest, random.chance(50) ? length : random.below(longest + 1));
}

/** A frame of the wire. */
function drawFrame(writer: ProgramWriter): Uint8Array {
  const { random, mood } = writer;
  const destination = drawDestination(writer);
  const source = outsideAddress(random.below(8));
  if (random.chance(12)) return buildOtherFrame(random, destination, source);
  const isFragment = random.chance(12);
  const { bytes } = buildFrame(random, {
    destination,
    source,
    tag: drawTag(writer),
    isIpv6: random.chance(40),
    protocol: random.pick([PROTOCOL_TCP, PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_UDP, PROTOCOL_SCTP, 1, 50]),
    extras: random.chance(25) ? random.between(1, 3) : 0,
    isFragment,
    fragmentOffset: isFragment && random.chance(50) ? random.between(1, 100) : 0,
    payload: drawPayload(writer, mood.hasLongFrames ? 1700 : 1450),
    isPartial: false,
    isSegmented: false,
  });
  return random.chance(12) ? spoilFrame(random, bytes) : bytes;
}

/** Frames from the wire, close to each other. */
export function writeArrivals(writer: ProgramWriter): void {
  const { random, mood } = writer;
  const count = random.between(1, mood.isBursting ? 12 : 4);
  const padding = random.chance(85) ? 60 : 18;
  let afterPs = random.pick([0, 0, 1000, 500_000, 1_000_000, random.below(3_000_000)]);
  for (let index = 0; index < count; index++) {
    const frame = drawFrame(writer);
    const bytes = new Uint8Array(Math.max(padding, frame.length));
    bytes.set(frame);
    writer.add({ kind: "arrive", bytes, afterPs });
    afterPs += random.pick([0, 0, 64_000, 1000, random.below(2_000_000), bytes.length * 1000]);
  }
  for (const pool of writer.pools) if (random.chance(35)) postReceive(writer, pool, 0, random.between(1, count));
}
