/**
 * What a virtual function costs: the hypervisor's part of its interrupts, the guest's entry, adaptive moderation.
 *
 * `interruptExit` is a sum of rows and follows them unless it is set itself; it is paid where interrupts are not posted
 * (interrupt-delivery.ts). Which rate of moderation holds follows
 * from the traffic; the rates and the two limits between them are rows. A packet by itself costs the hypervisor
 * nothing. Left out: the mailbox, whose words and interrupts are simulated.
 */
import type { CostRows } from "./cost-row";

export const VF_ROWS = {
  interruptExitCount: {
    era: 3,
    now: 1,
    unit: "count",
    range: [0, 5],
    label: "I",
    meaning: "exits that one interrupt of a virtual function causes when it is not posted",
    source:
      "interrupt, end of interrupt and vector mask in the paper's years; a paravirtual end of interrupt halved them (Linux commit ad56aa11), virtual interrupt controllers leave one",
  },
  interruptHandling: {
    era: 2_500,
    now: 2_000,
    unit: "cycles",
    range: [1_500, 5_000],
    label: "A",
    meaning: "hypervisor's routing and injection of one interrupt, exits excluded",
    source: "assumed: looking up the vector, locking the guest's interrupt controller, waking its vCPU",
  },
  interruptExit: {
    era: 8_500,
    now: 3_500,
    unit: "cycles",
    range: [0, 18_000],
    label: "A",
    meaning: "hypervisor's share of delivering one virtual interrupt: its exits, routing and injection",
    source: "interruptExitCount x vmExit + interruptHandling, of which the last is assumed: there",
  },
  markPacket: {
    era: 300,
    now: 100,
    unit: "cycles",
    range: [30, 600],
    label: "A",
    meaning: "a received packet's dummy write, by a driver that marks pages for migrations (io: compsc)",
    source:
      "assumed: one line of a buffer that the device has just written, from memory in the paper's years, from a cache today",
  },
  interruptGuest: {
    era: 2_500,
    now: 2_000,
    unit: "cycles",
    range: [1_500, 5_000],
    label: "A",
    meaning: "guest's interrupt entry and start of polling",
    source: "assumed: between a bare interrupt and the 2.5 us that idle wake-ups add",
  },
  interruptRateStart: {
    era: 8_197,
    now: 8_197,
    unit: "interrupts/s",
    range: [2_000, 100_000],
    label: "I",
    meaning: "greatest rate of a vector before the driver has seen traffic, and with fixed moderation",
    source: "register value 488 of Linux igbvf, quarters of a microsecond; taken for a later driver as well",
  },
  interruptRateBulk: {
    era: 4_082,
    now: 8_000,
    unit: "interrupts/s",
    range: [2_000, 100_000],
    label: "D",
    meaning: "greatest rate of a vector under bulk traffic",
    source: "4,000,000 / 980, the register value of Linux igbvf; Linux ixgbe 8,000",
  },
  interruptRateLow: {
    era: 20_408,
    now: 20_000,
    unit: "interrupts/s",
    range: [2_000, 100_000],
    label: "D",
    meaning: "greatest rate of a vector when latency matters somewhat",
    source: "4,000,000 / 196, the register value of Linux igbvf; Linux ixgbe 20,000",
  },
  interruptRateLowest: {
    era: 71_429,
    now: 100_000,
    unit: "interrupts/s",
    range: [2_000, 100_000],
    label: "D",
    meaning: "greatest rate of a vector under sparse traffic of small packets",
    source: "4,000,000 / 56, the register value of Linux igbvf; Linux ixgbe 100,000",
  },
  moderationLow: {
    era: 20_000_000,
    now: 20_000_000,
    unit: "bytes/s",
    range: [10_000_000, 40_000_000],
    label: "V",
    meaning: "above this traffic a driver that goes by throughput leaves the lowest latency for low",
    source: "20 MB/s in Linux ixgbe and ixgbevf; igbvf looks at packet sizes instead",
  },
  moderationHigh: {
    era: 100_000_000,
    now: 100_000_000,
    unit: "bytes/s",
    range: [50_000_000, 200_000_000],
    label: "V",
    meaning: "above this traffic a driver that goes by throughput leaves low latency for bulk",
    source: "100 MB/s in Linux ixgbe and ixgbevf; igbvf looks at packet sizes instead",
  },
  iommuPacket: {
    era: 0,
    now: 0,
    unit: "cycles",
    range: [0, 500],
    label: "A",
    meaning: "processor's cost of the IOMMU for one packet",
    source: "assumed: none, because a virtual function's map covers its guest and never changes",
  },
  dmaLogPacket: {
    era: 0,
    now: 0,
    unit: "cycles",
    range: [0, 20],
    label: "A",
    meaning: "processor's cost of the DMA dirty log, if it is armed, for one packet",
    source: "assumed: none, because the device writes it",
  },
} as const satisfies CostRows;
