/**
 * The trace: one record for each thing that happened, in the order in which the simulator came to know of it. Judges,
 * captures and reports read it; the run digest covers every byte. docs/trace.md explains each kind to a reader.
 *
 *      0            8       12        16       20      24      28      32
 *     +------------+-------+---------+--------+-------+-------+-------+
 *     | time, ps   | kind  | subject | frame  | a     | b     | c     |
 *     +------------+-------+---------+--------+-------+-------+-------+
 *
 * `frame` is the frame's number, unique in a run and given when a frame comes into being, or 0. A wire's records
 * may lie up to the port's look-ahead in the future, and what a device did unobserved is recorded when it is
 * observed, with the time at which it happened: the order of records is not the order of times.
 */

export const TRACE_BYTES: u32 = 32;
export const TRACE_TIME: u32 = 0;
export const TRACE_KIND: u32 = 8;
export const TRACE_SUBJECT: u32 = 12;
export const TRACE_FRAME: u32 = 16;
export const TRACE_A: u32 = 20;
export const TRACE_B: u32 = 24;
export const TRACE_C: u32 = 28;

// Frames. The subject is named behind each.
/** A virtual function read a frame from its guest (vf; a bytes, b guest). */
export const TRACE_FETCHED: u32 = 1;
/**
 * A machine made a frame that no virtual function fetched (a bytes; b who: 0 client, 1 physical function, 2 a test, or a
 * BORN_ below).
 */
export const TRACE_BORN: u32 = 2;
/** The outbound buffer took the frame (vf; a bytes, b epoch), or dom0's hold queue did (vif; c HELD_DOM0). */
export const TRACE_HELD: u32 = 3;
/** The outbound buffer let the frame go to its port, or the hold queue to the bridge (as above). */
export const TRACE_RELEASED: u32 = 4;
/** The first bit went onto a wire (wire; a bytes). */
export const TRACE_SENT: u32 = 5;
/** The last bit arrived at the end of a wire (wire; a bytes). */
export const TRACE_ARRIVED: u32 = 6;
/** A frame was written into a guest's receive buffer (vf; a bytes, b ring position). */
export const TRACE_DELIVERED: u32 = 7;
/** A client or an external machine took a frame (client, or machine with b 3; a bytes). */
export const TRACE_CONSUMED: u32 = 8;
/** A switch made a copy to flood it, or a port or a wire doubled it (switch, with c 1 port, with c 2 wire; a the new frame's number). */
export const TRACE_COPIED: u32 = 9;
/** A frame ended otherwise (subject by reason; a bytes, b reason). */
export const TRACE_DROPPED: u32 = 10;
/** dom0 wrote a frame into a buffer that a guest had granted, or given to its emulated NIC (vif; a bytes, b ring position). */
export const TRACE_HANDED: u32 = 11;
/** dom0 wrote a frame into its transmit ring, from which the device fetches it as a new one (port; a bytes). */
export const TRACE_POSTED: u32 = 12;

// Guests and devices.
/** An MSI-X message left (vf; a vector). */
export const TRACE_INTERRUPT: u32 = 16;
/** A vCPU stands still (guest). */
export const TRACE_SUSPENDED: u32 = 17;
/** A vCPU runs on (guest). */
export const TRACE_RESUMED: u32 = 18;
/** A virtual function stopped fetching and receiving (vf). */
export const TRACE_QUIESCED: u32 = 19;
export const TRACE_UNQUIESCED: u32 = 20;
/** A DMA fell outside the IOMMU map (vf; a address low, b address high, c access). */
export const TRACE_FAULT: u32 = 21;
/** A switch learned that an address moved (switch; a port). */
export const TRACE_MOVED: u32 = 22;
/** A guest's driver initialised its virtual function (guest). */
export const TRACE_DRIVER_RESET: u32 = 23;
/** A host lost power (host). */
export const TRACE_HOST_FAILED: u32 = 24;
/** A vCPU stopped running on a processor (processor; a vCPU, b and c for how many picoseconds, low word first). */
export const TRACE_RAN: u32 = 25;
/** A repaired host is there, empty (host). */
export const TRACE_HOST_LIT: u32 = 26;

// Protection; the subject is the protected VM's number, a is the epoch.
/** The primary's state of this epoch is in the staging buffer (b pages, c bytes). */
export const TRACE_CAPTURED: u32 = 32;
/** The backup holds the whole checkpoint of this epoch (b pages, c bytes). */
export const TRACE_RECEIVED: u32 = 33;
/** The primary knows it, and releases output (a epoch). */
export const TRACE_COMMITTED: u32 = 34;
/** The backup misses the primary (b milliseconds of silence). */
export const TRACE_SUSPECTED: u32 = 35;
/** The backup's vCPU runs, from this epoch's state. */
export const TRACE_ACTIVATED: u32 = 36;

