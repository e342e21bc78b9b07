/**
 * The world's own record: the clock, the arena, and why the data plane last returned to the control plane.
 *
 * All state of the data plane lies in memory at fixed places (layout/memory-map.ts); there are no mutable globals.
 * Invariant: `now` never goes back.
 */
import { REASON_DMA, REASON_EXHAUSTED, REASON_UNTIL } from "../layout/event";
import { WORLD, WORLD_BYTES } from "../layout/memory-map";

@unmanaged
export class World {
  /** The time, in picoseconds. Events before it have happened. */
  now: u64;
  seed: u64;
  /** Number of the replication of this run, which selects a substream of the seed. */
  run: u64;
  traceDigest: u64;
  /** Events taken. */
  eventCount: u64;
  /** The next free byte of the arena, and its end. */
  arenaNext: u32;
  arenaEnd: u32;
  /** Why `advance` returns, as soon as an event has set it. */
  reason: u32;
  reasonIndex: u32;
  /** The number that the next frame gets. */
  frameNext: u32;
  traceAt: u32;
  traceCount: u32;
  isTracing: u32;
  captureAt: u32;
  captureBytes: u32;
  /** How much of a frame the tap of an external machine keeps. */
  snapBytes: u32;
  eventsAt: u32;
  eventCountMax: u32;
  eventFree: u32;
  /** Events ever allocated; the free list holds those that came back. */
  eventUsed: u32;
  framesAt: u32;
  framesEnd: u32;
  framesNext: u32;
  smallSlotsNext: u32;
  smallSlotsEnd: u32;
  smallSlotFree: u32;
  largeSlotsNext: u32;
  largeSlotsEnd: u32;
  largeSlotFree: u32;
  /** How many objects of each kind the world holds. */
  hostCount: u32;
  processorCount: u32;
  vcpuCount: u32;
  taskCount: u32;
  guestCount: u32;
  portCount: u32;
  vfCount: u32;
  wireCount: u32;
  switchCount: u32;
  clientCount: u32;
  machineCount: u32;
  vifCount: u32;
  diskCount: u32;
  /** A few bytes for the event at hand; nothing in it outlives the event. */
  scratch: u32;
  /** The buffer through which the control plane hands in and takes out blocks. */
  exchange: u32;
  /** Maps from BAR0 offsets to rows of the register tables, of a virtual and of a physical function. */
  vfRegisterMap: u32;
  pfRegisterMap: u32;
  /** Map from the physical function's offsets to what it sees of its virtual functions. */
  pfViewMap: u32;
  /** The packet that a transmit queue is taking apart (nic/packet.ts). */
  packet: u32;
  /** The headers of the frame that is being received (nic/headers.ts), and its way into descriptors (nic/rx-ring.ts). */
  headers: u32;
  arrival: u32;
  /** A frame that is built to be looked at (nic/sender.ts). */
  trial: u32;
  /** Runs of descriptors (nic/descriptor-run.ts), and how often a map of an IOMMU has changed, or a log wants to see writes again. */
  runs: u32;
  mapChanges: u64;
  /** The number of the rules by which bridges decide (nic/known-destinations.ts): another one since anything of them changed. */
  bridgeRules: u64;
  /** Every arrival is an event: the slow schedule, which must agree with the lazy one. */
  isEager: u32;
  /** Ports whose physical function's driver is wanted, a bit each. */
  pfWanted0: u64;
  pfWanted1: u64;
  /** Mirrored disks have been written, and nobody has been told. */
  isMirrorWanted: u32;
  /** Descriptors of packets that were refused. */
  refusedDescriptors: u32;
  /** How much of a frame is there (wire/content.ts): all, or FRAME_KEPT_BYTES in a world without content. */
  keptBytes: u32;
}

/** Behind the record: how many frames ended for each DROP_ reason, a word each. */
const DROP_COUNTS: u32 = 768;
const DROP_COUNTS_BYTES: u32 = 128;

if (offsetof<World>() > DROP_COUNTS) ERROR("layout: World has grown into the counters behind it");
if (DROP_COUNTS + DROP_COUNTS_BYTES > WORLD_BYTES) ERROR("layout: World does not fit WORLD_BYTES");

/** Tells whether payload has its bytes; without, it has versions (memory/payload.ts) and frames end behind their headers. */
export function hasContent(): bool {
  return world().keptBytes == u32.MAX_VALUE;
}

export function world(): World {
  return changetype<World>(WORLD);
}

function dropCountAt(reason: u32): u32 {
  assert(reason << 2 < DROP_COUNTS_BYTES, "every reason has a counter");
  return WORLD + DROP_COUNTS + (reason << 2);
}

/** Returns how many frames have ended for a DROP_ reason. */
export function dropCount(reason: u32): u32 {
  return load<u32>(dropCountAt(reason));
}

/** A frame ends for a DROP_ reason. */
export function countDrop(reason: u32): void {
  store<u32>(dropCountAt(reason), dropCount(reason) + 1);
}

/** Reserves zeroed bytes of the arena, 64-byte aligned; only while a world is set up. */
export function reserve(bytes: u32): u32 {
  const w = world();
  const at = w.arenaNext;
  assert(<u64>at + bytes <= <u64>w.arenaEnd, "the plan of the arena covers every reservation");
  w.arenaNext = (at + bytes + 63) & ~63;
  return at;
}

/**
 * Asks `advance` to return when the event at hand is done. An exhausted pool outranks everything; requests to a memory
 * elsewhere give way to everything, because whoever fulfils them looks for them after every return.
 */
export function interruptRun(reason: u32, index: u32): void {
  const w = world();
  if (w.reason != REASON_UNTIL && w.reason != REASON_DMA && reason != REASON_EXHAUSTED) return;
  w.reason = reason;
  w.reasonIndex = index;
}

/** Asks `advance` to return so that the driver of a port's physical function can look. */
export function interruptPf(port: u32): void {
  const w = world();
  if (port < 64) w.pfWanted0 |= (<u64>1) << port;
  else w.pfWanted1 |= (<u64>1) << (port - 64);
}

/** Asks `advance` to return so that what was written to mirrored disks can be sent. */
export function interruptMirror(): void {
  world().isMirrorWanted = 1;
}

/** Tells whether mirrored disks have been written; whoever asks knows from now on. */
export function takeWantedMirror(): bool {
  const w = world();
  if (!w.isMirrorWanted) return false;
  w.isMirrorWanted = 0;
  return true;
}

/** Tells whether the driver of some port's physical function is wanted. */
export function isPfWanted(): bool {
  return (world().pfWanted0 | world().pfWanted1) != 0;
}

/** Takes a port off the list of those whose driver is wanted; returns its number, or -1. */
export function takeWantedPf(): i32 {
  const w = world();
  if (w.pfWanted0) {
    const port = <i32>ctz(w.pfWanted0);
    w.pfWanted0 &= w.pfWanted0 - 1;
    return port;
  }
  if (!w.pfWanted1) return -1;
  const port = 64 + <i32>ctz(w.pfWanted1);
  w.pfWanted1 &= w.pfWanted1 - 1;
  return port;
}
