/**
 * What a pool's queues may do and how, worked out from registers whenever one of them changes, so that the hot path
 * looks at one word: whether a queue is active, whether it is plain (nothing but whole frames in descriptors of one
 * buffer, reported at once), what is checked on receiving, how large its buffers are.
 *
 * Invariant: `flags`, `bufferBytes` and `headerBytes` of a queue are functions of registers; whoever changes one of
 * these registers calls this file.
 */
import {
  DTXSWC_VLAN_SHIFT,
  ENABLE_BIT,
  MRQC_MODE_MASK,
  MRQC_VMDQ_RSS,
  RXCSUM_IPOFL,
  RXCSUM_PCSD,
  RXCSUM_TUOFL,
  VMOLR_RSS,
  VMOLR_STRIP_CRC,
  VMVIR_ALWAYS,
} from "../layout/physical-function";
import {
  BUFFER_BYTES_DEFAULT,
  BUFFER_KIB_MASK,
  DESCRIPTOR_LEGACY,
  DESCRIPTOR_SPLIT,
  DESCRIPTOR_SPLIT_ALWAYS,
  DESCRIPTOR_TYPE_MASK,
  DESCRIPTOR_TYPE_SHIFT,
  HEADER_UNIT_BYTES,
  HEADER_UNITS_MASK,
  HEADER_UNITS_SHIFT,
  QUEUE_CHECKS_IP,
  QUEUE_CHECKS_L4,
  QUEUE_COUNT,
  QUEUE_GIVES_HASH,
  QUEUE_HAS_NEWS,
  QUEUE_IS_ACTIVE,
  QUEUE_IS_PLAIN,
} from "../layout/virtual-function";
import { endRuns } from "./descriptor-run";
import { Pf, pf, vmolr, vmvir } from "./physical-function";
import { forgetWake } from "./port-record";
import { DONE_AT_RELEASE, Queue, rxQueue, SPREADS, txQueue, Vf } from "./virtual-function";

/** Works out the flags of a pool's queues; returns whether a transmit queue has become active. */
export function configureQueues(v: Vf): bool {
  const p = pf(v.port);
  const spreads = (p.mrqc & MRQC_MODE_MASK) == MRQC_VMDQ_RSS && (vmolr(p, v.pool) & VMOLR_RSS) != 0;
  v.options = spreads ? v.options | SPREADS : v.options & ~SPREADS;
  forgetWake(v);
  endRuns(v);
  let hasWoken = false;
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) {
    configureReceive(v, p, rxQueue(v, number));
    if (configureTransmit(v, p, txQueue(v, number))) hasWoken = true;
  }
  return hasWoken;
}

/** Returns how a receive queue's descriptors are made. */
export function descriptorType(q: Queue): u32 {
  return (q.options >>> DESCRIPTOR_TYPE_SHIFT) & DESCRIPTOR_TYPE_MASK;
}

function configureReceive(v: Vf, p: Pf, q: Queue): void {
  const kib = q.options & BUFFER_KIB_MASK;
  q.bufferBytes = kib ? kib << 10 : BUFFER_BYTES_DEFAULT;
  q.headerBytes = ((q.options >>> HEADER_UNITS_SHIFT) & HEADER_UNITS_MASK) * HEADER_UNIT_BYTES;
  let flags = q.flags & QUEUE_HAS_NEWS;
  if (q.isEnabled && p.rctl & ENABLE_BIT && (p.vfre >>> v.pool) & 1) flags |= QUEUE_IS_ACTIVE;
  if (p.rxcsum & RXCSUM_IPOFL) flags |= QUEUE_CHECKS_IP;
  if (p.rxcsum & RXCSUM_TUOFL) flags |= QUEUE_CHECKS_L4;
  if (p.rxcsum & RXCSUM_PCSD) flags |= QUEUE_GIVES_HASH;
  const type = descriptorType(q);
  const isOneBuffer = type != DESCRIPTOR_LEGACY && type != DESCRIPTOR_SPLIT && type != DESCRIPTOR_SPLIT_ALWAYS;
  const strips = vmolr(p, v.pool) & p.rplolr & VMOLR_STRIP_CRC;
  if (isOneBuffer && strips && q.threshold <= 1 && !(v.options & SPREADS)) flags |= QUEUE_IS_PLAIN;
  q.flags = flags;
}

function configureTransmit(v: Vf, p: Pf, q: Queue): bool {
  const wasActive = q.isActive;
  let flags = q.flags & QUEUE_HAS_NEWS;
  if (q.isEnabled && p.tctl & ENABLE_BIT && (p.vfte >>> v.pool) & 1) flags |= QUEUE_IS_ACTIVE;
  const checks = (p.dtxswc | (p.dtxswc >>> DTXSWC_VLAN_SHIFT)) >>> v.pool;
  const inserts = vmvir(p, v.pool) & VMVIR_ALWAYS;
  const isDirect = !q.writesHead && q.threshold <= 1 && !(v.options & DONE_AT_RELEASE);
  if (isDirect && !(checks & 1) && !inserts) flags |= QUEUE_IS_PLAIN;
  q.flags = flags;
  return q.isActive && !wasActive;
}
