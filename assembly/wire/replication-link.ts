/**
 * The link between primary and backup, as a pair of wires that carry byte counts instead of frames: the checkpoint
 * stream as a TCP connection would send it, and short messages (acknowledgements, heartbeats) between its segments.
 *
 * A formula stands in for the segments: 1,460 bytes of stream take 1,538 bytes of wire (Ethernet II, IPv4 and TCP
 * without options, IEEE 802.3 gap and preamble), and the connection fills the link. A message waits for at most the
 * segment that is being sent.
 */
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
  w.freeAt = end;
  return end + w.latencyPs;
}

/** Returns when a message that is sent now arrives. */
export function sendMessage(index: u32): u64 {
  const w = wire(index);
  const now = world().now;
  const wait = isSending(w) ? serializationPs(w, SEGMENT_WIRE_BYTES) : 0;
  return now + wait + serializationPs(w, MESSAGE_WIRE_BYTES) + w.latencyPs;
}

/** Tells whether stream bytes have not left yet. */
function isSending(w: Wire): bool {
  return w.freeAt > world().now;
}
