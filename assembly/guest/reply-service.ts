/**
 * A service that answers each recorded request with the recorded reply, out of a table in guest memory that it keeps
 * rearranging: a found entry changes places with the one before it, so that popular ones drift to the front (Rivest,
 * "On self-organizing sequential search heuristics", 1976, the transposition rule).
 *
 * It trusts its table, as caches do: the index says which slot has the reply, and the slot's bytes are sent. If a page
 * of the table is older than another, answers come out wrong. Each answer is counted in its slot, so what the service
 * knows of an answer that a client holds can be read from its memory afterwards. One that writes to a disk writes before it
 * answers, one request after the other. Layout: layout/guest-software.ts.
 */
import { isDurable, wantBlocks } from "../disk/block-front";
import {
  BUCKET_BYTES,
  BUCKET_SLOT,
  SERVICE_BUCKET_COUNT,
  SERVICE_DIRTY_PAGES,
  SERVICE_DISK_BLOCKS,
  SERVICE_DURABLE,
  SERVICE_ECHO_PORT,
  SERVICE_INDEX,
  SERVICE_IS_WRITING,
  SERVICE_PAGE,
  SERVICE_PORT,
  SERVICE_SERVED,
  SERVICE_SLOT_BYTES,
  SERVICE_SLOT_COUNT,
  SERVICE_SLOTS,
  SERVICE_UNKNOWN,
  SERVICE_WORK,
  SERVICE_WORK_NEXT,
  SERVICE_WORK_PAGES,
  SLOT_HASH,
  SLOT_HITS,
  SLOT_REPLY,
  SLOT_REPLY_BYTES,
  TABLE_PAGE,
} from "../layout/guest-software";
import { PAGE_BYTES, PAGE_SHIFT } from "../layout/limits";
import { GuestMemory, look, touch, writeGuest } from "../memory/guest-memory";
import { writeRound } from "../memory/round";

/** The service does not know the request. */
export const UNKNOWN_REQUEST: u32 = 0xffffffff;

const FNV_START: u64 = 0xcbf29ce484222325;
const FNV_PRIME: u64 = 0x100000001b3;

/** FNV-1a, 64 bits (Fowler, Noll and Vo); never 0, which marks a free bucket. */
function hashOf(at: u32, bytes: u32): u64 {
  let hash = FNV_START;
  for (const end = at + bytes; at < end; at++) hash = (hash ^ load<u8>(at)) * FNV_PRIME;
  return hash ? hash : 1;
}

