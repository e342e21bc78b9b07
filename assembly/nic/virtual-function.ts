/**
 * The record of a pool: a virtual function, or the physical function's own queues. Its parts lie side by side
 * (layout/virtual-function.ts). `Vf` has what the guest cannot see; `control`, `rx` and `tx` are the registers.
 */
import { VFS } from "../layout/memory-map";
import {
  HEAD_ADDRESS_MASK,
  HEAD_WRITE_BACK,
  QUEUE_BASE_HIGH,
  QUEUE_BASE_LOW,
  QUEUE_BUFFER_BYTES,
  QUEUE_BYTES,
  QUEUE_CACHE,
  QUEUE_CONTEXTS,
  QUEUE_CONTROL,
  QUEUE_COUNT,
  QUEUE_DROPPED,
  QUEUE_ENABLE,
  QUEUE_FLAGS,
  QUEUE_GENERATION,
  QUEUE_HAS_NEWS,
  QUEUE_HEAD,
  QUEUE_HELD_COUNT,
  QUEUE_HELD_LAST,
  QUEUE_IS_ACTIVE,
  QUEUE_IS_PLAIN,
  QUEUE_LENGTH,
  QUEUE_OPTIONS,
  QUEUE_PENDING,
  QUEUE_REPORTED,
  QUEUE_TAIL,
  THRESHOLD_MASK,
  THRESHOLD_SHIFT,
  VECTOR_COUNT,
  VF_BYTES,
  VF_CONTROL,
  VF_EIAC,
  VF_EIAM,
  VF_EICR,
  VF_EIMS,
  VF_EITR,
  VF_GORC,
  VF_GORLBC,
  VF_GOTC,
  VF_GOTLBC,
  VF_GPRC,
  VF_GPRLBC,
  VF_GPTC,
  VF_GPTLBC,
  VF_IVAR,
  VF_IVAR_MISC,
  VF_MAILBOX,
  VF_MAP,
  VF_MPRC,
  VF_MSIX,
  VF_OUTBOUND,
  VF_PSRTYPE,
  VF_RX,
  VF_STATUS,
  VF_THROTTLES,
  VF_TX,
} from "../layout/virtual-function";
import { IommuMap } from "../memory/iommu";
import { FrameList } from "../wire/frame";

/** Registers outside the queues. */
@unmanaged
export class Control {
  status: u32;
  eicr: u32;
  eims: u32;
  eiac: u32;
  eiam: u32;
  eitr0: u32;
  eitr1: u32;
  eitr2: u32;
  ivar: u32;
  ivarMisc: u32;
  mailbox: u32;
  psrtype: u32;
  gprc: u32;
  gptc: u32;
  gorc: u32;
  gotc: u32;
  mprc: u32;
  gprlbc: u32;
  gptlbc: u32;
  gorlbc: u32;
  gotlbc: u32;
}

