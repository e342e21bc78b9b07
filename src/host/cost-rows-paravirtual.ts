/**
 * What the paravirtual NIC costs in dom0: netback in both directions, grants, events.
 *
 * Directions are the guest's: `netbackReceive` carries a packet to the guest. Both are without the bytes, which
 * `grantCopy` charges, and without driver and bridge of dom0. Left out: how many packets share an event. That follows
 * from the load (docs/model.md), and holding it constant would decide comparisons with many machines.
 */
import type { CostRows } from "./cost-row";

export const PARAVIRTUAL_ROWS = {
  netbackReceive: {
    era: 8_000,
    now: 2_250,
    unit: "cycles",
    range: [1_100, 14_000],
    label: "A",
    meaning: "netback for one packet to a guest, grant copy call included, bytes excluded",
    source:
      "now: half of 2.04 Mpps, 2,250 at 2.3 GHz (Linux xen-netback commit 18d34eabd73a); era assumed: between that and about 14,000, which remain of 13.4 cycles/byte of a driver domain (Oi and Nakajima, NCA 2009) without driver, bridge and ACKs",
  },
  netbackTransmit: {
    era: 5_000,
    now: 1_500,
    unit: "cycles",
    range: [900, 9_000],
    label: "A",
    meaning: "netback for one buffer from a guest, grants excluded",
    source:
      "now: between 1,185 and 1,855, which Linux xen-netback commit fdbb2e3659b3 gives for 64 bytes in two ways that disagree; era assumed: in the proportion of netbackReceive, less what is not copied",
  },
  grantMapPage: {
    era: 1_500,
    now: 600,
    unit: "cycles",
    range: [300, 3_000],
    label: "I",
    meaning: "mapping and unmapping one granted page on transmit",
    source:
      "600 to 1,200: difference with and without permanent maps (Linux xen-netback commits fdbb2e3659b3 and 18d34eabd73a, 2.3 GHz); era: the same on an earlier core",
  },
  grantCopy: {
    era: 800,
    now: 300,
    unit: "cycles/kB",
    range: [200, 1_500],
    label: "A",
    meaning: "bytes of a grant copy, for 1,000 bytes",
    source: "assumed: a copy between two machines' pages, colder than one between user space and kernel",
  },
  eventDelivery: {
    era: 4_500,
    now: 3_500,
    unit: "cycles",
    range: [2_500, 9_000],
    label: "M",
    meaning: "event from one domain into another, all in",
    source:
      "from memory, unverified in both parts: a hypercall of 1,230 and a virtual interrupt of about 3,300, less now",
  },
} as const satisfies CostRows;
