/**
 * What dom0 does for every NIC that it serves in software: its own interrupt, the bridge, and where its vCPUs run.
 *
 * The last two rows are what a dom0 has whose scenario does not say, taken when that is read. Left out: how many packets an interrupt brings,
 * which follows from the load.
 */
import type { CostRows } from "./cost-row";

export const DOM0_ROWS = {
  dom0Interrupt: {
    era: 3_500,
    now: 3_000,
    unit: "cycles",
    range: [2_000, 7_000],
    label: "A",
    meaning: "physical interrupt that ends in dom0, a paravirtual guest: hypervisor, event, entry",
    source: "assumed: a hypercall's worth of hypervisor and an interrupt's entry",
  },
  bridgeHop: {
    era: 1_500,
    now: 900,
    unit: "cycles",
    range: [400, 3_500],
    label: "A",
    meaning: "dom0's bridge for one packet",
    source: "assumed: above the 570 to 870 that remain of a routed packet's 2,069 without two drivers (XDP data set)",
  },
  dom0VcpuCount: {
    era: 1,
    now: 1,
    unit: "count",
    range: [1, 8],
    label: "A",
    meaning: "vCPUs of dom0 among which its work is divided, unless a host's dom0 says",
    source: "assumed: the smallest dom0, whose packet work queues behind one processor",
  },
  dom0Shared: {
    era: 0,
    now: 0,
    unit: "%",
    range: [0, 100],
    label: "A",
    meaning:
      "share of dom0's work that takes a guest's processor instead of one of dom0's own; unless a host's dom0 says, from 50 on it shares processors",
    source: "assumed: none, dom0 pinned to processors of its own, as where latency counts",
  },
} as const satisfies CostRows;
