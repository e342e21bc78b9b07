/**
 * What it costs to know and to copy what a guest has written: write tracking, harvest, local copies, a migration's
 * stream.
 *
 * Pages are 4 KiB. Left out: how well a stream compresses and how many pages a round finds, which follow from bytes.
 */
import type { CostRows } from "./cost-row";

const GIB = 1024 ** 3;

export const MEMORY_ROWS = {
  logDirtyFault: {
    era: 2_930,
    now: 676,
    unit: "cycles",
    range: [390, 4_395],
    label: "I",
    meaning: "first write to a page in log-dirty mode",
    source:
      "now: 260 ns for each re-dirtied page (cloud-hypervisor issue 8899), at 2.6 GHz; era: 1,000 ns for an exit and the repair of a shadow entry, at 2.93 GHz",
  },
  armLog: {
    era: 4_500_000,
    now: 4_500_000,
    unit: "ns/GiB",
    range: [100_000, 5_000_000],
    label: "I",
    meaning: "starting to log a guest's writes, for each GiB of it",
    source: "4.5 ms/GiB (cloud-hypervisor issue 8899); taken for the paper's years as well; least: armed lazily",
  },
  harvestLog: {
    era: 10_800_000,
    now: 10_800_000,
    unit: "ns/GiB",
    range: [5_000_000, 15_000_000],
    label: "I",
    meaning: "collecting and converting the log in a round of pre-copy, for each GiB that is dirty",
    source:
      "56 to 59 ms for 5,418 MiB are 10.6 to 11.2 (cloud-hypervisor pull request 7799); taken for the paper's years as well",
  },
  disarmLog: {
    era: 562_500,
    now: 562_500,
    unit: "ns/GiB",
    range: [0, 625_000],
    label: "I",
    meaning: "ending to log a guest's writes, for each GiB of it",
    source: "36 ms at 64 GB (cloud-hypervisor issue 6987) are 562,500 for each; taken for the paper's years as well",
  },
  copyRate: {
    era: 2 * GIB,
    now: 2 * GIB,
    unit: "bytes/s",
    range: [GIB, 8 * GIB],
    label: "A",
    meaning: "local copy of dirty pages while the guest stands still",
    source: "assumed: one core copying cold pages",
  },
  migrationRate: {
    era: 112_500_000,
    now: 1_932_735_283,
    unit: "bytes/s",
    range: [112_500_000, 4 * GIB],
    label: "I",
    meaning: "greatest rate of one migration stream, whatever its link carries",
    source:
      "era: 0.9 Gb/s of a link of 1 Gb/s; now: 1.8 GiB/s within 1,799 to 1,987 MiB/s over four rounds (cloud-hypervisor pull request 7799); greatest: several streams",
  },
  prefault: {
    era: 148_000_000,
    now: 30_600_000,
    unit: "ns/GiB",
    range: [30_600_000, 148_000_000],
    label: "I",
    meaning: "giving the target of a migration its memory beforehand, for each GiB",
    source:
      "148 ms in pages of 4 KiB, 30.6 ms in huge ones (cloud-hypervisor issue 8899); pages of 4 KiB taken for the paper's years",
  },
} as const satisfies CostRows;
