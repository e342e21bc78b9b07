/**
 * What an emulated NIC costs: register accesses that leave the guest, and the device model's work for a packet.
 *
 * Left out: moderation of its interrupts. The emulated e1000 had none before 2013 (QEMU commit e9845f09), so the
 * preset of the paper's years has one virtual interrupt for a burst; that is a mechanism and not a number.
 */
import type { CostRows } from "./cost-row";

export const EMULATED_ROWS = {
  emulatedAccess: {
    era: 10_000,
    now: 10_000,
    unit: "cycles",
    range: [5_000, 40_000],
    label: "A",
    meaning: "one access to a register of an emulated NIC, all in",
    source: "assumed: four times userspaceExit, the rest for decoding the instruction and the device model's lock",
  },
  emulatedTransmitAccesses: {
    era: 3,
    now: 3,
    unit: "count",
    range: [1, 8],
    label: "A",
    meaning: "register accesses for one sent packet",
    source: "assumed: tail, cause and mask; saving some gave 9.7 % on an e1000 (QEMU, coalesced MMIO)",
  },
  emulatedReceiveAccesses: {
    era: 2,
    now: 2,
    unit: "count",
    range: [1, 8],
    label: "A",
    meaning: "register accesses for one received packet",
    source: "assumed: cause and mask; the tail is written once for many buffers",
  },
  deviceModelPacket: {
    era: 4_000,
    now: 3_000,
    unit: "cycles",
    range: [2_000, 12_000],
    label: "A",
    meaning: "device model and tap for one packet",
    source: "assumed: a system call to the tap device, descriptor handling and a copy's set-up",
  },
} as const satisfies CostRows;
