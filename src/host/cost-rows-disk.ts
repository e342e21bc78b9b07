/**
 * What a write to a guest's disk costs: in the guest's driver, in dom0's backend, and on the disk itself.
 *
 * The bytes of a write are charged as a grant copy (`grantCopy`). Left out: how long the backup's disk takes for what a
 * commit gives it, since its cache has it at once.
 */
import type { CostRows } from "./cost-row";

export const DISK_ROWS = {
  blockFront: {
    era: 3_000,
    now: 2_000,
    unit: "cycles",
    range: [500, 10_000],
    label: "A",
    meaning: "guest's driver for one request to its disk, from the file system's order to its answer taken",
    source: "assumed: some times netfront's work for a packet, since a block layer stands above it",
  },
  blockBack: {
    era: 20_000,
    now: 12_000,
    unit: "cycles",
    range: [3_000, 60_000],
    label: "A",
    meaning: "dom0's backend for one request of a guest's disk, bytes excluded",
    source:
      "assumed: tapdisk is a process; a request takes it two system calls and two of its turns, each some thousand cycles",
  },
  diskLatency: {
    era: 100_000,
    now: 30_000,
    unit: "ns",
    range: [5_000, 10_000_000],
    label: "A",
    meaning: "from the last byte of a write in the disk to its completion",
    source:
      "assumed: era, a controller whose cache survives a loss of power; now, a solid-state disk with capacitors; greatest: a disk that turns, 7,200 a minute, 8.3 ms a turn",
  },
  diskByte: {
    era: 8_000,
    now: 500,
    unit: "ps/byte",
    range: [100, 20_000],
    label: "A",
    meaning: "time of a byte between dom0's memory and the disk",
    source: "assumed: 125 MB/s (era) and 2 GB/s (now), written one block behind the other",
  },
} as const satisfies CostRows;
