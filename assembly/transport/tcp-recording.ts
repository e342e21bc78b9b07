/**
 * A recorded conversation in a machine's memory (layout/recording.ts), and moving its bytes between there and a
 * connection's rings. It is written before the run and then only read, so that a protected guest copies it once.
 */
import { PAGE_BYTES, PAGE_MASK } from "../layout/limits";
import {
  RECORDED_CONNECTION_BYTES,
  RECORDED_IS_RESET,
  RECORDED_OTHER,
  RECORDED_OTHER_BYTES,
  RECORDED_OWN,
  RECORDED_TURN_COUNT,
  RECORDED_TURNS,
  TURN_AFTER,
  TURN_ANSWERED_BY,
  TURN_BYTE_COUNT,
  TURN_BYTES,
  TURN_KIND,
} from "../layout/recording";
import { GuestMemory, look } from "../memory/guest-memory";
import { Connection } from "./tcp-connection";
import { consumed, produced, readableAt, readablePart, writableAt, writablePart } from "./tcp-socket";
import { Stack } from "./tcp-stack";
import { noteDone, Work } from "./tcp-work-record";

@unmanaged
export class Recorded {
  startPs: u64;
  turnsAt: u32;
  turnCount: u32;
  ownAt: u32;
  otherAt: u32;
  otherBytes: u32;
  isReset: u32;
}

@unmanaged
export class Turn {
  thinkPs: u64;
  /** Numbers of the peer that must have come: bytes, and one more for its close. */
  after: u32;
  bytes: u32;
  /** Bytes of the peer with which it is answered, 0 when it is not. */
  answeredBy: u32;
  kind: u32;
  unused: u64;
}

if (offsetof<Recorded>() != RECORDED_CONNECTION_BYTES) ERROR("layout: Recorded has drifted");
if (offsetof<Recorded>("turnsAt") != RECORDED_TURNS) ERROR("layout: Recorded.turnsAt has drifted");
if (offsetof<Recorded>("turnCount") != RECORDED_TURN_COUNT) ERROR("layout: Recorded.turnCount has drifted");
if (offsetof<Recorded>("ownAt") != RECORDED_OWN) ERROR("layout: Recorded.ownAt has drifted");
if (offsetof<Recorded>("otherAt") != RECORDED_OTHER) ERROR("layout: Recorded.otherAt has drifted");
if (offsetof<Recorded>("otherBytes") != RECORDED_OTHER_BYTES) ERROR("layout: Recorded.otherBytes has drifted");
if (offsetof<Recorded>("isReset") != RECORDED_IS_RESET) ERROR("layout: Recorded.isReset has drifted");
if (offsetof<Turn>() != TURN_BYTES) ERROR("layout: Turn has drifted");
if (offsetof<Turn>("after") != TURN_AFTER) ERROR("layout: Turn.after has drifted");
if (offsetof<Turn>("bytes") != TURN_BYTE_COUNT) ERROR("layout: Turn.bytes has drifted");
if (offsetof<Turn>("answeredBy") != TURN_ANSWERED_BY) ERROR("layout: Turn.answeredBy has drifted");
if (offsetof<Turn>("kind") != TURN_KIND) ERROR("layout: Turn.kind has drifted");

/** Returns a recorded connection of a work, to be read. */
export function recorded(m: GuestMemory, w: Work, number: u32): Recorded {
  assert(number < w.connectionCount, "a recorded connection's number is in its table");
  return changetype<Recorded>(look(m, w.recordingAt + number * RECORDED_CONNECTION_BYTES));
}

/** Returns a turn of a recorded connection, to be read. */
export function turnOf(m: GuestMemory, r: Recorded, number: u32): Turn {
  assert(number < r.turnCount, "a turn's number is in its table");
  return changetype<Turn>(look(m, r.turnsAt + number * TURN_BYTES));
}

/** Writes bytes of a recorded stream, as many as there is room for; returns how many. */
export function writeRecorded(m: GuestMemory, s: Stack, c: Connection, r: Recorded, bytesMax: u32): u32 {
  let written: u32 = 0;
  while (written < bytesMax) {
    const from = r.ownAt + <u32>c.workWritten;
    const part = min<u32>(writablePart(s, c, bytesMax - written), roomInPage(from));
    if (!part) break;
    memory.copy(writableAt(m, s, c), look(m, from), part);
    produced(m, s, c, part);
    c.workWritten += part;
    written += part;
  }
  return written;
}

/** Reads whatever has come and compares it with the recorded stream. */
export function readRecorded(m: GuestMemory, s: Stack, w: Work, c: Connection, r: Recorded): void {
  let bytes: u32 = 0;
  for (let part = readablePart(c); part; part = readablePart(c)) {
    w.wrongCount += wrongInRecording(m, r, c.workRead, readableAt(m, s, c), part);
    consumed(m, s, c, part);
    c.workRead += part;
    bytes += part;
  }
  if (bytes) noteDone(w, bytes);
}

/** Returns how many bytes are others than the recorded ones from an offset on; all behind the end are. */
function wrongInRecording(m: GuestMemory, r: Recorded, offset: u64, at: u32, bytes: u32): u32 {
  let wrong: u32 = 0;
  while (bytes && offset < r.otherBytes) {
    const from = r.otherAt + <u32>offset;
    const part = min<u32>(min<u32>(bytes, roomInPage(from)), r.otherBytes - <u32>offset);
    const right = look(m, from);
    if (memory.compare(at, right, part)) {
      for (let i: u32 = 0; i < part; i++) if (load<u8>(at + i) != load<u8>(right + i)) wrong++;
    }
    at += part;
    offset += part;
    bytes -= part;
  }
  return wrong + bytes;
}

function roomInPage(address: u32): u32 {
  return PAGE_BYTES - (address & PAGE_MASK);
}
