/** Numbers that cross the boundary in calls: kinds of machine, what a counter call asks for. */

/** The transmit look-ahead, in picoseconds: how far a port commits frames to its wire, as a packet buffer does. */
export const LOOK_AHEAD_PS: u32 = 2000000;
