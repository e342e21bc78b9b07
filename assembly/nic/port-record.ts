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
}

if (offsetof<Port>() > PORT_BYTES) ERROR("layout: Port does not fit PORT_BYTES");

export function port(index: u32): Port {
  return changetype<Port>(PORTS + index * PORT_BYTES);
}

/** Returns the record of a pool. */
export function poolOf(portIndex: u32, pool: u32): Vf {
  return vf(portIndex * POOL_COUNT + pool);
}
