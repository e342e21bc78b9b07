/**
 * What guests put into transmit rings: frames in one or several descriptors, legacy and advanced, contexts with and
 * without data, checksums, tags, segmentation, too short, too long, without an end. A mood decides how much of it is broken.
 *
 * Descriptors are written where the ring is now, be it in a page that is not the guest's ring at all; where it is in no
 * page there is nothing to write. The doorbell is a case of its own.
 */
import {
  TX_CONTEXT_BIT,
  TX_DEXT,
  TX_EOP,
  TX_IC,
  TX_IFCS,
  TX_IXSM,
  TX_PAYLEN_SHIFT,
  TX_RS,
  TX_TSE,
  TX_TXSM,
  TX_TYPE_CONTEXT,
  TX_TYPE_DATA,
  TX_TYPE_MASK,
  TX_VLE,
} from "../layout/descriptor";
import { PAGE_SHIFT } from "../layout/limits";
import { TDT } from "../layout/vf-registers";
import { Queue, txQueue, vf } from "../nic/virtual-function";
import { setAddress } from "../wire/ethernet";
import { oddAddress, pickDestination } from "./addresses";
import { SENT_COUNT, SLOT_BYTES, Template, template } from "./frames";
import {
  guestWrite,
  isOffender,
  MOOD_GARBAGE,
  MOOD_MUTATED,
  MOOD_VALID,
  PAGE_SENT,
  Player,
  spotToWrite,
} from "./player";
import {
  DESCRIPTOR_TX_CONTEXT,
  DESCRIPTOR_TX_DATA,
  DESCRIPTOR_TX_IC,
  DESCRIPTOR_TX_IXSM,
  DESCRIPTOR_TX_LEGACY,
  DESCRIPTOR_TX_RESERVED,
  DESCRIPTOR_TX_TSO,
  DESCRIPTOR_TX_TXSM,
  DESCRIPTOR_TX_VLE,
  ROW_CASES,
  ROW_DESCRIPTORS,
  ROW_TX_POSTED,
} from "./rows";
import { below, between, chance, count, next, oddWord, Stream, word } from "./stream";

const QUEUE_STRIDE: u32 = 0x100;
/** A descriptor carries at most so many bytes. */
const PIECE_BYTES_MAX: u32 = 0xffff;
const RUNAWAY_COUNT: u32 = 70;

/** Where the next descriptor goes, and how many more may follow: the state of one `postTransmit`. */
@unmanaged
class Cursor {
  position: u32;
  room: u32;
  written: u32;
}
const CURSOR: u32 = <u32>memory.data(16);
function cursor(): Cursor {
  return changetype<Cursor>(CURSOR);
}

/** Writes about so many descriptors into a transmit ring and rings the doorbell. */
export function postTransmit(s: Stream, p: Player, number: u32, budget: u32): void {
  const q = txQueue(vf(p.pool), number);
  const size = q.count;
  const c = cursor();
  c.position = q.tail < size ? q.tail : 0;
  c.room = !size ? 0 : q.head < size ? (q.head + size - c.position - 1) % size : size - 1;
  if (p.mood == MOOD_GARBAGE && size) c.room = min<u32>(size, 64);
  c.written = 0;
  while (c.written < budget && c.room > 4) {
    if (p.mood == MOOD_GARBAGE && chance(s, 700)) putGarbage(s, p, q);
    else if (isOffender(p)) putPacket(s, p, q);
    else putHonest(s, p, q);
  }
  const isWild = p.mood != MOOD_VALID && chance(s, p.mood == MOOD_GARBAGE ? 300 : 20);
  guestWrite(p, TDT + number * QUEUE_STRIDE, isWild ? oddWord(s) : c.position);
}

/** Writes the next descriptor of the ring. */
function put(s: Stream, p: Player, q: Queue, address: u64, command: u32, status: u32): void {
  const c = cursor();
  if (!c.room) return;
  const at = spotToWrite(p, q.base + ((<u64>c.position) << 4));
  c.position = c.position + 1 < q.count ? c.position + 1 : 0;
  c.room--;
  c.written++;
  if (!at) return;
  store<u64>(at, address);
  store<u32>(at, command, 8);
  store<u32>(at, status, 12);
  if (p.mood == MOOD_MUTATED && chance(s, 60)) {
    const word = at + (below(s, 4) << 2);
    store<u32>(word, load<u32>(word) ^ (1 << below(s, 32)));
  }
  if (isOffender(p)) countDescriptor(at);
}

