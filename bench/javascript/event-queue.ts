/**
 * An event queue: a 4-ary implicit heap ordered by (time, key), in two typed arrays. Times are whole picoseconds and
 * exact as numbers below 2^53, two and a half hours. The simulator's own queue is a radix wheel, another algorithm;
 * this is what a good JavaScript program would use, so the case compares queues, not compilers.
 */
import { EVENT_COUNT_MAX } from "../holds";

const ARITY = 4;

export class EventQueue {
  now = 0;
  count = 0;
  readonly times = new Float64Array(EVENT_COUNT_MAX);
  readonly keys = new Int32Array(EVENT_COUNT_MAX);
}

/** Schedules an event. */
export function schedule(queue: EventQueue, key: number, time: number): void {
  const { times, keys } = queue;
  if (time < queue.now) throw new RangeError("an event lies in the future");
  if (queue.count === EVENT_COUNT_MAX) throw new RangeError("there is room for every event");
  let hole = queue.count++;
  while (hole > 0) {
    const parent = (hole - 1) >>> 2;
    const parentTime = times[parent] ?? 0;
    const parentKey = keys[parent] ?? 0;
    if (parentTime < time || (parentTime === time && parentKey <= key)) break;
    times[hole] = parentTime;
    keys[hole] = parentKey;
    hole = parent;
  }
  times[hole] = time;
  keys[hole] = key;
}

/** Takes the earliest event out, moves `now` to its time and returns its key. There is one. */
export function take(queue: EventQueue): number {
  const { times, keys } = queue;
  const firstKey = keys[0] ?? 0;
  queue.now = times[0] ?? 0;
  const count = --queue.count;
  const time = times[count] ?? 0;
  const key = keys[count] ?? 0;
  let hole = 0;
  for (let child = 1; child < count; child = hole * ARITY + 1) {
    let least = child;
    let leastTime = times[child] ?? 0;
    const end = Math.min(child + ARITY, count);
    for (let other = child + 1; other < end; other++) {
      const otherTime = times[other] ?? 0;
      if (otherTime < leastTime || (otherTime === leastTime && (keys[other] ?? 0) < (keys[least] ?? 0))) {
        least = other;
        leastTime = otherTime;
      }
    }
    const leastKey = keys[least] ?? 0;
    if (time < leastTime || (time === leastTime && key <= leastKey)) break;
    times[hole] = leastTime;
    keys[hole] = leastKey;
    hole = least;
  }
  times[hole] = time;
  keys[hole] = key;
  return firstKey;
}