/** A primary goes on without its backup, or does not go on (protection; a = one of the following). */
export const TRACE_UNPROTECTED: u32 = 37;
/** Its output flows. */
export const UNPROTECTED_ALONE: u32 = 0;
/** It stops, because it is to have a backup. */
export const UNPROTECTED_STOPPED: u32 = 1;
/** It stops, because the backup is the machine now. */
export const UNPROTECTED_SUPERSEDED: u32 = 2;
/** Protection of a machine begins, with the first copy (a its first epoch, b the guest, c the backup's guest). */
export const TRACE_PROTECTED: u32 = 38;
/** The arbiter lets one side go on, and no other (protection; a = one of the following). */
export const TRACE_ARBITRATED: u32 = 39;
export const ARBITRATED_PRIMARY: u32 = 0;
export const ARBITRATED_BACKUP: u32 = 1;

// Migration.
/**
 * A live migration has entered a state (its number; a the state's number in src/migration/state-trace.ts, b pages and c
 * bytes of the round that was at hand).
 */
export const TRACE_MIGRATION: u32 = 40;

// Disks; c is the number of the write among those of its disk.
/** A backend took a block of its guest's and gave it to the disk (disk; a block). */
export const TRACE_WRITTEN: u32 = 44;
/** A write of a primary's disk has reached the backup's (the backup's disk; a block). */
export const TRACE_APPLIED: u32 = 45;

// Further machines in b of TRACE_BORN, and who copied a frame, in c of TRACE_COPIED.
/** dom0 took a delivered frame off its receive ring (port), or a request off a guest's transmit ring (vif). */
export const BORN_DOM0: u32 = 3;
export const BORN_BACKEND: u32 = 4;
export const BORN_MACHINE: u32 = 5;
/** A device model read a packet from a guest (vif). */
export const BORN_DEVICE_MODEL: u32 = 6;
/** dom0's bridge of a port (port). */
export const COPIED_DOM0: u32 = 2;
export const COPIED_WIRE: u32 = 3;
/** In c of TRACE_HELD and TRACE_RELEASED: dom0's hold queue, and not a NIC's buffer. */
export const HELD_DOM0: u32 = 1;

// Why a frame was dropped.
export const DROP_NO_DESCRIPTOR: u32 = 1;
export const DROP_QUEUE_DISABLED: u32 = 2;
export const DROP_NO_POOL: u32 = 3;
export const DROP_DMA_FAULT: u32 = 4;
export const DROP_QUIESCE_FULL: u32 = 5;
export const DROP_OVERSIZE: u32 = 6;
export const DROP_HOST_DEAD: u32 = 7;
export const DROP_WIRE_CUT: u32 = 8;
export const DROP_LOSS: u32 = 9;
export const DROP_SWITCH_FULL: u32 = 10;
export const DROP_SWITCH_SAME_PORT: u32 = 11;
export const DROP_DISCARDED: u32 = 12;
export const DROP_NOT_FOR_US: u32 = 13;
export const DROP_RESET: u32 = 14;
/** Not a loss: the frame's copies go on under numbers of their own. */
export const DROP_REPLICATED: u32 = 15;
export const DROP_MALFORMED: u32 = 16;
/** Its source address or VLAN is not the sender's. */
export const DROP_SPOOFED: u32 = 17;
/** Longer than the port or every pool that wanted it takes. */
export const DROP_TOO_LONG: u32 = 18;
/** The queue of its vif was full, because the guest posts no buffers or dom0 is slow. */
export const DROP_BACKEND_FULL: u32 = 19;
/** The frontend is not connected, or made no sense; or the emulated NIC is not there. */
export const DROP_BACKEND_DOWN: u32 = 20;
/** The guest's buffer was not granted. */
export const DROP_NOT_GRANTED: u32 = 21;
/** dom0's queue before the transmit ring was full. */
export const DROP_PORT_QUEUE_FULL: u32 = 22;
/** dom0's bridge has nobody that it is for. */
export const DROP_UNBRIDGED: u32 = 23;
/** The queue of its tap was full, because the guest posts no descriptors or its device model has no time. */
export const DROP_TAP_FULL: u32 = 24;
/** The guest's descriptor points outside its memory, or lies there. */
export const DROP_BAD_ADDRESS: u32 = 25;
/** The emulated NIC does not take its address. */
export const DROP_FILTERED: u32 = 26;
/** The hold queue of its vif was at its limit. */
export const DROP_HOLD_FULL: u32 = 27;
/** The outbound buffer of its virtual function had no room, and drops. */
export const DROP_OUTBOUND_FULL: u32 = 28;
export const DROP_REASON_NAMES: string =
  "none,no-descriptor,queue-disabled,no-pool,dma-fault,quiesce-full,oversize,host-dead,wire-cut,loss,switch-full," +
  "switch-same-port,discarded,not-for-us,reset,replicated,malformed,spoofed,too-long,backend-full,backend-down," +
  "not-granted,port-queue-full,unbridged,tap-full,bad-address,filtered,hold-full,outbound-full";

/** Headroom that one event's records may need beyond the mark at which the control plane is asked to read. */
export const TRACE_MARGIN_RECORDS: u32 = 16384;
/** Records the buffer holds. */
export const TRACE_COUNT_MAX: u32 = 65536;