function countDescriptor(at: u32): void {
  count(ROW_CASES);
  count(ROW_TX_POSTED);
  const command = load<u32>(at, 8);
  const status = load<u32>(at, 12);
  if (!(command & TX_DEXT)) {
    count(ROW_DESCRIPTORS + DESCRIPTOR_TX_LEGACY);
    if (command & TX_IC) count(ROW_DESCRIPTORS + DESCRIPTOR_TX_IC);
  } else if ((command & TX_TYPE_MASK) == TX_TYPE_CONTEXT) {
    count(ROW_DESCRIPTORS + DESCRIPTOR_TX_CONTEXT);
    return;
  } else if ((command & TX_TYPE_MASK) != TX_TYPE_DATA) {
    count(ROW_DESCRIPTORS + DESCRIPTOR_TX_RESERVED);
    return;
  } else {
    count(ROW_DESCRIPTORS + DESCRIPTOR_TX_DATA);
    if (command & TX_TSE) count(ROW_DESCRIPTORS + DESCRIPTOR_TX_TSO);
    if (status & TX_IXSM) count(ROW_DESCRIPTORS + DESCRIPTOR_TX_IXSM);
    if (status & TX_TXSM) count(ROW_DESCRIPTORS + DESCRIPTOR_TX_TXSM);
  }
  if (command & TX_VLE) count(ROW_DESCRIPTORS + DESCRIPTOR_TX_VLE);
}

function putGarbage(s: Stream, p: Player, q: Queue): void {
  put(s, p, q, chance(s, 500) ? oddAddress(s, p) : next(s), word(s), word(s));
}

/** A packet of the victim: plain, or with an offload that is right. */
function putHonest(s: Stream, p: Player, q: Queue): void {
  const index = below(s, SENT_COUNT);
  if (chance(s, 600) || !template(index).isWhole) putPlain(s, p, q, index);
  else putOffload(s, p, q, index, chance(s, 400));
}

function putPacket(s: Stream, p: Player, q: Queue): void {
  const kind = below(s, 1000);
  const index = below(s, SENT_COUNT);
  if (kind < 420) putPlain(s, p, q, index);
  else if (kind < 560) putData(s, p, q, index, template(index).bytes, between(s, 2, 4), TX_TYPE_DATA | TX_DEXT, 0);
  else if (kind < 700) putLegacy(s, p, q, index);
  else if (kind < 820) putOffload(s, p, q, index, false);
  else if (kind < 920) putOffload(s, p, q, index | 1, true);
  else if (kind < 940) putContext(s, p, q, template(index), 0, below(s, 2));
  else if (kind < 960) putStale(s, p, q, index);
  else if (kind < 975) putData(s, p, q, index, below(s, 14), 1, TX_TYPE_DATA | TX_DEXT, 0);
  else if (kind < 988) putData(s, p, q, index, between(s, 1500, 2200), between(s, 1, 3), TX_TYPE_DATA | TX_DEXT, 0);
  else if (kind < 993) putData(s, p, q, index, 0xffff, 1, TX_TYPE_DATA | TX_DEXT, 0);
  else if (kind < 995) putRunaway(s, p, q, index);
  else putMixed(s, p, q, index);
}

/** Device address of a frame to send, after it was given a destination. */
function addressOf(s: Stream, p: Player, index: u32): u64 {
  const offset = (PAGE_SENT << PAGE_SHIFT) + index * SLOT_BYTES;
  setAddress(p.base + offset, pickDestination(s, p));
  return chance(s, 250) ? p.window + offset : <u64>offset;
}

function putPlain(s: Stream, p: Player, q: Queue, index: u32): void {
  const bytes = template(index).bytes;
  const report = chance(s, 700) ? TX_RS : 0;
  const address = addressOf(s, p, index);
  put(s, p, q, address, bytes | TX_TYPE_DATA | TX_DEXT | TX_EOP | TX_IFCS | report, bytes << TX_PAYLEN_SHIFT);
}

/** Writes a packet of so many bytes in so many pieces; the last has EOP. */
function putData(s: Stream, p: Player, q: Queue, index: u32, bytes: u32, pieces: u32, command: u32, status: u32): void {
  let address = addressOf(s, p, index);
  const report = chance(s, 700) ? TX_RS : 0;
  let left = bytes;
  for (let n = max<u32>(pieces, left / PIECE_BYTES_MAX + 1); n; n--) {
    const part = n == 1 ? left : min<u32>(between(s, 0, left), PIECE_BYTES_MAX);
    const end = n == 1 ? TX_EOP | report : 0;
    put(s, p, q, address, min<u32>(part, PIECE_BYTES_MAX) | command | end, status | (bytes << TX_PAYLEN_SHIFT));
    address += part;
    left -= part;
  }
}

