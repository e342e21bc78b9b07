/**
 * Rows: packets to one address right behind each other, as nearly all traffic is, with an odd one among them; sent by a
 * pool, or arriving from the wire at once. Source: docs/device.md, for what makes a packet plain.
 */

import { wordBytes } from "./bytes";
import { PAGE_BYTES } from "./memory";
import {
  buildFrame,
  groupAddress,
  outsideAddress,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  poolAddress,
  spoilFrame,
  VLANS,
} from "./program-frames";
import { drawDestination, drawPayload, postReceive } from "./program-receive";
import { CONTEXT, DATA, END, EXTENDED, L4_SUM, l4TypeOf, REPORT } from "./program-transmit";
import type { ProgramWriter } from "./program-writer";
import * as vf from "./vf-registers";

const DESCRIPTOR_BYTES = 16;
const ETHERNET_BYTES = 14;
const IPV4_BYTES = 20;
/** Packets of a row: the smallest ring holds one less than it has descriptors. */
const ROW_MAX = 15;

/**
 * Most pools have one transmit queue, as drivers of virtual functions have; and behind the end of a ring there is what
 * looks like more of it, because a page is not cleared for a ring.
 */
export function writeRowSetUp(writer: ProgramWriter): void {
  const { random } = writer;
  for (const pool of writer.pools) {
    if (random.chance(85)) writer.writeQueue(pool, vf.TXDCTL, 1, 0);
    for (const isReceive of [false, true]) {
      const { page, count } = writer.ring(pool, 0, isReceive);
      const room = PAGE_BYTES / DESCRIPTOR_BYTES - count;
      const [low, high] = writer.deviceWords(pool, writer.transmitBuffer(pool, 64));
      const words = Array.from({ length: room }, () => [low, high, EXTENDED + DATA + END + 60, 0]);
      const address = page * PAGE_BYTES + count * DESCRIPTOR_BYTES;
      if (room > 0) writer.add({ kind: "writeMemory", pool, address, bytes: wordBytes(...words.flat()) });
    }
  }
}

/** What the frames of a row have in common. */
interface Row {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  /** The checksum that the device is asked for: its protocol, and where its context is. */
  readonly sum: { readonly protocol: number; readonly slot: number } | undefined;
}

/** A frame of a row; an odd one differs from the others in one thing. */
function drawRowFrame(writer: ProgramWriter, { destination, source, sum }: Row, isOdd: boolean): Uint8Array {
  const { random, mood } = writer;
  const oddness = isOdd ? (mood.hasVlans && random.chance(50) ? 1 : random.below(7)) : -1;
  const protocol = sum?.protocol ?? random.pick([PROTOCOL_UDP, PROTOCOL_UDP, PROTOCOL_TCP]);
  const { bytes } = buildFrame(random, {
    destination: oddness === 0 ? drawDestination(writer) : destination,
    source,
    tag: oddness === 1 ? random.pick(VLANS) : undefined,
    isIpv6: oddness === 2,
    protocol: oddness === 3 ? PROTOCOL_SCTP : protocol,
    extras: oddness === 4 ? 1 : 0,
    isFragment: oddness === 5,
    fragmentOffset: 0,
    payload: oddness === 6 ? random.between(1440, 1700) : drawPayload(writer, 300),
    isPartial: sum !== undefined,
    isSegmented: false,
  });
  if (protocol === PROTOCOL_UDP && random.chance(10) && bytes.length > 42) bytes.fill(0, 40, 42);
  return random.chance(8) ? spoilFrame(random, bytes) : bytes;
}

/** Where a row goes: to one of a few that are not rarely the same as the last time. */
function drawRowDestination(writer: ProgramWriter): Uint8Array {
  const { random } = writer;
  const kind = random.below(10);
  if (kind < 3) return poolAddress(random.pick(writer.pools));
  if (kind < 6) return outsideAddress(random.below(3));
  return kind < 9 ? groupAddress(random.below(4)) : drawDestination(writer);
}

