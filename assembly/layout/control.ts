/** Numbers that the control plane and the data plane share in calls. */

/** The transmit look-ahead, in picoseconds: how far a port commits frames to its wire, as a packet buffer does. */
export const LOOK_AHEAD_PS: u32 = 10000000;

/** Added to a guest's number where a function takes the owner of a TCP stack; a machine's number stands for itself. */
export const STACK_OF_GUEST: u32 = 0x10000;

// States of a guest; assembly/guest/guest.ts has their table.
export const GUEST_RUNNING: u32 = 0;
export const GUEST_SUSPENDING: u32 = 1;
export const GUEST_SUSPENDED: u32 = 2;
export const GUEST_ABSENT: u32 = 3;
export const GUEST_DEAD: u32 = 4;
