/**
 * A stream of UDP datagrams: a source that sends so many each tick, and a sink that counts what comes. What an iperf
 * does per packet, without its measuring.
 *
 * Its state lies in guest memory like all software's (layout/guest-software.ts); a tick is a timer of the guest. The
 * source writes each datagram anew, checksums and a number included. The sink believes the device's check of the
 * checksum, as a driver does (RXCSUM). Left out: flow control, rates that are no whole number of datagrams a tick.
 */
import { EVENT_GUEST_TIMER } from "../layout/event";
import { STREAM_OFF, STREAM_PAGE, STREAM_SINK, STREAM_SOURCE } from "../layout/guest-software";
import { FRAME_BYTES_MIN, PAGE_SHIFT } from "../layout/limits";
import { PROTOCOL_UDP, UDP_PAYLOAD } from "../layout/packet";
import { GuestMemory, look, touch } from "../memory/guest-memory";
import { NEVER, schedule } from "../sim/event-queue";
import { world } from "../sim/world";
import { destination } from "../wire/ethernet";
import { carries } from "../wire/ipv4";
import { prepareUdp, UdpEnd, udpTemplate } from "../wire/udp";
import { BUFFER_ROOM } from "./buffers";
import { Driver, firstInSocket, leaveWith, receivedBytes } from "./driver";
import { Guest, guest } from "./guest";
import { canPostDatagram, packetPlace, sendDatagram } from "./net-device";
import { isSegmentNext } from "./tcp";

@unmanaged
export class Stream {
  peerMac: u64;
  peerIp: u32;
  peerPort: u32;
  selfPort: u32;
  /** STREAM_OFF, STREAM_SOURCE or STREAM_SINK. */
  kind: u32;
  /** Bytes of a frame, without its check sequence. */
  frameBytes: u32;
  /** Datagrams that a tick adds to those owed, and those owed. */
  countPerTick: u32;
  owed: u32;
  unused: u32;
  tickPs: u64;
  /** Datagrams sent, or received; bytes of the frames received. */
  count: u64;
  bytes: u64;
}

/** Datagrams that one burst of the vCPU sends at most, as a system call with many messages does. */
const SEND_BUDGET: u32 = 64;

/** Returns what a guest streams, to be looked at. */
export function streamOf(m: GuestMemory): Stream {
  return changetype<Stream>(look(m, STREAM_PAGE << PAGE_SHIFT));
}

function changedStreamOf(m: GuestMemory): Stream {
  return changetype<Stream>(touch(m, STREAM_PAGE << PAGE_SHIFT));
}

/** Has a guest send `countPerTick` datagrams each tick to a peer's port, in frames of so many bytes. */
export function createSource(
  index: u32,
  peerMac: u64,
  peerIp: u32,
  port: u32,
  frameBytes: u32,
  countPerTick: u32,
  tickPs: u64,
): void {
  assert(frameBytes >= FRAME_BYTES_MIN && frameBytes <= BUFFER_ROOM, "a datagram's frame fits a buffer");
  const s = changedStreamOf(guest(index).memory);
  s.peerMac = peerMac;
  s.peerIp = peerIp;
  s.peerPort = port;
  s.selfPort = port;
  s.frameBytes = frameBytes;
  s.countPerTick = countPerTick;
  s.tickPs = tickPs;
  s.kind = STREAM_SOURCE;
}

/** Has a guest take whatever comes. */
export function createSink(index: u32): void {
  changedStreamOf(guest(index).memory).kind = STREAM_SINK;
}

/** Has a source tick when its guest runs on, for the first time or elsewhere: a tick is no part of a checkpoint. */
export function resumeStream(index: u32): void {
  const g = guest(index);
  if (g.tickAt == NEVER && streamOf(g.memory).kind == STREAM_SOURCE) armTick(g, index);
}

function armTick(g: Guest, index: u32): void {
  g.tickAt = world().now + streamOf(g.memory).tickPs;
  schedule(EVENT_GUEST_TIMER, index, g.tickAt);
}

/** A tick: more datagrams are owed. Returns whether the vCPU has something new to do; false for a stale event. */
export function onTick(index: u32): bool {
  const g = guest(index);
  if (g.tickAt != world().now) return false;
  g.tickAt = NEVER;
  const s = changedStreamOf(g.memory);
  s.owed += s.countPerTick;
  armTick(g, index);
  return true;
}

/** Sends what is owed, as far as the ring and a burst's budget go; returns how many datagrams. */
export function sendOwed(g: Guest, d: Driver): u32 {
  const m = g.memory;
  if (streamOf(m).kind != STREAM_SOURCE) return 0;
  const s = changedStreamOf(m);
  const self = changetype<UdpEnd>(world().scratch);
  const peer = changetype<UdpEnd>(world().scratch + <u32>offsetof<UdpEnd>());
  self.mac = g.mac;
  self.ip = g.ip;
  self.port = s.selfPort;
  peer.mac = s.peerMac;
  peer.ip = s.peerIp;
  peer.port = s.peerPort;
  let count: u32 = 0;
  const template = udpTemplate();
  if (s.owed) prepareUdp(template, self, peer, s.frameBytes - UDP_PAYLOAD);
  const limit = min<u32>(s.owed, SEND_BUDGET);
  for (; count < limit && canPostDatagram(m, d); count++) {
    const to = packetPlace(m, d);
    store<u64>(to + UDP_PAYLOAD, s.count++);
    sendDatagram(m, d, template, to);
  }
  s.owed -= count;
  return count;
}

/**
 * Takes what has been received, if the guest is a sink; returns how many frames. Datagrams to the guest count, what a
 * switch floods to it does not; a segment is left to the guest's TCP stack, if it has one, which takes it next.
 */
export function sinkReceived(g: Guest, d: Driver): u32 {
  const m = g.memory;
  if (streamOf(m).kind != STREAM_SINK || !d.socketCount) return 0;
  const s = changedStreamOf(m);
  let count: u32 = 0;
  for (; d.socketCount && !(g.stackPage && isSegmentNext(m, d)); count++) {
    const e = firstInSocket(m, d);
    const at = receivedBytes(m, e);
    if (carries(at, PROTOCOL_UDP) && destination(at) == g.mac) {
      s.count++;
      s.bytes += e.bytes;
    }
    leaveWith(m, d, e);
  }
  return count;
}

if (STREAM_OFF != 0) ERROR("layout: a page of zeros is no stream");
