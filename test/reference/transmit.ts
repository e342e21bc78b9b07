/**
 * Transmission: one packet of a pool is fetched, judged, read and completed, and its frames leave or wait.
 * Invariant: a packet is taken whole or not at all; one without room in the outbound buffer leaves no trace.
 * Source: docs/device.md, "Transmit", "Where a frame goes" and "DMA and time".
 */

import { decide, isEntry, poolsOfVlan } from "./bridge";
import { hasBit, itemAt } from "./bytes";
import { decodeDescriptor, slotOf, type TransmitDescriptor } from "./descriptor";
import { setQueueCause } from "./interrupts";
import { type Plan, planPacket, SEGMENTS_MAX, segmentCount, type Verdict } from "./offload";
import { hasTag, vlanOf } from "./packet";
import * as pf from "./pf-registers";
import { type Context, descriptorAddress, type Pool, QUEUE_COUNT } from "./pool";
import type { Port } from "./port";
import { frameLengths, makeFrames } from "./segmentation";
import * as vf from "./vf-registers";
import { advance, type Completion, completePacket } from "./write-back";

const DESCRIPTORS_MAX = 64;
/** Frames after which a port pauses. */
export const ROUND_FRAMES_MAX = 512;
const FCS_BYTES = 4;
/** Preamble, check sequence and gap. */
const WIRE_OVERHEAD_BYTES = 24;

type Served = "none" | "served" | "noRoom";

/** Descriptors of a whole packet, leading contexts included. */
function gatherPacket(pool: Pool, queue: number): readonly TransmitDescriptor[] | "none" | "fault" {
  const ring = pool.transmitRing(queue);
  const { fetchedAt } = itemAt(pool.transmitQueues, queue);
  const descriptors: TransmitDescriptor[] = [];
  let isAfterContexts = false;
  const owned = pool.ownedFrom(ring, fetchedAt);
  while (descriptors.length < owned && descriptors.length < DESCRIPTORS_MAX) {
    const position = (fetchedAt + descriptors.length) % ring.count;
    const raw = pool.memory.read(descriptorAddress(ring, position), 16);
    if (raw === undefined) return "fault";
    const descriptor = decodeDescriptor(position, raw);
    descriptors.push(descriptor);
    if (descriptor.kind !== "context") isAfterContexts = true;
    if (isAfterContexts && descriptor.isEnd) return descriptors;
  }
  return descriptors.length === DESCRIPTORS_MAX ? descriptors : "none";
}

/** The contexts of a queue after the leading ones of a packet. */
function loadedContexts(pool: Pool, queue: number, leading: readonly TransmitDescriptor[]): Context[] {
  const contexts = [...itemAt(pool.transmitQueues, queue).contexts];
  for (const descriptor of leading) {
    contexts[slotOf(descriptor)] = { dw0: descriptor.dw0, dw2: descriptor.dw2, dw3: descriptor.dw3 };
  }
  return contexts;
}

function takeFault(port: Port, pool: Pool, queue: number, where: string): Served {
  port.seen(`transmit.fault.${where}`);
  port.drop("dmaFault");
  port.roundFrames++;
  port.disableByFault(pool, queue, false);
  return "served";
}

