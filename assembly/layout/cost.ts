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
export const ACTIVITY_COUNT: u32 = 8;
export const ACTIVITY_NAMES: string = "hypervisor,interrupt,driver,stack,application,compute,replication,copy";
