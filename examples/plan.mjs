/**
 * The planner as a library: how much may a guest write in a second, so that its last pages still cross within 300 ms?
 *
 *     node examples/plan.mjs        (after npm run build)
 */
import { MIGRATION_POLICIES, planMigration, receivingAt } from "renic";

const PAGE_BYTES = 4096;

/** Plans the move of a busy guest of 4 GiB that writes a quarter of its memory, so many MiB a second. */
function planAt(mebibytesPerSecond) {
  return planMigration({
    io: "renic",
    memoryBytes: 4 * 2 ** 30,
    linkBitsPerSecond: 10_000_000_000,
    writers: [
      { pageCount: 2 ** 30 / PAGE_BYTES, pagesPerSecond: (mebibytesPerSecond * 2 ** 20) / PAGE_BYTES, isBusy: true },
    ],
    receiving: receivingAt(10_000),
    policy: { ...MIGRATION_POLICIES.downtime, timeoutNs: 60_000_000_000 },
  });
}

let [possible, impossible] = [0, 4096];
while (impossible - possible > 1) {
  const middle = Math.floor((possible + impossible) / 2);
  if (planAt(middle).outcome.kind === "moved") possible = middle;
  else impossible = middle;
}
const { rounds, downtimeNs, totalNs } = planAt(possible);
console.log(
  `up to ${possible} MiB/s: ${rounds.length} rounds, ${(totalNs / 1e9).toFixed(1)} s, ${(downtimeNs / 1e6).toFixed(0)} ms of downtime; with ${impossible} MiB/s never`,
);
