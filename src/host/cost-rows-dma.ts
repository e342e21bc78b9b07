/**
 * What DMA costs in time: the device's engine, the IOMMU's translation.
 *
 * All from one set of measurements (Neugebauer et al., "Understanding PCIe performance for end host networking",
 * SIGCOMM 2018). The last two and the cold latency are listed for readers: docs/model.md, The device, says why the
 * device has no place for them. Left out: contention in the root complex between ports.
 */
import type { CostRows } from "./cost-row";

export const DMA_ROWS = {
  dmaLatency: {
    era: 435,
    now: 435,
    unit: "ns",
    range: [430, 620],
    label: "V",
    meaning: "one transfer of the device's DMA engine, from request to answer",
    source: "read of 64 B from a warm cache on a Xeon E5-2630 (pcie-bench, SIGCOMM 2018, raw data); later parts alike",
  },
  dmaColdLatency: {
    era: 490,
    now: 520,
    unit: "ns",
    range: [430, 620],
    label: "V",
    meaning: "the same when the bytes are in no cache",
    source: "read of 64 B (pcie-bench, raw data): 490 on a Xeon E5-2630, 520 on a later part",
  },
  dmaByte: {
    era: 290,
    now: 290,
    unit: "ps/byte",
    range: [100, 400],
    label: "A",
    meaning: "time for which a byte occupies the DMA engine's channel, in either direction",
    source:
      "slope between longer and longer reads, PCIe gen3 x8 (pcie-bench, raw data); 435 ns at 64 B and 1,008 ns at 1,520 B alone give 394; writing assumed: alike",
  },
  iotlbMiss: {
    era: 240,
    now: 290,
    unit: "ns",
    range: [240, 350],
    label: "D",
    meaning: "what a translation that the IOMMU has to walk for adds to a transfer",
    source: "735 - 490 = 245 and 777 - 490 = 287 (pcie-bench, raw data)",
  },
  iotlbEntries: {
    era: 128,
    now: 128,
    unit: "count",
    range: [64, 128],
    label: "D",
    meaning: "translations of 4 KiB that the IOMMU keeps",
    source: "half of all reads miss in a window of 1 MiB: 557 = 435 + 0.5 x 243 (pcie-bench, raw data)",
  },
} as const satisfies CostRows;