/** Lays out an empty table; `slotBytes` and `bucketCount` are powers of two, slots do not cross pages. */
export function createService(
  m: GuestMemory,
  port: u32,
  slotBytes: u32,
  bucketCount: u32,
  slotCountMax: u32,
  workPages: u32,
  dirtyPages: u32,
): void {
  const s = touch(m, SERVICE_PAGE << PAGE_SHIFT);
  const index = TABLE_PAGE << PAGE_SHIFT;
  const slots = (index + bucketCount * BUCKET_BYTES + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  const work = (slots + slotCountMax * slotBytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  assert(work + workPages * PAGE_BYTES <= m.pageCount << PAGE_SHIFT, "the service fits its guest's memory");
  store<u32>(s, port, SERVICE_PORT);
  store<u32>(s, slotBytes, SERVICE_SLOT_BYTES);
  store<u32>(s, bucketCount, SERVICE_BUCKET_COUNT);
  store<u32>(s, index, SERVICE_INDEX);
  store<u32>(s, slots, SERVICE_SLOTS);
  store<u32>(s, work, SERVICE_WORK);
  store<u32>(s, workPages, SERVICE_WORK_PAGES);
  store<u32>(s, dirtyPages, SERVICE_DIRTY_PAGES);
}

/** Adds a reply to the table; a request that is there already keeps its first reply. */
export function addReply(m: GuestMemory, query: u32, queryBytes: u32, reply: u32, replyBytes: u32): void {
  const s = touch(m, SERVICE_PAGE << PAGE_SHIFT);
  const hash = hashOf(query, queryBytes);
  const bucket = bucketOf(m, s, hash);
  if (load<u64>(look(m, bucket))) return;
  const number = load<u32>(s, SERVICE_SLOT_COUNT);
  const slotBytes = load<u32>(s, SERVICE_SLOT_BYTES);
  assert(SLOT_REPLY + replyBytes <= slotBytes, "a reply fits its slot");
  store<u32>(s, number + 1, SERVICE_SLOT_COUNT);
  const to = touch(m, bucket);
  store<u64>(to, hash);
  store<u32>(to, number + 1, BUCKET_SLOT);
  const slot = load<u32>(s, SERVICE_SLOTS) + number * slotBytes;
  const at = touch(m, slot);
  store<u64>(at, hash, SLOT_HASH);
  store<u32>(at, replyBytes, SLOT_REPLY_BYTES);
  writeGuest(m, slot + SLOT_REPLY, reply, replyBytes);
}

/** Has whatever comes to a UDP port be sent back. */
export function setEcho(m: GuestMemory, port: u32): void {
  store<u32>(touch(m, SERVICE_PAGE << PAGE_SHIFT), port, SERVICE_ECHO_PORT);
}

/** Has each request write so many blocks of its guest's disk before it is answered. */
export function setDiskBlocks(m: GuestMemory, count: u32): void {
  store<u32>(touch(m, SERVICE_PAGE << PAGE_SHIFT), count, SERVICE_DISK_BLOCKS);
}

/** Tells whether the request that has waited longest waits for what it writes. */
export function isAwaitingDisk(m: GuestMemory): bool {
  const s = look(m, SERVICE_PAGE << PAGE_SHIFT);
  return load<u32>(s, SERVICE_IS_WRITING) != 0 && !isDurable(m, load<u32>(s, SERVICE_DURABLE));
}

/** Tells whether what the request at hand writes is durable; asks for it the first time. */
export function hasWritten(m: GuestMemory): bool {
  const count = load<u32>(look(m, SERVICE_PAGE << PAGE_SHIFT), SERVICE_DISK_BLOCKS);
  if (!count) return true;
  const s = touch(m, SERVICE_PAGE << PAGE_SHIFT);
  if (load<u32>(s, SERVICE_IS_WRITING)) {
    assert(isDurable(m, load<u32>(s, SERVICE_DURABLE)), "a request is looked at again when its write is durable");
    store<u32>(s, 0, SERVICE_IS_WRITING);
    return true;
  }
  store<u32>(s, 1, SERVICE_IS_WRITING);
  store<u32>(s, wantBlocks(m, count), SERVICE_DURABLE);
  return false;
}

/** Writes the answer to a request to `to`; returns its bytes, or UNKNOWN_REQUEST. */
export function answer(m: GuestMemory, query: u32, queryBytes: u32, to: u32): u32 {
  const s = touch(m, SERVICE_PAGE << PAGE_SHIFT);
  dirtyWorkingSet(m, s);
  const bucket = bucketOf(m, s, hashOf(query, queryBytes));
  const number = load<u32>(look(m, bucket), BUCKET_SLOT);
  if (!number || number > load<u32>(s, SERVICE_SLOT_COUNT)) {
    store<u32>(s, load<u32>(s, SERVICE_UNKNOWN) + 1, SERVICE_UNKNOWN);
    return UNKNOWN_REQUEST;
  }
  store<u32>(s, load<u32>(s, SERVICE_SERVED) + 1, SERVICE_SERVED);
  const slotBytes = load<u32>(s, SERVICE_SLOT_BYTES);
  const slot = touch(m, load<u32>(s, SERVICE_SLOTS) + (number - 1) * slotBytes);
  store<u32>(slot, load<u32>(slot, SLOT_HITS) + 1, SLOT_HITS);
  let bytes = load<u32>(slot, SLOT_REPLY_BYTES);
  // A torn table may say anything; the service at least stays inside its slot.
  if (bytes > slotBytes - SLOT_REPLY) bytes = slotBytes - SLOT_REPLY;
  memory.copy(to, slot + SLOT_REPLY, bytes);
  if (number > 1) transpose(m, s, number - 1);
  return bytes;
}

/** Swaps a slot with the one before it, and their numbers in the index. */
function transpose(m: GuestMemory, s: u32, number: u32): void {
  const slotBytes = load<u32>(s, SERVICE_SLOT_BYTES);
  const address = load<u32>(s, SERVICE_SLOTS) + number * slotBytes;
  const here = touch(m, address);
  const before = touch(m, address - slotBytes);
  for (let i: u32 = 0; i < slotBytes; i += 16) {
    const kept = v128.load(here + i);
    v128.store(here + i, v128.load(before + i));
    v128.store(before + i, kept);
  }
  store<u32>(touch(m, bucketOf(m, s, load<u64>(here, SLOT_HASH))), number + 1, BUCKET_SLOT);
  store<u32>(touch(m, bucketOf(m, s, load<u64>(before, SLOT_HASH))), number, BUCKET_SLOT);
}

/** Returns the guest address of the bucket of a hash, or of the free bucket where it would be. */
function bucketOf(m: GuestMemory, s: u32, hash: u64): u32 {
  const count = load<u32>(s, SERVICE_BUCKET_COUNT);
  const index = load<u32>(s, SERVICE_INDEX);
  let bucket = <u32>(hash ^ (hash >> 32)) & (count - 1);
  for (let tries = count; tries; tries--) {
    const found = load<u64>(look(m, index + bucket * BUCKET_BYTES));
    if (!found || found == hash) break;
    bucket = (bucket + 1) & (count - 1);
  }
  return index + bucket * BUCKET_BYTES;
}

function dirtyWorkingSet(m: GuestMemory, s: u32): void {
  const next = writeRound(
    m,
    load<u32>(s, SERVICE_WORK) >>> PAGE_SHIFT,
    load<u32>(s, SERVICE_WORK_PAGES),
    load<u32>(s, SERVICE_WORK_NEXT),
    load<u32>(s, SERVICE_DIRTY_PAGES),
    load<u32>(s, SERVICE_SERVED),
  );
  store<u32>(s, next, SERVICE_WORK_NEXT);
}
