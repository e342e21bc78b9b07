/**
 * Random numbers of the fuzz: a stream is a word of state (SplitMix64: Steele, Lea and Flood, OOPSLA 2014). Philox, which
 * the simulation draws from, costs too much at a million cases a second.
 *
 * A stream is a function of (seed, chunk, number): no chunk depends on another. Counters live here as well, because every
 * file of this folder draws and counts.
 */
import { ROW_COUNT } from "./rows";

@unmanaged
export class Stream {
  state: u64;
}

const STREAMS: u32 = <u32>memory.data(32);
const COUNTERS: u32 = <u32>memory.data(2048);
if (ROW_COUNT << 2 > 2048) ERROR("fuzz: the rows do not fit their table");

/** Set-up of a chunk's world; what the victim does; what the offenders, the wire and the hypervisor do. */
export const STREAM_SCENE: u32 = 0;
export const STREAM_VICTIM: u32 = 1;
export const STREAM_HOSTILE: u32 = 2;
const STREAM_COUNT: u32 = 3;

export function stream(number: u32): Stream {
  return changetype<Stream>(STREAMS + (number << 3));
}

/** Starts the three streams of a chunk. */
export function seedStreams(seed: u64, chunk: u32): void {
  for (let number: u32 = 0; number < STREAM_COUNT; number++) {
    const s = stream(number);
    s.state = seed * 0xd1342543de82ef95 + (((<u64>chunk) << 2) | number);
    s.state = next(s) ^ next(s);
  }
}

export function next(s: Stream): u64 {
  s.state += 0x9e3779b97f4a7c15;
  let z = s.state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

export function word(s: Stream): u32 {
  return <u32>(next(s) >> 32);
}

/** Returns a number from 0 to `count` - 1. */
export function below(s: Stream, count: u32): u32 {
  return <u32>(((next(s) >> 32) * count) >> 32);
}

export function between(s: Stream, low: u32, high: u32): u32 {
  return low + below(s, high - low + 1);
}

/** True in so many of a thousand cases. */
export function chance(s: Stream, perMille: u32): bool {
  return below(s, 1000) < perMille;
}

/** A word with few bits, many bits, a small number or anything: values that decide something are among them. */
export function oddWord(s: Stream): u32 {
  const r = next(s);
  const value = <u32>(r >> 32);
  switch (<u32>r & 7) {
    case 0:
      return 0;
    case 1:
      return 0xffffffff;
    case 2:
      return 1 << (value & 31);
    case 3:
      return value & 0xff;
    case 4:
      return value & 0xffff;
    case 5:
      return value & (value >>> 7);
    default:
      return value;
  }
}

export function counterAt(row: u32): u32 {
  return COUNTERS + (row << 2);
}

export function count(row: u32): void {
  countMany(row, 1);
}

export function countMany(row: u32, amount: u32): void {
  store<u32>(counterAt(row), load<u32>(counterAt(row)) + amount);
}

export function counted(row: u32): u32 {
  return load<u32>(counterAt(row));
}

export function clearCounters(): void {
  memory.fill(COUNTERS, 0, ROW_COUNT << 2);
}
