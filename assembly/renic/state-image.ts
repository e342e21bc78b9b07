/**
 * The state image of a virtual function: save, restore. docs/vf-state-image.md is the specification.
 *
 * The register table says which record carries which register; what no register shows (running intervals, contexts,
 * MSI-X, the physical function's side) is written by hand. Invariants: `restore` applies nothing before everything has
 * been accepted (image-check.ts, `placeFilters`, `outboundFits`); equal state gives equal bytes.
 */

import { MBVFICR_ACK_SHIFT, NOTE_MAC } from "../layout/physical-function";
import {
  COLUMN_EFFECT,
  COLUMN_OFFSET,
  COLUMN_RECORD,
  COLUMN_STRIDE,
  FILLS,
  NOTHING,
  SHAPES,
  SWITCHES_RX,
  SWITCHES_TX,
  THROTTLES,
  TRANSMITS,
  UNMASKS,
} from "../layout/register-table";
import {
  CONTROL_MAIL,
  CONTROL_TIMER,
  CONTROL_TURN,
  IDENTITY_MAC,
  IDENTITY_TABLE_VERSION,
  IMAGE_NO_ROOM,
  IMAGE_OK,
  TABLE_VERSION,
  THROTTLE_ENTRY_BYTES,
  THROTTLE_LEFT,
  THROTTLE_REMEMBERED,
  TX_CONTEXTS,
  TX_FETCHED,
  TYPE_CONTROL,
  TYPE_END,
  TYPE_FILTERS,
  TYPE_IDENTITY,
  TYPE_MANDATORY_LAST,
  TYPE_MSIX,
  TYPE_OUTBOUND,
  TYPE_POLICY,
  TYPE_THROTTLE,
  TYPE_TX_QUEUE,
} from "../layout/state-image";
import { VF_ROW_COUNT } from "../layout/vf-registers";
import {
  CONTEXT_BYTES,
  CONTEXT_COUNT,
  EITR_KEEP_COUNTER,
  MSIX_TABLE_BYTES,
  QUEUE_BYTES,
  QUEUE_COUNT,
  VECTOR_COUNT,
  VF_MSIX,
} from "../layout/virtual-function";
import { copyFew } from "../memory/copy";
import { noteAt, pf } from "../nic/physical-function";
import { configurePool, configurePort, drain, refreshWake } from "../nic/port";
import { writeMsix, writeMsixControl, writeVf } from "../nic/registers";
import { vfCell } from "../nic/reset";
import { QUIESCED, rxQueue, throttle, txQueue, Vf, vf } from "../nic/virtual-function";
import { forgetPending } from "../nic/write-back";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { bytesMinOf, checkImage, isKnown } from "./image-check";
import {
  findRecord,
  firstRecord,
  instanceOf,
  nextRecord,
  payloadOf,
  sealImage,
  sealRecord,
  typeOf,
} from "./image-record";
import { instanceCount, WORD_BYTES, wordCount, wordsOf } from "./image-words";
import { forgetOutbound, outboundFits, restoreOutbound, writeOutbound } from "./outbound-record";
import { applyFilters, applyPolicy, placeFilters, writeFilters, writePolicy } from "./pool-policy";

/** Writes a checkpoint's image of a quiesced virtual function to `at`, which has IMAGE_BYTES_MAX of room; returns its bytes. */
export function saveImage(index: u32, at: u32): u32 {
  const v = vf(index);
  assert(v.quiet == QUIESCED, "a virtual function is quiesced before its state is read");
  drain(v.port);
  return sealed(at, writeRecords(v, firstRecord(at)), 0);
}

/**
 * Writes an image for a migration: the same, and the frames in the outbound buffer. `at` has room for IMAGE_BYTES_MAX
 * and what `migrationBytes` says; returns its bytes.
 */
export function saveForMigration(index: u32, at: u32): u32 {
  const v = vf(index);
  assert(v.quiet == QUIESCED, "a virtual function is quiesced before its state is read");
  drain(v.port);
  return sealed(at, writeOutbound(v, writeRecords(v, firstRecord(at))), 0);
}

function writeRecords(v: Vf, at: u32): u32 {
  for (let type: u32 = TYPE_IDENTITY; type <= TYPE_MANDATORY_LAST; type++) {
    for (let instance: u32 = 0; instance < instanceCount(type); instance++) {
      at = sealRecord(at, type, instance, writePayload(v, type, instance, payloadOf(at)));
    }
  }
  return at;
}

/** Ends an image whose records end at `end`. */
export function sealed(at: u32, end: u32, features: u32): u32 {
  let count: u32 = 1;
  for (let record = firstRecord(at); record < end; record = nextRecord(record)) count++;
  return sealImage(at, sealRecord(end, TYPE_END, 0, 0), count, features);
}

