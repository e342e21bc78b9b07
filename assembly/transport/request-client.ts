/**
 * An external machine that replays recorded requests over UDP: each request's bytes unchanged, from its recorded port,
 * at its recorded time, again when no answer came in time, until its tries are used up. A try after the first leaves
 * from a new port and closes the old one, because the recorded client (dig) was seen to do so; an answer to a closed
 * port is late and counts for nothing (the machine would send ICMP port unreachable, which is left out).
 *
 * An answer counts when its bytes equal the recorded reply; any other answer is counted as wrong and waiting goes on,
 * as a resolver does that sees a mismatch. The machine has no processor model: it is quick. Invariant: at most one
 * event is pending, at the earlier of the next planned request and the first deadline.
 */
import { EVENT_CLIENT } from "../layout/event";
import { CLIENT_BYTES, CLIENTS } from "../layout/memory-map";
import { UDP_PAYLOAD } from "../layout/packet";
import {
  REQUEST_ANSWERED,
  REQUEST_ANSWERED_AT,
  REQUEST_BYTES,
  REQUEST_FAILED,
  REQUEST_FIRST_SENT_AT,
  REQUEST_PENDING,
  REQUEST_PORT,
  REQUEST_QUERY,
  REQUEST_QUERY_BYTES,
  REQUEST_REPEAT_COUNT,
  REQUEST_REPLY,
  REQUEST_REPLY_BYTES,
  REQUEST_SENT,
  REQUEST_STATE,
  REQUEST_TRIES,
  REQUEST_WRONG_COUNT,
} from "../layout/request";
import { DROP_NOT_FOR_US, TRACE_BORN, TRACE_CONSUMED } from "../layout/trace";
import { NEVER, schedule } from "../sim/event-queue";
import { nextFrame, trace } from "../sim/trace";
import { reserve, world } from "../sim/world";
import { destination, source } from "../wire/ethernet";
import { FRAME_START, frame, freeSlot, takeSlot } from "../wire/frame";
import { destinationIp, destinationPort, isUdp, payloadBytesOf, readSender, UdpEnd, writeUdp } from "../wire/udp";
import { arm, arrived, drop, isDue, send, wire } from "../wire/wire";

@unmanaged
export class Client {
  /** Who this machine is; the port is set for each request. */
  selfMac: u64;
  selfIp: u32;
  selfPort: u32;
  targetMac: u64;
  targetIp: u32;
  targetPort: u32;
  timeoutPs: u64;
  armed: u64;
  wireIn: u32;
  wireOut: u32;
  requests: u32;
  requestCount: u32;
  /** The next request that has not been sent yet. */
  requestNext: u32;
  tryCountMax: u32;
  /** Requests by deadline, as numbers + 1: time-outs are all of one length, so the list is sorted. */
  expireFirst: u32;
  expireLast: u32;
  /** First request of each UDP port, as number + 1. */
  byPort: u32;
  /** Identification of the next IPv4 packet. */
  packetId: u32;
  /** Answers to ports that were closed by then. */
  lateCount: u32;
  /** Scratch: who sent the frame at hand. */
  senderMac: u64;
  senderIp: u32;
  senderPort: u32;
}

@unmanaged
class Request {
  plannedAt: u64;
  firstSentAt: u64;
  answeredAt: u64;
  query: u32;
  queryBytes: u32;
  reply: u32;
  replyBytes: u32;
  port: u32;
  state: u16;
  tries: u16;
  wrongCount: u32;
  repeatCount: u32;
  deadline: u64;
  nextSamePort: u32;
  nextExpire: u32;
}

const PORT_COUNT: u32 = 65536;
/** Linux's range of ephemeral ports, and a stride that shares no factor with its size. */
const EPHEMERAL_FIRST: u32 = 32768;
const EPHEMERAL_COUNT: u32 = 28232;
const EPHEMERAL_STRIDE: u32 = 9973;
const NEXT_SAME_PORT: u32 = <u32>offsetof<Request>("nextSamePort");