/** A descriptor ring: software owns the tail, hardware the head, and hardware works on [head, tail). */
@unmanaged
export class Queue {
  base: u64;
  lengthBytes: u32;
  head: u32;
  tail: u32;
  control: u32;
  options: u32;
  /** QUEUE_IS_ bits, worked out by nic/configure.ts. */
  flags: u32;
  /** RQDPC; of a transmit queue TDWBAL. */
  dropped: u32;
  /** RXCTL; of a transmit queue TDWBAH. */
  cache: u32;
  /** The first complete descriptor that has not been reported, and how many there are. */
  reported: u32;
  pending: u32;
  /** When what is pending is reported at the latest; NEVER while nothing waits for that. */
  flushAt: u64;
  /** Bytes of a packet buffer and of a header buffer (receive); see `fetched` for transmit. */
  bufferBytes: u32;
  headerBytes: u32;
  /** Where the next packet is fetched (transmit): the head, or beyond it while packets wait to be released. */
  get fetched(): u32 {
    return this.bufferBytes;
  }
  set fetched(position: u32) {
    this.bufferBytes = position;
  }
  /** Descriptors in the ring. */
  get count(): u32 {
    return this.lengthBytes >>> 4;
  }
  get isEnabled(): bool {
    return (this.control & QUEUE_ENABLE) != 0;
  }
  /** Something was reported that its interrupt cause has not been raised for. */
  get hasNews(): bool {
    return (this.flags & QUEUE_HAS_NEWS) != 0;
  }
  set hasNews(value: bool) {
    this.flags = value ? this.flags | QUEUE_HAS_NEWS : this.flags & ~QUEUE_HAS_NEWS;
  }
  get isActive(): bool {
    return (this.flags & QUEUE_IS_ACTIVE) != 0;
  }
  /** It is active, and nothing in it wants more than the plain way. */
  get isPlain(): bool {
    return (this.flags & (QUEUE_IS_ACTIVE | QUEUE_IS_PLAIN)) == (QUEUE_IS_ACTIVE | QUEUE_IS_PLAIN);
  }
  /** Descriptors that hardware owns from a position on; 0 when a position is beyond the ring, as a hostile guest may bring it about. */
  ownedFrom(position: u32): u32 {
    const count = this.lengthBytes >>> 4;
    const tail = this.tail;
    if (max<u32>(tail, position) >= count) return 0;
    return tail >= position ? tail - position : tail + count - position;
  }
  /** Descriptors that are reported together. */
  get threshold(): u32 {
    return (this.control >>> THRESHOLD_SHIFT) & THRESHOLD_MASK;
  }
  /** The head is written back to memory in place of descriptors (transmit). */
  get writesHead(): bool {
    return (this.dropped & HEAD_WRITE_BACK) != 0;
  }
  get headAddress(): u64 {
    return ((<u64>this.cache) << 32) | (this.dropped & HEAD_ADDRESS_MASK);
  }
  /** How often a transmit queue was started: what it fetched before is not its own any more. */
  get generation(): u32 {
    return load<u32>(changetype<u32>(this) + QUEUE_GENERATION);
  }
  set generation(value: u32) {
    store<u32>(changetype<u32>(this) + QUEUE_GENERATION, value);
  }
  get heldLast(): u32 {
    return load<u32>(changetype<u32>(this) + QUEUE_HELD_LAST);
  }
  set heldLast(at: u32) {
    store<u32>(changetype<u32>(this) + QUEUE_HELD_LAST, at);
  }
  get heldCount(): u32 {
    return load<u32>(changetype<u32>(this) + QUEUE_HELD_COUNT);
  }
  set heldCount(count: u32) {
    store<u32>(changetype<u32>(this) + QUEUE_HELD_COUNT, count);
  }
  /** A transmit queue's contexts, or a receive queue's words that wait to be written back. */
  get hidden(): u32 {
    return changetype<u32>(this) + QUEUE_CONTEXTS;
  }
  /** The position behind another one. */
  after(position: u32): u32 {
    const next = position + 1;
    return next == this.count ? 0 : next;
  }
}

/** In a receive queue's hidden part, behind its words: a bit for each word that belongs to a legacy descriptor. */
export const LEGACY_WORDS: u32 = QUEUE_BYTES - QUEUE_CONTEXTS - 4;

/** Interrupt throttling of one vector. */
@unmanaged
export class Throttle {
  /** No message may leave before this. */
  nextAt: u64;
  /** The pending event's time, NEVER without one. */
  armed: u64;
  /** A request came that could not be sent. */
  isRemembered: u32;
  unused: u32;
}

/** MSI-X behind its table: pending bits, and the capability's control word. */
@unmanaged
export class Msix {
  entry0: v128;
  entry1: v128;
  entry2: v128;
  pending: u32;
  control: u32;
}

/** No guest owns the virtual function, or no log is kept. */
export const NO_GUEST: u32 = 0xffffffff;

// How quiet a pool is.
export const RUNNING: u32 = 0;
/** It fetches nothing more, and waits for what is in flight. */
export const QUIESCING: u32 = 1;
export const QUIESCED: u32 = 2;

// Options of the model.
export const HEADS_ARE_WRITABLE: u32 = 1;
/** A held packet is complete when it is released, not when it is accepted. */
export const DONE_AT_RELEASE: u32 = 2;
/** The guest's memory lives elsewhere (nic/remote-memory.ts). */
export const IS_REMOTE: u32 = 4;
/** RSS picks its receive queue. */
export const SPREADS: u32 = 8;

