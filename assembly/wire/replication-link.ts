/**
 * The link between primary and backup, as a pair of wires that carry byte counts instead of frames: the checkpoint
 * stream and its acknowledgements as a TCP connection would carry them, and heartbeats as datagrams between its segments.
 *
 * A formula stands in for the segments: 1,460 bytes of stream take 1,538 bytes of wire (Ethernet II, IPv4 and TCP
 * without options, IEEE 802.3 gap and preamble), and the connection fills the link. A message waits for at most the
 * segment that is being sent.
 *
 * On a link that loses frames each segment is drawn. What is lost is sent again behind the rest a round trip later, and
 * what is lost again after the least time-out of TCP, doubled each time (docs/tcp.md: a lost retransmission waits for its
 * time-out); whatever comes behind waits for it. Left out: that a sender that loses slows down. Invariant: what the
 * connection carries arrives in the order in which it was sent.
 */
import { cost } from "../cpu/cost";
import { TCP_TIMEOUT_LEAST_NS } from "../layout/cost";
import { PS_PER_NS } from "../layout/time";
import { NEVER } from "../sim/event-queue";
import { draw } from "../sim/random";
import { world } from "../sim/world";
import { serializationPs, Wire, wire } from "./wire";

const SEGMENT_BYTES: u32 = 1460;
const SEGMENT_WIRE_BYTES: u32 = 1538;
/** The shortest frame on the wire, which carries a message. */
const MESSAGE_WIRE_BYTES: u32 = 84;

/** Sends so many bytes of stream behind what is being sent, and returns when the last bit arrives. */
export function sendStream(index: u32, bytes: u64): u64 {
  const w = wire(index);
  const now = world().now;
  const start = max<u64>(w.freeAt, now);
  const segments = bytes / SEGMENT_BYTES;
  const rest = <u32>(bytes % SEGMENT_BYTES);
  let end = start + serializationPs(w, SEGMENT_WIRE_BYTES) * segments;
  if (rest) end += serializationPs(w, SEGMENT_WIRE_BYTES - SEGMENT_BYTES + rest);
  if (w.lossBelow) end = sendLostAgain(w, segments + (rest ? 1 : 0), end);
  w.freeAt = end;
  return end + w.latencyPs;
}

/** Draws the fate of each segment, and of each that is sent again; returns when the last one has left that arrives. */
function sendLostAgain(w: Wire, segmentCount: u64, endOfFirst: u64): u64 {
  let end = endOfFirst;
  let left = segmentCount;
  let waitPs = 2 * w.latencyPs;
  let timeoutPs = timeoutOf(w);
  while (true) {
    let lost: u64 = 0;
    for (let i: u64 = 0; i < left; i++) if (draw(w.random) < w.lossBelow) lost++;
    if (!lost) return end;
    end += waitPs + serializationPs(w, SEGMENT_WIRE_BYTES) * lost;
    left = lost;
    waitPs = timeoutPs;
    timeoutPs *= 2;
  }
}

/** Returns the time-out of a connection whose round trip never varies. */
function timeoutOf(w: Wire): u64 {
  return 2 * w.latencyPs + <u64>cost(TCP_TIMEOUT_LEAST_NS) * PS_PER_NS;
}

/** Returns when a datagram that is sent now arrives; NEVER when it is lost. */
export function sendDatagram(index: u32): u64 {
  const w = wire(index);
  if (w.isCut || (w.lossBelow && draw(w.random) < w.lossBelow)) return NEVER;
  return messageEnd(w);
}

/** Returns when a short message of the connection that is sent now arrives. */
export function sendMessage(index: u32): u64 {
  const w = wire(index);
  let due = messageEnd(w);
  let timeoutPs = timeoutOf(w);
  while (w.lossBelow && draw(w.random) < w.lossBelow) {
    due += timeoutPs;
    timeoutPs *= 2;
  }
  w.orderedAt = max<u64>(w.orderedAt, due);
  return w.orderedAt;
}

function messageEnd(w: Wire): u64 {
  const wait = isSending(w) ? serializationPs(w, SEGMENT_WIRE_BYTES) : 0;
  return world().now + wait + serializationPs(w, MESSAGE_WIRE_BYTES) + w.latencyPs;
}

/** Tells whether stream bytes have not left yet. */
function isSending(w: Wire): bool {
  return w.freeAt > world().now;
}

/** Takes back what has not left yet; returns how many bytes of stream that is, at most. */
export function recallStream(index: u32): u64 {
  const w = wire(index);
  const now = world().now;
  if (w.freeAt <= now) return 0;
  const segments =
    (w.freeAt - now + serializationPs(w, SEGMENT_WIRE_BYTES) - 1) / serializationPs(w, SEGMENT_WIRE_BYTES);
  w.freeAt = now;
  return segments * SEGMENT_BYTES;
}
