/**
 * Kinds of event, and why `advance` returns.
 *
 * At equal time, events are taken in the order of their keys, kind << 24 | index: arrivals first, then timers, then
 * processors, then the control plane, and within a kind by object index. The order in which events were scheduled
 * never matters, so that another schedule of the same world (one event per hop) agrees with this one.
 */

export const EVENT_INDEX_BITS: u32 = 24;
export const EVENT_INDEX_MASK: u32 = 0xffffff;

// Arrivals; the index is the wire's, and of the wires to a switch that of its first one.
export const EVENT_ARRIVAL_SWITCH: u32 = 0;
export const EVENT_ARRIVAL_PORT: u32 = 1;
export const EVENT_ARRIVAL_CLIENT: u32 = 2;
export const EVENT_ARRIVAL_MACHINE: u32 = 3;
// Timers.
/** A port looks for frames to commit to its wire; the index is the port's. */
export const EVENT_TRANSMIT: u32 = 4;
/** An interrupt throttle interval ends; the index is vf << 2 | vector. */
export const EVENT_MODERATION: u32 = 5;
/** A client sends its next request, or one again; the index is the client's. */
export const EVENT_CLIENT: u32 = 6;
/** Pending write-backs of a queue are due; the index is vf << 2 | 2 for transmit | queue. */
export const EVENT_WRITE_BACK: u32 = 7;
/** What was in flight when a virtual function was to be quiesced is done; the index is the function's. */
export const EVENT_QUIESCE: u32 = 8;
/** A guest's stream has more to send, or its TCP has a timer that is due; the index is the guest's. */
export const EVENT_GUEST_TIMER: u32 = 9;
/** A machine's stack has a timer that is due, or its wire has room again; the index is the machine's. */
export const EVENT_MACHINE: u32 = 10;
// Processors.
/** An MSI-X message reaches a guest; the index is vf << 2 | vector. */
export const EVENT_INTERRUPT: u32 = 11;
/** A vCPU ends its burst of work; the index is the vCPU's. */
export const EVENT_VCPU: u32 = 12;
/** A processor is awake, or a vCPU that others wait behind has had its time slice; the index is the processor's. */
export const EVENT_SLICE: u32 = 13;
// The control plane; the index is the timer's.
export const EVENT_CONTROL: u32 = 14;
// A device model's timer, which only makes its task ready: whatever else happens at that time comes first.
/** The interval between two interrupts of an emulated NIC is over; the index is its vif's. */
export const EVENT_THROTTLE: u32 = 15;
/** A disk has done what it was given; the index is the disk's. */
export const EVENT_DISK: u32 = 16;
/** A frame of dom0's own stack comes to its bridge; the index is the wire's. */
export const EVENT_ARRIVAL_STATION: u32 = 17;

/** `advance` reached the time it was given. */
export const REASON_UNTIL: u32 = 0;
/** A control timer fired; the index is the timer's. */
export const REASON_TIMER: u32 = 1;
/** A vCPU that was asked to suspend stands still; the index is the guest's. */
export const REASON_SUSPENDED: u32 = 2;
/** The trace or the capture buffer wants to be read; nothing happened. */
export const REASON_DRAIN: u32 = 3;
/** A pool is exhausted; the index is an EXHAUSTED_ constant. */
export const REASON_EXHAUSTED: u32 = 4;
/** A virtual function that was to be quiesced is; the index is the function's. */
export const REASON_QUIESCED: u32 = 5;
/** The physical function's driver has something to look at; the index is the port's. */
export const REASON_PF: u32 = 6;
/** A memory that lives elsewhere is asked for something; the index is the virtual function's. */
export const REASON_DMA: u32 = 7;
/** A device model that was to be quiesced is; the index is its vif's. */
export const REASON_VIF_QUIESCED: u32 = 8;
/** A control task has worked off what it was to tell the end of; the index is the task's. */
export const REASON_WORKED: u32 = 9;
/** Disks that are mirrored have been written. */
export const REASON_MIRROR: u32 = 10;
/** A sink has read up to a mark; the index is its work's. Which machine's, the marks tell. */
export const REASON_STREAM: u32 = 11;

export const EXHAUSTED_EVENTS: u32 = 0;
export const EXHAUSTED_FRAMES: u32 = 1;
export const EXHAUSTED_SLOTS: u32 = 2;