/** Has a device asked for the checksums of a row: a context, nearly always a right one. */
function drawSum(writer: ProgramWriter): { protocol: number; slot: number; context: readonly number[] } {
  const { random } = writer;
  const protocol = random.pick([PROTOCOL_UDP, PROTOCOL_TCP]);
  const slot = random.below(2);
  const macBytes = random.chance(6) ? random.pick([0, 10, 18]) : ETHERNET_BYTES;
  const ipBytes = random.chance(6) ? random.pick([0, 19, 24, 300]) : IPV4_BYTES;
  const type = random.chance(4) ? l4TypeOf(PROTOCOL_SCTP) : l4TypeOf(protocol);
  const lengths = ipBytes + macBytes * 2 ** 9;
  return { protocol, slot, context: [lengths, 0, CONTEXT + EXTENDED + 2 ** 10 + type * 2 ** 11, slot * 16] };
}

/** A pool, or two of them, send a row each, and ring their doorbells behind each other. */
export function writeSentRow(writer: ProgramWriter): void {
  const { random } = writer;
  const pools = random.chance(35)
    ? [random.pick(writer.pools), random.pick(writer.pools)]
    : [random.pick(writer.pools)];
  const destination = drawRowDestination(writer);
  for (const pool of pools) {
    const ring = writer.ring(pool, 0, false);
    const sum = random.chance(45) ? drawSum(writer) : undefined;
    const row = { destination, source: poolAddress(pool), sum };
    const count = random.between(2, sum ? ROW_MAX - 1 : ROW_MAX);
    const odd = random.chance(60) ? random.below(count) : count;
    const descriptors = Array.from({ length: count }, (_, index) => {
      const bytes = drawRowFrame(writer, row, index === odd);
      const address = writer.transmitBuffer(pool, bytes.length);
      writer.add({ kind: "writeMemory", pool, address, bytes });
      const [low, high] = writer.deviceWords(pool, address);
      const report = random.chance(80) ? REPORT : 0;
      const isOther = index === odd && random.chance(20);
      const options = sum ? L4_SUM + (isOther ? 1 - sum.slot : sum.slot) * 16 : isOther ? L4_SUM : 0;
      return [low, high, EXTENDED + DATA + END + report + bytes.length, options];
    });
    writer.putDescriptors(pool, ring, sum ? [sum.context, ...descriptors] : descriptors);
  }
  for (const pool of pools) writer.ringTail(pool, 0, false);
}

/** Time for a row to arrive and be delivered. */
const ROW_WAIT_PS = 20_000_000;

/** A row arrives from the wire, and there are buffers for it, or not for all of it. */
export function writeArrivedRow(writer: ProgramWriter): void {
  const { random } = writer;
  const pool = random.pick(writer.pools);
  // Causes that ask for nothing are seen in VTEICR only.
  const isMasked = random.chance(15);
  if (isMasked) {
    writer.writePool(pool, vf.VTEIMC, 7);
    writer.add({ kind: "readVf", pool, offset: vf.VTEICR });
  }
  postReceive(writer, pool, 0, random.between(2, ROW_MAX));
  const count = random.between(2, ROW_MAX + 1);
  const odd = random.chance(60) ? random.below(count) : count;
  const other = poolAddress(random.pick(writer.pools));
  for (let index = 0; index < count; index++) {
    const destination = random.chance(80) ? poolAddress(pool) : other;
    const row = { destination, source: outsideAddress(random.below(3)), sum: undefined };
    const frame = drawRowFrame(writer, row, index === odd);
    const bytes = new Uint8Array(Math.max(60, frame.length));
    bytes.set(frame);
    writer.add({ kind: "arrive", bytes, afterPs: random.pick([0, 0, 0, 1000]) });
  }
  if (!isMasked) return;
  writer.add({ kind: "wait", ps: ROW_WAIT_PS });
  writer.add({ kind: "readVf", pool, offset: vf.VTEICR });
  writer.writePool(pool, vf.VTEIMS, 7);
}
