/**
 * A heap of ports by when their next frame arrives, of equals the lower one first: a switch merges its wires with it.
 *
 *     position 0: the earliest; below position n: 2 n + 1 and 2 n + 2, neither of them earlier
 */

@unmanaged
export class Arrival {
  due: u64;
  port: u32;
  unused: u32;
}

export const ARRIVAL_SHIFT: u32 = 4;
if (offsetof<Arrival>() != 1 << ARRIVAL_SHIFT) ERROR("layout: Arrival has drifted");

/** Returns an entry of the heap that lies at an address. */
export function arrivalAt(heap: u32, position: u32): Arrival {
  return changetype<Arrival>(heap + (position << ARRIVAL_SHIFT));
}

/** Puts so many arrivals, in any order, into the order of a heap. */
export function heapify(heap: u32, count: u32): void {
  for (let position = count >>> 1; position; position--) sink(heap, position - 1, count);
}

/** Puts the last arrival in the place of the first, from where it has yet to sink; returns how many are left. */
export function dropFirst(heap: u32, count: u32): u32 {
  const last = arrivalAt(heap, count - 1);
  arrivalAt(heap, 0).due = last.due;
  arrivalAt(heap, 0).port = last.port;
  return count - 1;
}

/** Lets an arrival sink to its place, below every earlier one. */
export function sink(heap: u32, position: u32, count: u32): void {
  const due = arrivalAt(heap, position).due;
  const port = arrivalAt(heap, position).port;
  for (let child: u32 = 2 * position + 1; child < count; child = 2 * position + 1) {
    if (child + 1 < count) {
      const second = arrivalAt(heap, child + 1);
      if (isBefore(second.due, second.port, arrivalAt(heap, child))) child++;
    }
    const c = arrivalAt(heap, child);
    if (isBefore(due, port, c)) break;
    arrivalAt(heap, position).due = c.due;
    arrivalAt(heap, position).port = c.port;
    position = child;
  }
  arrivalAt(heap, position).due = due;
  arrivalAt(heap, position).port = port;
}

function isBefore(due: u64, port: u32, other: Arrival): bool {
  return due < other.due || (due == other.due && port < other.port);
}
