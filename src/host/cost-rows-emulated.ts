/**
 * What an emulated NIC costs: register accesses that leave the guest, and the device model's work for them and for a packet.
 *
 * The first three rows are not charged. Accesses happen because the driver makes them, and cost what their parts do
 * (docs/model.md, Emulated I/O): these are figures to compare with.
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
  emulatedInstruction: {
    era: 2_500,
    now: 2_000,
    unit: "cycles",
    range: [1_000, 8_000],
    label: "A",
    meaning:
      "hypervisor's part of an access to an emulated register: decoding the instruction, asking the device model",
    source: "assumed: a walk of the guest's page tables, decoding, a request in a shared page, an event",
  },
  deviceModelSwitch: {
    era: 4_000,
    now: 3_000,
    unit: "cycles",
    range: [1_500, 10_250],
    label: "M",
    meaning: "dom0's kernel switching to a device model's process from whatever it ran before",
    source:
      "from memory, unverified: 1.3 to 1.6 us on Xeons of 2009 (Sigoure, 2010); most: 3.5 us at 2.93 GHz (pipe test)",
  },
  deviceModelAccess: {
    era: 2_500,
    now: 2_000,
    unit: "cycles",
    range: [500, 10_000],
    label: "A",
    meaning: "device model's turn for one access to a register, or for its timer",
    source: "assumed: the main loop, the event channel's port, finding the region, its handler",
  },
  deviceModelCopy: {
    era: 800,
    now: 300,
    unit: "cycles/kB",
    range: [200, 1_500],
    label: "A",
    meaning: "device model's copy between a guest's memory and its own, for 1,000 bytes",
    source: "assumed: as grantCopy, a copy between two machines' pages",
  },
  emulatedThrottle: {
    era: 0,
    now: 1,
    unit: "count",
    range: [0, 1],
    label: "V",
    meaning: "whether an emulated NIC keeps the interval in its throttle register: 0 no, 1 yes",
    source: "QEMU commit e9845f09 of 2013; before, every cause that was not masked was an interrupt",
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