@unmanaged
export class Vf {
  /** The address the physical function gave it; 0 for none. */
  mac: u64;
  /** Its packets are not fetched before this. */
  fetchAt: u64;
  /** When its free-running timer stood at zero. */
  timerStart: u64;
  /** Since when it is to be quiesced, and when what had arrived by then is delivered. */
  quiesceAt: u64;
  quietAt: u64;
  guest: u32;
  port: u32;
  /** Its pool on the port. */
  pool: u32;
  /** RUNNING, QUIESCING or QUIESCED. */
  quiet: u32;
  /** Page table of the guest (memory/guest-memory.ts): every entry of the IOMMU map names a page of it. */
  table: u32;
  /** The epoch at hand. */
  epoch: u32;
  /** Frames that arrived while it was quiesced, and their bytes. */
  parkedFirst: u32;
  parkedLast: u32;
  parkedBytes: u32;
  /** Its frames belong to epochs. */
  isProtected: u32;
  /** Options of the model: HEADS_ARE_WRITABLE and so on. */
  options: u32;
  /** The transmit queue whose turn it is. */
  turn: u32;
  /** Requests to a memory elsewhere, 0 without one (nic/remote-memory.ts). */
  remote: u32;
  get parked(): FrameList {
    return changetype<FrameList>(changetype<u32>(this) + offsetof<Vf>("parkedFirst"));
  }
  get map(): IommuMap {
    return changetype<IommuMap>(changetype<u32>(this) + VF_MAP);
  }
  get control(): Control {
    return changetype<Control>(changetype<u32>(this) + VF_CONTROL);
  }
  get msix(): Msix {
    return changetype<Msix>(changetype<u32>(this) + VF_MSIX);
  }
  get rx(): Queue {
    return changetype<Queue>(changetype<u32>(this) + VF_RX);
  }
  get tx(): Queue {
    return changetype<Queue>(changetype<u32>(this) + VF_TX);
  }
  get isQuiesced(): bool {
    return this.quiet != RUNNING;
  }
}

