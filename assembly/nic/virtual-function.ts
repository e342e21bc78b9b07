/**
 * The record of a virtual function: its parts lie side by side (layout/virtual-function.ts).
 *
 * `Vf` has what the guest cannot see; `control`, `rx` and `tx` are the registers. Left out until the whole device
 * comes: the second queue pair, the mailbox, header split, head write-back.
 */
import { VFS } from "../layout/memory-map";
import {
  QUEUE_BASE_HIGH,
  QUEUE_BASE_LOW,
  QUEUE_BYTES,
  QUEUE_CONTROL,
  QUEUE_DROPPED,
  QUEUE_ENABLE,
  QUEUE_HEAD,
  QUEUE_LENGTH,
  QUEUE_OPTIONS,
  QUEUE_TAIL,
  VECTOR_COUNT,
  VF_BYTES,
  VF_CONTROL,
  VF_EIAC,
  VF_EIAM,
  VF_EICR,
  VF_EIMS,
  VF_EITR,
  VF_GORC,
  VF_GOTC,
  VF_GPRC,
  VF_GPTC,
  VF_IVAR,
  VF_IVAR_MISC,
  VF_MPRC,
  VF_OUTBOUND,
  VF_RX,
  VF_STATUS,
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
  gprc: u32;
  gptc: u32;
  gorc: u32;
  gotc: u32;
  mprc: u32;
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
  dropped: u32;
  /** Descriptors in the ring. */
  get count(): u32 {
    return this.lengthBytes >>> 4;
  }
  get isEnabled(): bool {
    return (this.control & QUEUE_ENABLE) != 0;
  }
  /** A position at or beyond the end of the ring, as a hostile guest may bring it about, means no work. */
  get hasWork(): bool {
    const count = this.lengthBytes >>> 4;
    return this.head != this.tail && this.tail < count && this.head < count;
  }
}

/** Interrupt throttling of one vector. */
@unmanaged
export class Moderation {
  /** No message may leave before this. */
  nextAt: u64;
  /** The pending event's time, NEVER without one. */
  armed: u64;
}

/** No guest owns the virtual function, or no log is kept. */
export const NO_GUEST: u32 = 0xffffffff;

@unmanaged
export class Vf {
  /** The address the physical function gave it; 0 for none. */
  mac: u64;
  guest: u32;
  port: u32;
  /** Its pool on the port. */
  pool: u32;
  isQuiesced: u32;
  /** The device's DMA dirty log, 0 while it is not armed. */
  log: u32;
  /** Page table of the guest (memory/guest-memory.ts): every entry of the IOMMU map names a page of it. */
  table: u32;
  /** The epoch at hand. */
  epoch: u32;
  /** Descriptors of the packet that `measure` found. */
  packetDescriptorCount: u32;
  /** Frames that arrived while it was quiesced, and their bytes. */
  parkedFirst: u32;
  parkedLast: u32;
  parkedBytes: u32;
  /** Its frames belong to epochs. */
  isProtected: u32;
  /** A DMA of its transmit queue failed: it fetches nothing more until its queue is enabled anew. */
  isTxFaulted: u32;
  get parked(): FrameList {
    return changetype<FrameList>(changetype<u32>(this) + offsetof<Vf>("parkedFirst"));
  }
  get map(): IommuMap {
    return changetype<IommuMap>(changetype<u32>(this) + VF_MAP);
  }
  get control(): Control {
    return changetype<Control>(changetype<u32>(this) + VF_CONTROL);
  }
  get rx(): Queue {
    return changetype<Queue>(changetype<u32>(this) + VF_RX);
  }
  get tx(): Queue {
    return changetype<Queue>(changetype<u32>(this) + VF_TX);
  }
}

/** Behind the fields of `Vf`: the IOMMU map, then the throttles. */
const VF_MAP: u32 = 64;
const VF_MODERATION: u32 = 96;

if (offsetof<Vf>() > VF_MAP) ERROR("layout: Vf has grown into its IOMMU map");
if (VF_MAP + offsetof<IommuMap>() > VF_MODERATION) ERROR("layout: IommuMap has grown into the throttles");
if (VF_MODERATION + VECTOR_COUNT * offsetof<Moderation>() > VF_OUTBOUND) ERROR("layout: throttles overlap outbound");
if (VF_CONTROL + offsetof<Control>() > VF_RX) ERROR("layout: Control has grown into the queues");
if (offsetof<Control>("status") + VF_CONTROL != VF_STATUS) ERROR("layout: Control.status has drifted");
if (offsetof<Control>("eicr") + VF_CONTROL != VF_EICR) ERROR("layout: Control.eicr has drifted");
if (offsetof<Control>("eims") + VF_CONTROL != VF_EIMS) ERROR("layout: Control.eims has drifted");
if (offsetof<Control>("eiac") + VF_CONTROL != VF_EIAC) ERROR("layout: Control.eiac has drifted");
if (offsetof<Control>("eiam") + VF_CONTROL != VF_EIAM) ERROR("layout: Control.eiam has drifted");
if (offsetof<Control>("eitr0") + VF_CONTROL != VF_EITR) ERROR("layout: Control.eitr0 has drifted");
if (offsetof<Control>("ivar") + VF_CONTROL != VF_IVAR) ERROR("layout: Control.ivar has drifted");
if (offsetof<Control>("ivarMisc") + VF_CONTROL != VF_IVAR_MISC) ERROR("layout: Control.ivarMisc has drifted");
if (offsetof<Control>("gprc") + VF_CONTROL != VF_GPRC) ERROR("layout: Control.gprc has drifted");
if (offsetof<Control>("gptc") + VF_CONTROL != VF_GPTC) ERROR("layout: Control.gptc has drifted");
if (offsetof<Control>("gorc") + VF_CONTROL != VF_GORC) ERROR("layout: Control.gorc has drifted");
if (offsetof<Control>("gotc") + VF_CONTROL != VF_GOTC) ERROR("layout: Control.gotc has drifted");
if (offsetof<Control>("mprc") + VF_CONTROL != VF_MPRC) ERROR("layout: Control.mprc has drifted");
if (offsetof<Queue>("base") != QUEUE_BASE_LOW) ERROR("layout: Queue.base has drifted");
if (offsetof<Queue>("base") + 4 != QUEUE_BASE_HIGH) ERROR("layout: Queue.base has drifted");
if (offsetof<Queue>("lengthBytes") != QUEUE_LENGTH) ERROR("layout: Queue.lengthBytes has drifted");
if (offsetof<Queue>("head") != QUEUE_HEAD) ERROR("layout: Queue.head has drifted");
if (offsetof<Queue>("tail") != QUEUE_TAIL) ERROR("layout: Queue.tail has drifted");
if (offsetof<Queue>("control") != QUEUE_CONTROL) ERROR("layout: Queue.control has drifted");
if (offsetof<Queue>("options") != QUEUE_OPTIONS) ERROR("layout: Queue.options has drifted");
if (offsetof<Queue>("dropped") != QUEUE_DROPPED) ERROR("layout: Queue.dropped has drifted");
if (offsetof<Queue>() > QUEUE_BYTES) ERROR("layout: Queue does not fit QUEUE_BYTES");

export function vf(index: u32): Vf {
  return changetype<Vf>(VFS + index * VF_BYTES);
}

export function moderation(v: Vf, vector: u32): Moderation {
  return changetype<Moderation>(changetype<u32>(v) + VF_MODERATION + vector * <u32>offsetof<Moderation>());
}
