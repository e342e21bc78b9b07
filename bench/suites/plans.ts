/** Planned migrations of a loaded guest of 1 GiB, by each policy: as many as there are operations. */
import { MIGRATION_POLICIES, MIGRATION_POLICY_KINDS } from "../../src/config/migration-policy";
import { receivingAt } from "../../src/migration/plan-input";
import { planMigration } from "../../src/migration/planner";
import { runSuite } from "./suite";

const SERVER = {
  io: "renic",
  memoryBytes: 2 ** 30,
  linkBitsPerSecond: 10_000_000_000,
  // A server's hot pages, a slower rest, and buffers of its NIC.
  writers: [
    { pageCount: 16_384, pagesPerSecond: 40_000, isBusy: true },
    { pageCount: 196_608, pagesPerSecond: 2_000, isBusy: true },
  ],
  receiving: receivingAt(50_000),
} as const;

export async function runPlans(_: WebAssembly.Module, seconds: number): Promise<void> {
  const cases = MIGRATION_POLICY_KINDS.map((kind) => {
    const input = { ...SERVER, policy: MIGRATION_POLICIES[kind] };
    return {
      name: `${kind}, ${planMigration(input).rounds.length} rounds`,
      action: () => {
        planMigration(input);
      },
    };
  });
  await runSuite("migration plans of 1 GiB", cases, seconds);
}
