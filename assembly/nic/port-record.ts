/** The record of a port: its wires, its DMA channels, and whose turn it is. What it does is in port.ts and fetching.ts. */
import { POOL_COUNT } from "../layout/limits";
import { PORT_BYTES, PORTS } from "../layout/memory-map";
import { Vf, vf } from "./virtual-function";

@unmanaged
export class Port {
  /** The pending transmit event's time; when the port fetches again for pools that it had to leave, NEVER for none. */
  armedTransmit: u64;
  retryAt: u64;
  /** When the DMA engine's channels are free: from guest memory, and to it. */
  readFree: u64;
  writeFree: u64;
  dmaLatencyPs: u64;
  readPsPerByte: u32;
  writePsPerByte: u32;
  wireIn: u32;
  wireOut: u32;
  /** The wire between the port's own pools. */
  loop: u32;
  vfCount: u32;
  host: u32;
  isDead: u32;
  /** Pools that may have frames to send, one bit each. */
  listedPools: u32;
  /** The pool after the last one served: round robin. */
  poolNext: u32;
  /** Receive buffer for frames that wait for a quiesced pool, in bytes, for each of them. */
  parkedBytesMax: u32;
  /** Pools whose wake has to be worked out anew, one bit each. */
  staleWakes: u32;
}

/** Behind the fields, of each pool: the earliest moment at which a frame for it may raise an interrupt (port.ts). */
const WAKES: u32 = 96;
const ALL_POOLS: u32 = (1 << POOL_COUNT) - 1;
if (offsetof<Port>() > WAKES) ERROR("layout: Port has grown into its wakes");
if (WAKES + POOL_COUNT * 8 > PORT_BYTES) ERROR("layout: Port does not fit PORT_BYTES");

export function port(index: u32): Port {
  return changetype<Port>(PORTS + index * PORT_BYTES);
}

/** Returns the record of a pool. */
export function poolOf(portIndex: u32, pool: u32): Vf {
  return vf(portIndex * POOL_COUNT + pool);
}

/** Returns a pool's, as it was worked out last. */
export function wakeOf(p: Port, pool: u32): u64 {
  return load<u64>(changetype<u32>(p) + WAKES + (pool << 3));
}

/** Keeps what was worked out for a pool. */
export function setWake(p: Port, pool: u32, time: u64): void {
  store<u64>(changetype<u32>(p) + WAKES + (pool << 3), time);
}

/**
 * Something has changed by which a pool's next interrupt is reckoned: its registers, its queues, how quiet it is, where its
 * memory lives, or a message has left or is remembered.
 */
export function forgetWake(v: Vf): void {
  port(v.port).staleWakes |= 1 << v.pool;
}

/** The same for every pool of a port. */
export function forgetWakes(p: Port): void {
  p.staleWakes = ALL_POOLS;
}
