/**
 * What costs cycles, and on whose account. The values are in src/host/cost-model.ts with their sources; the control
 * plane writes them into this table when a world is made.
 */

export const COST_INTERRUPT_EXIT: u32 = 0;
export const COST_INTERRUPT_GUEST: u32 = 1;
export const COST_DRIVER_RECEIVE: u32 = 2;
export const COST_DRIVER_TRANSMIT: u32 = 3;
export const COST_STACK_RECEIVE: u32 = 4;
export const COST_STACK_TRANSMIT: u32 = 5;
export const COST_LOG_DIRTY: u32 = 6;
export const COST_VCPU_SWITCH: u32 = 7;
export const COST_TCP_RECEIVE: u32 = 8;
export const COST_TCP_TRANSMIT: u32 = 9;
export const COST_TCP_ACK: u32 = 10;
/** For 1,000 bytes. */
export const COST_COPY_USER: u32 = 11;
export const COST_REQUEST_TURN: u32 = 12;
/** No cost, but a limit: how many segments of a connection a guest's stack receives as one. */
export const LIMIT_MERGED_SEGMENTS: u32 = 13;
// dom0 and the paravirtual path (docs/paravirtual.md).
export const COST_DOM0_INTERRUPT: u32 = 14;
export const COST_EVENT_SEND: u32 = 15;
export const COST_EVENT_RECEIVE: u32 = 16;
export const COST_BRIDGE: u32 = 17;
export const COST_BACKEND_RECEIVE: u32 = 18;
export const COST_BACKEND_TRANSMIT: u32 = 19;
export const COST_GRANT_PAGE: u32 = 20;
/** For 1,000 bytes. */
export const COST_GRANT_COPY: u32 = 21;
export const COST_FRONTEND: u32 = 22;
/** No cost, but a time, in nanoseconds: until an idle processor runs whoever has woken, at most. */
export const WAKE_LATENCY_NS: u32 = 23;
/** Times of TCP stacks, those of external machines included, in nanoseconds. */
export const TCP_TIMEOUT_FIRST_NS: u32 = 24;
export const TCP_TIMEOUT_LEAST_NS: u32 = 25;
/** Least times between two interrupts of a vector, as EITR has them: before any traffic, and by its class. */
export const INTERVAL_START: u32 = 26;
export const INTERVAL_BULK: u32 = 27;
export const INTERVAL_LOW: u32 = 28;
export const INTERVAL_LOWEST: u32 = 29;
/** Limits between the classes for a driver that goes by throughput, in bytes a second. */
export const THROUGHPUT_LOW: u32 = 30;
export const THROUGHPUT_HIGH: u32 = 31;
/** A device's interrupt for a vCPU that sleeps; COST_INTERRUPT_EXIT is for one that runs or waits for a processor. */
export const COST_INTERRUPT_WAKE: u32 = 32;
/** No cost, but a count: exits of a device's interrupt for a vCPU that runs. */
export const INTERRUPT_EXITS: u32 = 33;
/** What one exit costs through cold caches afterwards. */
export const COST_EXIT_COLD: u32 = 34;
/** An interrupt that the hypervisor makes: that of a guest's timer. */
export const COST_VIRTUAL_INTERRUPT: u32 = 35;
/** Of a packet through a virtual function: what the processor has to do for its map, and for its dirty log if it is armed. */
export const COST_IOMMU_PACKET: u32 = 36;
export const COST_DMA_LOG_PACKET: u32 = 37;
/** A limit: how many segments a guest's stack hands its driver in one buffer. */
export const LIMIT_SENT_SEGMENTS: u32 = 38;
// The emulated path (docs/emulated.md). An exit, and the hypervisor's look at the instruction.
export const COST_EXIT: u32 = 40;
export const COST_INSTRUCTION: u32 = 41;
export const COST_PROCESS_SWITCH: u32 = 43;
export const COST_MODEL_ACCESS: u32 = 44;
export const COST_MODEL_PACKET: u32 = 45;
/** For 1,000 bytes. */
export const COST_MODEL_COPY: u32 = 46;
/** No cost, but whether there is a mechanism: an emulated NIC keeps an interval between two interrupts. */
export const IS_THROTTLED: u32 = 47;
// Output that dom0 holds (guest/hold-queue.ts): a packet, and an order, in nanoseconds.
export const COST_HOLD_PACKET: u32 = 48;
export const HOLD_ORDER_NS: u32 = 49;
// A disk: a request in the frontend and in the backend; the disk's times, ns for a write and ps for a byte.
export const COST_BLOCK_FRONT: u32 = 50;
export const COST_BLOCK_BACK: u32 = 51;
export const DISK_LATENCY_NS: u32 = 52;
export const DISK_BYTE_PS: u32 = 53;
/** Of a received packet, for a driver that marks what its device has written (guest/cooperation.ts). */
export const COST_MARK_PACKET: u32 = 54;

/** Activities of the account; each is charged in cycles. */
export const ACTIVITY_HYPERVISOR: u32 = 0;
export const ACTIVITY_INTERRUPT: u32 = 1;
export const ACTIVITY_DRIVER: u32 = 2;
export const ACTIVITY_STACK: u32 = 3;
export const ACTIVITY_APPLICATION: u32 = 4;
export const ACTIVITY_COMPUTE: u32 = 5;
export const ACTIVITY_REPLICATION: u32 = 6;
/** Copies between the kernel and applications. */
export const ACTIVITY_COPY: u32 = 7;
export const ACTIVITY_BRIDGE: u32 = 8;
export const ACTIVITY_BACKEND: u32 = 9;
export const ACTIVITY_GRANT: u32 = 10;
/** Cold caches after exits: whatever the guest does next takes that much longer. */
export const ACTIVITY_CACHE: u32 = 11;
export const ACTIVITY_DEVICE_MODEL: u32 = 12;
/** Exits of accesses to an emulated NIC, and the hypervisor's part of them. */
export const ACTIVITY_TRAP: u32 = 13;
export const ACTIVITY_COUNT: u32 = 14;
export const ACTIVITY_NAMES: string =
  "hypervisor,interrupt,driver,stack,application,compute,replication,copy,bridge,backend,grant,cache,device-model,trap";
