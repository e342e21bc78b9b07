/**
 * How long pages and messages take on the link of a planned migration.
 *
 * The link carries segments as `assembly/wire/replication-link.ts` has them, and each stream is at most as fast as its
 * row of the cost model; the slower of the two counts. A policy's limit holds batches back: each waits until the ones
 * before it would have left at that rate, and then leaves as fast as it can. The last byte arrives a latency after it
 * has left. Before anything of a round leaves, dom0 has worked for its first batch, and each stream's processor works for
 * the next one while that leaves: where it is slower than the link, it decides.
 *
 * Over ports segments have timestamps, and dom0's driver and bridge work for each of them and for its acknowledgments while
 * they leave. assumed: nobody else has frames on them; interrupts and TCP's beginning are left out.
 */
import { PAGE_RECORD_HEADER_BYTES } from "../../assembly/layout/checkpoint";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { MigrationCase } from "./plan-input";

/** Of a segment: bytes of stream, which TCP's timestamps take 12 of, and bytes of wire (all headers, gap and preamble). */
const SEGMENT_BYTES = { link: 1_460, ports: 1_448 } as const;
const SEGMENT_WIRE_BYTES = 1_538;
/** Every second segment is acknowledged (RFC 9293 section 3.8.6.3). */
const SEGMENTS_PER_ACK = 2;
/** The shortest frame, which carries a message. */
const MESSAGE_WIRE_BYTES = 84;
/** Pages of a batch, between two looks at the limit. */
const BATCH_PAGES = 256;

export interface PlannedLink {
  readonly bitsPerSecond: number;
  readonly latencyNs: number;
  /** Bytes of stream in a second, of all streams together. */
  readonly streamRate: number;
  /** A page with its header. */
  readonly recordBytes: number;
  /** What dom0 works for a page before it leaves, and while it leaves; and streams that work at once. */
  readonly workNs: number;
  readonly carryNs: number;
  readonly streamCount: number;
}

/** Returns the link of a case. */
export function planLink(wanted: MigrationCase): PlannedLink {
  const { via, costs, clockHz, compressionRatio } = wanted;
  const segmentBytes = SEGMENT_BYTES[via];
  const wireRate = (wanted.linkBitsPerSecond * segmentBytes) / (8 * SEGMENT_WIRE_BYTES);
  const recordBytes = PAGE_RECORD_HEADER_BYTES + Math.ceil(PAGE_BYTES * compressionRatio);
  const segmentCycles = costs.driverTransmit + (costs.driverReceive + costs.bridgeHop) / SEGMENTS_PER_ACK;
  const carryCycles = via === "ports" ? (segmentCycles * recordBytes) / segmentBytes : 0;
  return {
    bitsPerSecond: wanted.linkBitsPerSecond,
    latencyNs: wanted.linkLatencyNs,
    streamRate: Math.min(wireRate, costs.migrationRate * wanted.streamCount),
    recordBytes,
    workNs: (costs.sendPage * 1e9) / clockHz,
    carryNs: (carryCycles * 1e9) / clockHz,
    streamCount: wanted.streamCount,
  };
}

/**
 * Returns the time from the first page's being read to the last one's arrival, under a policy's limit:
 *
 *     the link decides        work for the first batch, then all pages cross
 *     the processor decides   work for all pages, then the last batch crosses
 */
export function pagesNs(link: PlannedLink, pageCount: number, limitBitsPerSecond: number | null): number {
  if (pageCount === 0) return 0;
  const { recordBytes, workNs, carryNs, streamCount } = link;
  const firstPages = Math.min(pageCount, BATCH_PAGES);
  const lastPages = pageCount % BATCH_PAGES || BATCH_PAGES;
  const lastNs = bytesNs(link, lastPages * recordBytes);
  const byLinkNs = Math.floor(firstPages * workNs) + bytesNs(link, pageCount * recordBytes);
  const byWorkNs =
    Math.floor((pageCount * (workNs + carryNs)) / Math.min(streamCount, Math.ceil(pageCount / BATCH_PAGES))) + lastNs;
  const freeNs = Math.max(byLinkNs, byWorkNs);
  if (limitBitsPerSecond === null) return freeNs;
  const heldNs = Math.floor(((pageCount - lastPages) * recordBytes * 8e9) / limitBitsPerSecond);
  return Math.max(freeNs, heldNs + Math.floor(lastPages * workNs) + lastNs);
}

/** Returns the same of bytes. */
export function bytesNs({ streamRate, latencyNs }: PlannedLink, byteCount: number): number {
  return Math.floor((byteCount * 1e9) / streamRate) + latencyNs;
}

/** Returns the time of a message to the other host. */
export function messageNs({ bitsPerSecond, latencyNs }: PlannedLink): number {
  return Math.floor((MESSAGE_WIRE_BYTES * 8e9) / bitsPerSecond) + latencyNs;
}