function writePayload(v: Vf, type: u32, instance: u32, to: u32): u32 {
  if (type == TYPE_FILTERS) return writeFilters(v, to);
  if (type == TYPE_POLICY) return writePolicy(v, to);
  saveWords(v, type, instance, to);
  if (type == TYPE_IDENTITY) writeIdentity(v, to);
  else if (type == TYPE_THROTTLE) writeThrottles(v, to);
  else if (type == TYPE_TX_QUEUE) writeTxHidden(v, instance, to);
  else if (type == TYPE_MSIX) copyFew(to, changetype<u32>(v) + VF_MSIX, MSIX_TABLE_BYTES + 8);
  else if (type == TYPE_CONTROL) writeControl(v, to);
  return bytesMinOf(type);
}

/** Copies the registers of a record into it, in the order of the table. */
function saveWords(v: Vf, type: u32, instance: u32, to: u32): void {
  const record = changetype<u32>(v) + instance * QUEUE_BYTES;
  for (let word = wordsOf(type), end = wordsOf(type + 1); word < end; word += WORD_BYTES, to += 4)
    store<u32>(to, load<u32>(record + load<u32>(word)));
}

/** Copies them back. */
function restoreWords(v: Vf, type: u32, instance: u32, from: u32): void {
  const record = changetype<u32>(v) + instance * QUEUE_BYTES;
  for (let word = wordsOf(type), end = wordsOf(type + 1); word < end; word += WORD_BYTES, from += 4)
    store<u32>(record + load<u32>(word), load<u32>(from));
}

function writeIdentity(v: Vf, to: u32): void {
  store<u64>(to, load<u64>(noteAt(pf(v.port), v.pool), NOTE_MAC), IDENTITY_MAC);
  store<u32>(to, TABLE_VERSION, IDENTITY_TABLE_VERSION);
  store<u32>(to, 0, IDENTITY_TABLE_VERSION + 4);
}

/** Time is kept as time left: the target's clock is another one. */
function writeThrottles(v: Vf, to: u32): void {
  const now = world().now;
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++, to += THROTTLE_ENTRY_BYTES) {
    const t = throttle(v, vector);
    store<u64>(to, t.nextAt > now ? t.nextAt - now : 0, THROTTLE_LEFT);
    store<u32>(to, t.isRemembered, THROTTLE_REMEMBERED);
    store<u32>(to, 0, THROTTLE_REMEMBERED + 4);
  }
}

function writeTxHidden(v: Vf, instance: u32, to: u32): void {
  const q = txQueue(v, instance);
  store<u32>(to, q.fetched, TX_FETCHED);
  copyFew(to + TX_CONTEXTS, q.hidden, CONTEXT_COUNT * CONTEXT_BYTES);
}

function writeControl(v: Vf, to: u32): void {
  const p = pf(v.port);
  const asks = (p.mbvficr >>> v.pool) & 1;
  const acknowledges = (p.mbvficr >>> (v.pool + MBVFICR_ACK_SHIFT)) & 1;
  store<u32>(to, asks | (acknowledges << 1) | (((p.vflre >>> v.pool) & 1) << 2), CONTROL_MAIL);
  store<u32>(to, v.turn, CONTROL_TURN);
  store<u64>(to, world().now - v.timerStart, CONTROL_TIMER);
}

/**
 * Restores an image into a quiesced virtual function, whatever its number, and returns IMAGE_OK; or returns why not,
 * and changes nothing. No side effect of a write happens: nothing is fetched, raised, signalled or reset.
 */
export function restoreImage(index: u32, at: u32, bytes: u32): u32 {
  const v = vf(index);
  assert(v.quiet == QUIESCED, "a virtual function is quiesced before its state is written");
  const problem = checkImage(at, bytes);
  if (problem) return problem;
  drain(v.port);
  if (!outboundFits(v, at)) return IMAGE_NO_ROOM;
  if (!placeFilters(v, payloadOf(findRecord(at, TYPE_FILTERS, 0)))) return IMAGE_NO_ROOM;
  forgetQueues(v);
  let hasOutbound = false;
  for (let record = firstRecord(at); typeOf(record) != TYPE_END; record = nextRecord(record)) {
    if (!isKnown(record)) continue;
    if (typeOf(record) == TYPE_OUTBOUND) hasOutbound = true;
    else applyPayload(v, typeOf(record), instanceOf(record), payloadOf(record));
  }
  configurePool(v);
  if (hasOutbound) restoreOutbound(v, at);
  else forgetOutbound(v);
  refreshWake(v.port);
  return IMAGE_OK;
}

