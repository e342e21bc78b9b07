/**
 * How many of each thing one world can hold. Every table of the memory map is sized by one of these; a scenario that
 * needs more is refused before it starts.
 */

export const HOST_COUNT_MAX: u32 = 64;
/** Memories with a device: guests, those of their backups, and dom0's for each port. */
export const GUEST_COUNT_MAX: u32 = 256;
/** Paravirtual and emulated NICs: one for each guest that has one. */
export const VIF_COUNT_MAX: u32 = 128;
/** Disks: one for each guest that has one, and for its backup. */
export const DISK_COUNT_MAX: u32 = 128;
/** Entries of a table of addresses of dom0's bridge; a power of two. */
export const BRIDGE_ADDRESS_COUNT: u32 = 1024;
export const PROCESSOR_COUNT_MAX: u32 = 256;
/** vCPUs of guests, of backups and of dom0s. */
export const VCPU_COUNT_MAX: u32 = 512;
/** Things that a vCPU does by turns: a few for each. */
export const TASK_COUNT_MAX: u32 = 2048;
export const PORT_COUNT_MAX: u32 = 128;
/** An 82576 port has eight pools; the physical function keeps the last one without a virtual function. */
export const POOL_COUNT: u32 = 8;
export const VF_COUNT_MAX: u32 = 1024;
/** A link is two wires, and a port has one inside, between its pools. */
export const WIRE_COUNT_MAX: u32 = 768;
export const SWITCH_COUNT_MAX: u32 = 4;
export const SWITCH_PORT_COUNT_MAX: u32 = 128;
/** Entries of a switch's table of addresses; a power of two. */
export const SWITCH_ADDRESS_COUNT: u32 = 1024;
export const CLIENT_COUNT_MAX: u32 = 64;
/** External machines with a TCP stack. */
export const MACHINE_COUNT_MAX: u32 = 64;
/** Timers of the control plane. */
export const TIMER_COUNT_MAX: u32 = 4096;

/** Bytes in a page, which is the unit of memory, of the IOMMU map and of both dirty logs. */
export const PAGE_BYTES: u32 = 4096;
export const PAGE_SHIFT: u32 = 12;
export const PAGE_MASK: u32 = 4095;
/** Pages that the frame pool hands out together, so that a guest's frames lie in guest order. */
export const CHUNK_PAGES: u32 = 64;

/** Frames on a wire that fit a small slot, header included. */
export const SLOT_SMALL_BYTES: u32 = 192;
export const SLOT_LARGE_BYTES: u32 = 2048;
/** What a world without content keeps of a frame: headers of 98 bytes at most (tag, IPv4, TCP with options), in cache lines. */
export const FRAME_KEPT_BYTES: u32 = 128;
/** Shortest and longest Ethernet frame without its check sequence (IEEE 802.3 section 3.2.7, one VLAN tag allowed). */
export const FRAME_BYTES_MIN: u32 = 60;
export const FRAME_BYTES_MAX: u32 = 1518;
