/**
 * The byte rings of a connection: what its application has written and the peer has not acknowledged, and what came
 * from the peer and has not been read, gaps included. A byte lies at its sequence number modulo the ring's size, which
 * is a power of two and a whole number of pages; so a retransmission finds its bytes where they were written.
 */
import { PAGE_BYTES, PAGE_MASK } from "../layout/limits";
import { copy } from "../memory/copy";
import { GuestMemory, look, touch } from "../memory/guest-memory";

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
  while (bytes) {
    const offset = sequence & (ringBytes - 1);
    const part = min<u32>(bytes, PAGE_BYTES - (offset & PAGE_MASK));
    copy(touch(m, ring + offset), from, part);
    sequence += part;
    from += part;
    bytes -= part;
  }
}

/** Returns how many bytes from a sequence number on lie in one page, at most so many. */
export function partInPage(sequence: u32, bytesMax: u32): u32 {
  return min<u32>(bytesMax, PAGE_BYTES - (sequence & PAGE_MASK));
}
