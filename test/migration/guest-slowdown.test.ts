/** What rounds cost the guest that runs meanwhile, beside what its job gets done with and without a migration. */
import { describe, expect, it } from "vitest";
import { type DowntimePolicy, MIGRATION_POLICIES, type MigrationPolicy } from "../../src/config/migration-policy";
import type { MigrationScenario } from "../../src/config/migration-scenario";
import type { RunInput } from "../../src/experiment/input";
import { withScenario } from "../support/failover-scenario";
import { movingTcpInput, withMigration } from "../support/migration-scenario";
import { runMove } from "../support/moved-run";

const ENDLESS: DowntimePolicy = {
  kind: "downtime",
  downtimeNs: 1,
  timeoutNs: 3_600_000_000_000,
  onTimeout: "give-up",
};
const THROTTLED: MigrationPolicy = {
  ...MIGRATION_POLICIES["auto-converge"],
  ...ENDLESS,
  kind: "auto-converge",
  roundCountFree: 0,
  roundsPerStep: 1000,
  stepPercent: 30,
};
/** The first round takes 717 ms of it, at 100 Mb/s; a guest that is held through a short one would have dirtied nothing. */
const DURATION_NS = 725_000_000;
const LINK = { rateBitsPerSecond: 100_000_000, latencyNs: 50_000 };

/** A guest with a job and nothing else, whose migration is in its rounds from its beginning until the run ends. */
async function copied(change: Partial<MigrationScenario>): Promise<RunInput> {
  const input = await movingTcpInput();
  const alone = withScenario(input, (scenario) => ({ ...scenario, durationNs: DURATION_NS, flows: [] }));
  return withMigration(alone, { atNs: 1_000_000, policy: ENDLESS, ...change });
}

function jobCycles(input: RunInput): number {
  const { run } = runMove(input);
  const [source] = run.account.hosts;
  return source?.domains.find(({ name }) => name === "web")?.cycles.compute ?? 0;
}

describe("a guest that is copied", () => {
  it.each([
    ["by faults of the log", { policy: ENDLESS }, 0.2, 0.1],
    ["by a throttle as well", { policy: THROTTLED, link: LINK }, 25, 3],
  ] as const)("is slower %s, as its job shows", async (_, change, leastPercent, aboutPercent) => {
    const input = await copied(change);
    const { account } = runMove(input);
    expect(account.rounds.length).toBeGreaterThan(0);
    const untouched = jobCycles(await copied({ atNs: DURATION_NS - 1 }));
    const lessPercent = 100 * (1 - jobCycles(input) / untouched);
    expect(lessPercent).toBeGreaterThan(leastPercent);
    expect(Math.abs((account.slowerPercent ?? 0) - lessPercent)).toBeLessThan(aboutPercent);
  });

  it("is not, with faults that cost nothing", async () => {
    const input = withScenario(await copied({}), (scenario) => ({
      ...scenario,
      costs: { ...scenario.costs, logDirtyFault: 0 },
    }));
    expect(runMove(input).account.slowerPercent).toBeLessThan(0.01);
  });
});
