/**
 * Packets with their contexts, as a driver describes them: what the device is to add is left out of the bytes, and
 * where it is to add it stands in the descriptors.
 */
import {
  CONTEXT_IPV4,
  CONTEXT_L4_SHIFT,
  CONTEXT_L4LEN_SHIFT,
  CONTEXT_MACLEN_SHIFT,
  CONTEXT_MSS_SHIFT,
  CONTEXT_VLAN_SHIFT,
  L4_SCTP,
  L4_TCP,
  L4_UDP,
  TX_CONTEXT_BIT,
  TX_DEXT,
  TX_EOP,
  TX_IXSM,
  TX_RS,
  TX_TSE,
  TX_TXSM,
  TX_TYPE_CONTEXT,
  TX_TYPE_DATA,
  TX_VLE,
} from "../../assembly/layout/descriptor";
import { PROTOCOL_TCP, PROTOCOL_UDP } from "../reference/program-frames";
import type { PoolDriver } from "./pool-driver";

/** What the device is to do with a packet. */
export interface OffloadPlan {
  readonly bytes: Uint8Array;
  readonly macBytes: number;
  readonly ipBytes: number;
  readonly l4Bytes: number;
  readonly isIpv6: boolean;
  readonly protocol: number;
  /** Payload bytes of a segment; 0 for a packet that is one frame. */
  readonly segmentBytes?: number;
  readonly hasIpSum?: boolean;
  readonly hasL4Sum?: boolean;
  /** A tag that the descriptor has inserted. */
  readonly tag?: number;
  readonly slot?: number;
  /** Lengths of the buffers but the last. */
  readonly cuts?: readonly number[];
  /** Whether the last descriptor asks for a report; yes unless told. */
  readonly isReported?: boolean;
}

function l4TypeOf(protocol: number): number {
  if (protocol === PROTOCOL_TCP) return L4_TCP;
  return protocol === PROTOCOL_UDP ? L4_UDP : L4_SCTP;
}

/** The words of a packet's context descriptor. */
export function contextWords(plan: OffloadPlan): number[] {
  const { macBytes, ipBytes, l4Bytes, segmentBytes = 0, tag = 0, slot = 0 } = plan;
  const command = (plan.isIpv6 ? 0 : CONTEXT_IPV4) | (l4TypeOf(plan.protocol) << CONTEXT_L4_SHIFT);
  return [
    (ipBytes | (macBytes << CONTEXT_MACLEN_SHIFT) | (tag << CONTEXT_VLAN_SHIFT)) >>> 0,
    0,
    (TX_DEXT | TX_TYPE_CONTEXT | command) >>> 0,
    ((slot * TX_CONTEXT_BIT) | (l4Bytes << CONTEXT_L4LEN_SHIFT) | (segmentBytes << CONTEXT_MSS_SHIFT)) >>> 0,
  ];
}

/** Puts a packet's bytes into a driver's memory and its descriptors into the ring; returns how many these are. */
export function postOffloaded(driver: PoolDriver, plan: OffloadPlan): number {
  const { bytes, segmentBytes = 0, hasIpSum = false, hasL4Sum = false, tag, slot = 0, isReported = true } = plan;
  const command = TX_DEXT | TX_TYPE_DATA | (segmentBytes ? TX_TSE : 0) | (tag === undefined ? 0 : TX_VLE);
  const options = (hasIpSum ? TX_IXSM : 0) | (hasL4Sum ? TX_TXSM : 0) | (slot * TX_CONTEXT_BIT);
  const ends = [...endsOf(plan.cuts ?? [], bytes.length), bytes.length];
  const data = ends.map((end, index) => {
    const from = ends[index - 1] ?? 0;
    const isLast = index === ends.length - 1;
    const ending = isLast ? TX_EOP | (isReported ? TX_RS : 0) : 0;
    return [driver.place(bytes.subarray(from, end)), 0, (command | ending | (end - from)) >>> 0, options];
  });
  const descriptors = [contextWords(plan), ...data];
  driver.post(descriptors);
  return descriptors.length;
}

function endsOf(cuts: readonly number[], byteCount: number): number[] {
  const ends: number[] = [];
  let at = 0;
  for (const cut of cuts) {
    at += cut;
    if (at < byteCount) ends.push(at);
  }
  return ends;
}
