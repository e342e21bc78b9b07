/** Numbers of processors, vCPUs and their tasks that the control plane and the data plane share. */

/** States of a vCPU; assembly/cpu/scheduler.ts has their table. */
export const VCPU_BLOCKED: u32 = 0;
export const VCPU_QUEUED: u32 = 1;
export const VCPU_RUNNING: u32 = 2;

/** Classes of a run queue, best first, as those of Xen's credit scheduler. */
export const CLASS_BOOST: u32 = 0;
export const CLASS_UNDER: u32 = 1;
export const CLASS_OVER: u32 = 2;
export const CLASS_COUNT: u32 = 3;

/** What a task does; the subject is named behind each. */
/** Interrupts, driver, network stack and services of a guest (guest). */
export const TASK_NETWORK: u32 = 0;
/** A job that computes for as long as it is let (guest). */
export const TASK_COMPUTE: u32 = 1;
/** Work that the control plane of the host owes, such as sending the pages of a checkpoint (nobody). */
export const TASK_CONTROL: u32 = 2;
/** dom0's bridge and its driver of a port (port). */
export const TASK_BRIDGE: u32 = 3;
/** The backend of a paravirtual NIC (vif). */
export const TASK_BACKEND: u32 = 4;
/** The device model of an emulated NIC, a process of dom0's (vif of its tap). */
export const TASK_DEVICE_MODEL: u32 = 5;
/** The hold queue of a protected guest that dom0 serves (vif). */
export const TASK_HOLD: u32 = 6;
/** The backend of a disk (disk). */
export const TASK_BLOCK: u32 = 7;
