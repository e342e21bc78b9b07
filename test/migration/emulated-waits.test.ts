/** What an emulated NIC takes from work: more with each packet, never more than all, and as much as packets show. */
import { describe, expect, it } from "vitest";
import { COST_PRESETS } from "../../src/host/cost-row";
import { resolveCosts } from "../../src/host/cost-table";
import { emulatedRest } from "../../src/migration/emulated-waits";
import { planMigration } from "../../src/migration/planner";
import { RELEASE } from "../support/wasm-builds";
import { agreementOf, isNear } from "./plan-agreement";
import { drawPoint, planInputOfPoint } from "./plan-point";

describe.each(["era", "now"] as const)("preset %s", (preset) => {
  const rest = (packets: number) => emulatedRest(resolveCosts(preset, {}), COST_PRESETS[preset].clockHz, packets);

  it("no packet takes nothing, more take more, and none more than all", () => {
    const shares = [0, 1, 10, 100, 1_000, 3_000, 10_000, 100_000, 1_000_000].map(rest);
    expect(shares[0]).toBe(0);
    shares.forEach((share, index) => {
      expect(share).toBeGreaterThanOrEqual(shares[index - 1] ?? 0);
      expect(share).toBeLessThanOrEqual(1);
    });
    expect(shares.at(-1)).toBe(1);
  });

  it("packets one by one, a fifth to a third of a millisecond each", () => {
    expect(rest(500) / 500).toBeGreaterThan(200e-6);
    expect(rest(500) / 500).toBeLessThan(330e-6);
  });
});

it("points whose guest is emulated and computes, near; without the waits one of them is not", () => {
  for (const seed of [9, 78]) {
    expect(drawPoint(seed)).toMatchObject({ io: "emulated" });
    const agreement = agreementOf(RELEASE.module, seed);
    expect(isNear(agreement), JSON.stringify(agreement)).toBe(true);
    const { receiving, ...unserved } = planInputOfPoint(drawPoint(seed));
    const served = planMigration({ ...unserved, receiving: receiving ?? null });
    expect(served.byteCount).toBeLessThan(
      planMigration({ ...unserved, io: "renic", receiving: receiving ?? null }).byteCount,
    );
  }
  const far = agreementOf(RELEASE.module, 78, (input) => ({ ...input, receiving: null }));
  expect(isNear(far)).toBe(false);
});