/** A packet's bytes, from all its buffers; undefined after a fault. */
function readBuffers(pool: Pool, plan: Plan): Uint8Array | undefined {
  const bytes = new Uint8Array(plan.bytes);
  let at = 0;
  for (const buffer of plan.buffers) {
    const part = pool.memory.read(buffer.address, buffer.bytes);
    if (part === undefined) return undefined;
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Serves the next whole packet of the pool's queues, in turn. */
function servePacket(port: Port, pool: Pool): Served {
  for (let step = 1; step <= QUEUE_COUNT; step++) {
    const queue = (pool.lastQueue + step) % QUEUE_COUNT;
    if (!port.isTransmitActive(pool, queue)) continue;
    const gathered = gatherPacket(pool, queue);
    if (gathered === "none") continue;
    const served =
      gathered === "fault" ? takeFault(port, pool, queue, "descriptor") : take(port, pool, queue, gathered);
    if (served === "served") pool.lastQueue = queue;
    return served;
  }
  return "none";
}

/** Takes a packet. */
function take(port: Port, pool: Pool, queue: number, descriptors: readonly TransmitDescriptor[]): Served {
  const firstBuffer = descriptors.findIndex((descriptor) => descriptor.kind !== "context");
  const leading = firstBuffer < 0 ? descriptors : descriptors.slice(0, firstBuffer);
  const buffers = descriptors.slice(leading.length);
  const contexts = loadedContexts(pool, queue, leading);
  const poolTag = port.pf.get(pf.VMVIR + pool.index * 4);
  const verdict: Verdict = planPacket(buffers, descriptors.length, contexts, poolTag);
  const positions = descriptors.map((descriptor) => descriptor.position);
  const completion = { queue, positions };
  if ("reason" in verdict) {
    port.seen(`transmit.${verdict.reason}.${verdict.rule}`);
    port.roundFrames++;
    port.drop(verdict.reason);
    finish(pool, completion, contexts);
    completeDropped(port, pool, completion);
    return "served";
  }
  const isPassing = pool.outbound.isOpen;
  if (!isPassing && !pool.outbound.hasRoom(frameLengths(verdict))) {
    port.seen("outbound.noRoom");
    return "noRoom";
  }
  const bytes = readBuffers(pool, verdict);
  if (bytes === undefined) return takeFault(port, pool, queue, "buffer");
  if (leading.length > 0) port.seen("transmit.context");
  notePlan(port, verdict);
  finish(pool, completion, contexts);
  const readyPs = Math.max(port.now, port.readFreePs) + verdict.bytes * port.settings.readPsPerByte;
  port.readFreePs = readyPs;
  const made = makeFrames(verdict, bytes);
  port.roundFrames += made.length;
  const frames = made.filter((frame) => passesAntiSpoofing(port, pool, frame));
  for (const frame of frames) countSent(port, pool, frame);
  if (isPassing) {
    completePacket(port, pool, completion);
    for (const frame of frames) sendFrame(port, pool, frame, readyPs);
  } else hold(port, pool, frames, completion);
  return "served";
}

/** The packet has been fetched: its contexts are loaded. */
function finish(pool: Pool, completion: Completion, contexts: readonly Context[]): void {
  const queue = itemAt(pool.transmitQueues, completion.queue);
  queue.contexts = contexts;
  queue.fetchedAt = advance(pool, completion.queue, queue.fetchedAt, completion.positions.length);
}

/** A dropped packet is complete at once, or with the packet before it while that waits for its release. */
function completeDropped(port: Port, pool: Pool, completion: Completion): void {
  if (port.settings.isDoneAtRelease && pool.outbound.joinLast(completion)) return;
  completePacket(port, pool, completion);
}

function hold(port: Port, pool: Pool, frames: readonly Uint8Array[], completion: Completion): void {
  port.seen("outbound.held");
  const isDeferred = port.settings.isDoneAtRelease && frames.length > 0;
  frames.forEach((frame, index) => {
    pool.outbound.enter(frame, isDeferred && index === frames.length - 1 ? completion : undefined);
  });
  if (frames.length === 0) completeDropped(port, pool, completion);
  else if (!isDeferred) completePacket(port, pool, completion);
}

/** Whether the source is a receive address of the pool. */
function isOwnSource(port: Port, pool: Pool, frame: Uint8Array): boolean {
  for (let entry = 0; entry < pf.RECEIVE_ADDRESS_COUNT; entry++) {
    if (hasBit(port.pf.get(pf.rah(entry)), 18 + pool.index) && isEntry(port, entry, frame, 6)) return true;
  }
  return false;
}

function passesAntiSpoofing(port: Port, pool: Pool, frame: Uint8Array): boolean {
  if (port.hasPoolBit(pf.DTXSWC, pool) && !isOwnSource(port, pool, frame)) {
    port.seen("transmit.spoofed.address");
    port.drop("spoofed");
    port.setPoolBit(pf.WVBR, pool, true);
    return false;
  }
  if (port.hasPoolBit(pf.DTXSWC, pool, 8) && hasTag(frame) && !hasBit(poolsOfVlan(port, vlanOf(frame)), pool.index)) {
    port.seen("transmit.spoofed.vlan");
    port.drop("spoofed");
    port.setPoolBit(pf.WVBR, pool, true, 8);
    return false;
  }
  return true;
}

function countSent(port: Port, pool: Pool, frame: Uint8Array): void {
  const octets = frame.length + FCS_BYTES;
  port.pf.add(pf.GPTC, 1);
  port.addOctets(pf.GOTCL, octets);
  if (!pool.hasVf) return;
  pool.registers.add(vf.VFGPTC, 1);
  pool.registers.add(vf.VFGOTC, octets);
}

/** A frame leaves its queue or buffer: the bridge decides, and it goes when it is ready. */
function sendFrame(port: Port, pool: Pool, frame: Uint8Array, readyPs: number): void {
  const decision = decide(port, frame, pool);
  if (decision.isToWire) {
    port.seen("transmit.toWire");
    const startPs = Math.max(readyPs, port.wireFreePs);
    port.wireFreePs = startPs + (frame.length + WIRE_OVERHEAD_BYTES) * port.settings.wirePsPerByte;
    port.sent.push({ startPs, bytes: frame });
  }
  if (decision.pools !== 0) {
    port.seen(decision.isToWire ? "transmit.toBoth" : "transmit.toPools");
    const local = { pools: decision.pools, isExact: decision.isExact };
    port.loopedArrivals.push({ ps: readyPs, bytes: frame, local });
    if (pool.hasVf) {
      pool.registers.add(vf.VFGPTLBC, 1);
      pool.registers.add(vf.VFGOTLBC, frame.length + FCS_BYTES);
    }
  }
  if (!decision.isToWire && decision.pools === 0) port.drop(decision.isTooLong ? "tooLong" : "noPool");
}

/** What came of a pool's turn: whether it was served, and whether it stays listed. */
export interface Turn {
  readonly isServed: boolean;
  readonly isListed: boolean;
}

/** A pool's turn. */
export function serveTurn(port: Port, pool: Pool): Turn {
  if (pool.stop !== undefined) return { isServed: false, isListed: false };
  if (pool.outbound.isOpen) {
    const isServed = servePacket(port, pool) === "served";
    return { isServed, isListed: isServed };
  }
  const before = port.roundFrames;
  while (port.roundFrames < ROUND_FRAMES_MAX && servePacket(port, pool) === "served");
  const isPaused = port.roundFrames >= ROUND_FRAMES_MAX;
  if (isPaused) port.seen("outbound.turnFull");
  const isFetched = port.roundFrames > before;
  const frame = pool.outbound.leave();
  if (frame !== undefined) {
    port.roundFrames++;
    port.seen("outbound.released");
    sendFrame(port, pool, frame.bytes, port.now);
    if (frame.completion !== undefined) {
      port.seen("outbound.doneAtRelease");
      completePacket(port, pool, frame.completion);
    }
  }
  return { isServed: isFetched || frame !== undefined, isListed: frame !== undefined || isPaused };
}

/** Raises the causes of the queues in which something was reported, each once. */
export function raiseReported(port: Port): void {
  const reported = [...(port.reportedInRound ?? [])].sort((left, right) => left - right);
  port.reportedInRound = undefined;
  for (const code of reported) {
    setQueueCause(port, port.pool(Math.floor(code / QUEUE_COUNT)), code % QUEUE_COUNT, false);
  }
}

/** Discards what a pool holds. */
export function discardHeld(port: Port, pool: Pool): void {
  port.reportedInRound = new Set();
  for (const frame of pool.outbound.discard()) {
    port.drop("discarded");
    if (frame.completion !== undefined) completePacket(port, pool, frame.completion);
  }
  raiseReported(port);
  port.list(pool);
}

function notePlan(port: Port, plan: Plan): void {
  port.seen(`transmit.${plan.kind}`);
  if (plan.buffers.length > 1) port.seen("transmit.severalBuffers");
  if (plan.tag !== undefined) port.seen("transmit.tag");
  if (plan.legacySum !== undefined) port.seen("transmit.legacySum");
  if (plan.hasIpSum) port.seen("transmit.ipSum");
  const l4 = ["udp", "tcp", "sctp"][plan.context.l4Type] ?? "unknown";
  if (plan.hasL4Sum) port.seen(`transmit.l4Sum.${l4}`);
  if (plan.isSegmented && segmentCount(plan) === SEGMENTS_MAX) port.seen("transmit.tso.mostSegments");
  if (plan.isSegmented) port.seen(`transmit.tso.${l4}.${plan.context.isIpv4 ? "ipv4" : "ipv6"}`);
}
