/** Where the time goes that a protected guest stands still: every part is in the account, and they add up. */
import { describe, expect, it } from "vitest";
import { runJudged } from "../../src/cli/judged-run";
import type { CheckpointScenario } from "../../src/config/scenario";
import { pauseNs } from "../../src/host/checkpoint-pause";
import { accountText } from "../../src/report/text";
import { smallInput, withScenario } from "../support/failover-scenario";
import { NOW } from "../support/now";

async function runWith(checkpoint: Partial<CheckpointScenario>) {
  const input = withScenario(await smallInput(), (scenario) => ({
    ...scenario,
    events: [],
    protect: scenario.protect.map((entry) => ({ ...entry, ...checkpoint })),
  }));
  const run = runJudged(input);
  const [protection] = run.outcome.control.protections;
  const [account] = run.account.protections;
  if (!protection || !account) throw new Error("the small scenario protects a machine");
  return { run, sums: protection.sums, account };
}

describe("the pauses of a run", () => {
  it("a virtual function, parts that add up to the time that the guest stood still", async () => {
    const { sums, account, run } = await runWith({});
    const { suspend, scanLog, saveVf, resume, mapPages, deviceModel } = account.pauseNsByPart;
    expect(sums.pauseCount).toBeGreaterThan(20);
    expect(pauseNs(account.pauseNsByPart)).toBe(sums.pauseNs);
    expect([suspend, scanLog, saveVf, resume]).toEqual(
      [NOW.stopGuest, NOW.scanLog, NOW.saveVf, NOW.resumeGuest].map((ns) => ns * sums.pauseCount),
    );
    expect(mapPages).toBe(sums.pageCount * NOW.mapPage);
    expect(deviceModel).toBe(0);
    const line = accountText(run.account).find((text) => text.startsWith("pause"));
    expect(line).toMatch(/^pause {8}dirty log [\d.]+ %, resume [\d.]+ %, .*suspend [\d.]+ %/);
  });

  it("a device model behind the guest, its state in every pause", async () => {
    const { sums, account } = await runWith({ hasDeviceModel: true });
    expect(account.pauseNsByPart.deviceModel).toBe(NOW.checkpointDeviceModel * sums.pauseCount);
    expect(pauseNs(account.pauseNsByPart)).toBe(sums.pauseNs);
    expect(account.pauseNsMin).toBeGreaterThan(NOW.checkpointDeviceModel);
  });
});