if (offsetof<Vf>() > VF_MAP) ERROR("layout: Vf has grown into its IOMMU map");
if (VF_MAP + offsetof<IommuMap>() > VF_THROTTLES) ERROR("layout: IommuMap has grown into the throttles");
if (VF_THROTTLES + VECTOR_COUNT * offsetof<Throttle>() > VF_OUTBOUND) ERROR("layout: throttles overlap outbound");
if (VF_CONTROL + offsetof<Control>() > VF_MSIX) ERROR("layout: Control has grown into MSI-X");
if (VF_RX + QUEUE_COUNT * QUEUE_BYTES > VF_TX) ERROR("layout: receive queues have grown into transmit queues");
if (VF_TX + QUEUE_COUNT * QUEUE_BYTES > VF_BYTES) ERROR("layout: transmit queues do not fit VF_BYTES");
if (offsetof<Control>("status") + VF_CONTROL != VF_STATUS) ERROR("layout: Control.status has drifted");
if (offsetof<Control>("eicr") + VF_CONTROL != VF_EICR) ERROR("layout: Control.eicr has drifted");
if (offsetof<Control>("eims") + VF_CONTROL != VF_EIMS) ERROR("layout: Control.eims has drifted");
if (offsetof<Control>("eiac") + VF_CONTROL != VF_EIAC) ERROR("layout: Control.eiac has drifted");
if (offsetof<Control>("eiam") + VF_CONTROL != VF_EIAM) ERROR("layout: Control.eiam has drifted");
if (offsetof<Control>("eitr0") + VF_CONTROL != VF_EITR) ERROR("layout: Control.eitr0 has drifted");
if (offsetof<Control>("ivar") + VF_CONTROL != VF_IVAR) ERROR("layout: Control.ivar has drifted");
if (offsetof<Control>("ivarMisc") + VF_CONTROL != VF_IVAR_MISC) ERROR("layout: Control.ivarMisc has drifted");
if (offsetof<Control>("mailbox") + VF_CONTROL != VF_MAILBOX) ERROR("layout: Control.mailbox has drifted");
if (offsetof<Control>("psrtype") + VF_CONTROL != VF_PSRTYPE) ERROR("layout: Control.psrtype has drifted");
if (offsetof<Control>("gprc") + VF_CONTROL != VF_GPRC) ERROR("layout: Control.gprc has drifted");
if (offsetof<Control>("gptc") + VF_CONTROL != VF_GPTC) ERROR("layout: Control.gptc has drifted");
if (offsetof<Control>("gorc") + VF_CONTROL != VF_GORC) ERROR("layout: Control.gorc has drifted");
if (offsetof<Control>("gotc") + VF_CONTROL != VF_GOTC) ERROR("layout: Control.gotc has drifted");
if (offsetof<Control>("mprc") + VF_CONTROL != VF_MPRC) ERROR("layout: Control.mprc has drifted");
if (offsetof<Control>("gprlbc") + VF_CONTROL != VF_GPRLBC) ERROR("layout: Control.gprlbc has drifted");
if (offsetof<Control>("gptlbc") + VF_CONTROL != VF_GPTLBC) ERROR("layout: Control.gptlbc has drifted");
if (offsetof<Control>("gorlbc") + VF_CONTROL != VF_GORLBC) ERROR("layout: Control.gorlbc has drifted");
if (offsetof<Control>("gotlbc") + VF_CONTROL != VF_GOTLBC) ERROR("layout: Control.gotlbc has drifted");
if (offsetof<Queue>("base") != QUEUE_BASE_LOW) ERROR("layout: Queue.base has drifted");
if (offsetof<Queue>("base") + 4 != QUEUE_BASE_HIGH) ERROR("layout: Queue.base has drifted");
if (offsetof<Queue>("lengthBytes") != QUEUE_LENGTH) ERROR("layout: Queue.lengthBytes has drifted");
if (offsetof<Queue>("head") != QUEUE_HEAD) ERROR("layout: Queue.head has drifted");
if (offsetof<Queue>("tail") != QUEUE_TAIL) ERROR("layout: Queue.tail has drifted");
if (offsetof<Queue>("control") != QUEUE_CONTROL) ERROR("layout: Queue.control has drifted");
if (offsetof<Queue>("options") != QUEUE_OPTIONS) ERROR("layout: Queue.options has drifted");
if (offsetof<Queue>("flags") != QUEUE_FLAGS) ERROR("layout: Queue.flags has drifted");
if (offsetof<Queue>("dropped") != QUEUE_DROPPED) ERROR("layout: Queue.dropped has drifted");
if (offsetof<Queue>("cache") != QUEUE_CACHE) ERROR("layout: Queue.cache has drifted");
if (offsetof<Queue>("reported") != QUEUE_REPORTED) ERROR("layout: Queue.reported has drifted");
if (offsetof<Queue>("pending") != QUEUE_PENDING) ERROR("layout: Queue.pending has drifted");
if (offsetof<Queue>("bufferBytes") != QUEUE_BUFFER_BYTES) ERROR("layout: Queue.bufferBytes has drifted");
if (offsetof<Queue>() > QUEUE_CONTEXTS) ERROR("layout: Queue has grown into its hidden part");

export function vf(index: u32): Vf {
  return changetype<Vf>(VFS + index * VF_BYTES);
}

/** Returns what a frame that a pool sends now says of its epoch (wire/frame.ts): one more than it, 0 when none applies. */
export function epochMark(v: Vf): u32 {
  return v.isProtected ? v.epoch + 1 : 0;
}

/** Returns the index of a pool's record. */
export function indexOf(v: Vf): u32 {
  return (changetype<u32>(v) - VFS) / VF_BYTES;
}

export function throttle(v: Vf, vector: u32): Throttle {
  return changetype<Throttle>(changetype<u32>(v) + VF_THROTTLES + vector * <u32>offsetof<Throttle>());
}

/** Returns a receive queue of a pool. */
export function rxQueue(v: Vf, number: u32): Queue {
  return changetype<Queue>(changetype<u32>(v) + VF_RX + number * QUEUE_BYTES);
}

/** Returns a transmit queue of a pool. */
export function txQueue(v: Vf, number: u32): Queue {
  return changetype<Queue>(changetype<u32>(v) + VF_TX + number * QUEUE_BYTES);
}