if (offsetof<Client>() > CLIENT_BYTES) ERROR("layout: Client does not fit CLIENT_BYTES");
if (offsetof<Request>() != REQUEST_BYTES) ERROR("layout: Request has drifted from layout/request.ts");
if (offsetof<Request>("firstSentAt") != REQUEST_FIRST_SENT_AT) ERROR("layout: Request.firstSentAt has drifted");
if (offsetof<Request>("answeredAt") != REQUEST_ANSWERED_AT) ERROR("layout: Request.answeredAt has drifted");
if (offsetof<Request>("query") != REQUEST_QUERY) ERROR("layout: Request.query has drifted");
if (offsetof<Request>("queryBytes") != REQUEST_QUERY_BYTES) ERROR("layout: Request.queryBytes has drifted");
if (offsetof<Request>("reply") != REQUEST_REPLY) ERROR("layout: Request.reply has drifted");
if (offsetof<Request>("replyBytes") != REQUEST_REPLY_BYTES) ERROR("layout: Request.replyBytes has drifted");
if (offsetof<Request>("port") != REQUEST_PORT) ERROR("layout: Request.port has drifted");
if (offsetof<Request>("state") != REQUEST_STATE) ERROR("layout: Request.state has drifted");
if (offsetof<Request>("tries") != REQUEST_TRIES) ERROR("layout: Request.tries has drifted");
if (offsetof<Request>("wrongCount") != REQUEST_WRONG_COUNT) ERROR("layout: Request.wrongCount has drifted");
if (offsetof<Request>("repeatCount") != REQUEST_REPEAT_COUNT) ERROR("layout: Request.repeatCount has drifted");

export function client(index: u32): Client {
  return changetype<Client>(CLIENTS + index * CLIENT_BYTES);
}

function selfEnd(c: Client): UdpEnd {
  return changetype<UdpEnd>(changetype<u32>(c) + offsetof<Client>("selfMac"));
}

function targetEnd(c: Client): UdpEnd {
  return changetype<UdpEnd>(changetype<u32>(c) + offsetof<Client>("targetMac"));
}

function senderEnd(c: Client): UdpEnd {
  return changetype<UdpEnd>(changetype<u32>(c) + offsetof<Client>("senderMac"));
}

function request(c: Client, index: u32): Request {
  return changetype<Request>(c.requests + index * REQUEST_BYTES);
}

/** Reserves room for requests and returns where the control plane writes them; set-up only. */
export function createRequests(index: u32, count: u32): u32 {
  const c = client(index);
  c.requestCount = count;
  c.requests = reserve(count * REQUEST_BYTES);
  c.byPort = reserve(PORT_COUNT * 4);
  return c.requests;
}

/** Starts the replay: the requests are written, in the order of their times. */
export function startClient(index: u32): void {
  const c = client(index);
  c.armed = NEVER;
  for (let i = c.requestCount; i; i--) openPort(c, i - 1, request(c, i - 1).port);
  rearm(index);
}

/** Something is due: a planned request, a deadline, or both. */
export function onClient(index: u32): void {
  const c = client(index);
  const now = world().now;
  if (c.armed != now) return;
  c.armed = NEVER;
  while (c.requestNext < c.requestCount && request(c, c.requestNext).plannedAt <= now) {
    const r = request(c, c.requestNext);
    r.firstSentAt = now;
    transmit(index, c.requestNext++);
  }
  while (c.expireFirst && request(c, c.expireFirst - 1).deadline <= now) {
    const at = c.expireFirst - 1;
    const r = request(c, at);
    c.expireFirst = r.nextExpire;
    if (r.state != <u16>REQUEST_SENT) continue;
    if (<u32>r.tries < c.tryCountMax) transmit(index, at);
    else r.state = <u16>REQUEST_FAILED;
  }
  rearm(index);
}

function rearm(index: u32): void {
  const c = client(index);
  let time = NEVER;
  if (c.requestNext < c.requestCount) time = request(c, c.requestNext).plannedAt;
  if (c.expireFirst && request(c, c.expireFirst - 1).deadline < time) time = request(c, c.expireFirst - 1).deadline;
  if (time == NEVER || time == c.armed) return;
  c.armed = time;
  schedule(EVENT_CLIENT, index, time);
}

/** Links a request to the port that its answer will come to. */
function openPort(c: Client, number: u32, port: u32): void {
  const r = request(c, number);
  const head = c.byPort + (port << 2);
  r.port = port;
  r.nextSamePort = load<u32>(head);
  store<u32>(head, number + 1);
}