function putLegacy(s: Stream, p: Player, q: Queue, index: u32): void {
  let command: u32 = 0;
  let status: u32 = 0;
  if (chance(s, 400)) {
    command |= TX_IC | (between(s, 14, 70) << 16);
    status |= between(s, 14, 60) << 8;
  }
  if (chance(s, 250)) {
    command |= TX_VLE;
    status |= below(s, 6) << 16;
  }
  putData(s, p, q, index, template(index).bytes, chance(s, 800) ? 1 : between(s, 2, 4), command, status);
}

function putContext(s: Stream, p: Player, q: Queue, t: Template, segment: u32, slot: u32): void {
  const lengths = (below(s, 6) << 16) | (14 << 9) | t.l3Bytes;
  const address = <u64>lengths | ((<u64>word(s)) << 32);
  const command = TX_TYPE_CONTEXT | TX_DEXT | (t.isIpv4 ? 0x400 : 0) | (t.l4 << 11);
  put(s, p, q, address, command | (chance(s, 100) ? TX_RS : 0), (segment << 16) | (t.l4Bytes << 8) | (slot << 4));
}

/** A context, and a packet that uses it. */
function putOffload(s: Stream, p: Player, q: Queue, index: u32, isSegmented: bool): void {
  const t = template(index);
  const slot = below(s, 2);
  let command = TX_TYPE_DATA | TX_DEXT | TX_IFCS;
  let status = slot ? TX_CONTEXT_BIT : 0;
  let bytes = t.bytes;
  let segment = below(s, 1400);
  if (chance(s, 700)) status |= TX_TXSM;
  if (chance(s, 600)) status |= TX_IXSM;
  if (isOffender(p) && chance(s, 200)) command |= TX_VLE;
  if (isSegmented && (t.isWhole || isOffender(p))) {
    command |= TX_TSE;
    const payload = segmentedBytes(s);
    bytes = 14 + t.l3Bytes + t.l4Bytes + payload;
    // Mostly a few segments, rarely as many as there may be, or more.
    segment = max<u32>(between(s, 200, 1380), isOffender(p) && chance(s, 15) ? 1 : payload / 48);
    if (segment < 2 || chance(s, 4)) segment = isOffender(p) ? between(s, 0, 2000) : 1000;
  }
  putContext(s, p, q, t, segment, slot);
  putData(s, p, q, index, bytes, chance(s, 600) ? 1 : between(s, 2, 6), command, status);
}

function segmentedBytes(s: Stream): u32 {
  const r = below(s, 1000);
  if (r < 700) return between(s, 1, 3000);
  return r < 985 ? between(s, 3000, 9000) : between(s, 9000, 66000);
}

/** Data that asks for whatever context was loaded last, if any was. */
function putStale(s: Stream, p: Player, q: Queue, index: u32): void {
  const command = TX_TYPE_DATA | TX_DEXT | (chance(s, 400) ? TX_TSE : 0) | (chance(s, 300) ? TX_VLE : 0);
  const status = (chance(s, 500) ? TX_CONTEXT_BIT : 0) | (word(s) & (TX_TXSM | TX_IXSM));
  putData(s, p, q, index, template(index).bytes, between(s, 1, 2), command, status);
}

/** Descriptors without an end. */
function putRunaway(s: Stream, p: Player, q: Queue, index: u32): void {
  const address = addressOf(s, p, index);
  for (let n = below(s, RUNAWAY_COUNT); n; n--) put(s, p, q, address, 60 | TX_TYPE_DATA | TX_DEXT, 0);
}

/** Legacy and advanced in one packet, a context inside, a type that is none. */
function putMixed(s: Stream, p: Player, q: Queue, index: u32): void {
  const t = template(index);
  const address = addressOf(s, p, index);
  put(s, p, q, address, 30 | TX_TYPE_DATA | TX_DEXT, 0);
  const kind = below(s, 3);
  if (kind == 0) put(s, p, q, address, 40 | TX_EOP, 0);
  else if (kind == 1) putContext(s, p, q, t, 0, 0);
  else put(s, p, q, address, 40 | TX_DEXT | TX_EOP | (below(s, 16) << 20), 0);
}
