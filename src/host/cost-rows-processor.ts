/**
 * What virtualization costs a processor: exits, hypercalls, switches between virtual machines, virtual interrupts.
 *
 * An exit of a guest for an interrupt, an event or a hypercall costs `exitIndirect` percent of `vmExit` more through cold
 * caches, charged as an activity of its own. The indirect part is not in the other rows, but for logDirtyFault, which is
 * what a guest feels of a fault. Left out: the memory system itself, which these numbers stand for.
 */
import type { CostRows } from "./cost-row";

export const PROCESSOR_ROWS = {
  vmExit: {
    era: 2_000,
    now: 1_500,
    unit: "cycles",
    range: [1_200, 2_600],
    label: "I",
    meaning: "exit to the hypervisor and entry into the guest again, direct cost",
    source:
      "era: 2,000 on a Xeon X5570 (SplitX, WIOV 2011); now: between 1,600 to 1,700 on an i7-3960X with a minimal handler (yshalabi, 2014) and about 1,360 on AMD (LKML, 2020-12)",
  },
  exitIndirect: {
    era: 100,
    now: 100,
    unit: "%",
    range: [0, 1_000],
    label: "A",
    meaning: "cost of an exit through cold caches afterwards, on top of vmExit and in percent of it",
    source: "assumed: as much again; SplitX (WIOV 2011) says that it can reach ten times the direct cost",
  },
  userspaceExit: {
    era: 2_530,
    now: 2_530,
    unit: "cycles",
    range: [2_300, 6_000],
    label: "D",
    meaning: "exit to the monitor in user space and back, without what it does there",
    source: "576 + 1,376 + 576 = 2,528 on AMD (LKML, 2020-12), taken for both presets",
  },
  hypercall: {
    era: 1_230,
    now: 1_230,
    unit: "cycles",
    range: [400, 2_000],
    label: "M",
    meaning: "hypercall that does nothing, from a guest to Xen and back",
    source:
      "from memory, unverified: 1,228 for Xen and 1,300 for KVM on x86 (Dall et al., ISCA 2016); little above an exit",
  },
  virtualInterrupt: {
    era: 3_500,
    now: 3_000,
    unit: "cycles",
    range: [3_000, 9_000],
    label: "M",
    meaning: "injecting an interrupt from software, that of a guest's timer, and its completion: one exit and 1,500",
    source:
      "from memory, unverified: completion about 1,460 on x86 (Dall et al., ISCA 2016), plus vmExit; an emulated end of interrupt went from 8,400 to 2,500 (HPCA 2010)",
  },
  postedInterrupt: {
    era: 0,
    now: 0,
    unit: "cycles",
    range: [0, 500],
    label: "I",
    meaning: "hypervisor's share of a posted interrupt, which reaches a running guest without an exit",
    source: "ELI (ASPLOS 2012) comes to 97 to 100 % of bare metal; the rest is within its measurement",
  },
  vmSwitch: {
    era: 10_000,
    now: 10_000,
    unit: "cycles",
    range: [5_000, 12_000],
    label: "M",
    meaning: "taking a processor from one vCPU and giving it to another machine's",
    source: "from memory, unverified: 10,534 for Xen on x86 (Dall et al., ISCA 2016); several exits' worth of state",
  },
  timeSlice: {
    era: 30_000_000,
    now: 5_000_000,
    unit: "ns",
    range: [1_000_000, 30_000_000],
    label: "V",
    meaning: "how long a vCPU may run while another waits for its processor",
    source: "default of Xen's credit scheduler, 30 ms before 2014 and 5 ms since (commit 348dee3b8a)",
  },
  wakeLatency: {
    era: 40_000,
    now: 40_000,
    unit: "ns",
    range: [5_000, 90_000],
    label: "A",
    meaning: "from an interrupt to an idle processor's first instruction of the handler's work",
    source:
      "assumed: half of the 82 to 89 us that forwarding takes at 100 packets a second, 2 us when polled (XDP, CoNEXT 2018, data set)",
  },
} as const satisfies CostRows;
