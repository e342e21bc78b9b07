/**
 * The byte rings of a connection: what its application has written and the peer has not acknowledged, and what came
 * from the peer and has not been read, gaps included. A byte lies at its sequence number modulo the ring's size, which
 * is a power of two and a whole number of pages; so a retransmission finds its bytes where they were written. In a world
 * without content these are payload pages: they are written with sequence numbers, and read as zeros.
 */
import { PAGE_BYTES, PAGE_MASK, PAGE_SHIFT } from "../layout/limits";
import { copy } from "../memory/copy";
import { GuestMemory, look, touch, writePayload } from "../memory/guest-memory";

/** Copies bytes from a ring, from a sequence number on, to an address. */
export function copyFromRing(m: GuestMemory, ring: u32, ringBytes: u32, sequence: u32, to: u32, bytes: u32): void {
  while (bytes) {
    const offset = sequence & (ringBytes - 1);
    const part = min<u32>(bytes, PAGE_BYTES - (offset & PAGE_MASK));
    copy(to, look(m, ring + offset), part);
    sequence += part;
    to += part;
    bytes -= part;
  }
}

/** Copies bytes from an address to the place of a sequence number in a ring. */
export function copyToRing(m: GuestMemory, ring: u32, ringBytes: u32, sequence: u32, from: u32, bytes: u32): void {
  if (m.versions) {
    touchRing(m, ring, ringBytes, sequence, bytes);
    return;
  }
  while (bytes) {
    const offset = sequence & (ringBytes - 1);
    const part = min<u32>(bytes, PAGE_BYTES - (offset & PAGE_MASK));
    copy(touch(m, ring + offset), from, part);
    sequence += part;
    from += part;
    bytes -= part;
  }
}

/** Writes bytes to the place of a sequence number in a ring, in a world without content. */
export function touchRing(m: GuestMemory, ring: u32, ringBytes: u32, sequence: u32, bytes: u32): void {
  while (bytes) {
    const address = ring + (sequence & (ringBytes - 1));
    const part = min<u32>(bytes, PAGE_BYTES - (address & PAGE_MASK));
    writePayload(m, address >>> PAGE_SHIFT, address & PAGE_MASK, part, serialOf(sequence));
    sequence += part;
    bytes -= part;
  }
}

/** What is written where a sequence number has its place: never zeros (tcp-stream.ts). */
function serialOf(sequence: u32): u64 {
  return ((<u64>sequence) << 1) | 1;
}

/** Returns how many bytes from a sequence number on lie in one page, at most so many. */
export function partInPage(sequence: u32, bytesMax: u32): u32 {
  return min<u32>(bytesMax, PAGE_BYTES - (sequence & PAGE_MASK));
}
