import {
  IPV4_FROM,
  IPV4_TO,
  PROTOCOL_TCP,
  TCP_BYTES,
  TCP_CHECKSUM,
  TCP_FLAGS,
  TCP_OFFSET,
  TCP_SEQUENCE,
} from "../layout/packet";
import {
  OPTION_END,
  OPTION_MSS,
  OPTION_MSS_BYTES,
  OPTION_NOP,
  OPTION_SACK,
  OPTION_SACK_PERMITTED,
  OPTION_SACK_PERMITTED_BYTES,
  OPTION_TIMESTAMPS,
  OPTION_TIMESTAMPS_BYTES,
  OPTION_WINDOW_SCALE,
  OPTION_WINDOW_SCALE_BYTES,
  RANGE_BYTES,
  TCP_ACKNOWLEDGMENT,
  TCP_FROM,
  TCP_START,
  TCP_TO,
  TCP_WINDOW,
  TIMESTAMPS_ROOM_BYTES,
} from "../layout/tcp";
import { world } from "../sim/world";
import { addToSum, foldSum } from "./checksum";
import { keptFrom } from "./content";
import { source } from "./ethernet";
import { addPseudoHeader, carriedBytes, padded, writeIpv4 } from "./ipv4";

/** A segment, read or to be written. What an option says is 0 without it, and `has...` tells. */
@unmanaged
export class Segment {
  /** Sender, when it was read; receiver, when it is written. */
  peerMac: u64;
  selfMac: u64;
  peerIp: u32;
  selfIp: u32;
  peerPort: u32;
  selfPort: u32;
  sequence: u32;
  acknowledgment: u32;
  flags: u32;
  /** The field, not shifted. */
  window: u32;
  payloadAt: u32;
  payloadBytes: u32;
  headerBytes: u32;
  mss: u32;
  hasWindowShift: u32;
  windowShift: u32;
  isSackPermitted: u32;
  hasTimestamps: u32;
  timestamp: u32;
  timestampEcho: u32;
  /** Blocks of a selective acknowledgment: where they stand in the segment. */
  sackAt: u32;
  sackCount: u32;
  packetId: u32;
  unused: u32;
}

/** Where the segments at hand lie in the world's scratch page: behind what others keep there. */
const READ_AT: u32 = 2048;
const WRITTEN_AT: u32 = 2560;

/** The segment that was read last. */
export function readSegment(): Segment {
  return changetype<Segment>(world().scratch + READ_AT);
}

/** The segment that is written next. */
export function writtenSegment(): Segment {
  return changetype<Segment>(world().scratch + WRITTEN_AT);
}

/** Tells whether a frame is a whole, unfragmented TCP segment with valid checksums, and reads it into `g`. */
export function isTcp(at: u32, bytes: u32, g: Segment): bool {
  const tcpBytes = carriedBytes(at, bytes, PROTOCOL_TCP);
  if (tcpBytes < TCP_BYTES) return false;
  const tcp = at + TCP_START;
  const headerBytes = (<u32>load<u8>(tcp, TCP_OFFSET) >>> 4) << 2;
  if (headerBytes < TCP_BYTES || headerBytes > tcpBytes) return false;
  if (tcpChecksum(at, tcpBytes)) return false;
  g.peerMac = source(at);
  g.peerIp = bswap<u32>(load<u32>(at, IPV4_FROM));
  g.selfIp = bswap<u32>(load<u32>(at, IPV4_TO));
  g.peerPort = <u32>bswap<u16>(load<u16>(tcp, TCP_FROM));
  g.selfPort = <u32>bswap<u16>(load<u16>(tcp, TCP_TO));
  g.sequence = bswap<u32>(load<u32>(tcp, TCP_SEQUENCE));
  g.acknowledgment = bswap<u32>(load<u32>(tcp, TCP_ACKNOWLEDGMENT));
  g.flags = <u32>load<u8>(tcp, TCP_FLAGS);
  g.window = <u32>bswap<u16>(load<u16>(tcp, TCP_WINDOW));
  g.headerBytes = headerBytes;
  g.payloadAt = tcp + headerBytes;
  g.payloadBytes = tcpBytes - headerBytes;
  readOptions(tcp + TCP_BYTES, tcp + headerBytes, g);
  return true;
}

/** The checksum over pseudo header, header and payload; 0 when the segment carries its own and is whole. */
function tcpChecksum(at: u32, tcpBytes: u32): u16 {
  const sum = addToSum(0, at + TCP_START, keptFrom(TCP_START, tcpBytes));
  return foldSum(addPseudoHeader(sum, at, PROTOCOL_TCP, tcpBytes));
}

/** Two NOPs, then timestamps: what nearly every segment carries, and nothing else. */
const USUAL_OPTIONS: u32 = OPTION_NOP | (OPTION_NOP << 8) | (OPTION_TIMESTAMPS << 16) | (OPTION_TIMESTAMPS_BYTES << 24);

function readOptions(at: u32, end: u32, g: Segment): void {
  g.mss = 0;
  g.hasWindowShift = 0;
  g.windowShift = 0;
  g.isSackPermitted = 0;
  g.hasTimestamps = 0;
  g.timestamp = 0;
  g.timestampEcho = 0;
  g.sackCount = 0;
  if (end - at >= TIMESTAMPS_ROOM_BYTES && load<u32>(at) == USUAL_OPTIONS) {
    readTimestamps(at + 2, g);
    at += TIMESTAMPS_ROOM_BYTES;
  }
  while (at < end) {
    const kind = <u32>load<u8>(at);
    if (kind == OPTION_END) return;
    if (kind == OPTION_NOP) {
      at++;
      continue;
    }
    if (at + 1 >= end) return;
    const bytes = <u32>load<u8>(at, 1);
    if (bytes < 2 || at + bytes > end) return;
    readOption(at, kind, bytes, g);
    at += bytes;
  }
}

