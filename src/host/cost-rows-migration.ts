/**
 * What the stop phase of a migration costs, and what attaches and announces a NIC afterwards.
 *
 * `activateGuest` of the checkpoint rows and `stopGuest` or `suspendCooperative` count here as well. A NIC that dom0
 * serves adds `attachBackend`, a paravirtual one `reconnectFrontend`, teaming `unplugVf`, `probeVf` and `bondPoll`, a
 * driver that replays its operations `replayDriver`. Left out: pages of the last round, rounds, and the switch's
 * learning, which are simulated.
 */
import type { CostRows } from "./cost-row";

export const MIGRATION_ROWS = {
  finishMemory: {
    era: 30_000_000,
    now: 10_000_000,
    unit: "ns",
    range: [10_000_000, 120_000_000],
    label: "A",
    meaning: "last bitmap, page tables and the stream's tail",
    source: "assumed: proportional to a guest's page tables, about a GiB of memory",
  },
  saveDeviceModel: {
    era: 60_000_000,
    now: 20_000_000,
    unit: "ns",
    range: [10_000_000, 300_000_000],
    label: "A",
    meaning: "saving the device model's state at the source",
    source:
      "assumed: within the 128 ms in which a standard toolstack saves a tiny guest (LightVM, SOSP 2017, by a reader's notes)",
  },
  loadDeviceModel: {
    era: 150_000_000,
    now: 50_000_000,
    unit: "ns",
    range: [30_000_000, 500_000_000],
    label: "A",
    meaning: "starting the device model at the target and loading its state",
    source:
      "assumed: within the 550 ms in which a standard toolstack restores a tiny guest (LightVM, SOSP 2017, by a reader's notes)",
  },
  attachBackend: {
    era: 300_000_000,
    now: 300_000_000,
    unit: "ns",
    range: [50_000_000, 700_000_000],
    label: "V",
    meaning: "backend, script and bridge port at the target for one NIC that dom0 serves, paravirtual or emulated",
    source:
      "0.3 s less downtime for each interface when they are plugged before the suspend (xenopsd pull request 205, 2015)",
  },
  reconnectFrontend: {
    era: 80_000_000,
    now: 40_000_000,
    unit: "ns",
    range: [20_000_000, 300_000_000],
    label: "A",
    meaning: "from the backend's readiness to the guest's paravirtual driver being connected",
    source: "assumed: some rounds through xenstore; netfront announces itself only after the backend is connected",
  },
  replayDriver: {
    era: 30_000_000,
    now: 30_000_000,
    unit: "ns",
    range: [5_000_000, 150_000_000],
    label: "A",
    meaning: "a driver that recorded its operations plays them back at the target, as CompSC's does",
    source: "assumed: a reset of the device and a thousand register accesses with waits between them",
  },
  unplugVf: {
    era: 300_000_000,
    now: 300_000_000,
    unit: "ns",
    range: [100_000_000, 2_000_000_000],
    label: "A",
    meaning: "hot-unplug of a virtual function through ACPI, driver removal included",
    source: "assumed: as much as plugging an interface",
  },
  hotplugAttention: {
    era: 5_000_000_000,
    now: 5_000_000_000,
    unit: "ns",
    range: [0, 5_000_000_000],
    label: "V",
    meaning: "wait in which a native PCIe hot-plug may still be called off",
    source: "Linux pciehp and the standard hot-plug controller; QEMU went to ACPI to avoid it (commit 17858a169508)",
  },
  hotplugPowerOff: {
    era: 1_000_000_000,
    now: 1_000_000_000,
    unit: "ns",
    range: [1_000_000_000, 2_000_000_000],
    label: "V",
    meaning: "wait after a native hot-plug slot lost its power",
    source: "at least 1 s in Linux pciehp",
  },
  probeVf: {
    era: 1_000_000_000,
    now: 1_000_000_000,
    unit: "ns",
    range: [300_000_000, 3_000_000_000],
    label: "A",
    meaning: "guest's driver finds a virtual function, resets it and has link, mailbox included",
    source: "assumed: reset, mailbox, rings and a poll of the link",
  },
  mailboxWait: {
    era: 1_000_000_000,
    now: 1_000_000_000,
    unit: "ns",
    range: [0, 1_000_000_000],
    label: "I",
    meaning: "longest that a driver waits for the physical function's answer",
    source: "2,000 polls (DPDK igbvf header) of 500 us each, the latter inferred",
  },
  bondPoll: {
    era: 100_000_000,
    now: 100_000_000,
    unit: "ns",
    range: [0, 1_000_000_000],
    label: "A",
    meaning: "from one look of the bonding driver at its links to the next",
    source: "assumed: 100 ms, what examples of the Linux bonding documentation set; its default is not to look",
  },
  announceFirst: {
    era: 50_000_000,
    now: 50_000_000,
    unit: "ns",
    range: [0, 100_000_000],
    label: "V",
    meaning: "from the first announcement of a moved guest, which is sent at once, to the second",
    source: "QEMU net/announce.c",
  },
  announceStep: {
    era: 100_000_000,
    now: 100_000_000,
    unit: "ns",
    range: [0, 1_000_000_000],
    label: "M",
    meaning: "what each later distance between announcements has more than the one before",
    source: "from memory, unverified: QEMU's announce timer; its order of magnitude is that of the first distance",
  },
  announceLongest: {
    era: 550_000_000,
    now: 550_000_000,
    unit: "ns",
    range: [50_000_000, 10_000_000_000],
    label: "M",
    meaning: "longest distance between announcements",
    source: "from memory, unverified: QEMU's announce timer; five announcements never reach it",
  },
  announceCount: {
    era: 5,
    now: 5,
    unit: "count",
    range: [1, 100],
    label: "M",
    meaning: "announcements of a moved guest",
    source: "from memory, unverified: QEMU's announce timer; enough to live through a lost frame",
  },
} as const satisfies CostRows;
