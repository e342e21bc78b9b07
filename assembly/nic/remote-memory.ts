/**
 * A guest memory that lives elsewhere: the caller fulfils each request, in any order, whenever it likes, or fails it.
 *
 * The device's code is the same for both kinds of memory. An operation (a packet to be fetched, a frame to be received)
 * runs until it needs an answer that is not there, gives up without a trace, and runs again from its start when all
 * requests made so far have been answered; what it asks again it finds in the log of the operation:
 *
 *     state of a request:  queued --taken by the caller--> asked --answered--> done or failed
 *
 * A write whose failure matters (a buffer) is waited for; one that completes an operation (a descriptor's words) is
 * posted, and handed out only after all requests before it have been answered, so that a guest that sees DD sees the
 * data. One operation of a virtual function is under way at a time, with all its requests in flight together.
 */

import { REASON_DMA } from "../layout/event";
import {
  DMA_DATA_BYTES_MAX,
  DMA_POST,
  DMA_READ,
  DMA_REQUEST_ADDRESS,
  DMA_REQUEST_BYTES,
  DMA_REQUEST_COUNT_MAX,
  DMA_REQUEST_DATA,
  DMA_REQUEST_KIND,
  DMA_REQUEST_LENGTH,
  DMA_WRITE,
} from "../layout/remote-memory";
import { TRACE_FAULT } from "../layout/trace";
import { MAY_READ, MAY_WRITE, recordFault } from "../memory/iommu";
import { trace } from "../sim/trace";
import { interruptRun, reserve, world } from "../sim/world";
import { forgetWake } from "./port-record";
import { indexOf, Vf } from "./virtual-function";

@unmanaged
export class Remote {
  /** Numbers of requests carry it, so that an answer to a forgotten operation is seen to be one. */
  generation: u32;
  requestCount: u32;
  /** Requests that the caller has taken. */
  takenCount: u32;
  /** Requests without an answer: those that are waited for, and those that are posted. */
  waitingCount: u32;
  postedCount: u32;
  dataBytes: u32;
  /** The operation that is under way: an OPERATION_. */
  operation: u32;
  /** The queue whose descriptors it has completed, or NO_QUEUE: then it has changed nothing yet. */
  queue: u32;
  /** A posted write has failed. */
  hasFailedPost: u32;
}

/** In `queue`, beside its number. */
export const QUEUE_RECEIVES: u32 = 2;
export const NO_QUEUE: u32 = 0xffffffff;

export const OPERATION_NONE: u32 = 0;
export const OPERATION_TRANSMIT: u32 = 1;
export const OPERATION_RECEIVE: u32 = 2;
/** Everything is decided, and posted writes are on their way. */
export const OPERATION_ENDING: u32 = 3;

@unmanaged
class Request {
  address: u64;
  bytes: u32;
  kind: u32;
  data: u32;
  state: u32;
  /** Where the bytes of a write were in the device: tells two writes to one place apart. */
  from: u32;
  unused: u32;
}

const QUEUED: u32 = 0;
const ASKED: u32 = 1;
const DONE: u32 = 2;
const FAILED: u32 = 3;

if (offsetof<Request>("address") != DMA_REQUEST_ADDRESS) ERROR("layout: Request.address has drifted");
if (offsetof<Request>("bytes") != DMA_REQUEST_LENGTH) ERROR("layout: Request.bytes has drifted");
if (offsetof<Request>("kind") != DMA_REQUEST_KIND) ERROR("layout: Request.kind has drifted");
if (offsetof<Request>("data") != DMA_REQUEST_DATA) ERROR("layout: Request.data has drifted");
if (offsetof<Request>() != DMA_REQUEST_BYTES) ERROR("layout: Request has drifted");

const REQUESTS: u32 = 64;
const DATA: u32 = REQUESTS + DMA_REQUEST_COUNT_MAX * DMA_REQUEST_BYTES;
/** In a request's number: its index, below the generation. */
const NUMBER_SHIFT: u32 = 11;
const NUMBER_MASK: u32 = (1 << NUMBER_SHIFT) - 1;

if (DMA_REQUEST_COUNT_MAX > NUMBER_MASK) ERROR("layout: a request's number has too few bits");

/** Has a virtual function's memory live elsewhere; set-up only. */
export function createRemote(v: Vf): void {
  v.remote = reserve(DATA + DMA_DATA_BYTES_MAX);
  forgetWake(v);
  remote(v).queue = NO_QUEUE;
}

export function remote(v: Vf): Remote {
  return changetype<Remote>(v.remote);
}

function requestAt(r: Remote, index: u32): Request {
  return changetype<Request>(changetype<u32>(r) + REQUESTS + index * DMA_REQUEST_BYTES);
}

/** Tells whether the last failure of a DMA was none, but an answer that is still to come. */
export function isWaiting(v: Vf): bool {
  return v.remote != 0 && remote(v).waitingCount != 0;
}

/** Tells whether an operation is under way. */
export function isRemoteBusy(v: Vf): bool {
  return v.remote != 0 && remote(v).operation != OPERATION_NONE;
}

/** Tells whether the operation under way has changed something: it only ends any more. */
export function isDecided(v: Vf): bool {
  return remote(v).queue != NO_QUEUE;
}