/** What the target's queues had under way is not the image's. */
function forgetQueues(v: Vf): void {
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) {
    forgetPending(rxQueue(v, number));
    forgetPending(txQueue(v, number));
    // Its contexts and what has been fetched are the image's.
    const q = txQueue(v, number);
    q.generation++;
    q.heldCount = 0;
  }
}

function applyPayload(v: Vf, type: u32, instance: u32, from: u32): void {
  if (type == TYPE_FILTERS) {
    applyFilters(v, from);
    return;
  }
  if (type == TYPE_POLICY) {
    applyPolicy(v, from);
    return;
  }
  restoreWords(v, type, instance, from);
  if (type == TYPE_THROTTLE) applyThrottles(v, from);
  else if (type == TYPE_TX_QUEUE) applyTxHidden(v, instance, from);
  else if (type == TYPE_MSIX) copyFew(changetype<u32>(v) + VF_MSIX, from, MSIX_TABLE_BYTES + 8);
  else if (type == TYPE_CONTROL) applyControl(v, from);
}

function applyThrottles(v: Vf, from: u32): void {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++, from += THROTTLE_ENTRY_BYTES) {
    const left = load<u64>(from, THROTTLE_LEFT);
    const t = throttle(v, vector);
    t.nextAt = left ? world().now + left : 0;
    t.armed = NEVER;
    t.isRemembered = load<u32>(from, THROTTLE_REMEMBERED);
  }
}

function applyTxHidden(v: Vf, instance: u32, from: u32): void {
  const q = txQueue(v, instance);
  q.fetched = load<u32>(from, TX_FETCHED);
  copyFew(q.hidden, from + TX_CONTEXTS, CONTEXT_COUNT * CONTEXT_BYTES);
}

function applyControl(v: Vf, from: u32): void {
  const p = pf(v.port);
  const mail = load<u32>(from, CONTROL_MAIL);
  const bit: u32 = 1 << v.pool;
  p.mbvficr &= ~(bit | (bit << MBVFICR_ACK_SHIFT));
  if (mail & 1) p.mbvficr |= bit;
  if (mail & 2) p.mbvficr |= bit << MBVFICR_ACK_SHIFT;
  p.vflre = mail & 4 ? p.vflre | bit : p.vflre & ~bit;
  v.turn = load<u32>(from, CONTROL_TURN);
  v.timerStart = world().now - load<u64>(from, CONTROL_TIMER);
}

/**
 * What a hypervisor can do without the ability to write device state: have the physical function's driver set up its
 * side, and write every register that a guest's driver could, in the order in which one would. Heads, causes, running
 * intervals, contexts and statistics stay as after power-up.
 */
export function restoreByRegisterWrites(index: u32, at: u32, bytes: u32): u32 {
  const v = vf(index);
  const problem = checkImage(at, bytes);
  if (problem) return problem;
  drain(v.port);
  const filters = payloadOf(findRecord(at, TYPE_FILTERS, 0));
  if (!placeFilters(v, filters)) return IMAGE_NO_ROOM;
  applyFilters(v, filters);
  applyPolicy(v, payloadOf(findRecord(at, TYPE_POLICY, 0)));
  configurePort(v.port);
  const msix = payloadOf(findRecord(at, TYPE_MSIX, 0));
  for (let offset: u32 = 0; offset < MSIX_TABLE_BYTES; offset += 4) writeMsix(v, offset, load<u32>(msix + offset));
  writeMsixControl(v, load<u32>(msix, MSIX_TABLE_BYTES + 4));
  writeRows(v, at, NOTHING);
  writeRows(v, at, SHAPES);
  writeRows(v, at, THROTTLES);
  writeRows(v, at, SWITCHES_RX);
  writeRows(v, at, SWITCHES_TX);
  writeRows(v, at, FILLS);
  writeRows(v, at, TRANSMITS);
  writeRows(v, at, UNMASKS);
  return IMAGE_OK;
}

function writeRows(v: Vf, at: u32, effect: u32): void {
  for (let record = firstRecord(at); typeOf(record) != TYPE_END; record = nextRecord(record)) {
    if (!isKnown(record)) continue;
    const type = typeOf(record);
    let from = payloadOf(record);
    for (let row: u32 = 0; row < VF_ROW_COUNT; row++) {
      if (vfCell(row, COLUMN_RECORD) != type) continue;
      for (let i: u32 = 0; i < wordCount(type, row); i++, from += 4) {
        if (vfCell(row, COLUMN_EFFECT) != effect) continue;
        const offset = vfCell(row, COLUMN_OFFSET) + (instanceOf(record) + i) * vfCell(row, COLUMN_STRIDE);
        const word = load<u32>(from);
        writeVf(v, offset, effect == THROTTLES ? word | EITR_KEEP_COUNTER : word);
      }
    }
  }
}
