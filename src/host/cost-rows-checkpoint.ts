/**
 * What a checkpoint costs: parts of the pause, the sender's work, packets that software holds.
 *
 * `stopGuest` stands for a guest that is neither asked nor waited for, `suspendCooperative` for one with paravirtual
 * drivers, `suspendXenstore` for the same through xenstore. Which holds follows from the guest's NIC. Left out: the
 * stream and its acknowledgement, which cross a link.
 */
import type { CostRows } from "./cost-row";

export const CHECKPOINT_ROWS = {
  stopGuest: {
    era: 200_000,
    now: 100_000,
    unit: "ns",
    range: [50_000, 1_000_000],
    label: "A",
    meaning: "from the hypercall that stops a guest to all its vCPUs standing still",
    source:
      "mechanism: libxl suspends a guest without paravirtual drivers by hypercall; duration assumed: some interrupts between processors",
  },
  suspendCooperative: {
    era: 1_000_000,
    now: 3_000_000,
    unit: "ns",
    range: [200_000, 8_000_000],
    label: "A",
    meaning: "suspending a guest that must do it itself, asked over an event channel",
    source:
      "era: 1 ms in five of five runs of an idle guest (xen-devel, 2008-07); now assumed: more tasks to freeze, devices to suspend, processors to stop (Linux drivers/xen/manage.c)",
  },
  suspendXenstore: {
    era: 88_000_000,
    now: 88_000_000,
    unit: "ns",
    range: [84_000_000, 192_000_000],
    label: "D",
    meaning: "the same asked through xenstore",
    source: "middle of 84, 87, 92, 89 and 92 ms (xen-devel, 2008-07); greatest: libxl polls every 100 ms besides",
  },
  checkpointDeviceModel: {
    era: 5_000_000,
    now: 2_000_000,
    unit: "ns",
    range: [1_000_000, 20_000_000],
    label: "A",
    meaning: "saving the device model's state at a checkpoint of a guest that has one",
    source:
      "assumed: some hundred KiB that one process writes and another reads; the largest unknown that all NICs share",
  },
  scanLog: {
    era: 1_000_000,
    now: 1_000_000,
    unit: "ns",
    range: [200_000, 3_000_000],
    label: "A",
    meaning: "reading and clearing the processor's dirty log at a checkpoint",
    source: "assumed: 4.5 ms/GiB to arm (cloud-hypervisor issue 8899) bounds it for guests of this size",
  },
  mapPage: {
    era: 1_000,
    now: 1_000,
    unit: "ns",
    range: [300, 3_000],
    label: "A",
    meaning: "mapping one dirty page into dom0",
    source: "assumed: one foreign mapping, batched by 1,024",
  },
  saveVf: {
    era: 60_000,
    now: 60_000,
    unit: "ns",
    range: [20_000, 500_000],
    label: "A",
    meaning: "quiescing the virtual function, reading its state, sealing the outbound buffer",
    source: "assumed: 100 registers at 0.3 to 0.5 us and one DMA to drain",
  },
  paravirtualHooks: {
    era: 300_000,
    now: 300_000,
    unit: "ns",
    range: [0, 2_000_000],
    label: "A",
    meaning: "stopping and starting paravirtual devices inside the pause",
    source: "assumed: some messages between toolstack and backends",
  },
  resumeGuest: {
    era: 500_000,
    now: 500_000,
    unit: "ns",
    range: [100_000, 2_000_000],
    label: "A",
    meaning: "from the last copy to the vCPU running again",
    source: "assumed: unpause and device resume",
  },
  sendPage: {
    era: 9_000,
    now: 5_000,
    unit: "cycles",
    range: [4_000, 20_000],
    label: "A",
    meaning: "dom0's work to send one page of a checkpoint",
    source:
      "2.83 segments of 1,448 bytes x (tcpTransmitSegment + driverTransmit + tcpAck / 2) + 4.096 kB x copyUser = 10,680 (era) and 5,615 (now); rounded down, assumed: a sender of pages alone keeps its caches",
  },
  comparePage: {
    era: 4_000,
    now: 2_400,
    unit: "cycles",
    range: [1_000, 16_000],
    label: "A",
    meaning: "dom0's work to compare a page of a checkpoint with the version sent before, and to keep it",
    source:
      "2 x 4.096 kB x copyUser = 4,096 (era) and 2,458 (now); rounded down, assumed: comparing reads two cold pages as a copy touches two, and keeping is a copy",
  },
  holdPacket: {
    era: 2_500,
    now: 1_500,
    unit: "cycles",
    range: [500, 6_000],
    label: "A",
    meaning: "dom0's extra work for one outbound packet that software holds",
    source: "assumed: redirection to a second device and a plug queue, somewhat more than a bridge's hop",
  },
  holdControl: {
    era: 10_000,
    now: 10_000,
    unit: "ns",
    range: [1_000, 100_000],
    label: "A",
    meaning: "one order to an outbound buffer: seal, release or discard",
    source: "assumed: a netlink message; Xen commit 6e1b7ac4ed calls them very fast and leaves them synchronous",
  },
  activateGuest: {
    era: 120_000_000,
    now: 30_000_000,
    unit: "ns",
    range: [20_000_000, 400_000_000],
    label: "A",
    meaning: "from the decision to fail over, or the last byte of a migration, to the other host's vCPU running",
    source: "assumed: completion of a domain that is already built, and unpause",
  },
} as const satisfies CostRows;