/** Closes a request's port and opens another: real clients draw one, here it is the next free one at a stride. */
function movePort(c: Client, number: u32): void {
  const r = request(c, number);
  let at = c.byPort + (r.port << 2);
  while (load<u32>(at) != number + 1) at = changetype<u32>(request(c, load<u32>(at) - 1)) + NEXT_SAME_PORT;
  store<u32>(at, r.nextSamePort);
  let port = r.port;
  // With every port taken, the one the search ends at is shared.
  for (let left = EPHEMERAL_COUNT; left; left--) {
    port = EPHEMERAL_FIRST + ((port + EPHEMERAL_STRIDE) % EPHEMERAL_COUNT);
    if (!load<u32>(c.byPort + (port << 2))) break;
  }
  openPort(c, number, port);
}

function transmit(index: u32, number: u32): void {
  const c = client(index);
  const r = request(c, number);
  const now = world().now;
  if (r.tries) movePort(c, number);
  assert(r.state == <u16>REQUEST_PENDING || r.state == <u16>REQUEST_SENT, "an ended request is not sent again");
  r.state = <u16>REQUEST_SENT;
  r.tries++;
  r.deadline = now + c.timeoutPs;
  r.nextExpire = 0;
  if (c.expireFirst) request(c, c.expireLast - 1).nextExpire = number + 1;
  else c.expireFirst = number + 1;
  c.expireLast = number + 1;
  const slot = takeSlot(UDP_PAYLOAD + r.queryBytes);
  const at = slot + FRAME_START;
  memory.copy(at + UDP_PAYLOAD, r.query, r.queryBytes);
  c.selfPort = r.port;
  const f = frame(slot);
  f.bytes = writeUdp(at, selfEnd(c), targetEnd(c), c.packetId++, r.queryBytes);
  f.id = nextFrame();
  trace(TRACE_BORN, now, index, f.id, f.bytes, 0, 0);
  send(c.wireOut, slot, now);
}

/** Takes the frames that have arrived. */
export function onClientArrival(wireIndex: u32): void {
  const w = wire(wireIndex);
  if (!isDue(w)) return;
  for (let slot = arrived(wireIndex); slot; slot = arrived(wireIndex)) consume(w.receiver, slot);
  arm(wireIndex, 0);
}

function consume(index: u32, slot: u32): void {
  const c = client(index);
  const f = frame(slot);
  const at = slot + FRAME_START;
  const sender = senderEnd(c);
  if (destination(at) != c.selfMac || !isUdp(at, f.bytes) || destinationIp(at) != c.selfIp) {
    drop(slot, f.due, index, DROP_NOT_FOR_US);
    return;
  }
  readSender(at, sender, source(at));
  if (sender.ip != c.targetIp || sender.port != c.targetPort) {
    drop(slot, f.due, index, DROP_NOT_FOR_US);
    return;
  }
  match(c, destinationPort(at), at + UDP_PAYLOAD, payloadBytesOf(at), f.due);
  trace(TRACE_CONSUMED, f.due, index, f.id, f.bytes, 0, 0);
  freeSlot(slot);
}

/** Finds the request that an answer on a port belongs to: first one that still waits, then one that has its answer. */
function match(c: Client, port: u32, payload: u32, bytes: u32, time: u64): void {
  let waiting: u32 = 0;
  let answered: u32 = 0;
  for (let link = load<u32>(c.byPort + (port << 2)); link; link = request(c, link - 1).nextSamePort) {
    const r = request(c, link - 1);
    if (r.state == <u16>REQUEST_PENDING) continue;
    const isRight = bytes == r.replyBytes && memory.compare(payload, r.reply, bytes) == 0;
    if (isRight && r.state == <u16>REQUEST_SENT) {
      r.state = <u16>REQUEST_ANSWERED;
      r.answeredAt = time;
      return;
    }
    if (isRight && !answered && r.state == <u16>REQUEST_ANSWERED) answered = link;
    if (r.state == <u16>REQUEST_SENT && !waiting) waiting = link;
  }
  if (answered) request(c, answered - 1).repeatCount++;
  else if (waiting) request(c, waiting - 1).wrongCount++;
  else c.lateCount++;
}