function readTimestamps(at: u32, g: Segment): void {
  g.hasTimestamps = 1;
  g.timestamp = bswap<u32>(load<u32>(at, 2));
  g.timestampEcho = bswap<u32>(load<u32>(at, 6));
}

function readOption(at: u32, kind: u32, bytes: u32, g: Segment): void {
  if (kind == OPTION_TIMESTAMPS && bytes == OPTION_TIMESTAMPS_BYTES) {
    readTimestamps(at, g);
  } else if (kind == OPTION_SACK) {
    g.sackAt = at + 2;
    g.sackCount = (bytes - 2) / RANGE_BYTES;
  } else if (kind == OPTION_MSS && bytes == OPTION_MSS_BYTES) {
    g.mss = <u32>bswap<u16>(load<u16>(at, 2));
  } else if (kind == OPTION_WINDOW_SCALE && bytes == OPTION_WINDOW_SCALE_BYTES) {
    g.hasWindowShift = 1;
    g.windowShift = <u32>load<u8>(at, 2);
  } else if (kind == OPTION_SACK_PERMITTED && bytes == OPTION_SACK_PERMITTED_BYTES) {
    g.isSackPermitted = 1;
  }
}

/** Returns a word of a selective acknowledgment's blocks: start and end of each in turn. */
export function sackWord(g: Segment, index: u32): u32 {
  return bswap<u32>(load<u32>(g.sackAt + (index << 2)));
}

/**
 * Writes the options that a segment says it has to `at`, each on a word; returns their bytes. Blocks of a selective
 * acknowledgment come from `g.sackAt`, as pairs of words in the machine's own order.
 */
export function writeOptions(at: u32, g: Segment): u32 {
  let to = at;
  if (g.mss) {
    store<u32>(to, OPTION_MSS | (OPTION_MSS_BYTES << 8) | ((<u32>bswap<u16>(<u16>g.mss)) << 16));
    to += 4;
  }
  if (g.hasWindowShift) {
    store<u32>(to, OPTION_NOP | (OPTION_WINDOW_SCALE << 8) | (OPTION_WINDOW_SCALE_BYTES << 16) | (g.windowShift << 24));
    to += 4;
  }
  if (g.isSackPermitted) {
    const option = (OPTION_SACK_PERMITTED << 16) | (OPTION_SACK_PERMITTED_BYTES << 24);
    store<u32>(to, OPTION_NOP | (OPTION_NOP << 8) | option);
    to += 4;
  }
  if (g.hasTimestamps) {
    store<u32>(to, USUAL_OPTIONS);
    store<u32>(to, bswap<u32>(g.timestamp), 4);
    store<u32>(to, bswap<u32>(g.timestampEcho), 8);
    to += TIMESTAMPS_ROOM_BYTES;
  }
  if (g.sackCount) {
    const bytes = 2 + g.sackCount * RANGE_BYTES;
    store<u32>(to, OPTION_NOP | (OPTION_NOP << 8) | (OPTION_SACK << 16) | (bytes << 24));
    to += 4;
    for (let i: u32 = 0; i < g.sackCount * 2; i++, to += 4) store<u32>(to, bswap<u32>(load<u32>(g.sackAt + (i << 2))));
  }
  return to - at;
}

/** What becomes of the checksum of a segment that is written. */
export enum Sum {
  /** It is computed. */
  Whole,
  /** The device cuts the frame and computes those of the segments: the field has the pseudo header's, without a length. */
  LeftToDevice,
}

/**
 * Writes headers and checksums around options, which stand behind the header already, and the payload, which stands
 * behind them if the checksum is computed; returns the frame's bytes.
 */
export function writeTcp(at: u32, g: Segment, sum: Sum): u32 {
  const tcpBytes = g.headerBytes + g.payloadBytes;
  writeIpv4(at, g.peerMac, g.selfMac, g.peerIp, g.selfIp, g.packetId, PROTOCOL_TCP, tcpBytes);
  const tcp = at + TCP_START;
  store<u32>(tcp, <u32>bswap<u16>(<u16>g.selfPort) | ((<u32>bswap<u16>(<u16>g.peerPort)) << 16), TCP_FROM);
  store<u32>(tcp, bswap<u32>(g.sequence), TCP_SEQUENCE);
  store<u32>(tcp, bswap<u32>(g.acknowledgment), TCP_ACKNOWLEDGMENT);
  const offset = ((g.headerBytes >>> 2) << 4) & 0xff;
  store<u32>(tcp, offset | ((g.flags & 0xff) << 8) | ((<u32>bswap<u16>(<u16>g.window)) << 16), TCP_OFFSET);
  // And the urgent pointer behind it.
  store<u32>(tcp, 0, TCP_CHECKSUM);
  if (sum == Sum.Whole) {
    store<u16>(tcp, tcpChecksum(at, tcpBytes), TCP_CHECKSUM);
  } else {
    // A device adds to what stands here, so it is the sum itself and not its complement.
    store<u16>(tcp, ~foldSum(addPseudoHeader(0, at, PROTOCOL_TCP, 0)), TCP_CHECKSUM);
  }
  return padded(at, TCP_START + tcpBytes);
}
