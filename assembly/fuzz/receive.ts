/**
 * What guests put into receive rings, and what comes from the wire for them.
 *
 * Buffers of a driver that keeps the rules lie in the receive pages; now and then one lies where nothing can be written,
 * which is no danger to anything but the frame. Other moods point anywhere, their own rings included.
 */
import { PAGE_SHIFT } from "../layout/limits";
import { RDT } from "../layout/vf-registers";
import { descriptorType } from "../nic/configure";
import { port } from "../nic/port-record";
import { rxQueue, vf } from "../nic/virtual-function";
import { world } from "../sim/world";
import { setAddress } from "../wire/ethernet";
import { FRAME_START, takeSlot } from "../wire/frame";
import { pass } from "../wire/wire";
import { oddAddress, pickReceiver, unwritableAddress } from "./addresses";
import { breakFrame, WIRE_FRAME_COUNT, WIRE_FRAME_START, wireFrameAt } from "./frames";
import {
  guestWrite,
  isOffender,
  MOOD_GARBAGE,
  MOOD_MUTATED,
  MOOD_VALID,
  macOf,
  PAGE_HEADERS,
  PAGE_READ_ONLY,
  PAGE_RECEIVED,
  Player,
  spotToWrite,
  VICTIM,
} from "./player";
import { DESCRIPTOR_RX, ROW_CASES, ROW_DESCRIPTORS, ROW_FROM_WIRE, ROW_RX_POSTED } from "./rows";
import { below, chance, count, next, oddWord, Stream } from "./stream";

const QUEUE_STRIDE: u32 = 0x100;
/** Longest buffer of a driver that keeps the rules. */
const BUFFER_BYTES_MAX: u32 = 4096;
const HEADER_PLACES: u32 = 8;
const HEADER_PLACE_BYTES: u32 = 1024;

/** Writes about so many descriptors into a receive ring and hands them to the device. */
export function postReceive(s: Stream, p: Player, number: u32, budget: u32): void {
  const q = rxQueue(vf(p.pool), number);
  const size = q.count;
  const isGarbage = p.mood == MOOD_GARBAGE;
  let position = q.tail < size ? q.tail : 0;
  let room: u32 = 0;
  if (size) room = isGarbage ? 64 : q.head < size ? (q.head + size - position - 1) % size : size - 1;
  room = min<u32>(room, budget);
  if (!room && !isGarbage) return;
  for (; room; room--) {
    const at = spotToWrite(p, q.base + ((<u64>position) << 4));
    position = position + 1 < size ? position + 1 : 0;
    if (!at) continue;
    store<u64>(at, drawBuffer(s, p));
    store<u64>(at, drawHeader(s, p), 8);
    if (!isOffender(p)) continue;
    if (p.mood == MOOD_MUTATED && chance(s, 60)) store<u64>(at, load<u64>(at) ^ ((<u64>1) << below(s, 64)));
    count(ROW_CASES);
    count(ROW_RX_POSTED);
    count(ROW_DESCRIPTORS + DESCRIPTOR_RX + descriptorType(q));
  }
  const isWild = p.mood != MOOD_VALID && chance(s, isGarbage ? 300 : 20);
  guestWrite(p, RDT + number * QUEUE_STRIDE, isWild ? oddWord(s) : position);
}

function drawBuffer(s: Stream, p: Player): u64 {
  if (isOffender(p)) {
    const r = below(s, 1000);
    if (p.mood == MOOD_GARBAGE) return r < 600 ? oddAddress(s, p) : next(s);
    if (r < 12) return unwritableAddress(s);
    if (r < 20) return 0;
  }
  const offset = (PAGE_RECEIVED << PAGE_SHIFT) + (below(s, BUFFER_PLACES) << 8);
  return chance(s, 250) ? p.window + offset : <u64>offset;
}
const BUFFER_PLACES: u32 = (((PAGE_READ_ONLY - PAGE_RECEIVED) << PAGE_SHIFT) - BUFFER_BYTES_MAX) >>> 8;

/** Header buffers; a header address whose low bit is set is that without it. */
function drawHeader(s: Stream, p: Player): u64 {
  if (isOffender(p)) {
    if (p.mood == MOOD_GARBAGE) return oddAddress(s, p);
    if (chance(s, 8)) return unwritableAddress(s);
  }
  return (PAGE_HEADERS << PAGE_SHIFT) + below(s, HEADER_PLACES) * HEADER_PLACE_BYTES + below(s, 2);
}

/** Puts a frame on the wire to the port, for an offender or for all; now and then with broken headers. */
export function injectHostile(s: Stream): void {
  const slot = inject(s, pickReceiver(s), 20000000);
  if (chance(s, 60)) breakFrame(s, slot + FRAME_START, load<u32>(slot, 4));
  count(ROW_FROM_WIRE);
}

/** Puts a frame for the victim on the wire. */
export function injectHonest(s: Stream): void {
  inject(s, macOf(VICTIM), 20000000);
}

/** Returns the frame's slot; it arrives within some picoseconds. */
function inject(s: Stream, to: u64, withinPs: u32): u32 {
  const from = wireFrameAt(below(s, WIRE_FRAME_COUNT));
  const bytes = load<u32>(from);
  const slot = takeSlot(bytes);
  memory.copy(slot + FRAME_START, from + WIRE_FRAME_START, bytes);
  setAddress(slot + FRAME_START, to);
  setAddress(slot + FRAME_START + 6, 0xbbaa9988760a);
  pass(port(0).wireIn, slot, world().now + below(s, withinPs));
  return slot;
}