/** Notes whose descriptors the operation under way completes. */
export function noteQueue(v: Vf, queue: u32): void {
  if (v.remote) remote(v).queue = queue;
}

/** Returns where bytes of the memory are, once it has sent them; 0 before that, or if it has failed to. */
export function readElsewhere(v: Vf, address: u64, bytes: u32): u32 {
  const r = remote(v);
  let request = find(r, DMA_READ, address, bytes, 0);
  if (!request) request = ask(v, r, DMA_READ, address, bytes, 0);
  return request && request.state == DONE ? request.data : 0;
}

/** Tells whether bytes have been written. */
export function writeElsewhere(v: Vf, address: u64, from: u32, bytes: u32): bool {
  const r = remote(v);
  let request = find(r, DMA_WRITE, address, bytes, from);
  if (!request) {
    request = ask(v, r, DMA_WRITE, address, bytes, from);
    if (request) memory.copy(request.data, from, bytes);
  }
  return request != null && request.state == DONE;
}

/** Writes a word when everything before has been answered; nobody waits for it. */
export function postElsewhere(v: Vf, address: u64, value: u32): bool {
  const request = ask(v, remote(v), DMA_POST, address, 4, 0);
  if (!request) return false;
  store<u32>(request.data, value);
  return true;
}

function find(r: Remote, kind: u32, address: u64, bytes: u32, from: u32): Request | null {
  for (let i: u32 = 0; i < r.requestCount; i++) {
    const request = requestAt(r, i);
    if (request.kind != kind || request.address != address || request.from != from) continue;
    if (request.bytes == bytes) return request;
  }
  return null;
}

/** Makes a request; null when an operation asks for more than any honest one could, which counts as a fault. */
function ask(v: Vf, r: Remote, kind: u32, address: u64, bytes: u32, from: u32): Request | null {
  const room = (bytes + 15) & ~15;
  if (r.requestCount == DMA_REQUEST_COUNT_MAX || r.dataBytes + room > DMA_DATA_BYTES_MAX) return null;
  const request = requestAt(r, r.requestCount++);
  request.address = address;
  request.bytes = bytes;
  request.kind = kind;
  request.from = from;
  request.state = QUEUED;
  request.data = changetype<u32>(r) + DATA + r.dataBytes;
  r.dataBytes += room;
  if (kind == DMA_POST) r.postedCount++;
  else r.waitingCount++;
  interruptRun(REASON_DMA, indexOf(v));
  return request;
}

/** Takes the next request that may be asked for; returns its number, or -1. */
export function takeRequest(v: Vf): i32 {
  const r = remote(v);
  if (r.takenCount == r.requestCount) return -1;
  const request = requestAt(r, r.takenCount);
  if (request.kind == DMA_POST && isAnyAsked(r)) return -1;
  request.state = ASKED;
  return <i32>((r.generation << NUMBER_SHIFT) | r.takenCount++);
}

/** A posted write waits for everything but the posted writes before it, which stand in the same descriptor's order. */
function isAnyAsked(r: Remote): bool {
  for (let i: u32 = 0; i < r.takenCount; i++) if (requestAt(r, i).state == ASKED) return true;
  return false;
}

/** Returns where a request that was taken is; 0 if it belongs to an operation that is forgotten. */
export function requestOf(v: Vf, number: u32): u32 {
  const r = remote(v);
  const index = number & NUMBER_MASK;
  if (number >>> NUMBER_SHIFT != r.generation || index >= r.takenCount) return 0;
  return changetype<u32>(requestAt(r, index));
}

/** The memory has answered a request; returns whether the operation can go on. */
export function answerRequest(v: Vf, number: u32, isDone: bool): bool {
  const at = requestOf(v, number);
  if (!at) return false;
  const request = changetype<Request>(at);
  if (request.state != ASKED) return false;
  request.state = isDone ? DONE : FAILED;
  const r = remote(v);
  if (request.kind == DMA_POST) r.postedCount--;
  else r.waitingCount--;
  if (!isDone) {
    const access = request.kind == DMA_READ ? MAY_READ : MAY_WRITE;
    recordFault(v.map, request.address, access);
    const high = <u32>(request.address >> 32);
    trace(TRACE_FAULT, world().now, indexOf(v), 0, <u32>request.address, high, access);
    if (request.kind == DMA_POST) r.hasFailedPost = 1;
  }
  if (r.takenCount < r.requestCount) interruptRun(REASON_DMA, indexOf(v));
  return !r.waitingCount && (r.operation != OPERATION_ENDING || !r.postedCount);
}

/** Forgets the operation that is under way, and answers to it that are still to come. */
export function forgetOperation(v: Vf): void {
  if (!v.remote) return;
  const r = remote(v);
  r.generation = (r.generation + 1) & (u32.MAX_VALUE >>> (NUMBER_SHIFT + 1));
  r.requestCount = 0;
  r.takenCount = 0;
  r.waitingCount = 0;
  r.postedCount = 0;
  r.dataBytes = 0;
  r.operation = OPERATION_NONE;
  r.queue = NO_QUEUE;
  r.hasFailedPost = 0;
}
