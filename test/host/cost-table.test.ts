/** The rows of the cost model: what each must hold, and how they become a record of numbers. */
import { describe, expect, it } from "vitest";
import { COST_LABELS, COST_PRESET_NAMES } from "../../src/host/cost-row";
import {
  COST_GROUPS,
  COST_NAMES,
  costExpectation,
  costRow,
  isCostInRange,
  overridesOf,
  resolveCosts,
} from "../../src/host/cost-table";

describe.each(COST_NAMES)("%s", (name) => {
  const row = costRow(name);

  it("values of both presets, whole numbers inside the range", () => {
    const [least, greatest] = row.range;
    expect(least).toBeLessThanOrEqual(greatest);
    for (const preset of COST_PRESET_NAMES) expect(isCostInRange(name, row[preset]), preset).toBe(true);
  });

  it("label, says what the source says of itself", () => {
    expect(Object.keys(COST_LABELS)).toContain(row.label);
    expect(row.source.includes("assumed:")).toBe(row.label === "A");
    expect(row.source.includes("from memory, unverified")).toBe(row.label === "M");
  });

  it("name and texts, fit a cell, a line of CSV and a word of YAML", () => {
    expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/);
    expect(row.meaning).toMatch(/^[^|\n".]{10,}$/);
    expect(row.source).toMatch(/^[^|\n]{10,}$/);
  });

  it("one value outside its range or between two whole numbers, not in range", () => {
    const [least, greatest] = row.range;
    for (const value of [least - 1, greatest + 1, least + 0.5, Number.NaN]) {
      expect(isCostInRange(name, value)).toBe(false);
    }
  });
});

describe("the groups", () => {
  it("names, each in one group", () => {
    const names = COST_GROUPS.flatMap(({ rows }) => Object.keys(rows));
    expect(names).toEqual([...COST_NAMES]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("resolveCosts", () => {
  it.each(COST_PRESET_NAMES)("preset %s without overrides, every row's value", (preset) => {
    const costs = resolveCosts(preset, {});
    expect(Object.keys(costs)).toEqual([...COST_NAMES]);
    for (const name of COST_NAMES) expect(costs[name], name).toBe(costRow(name)[preset]);
    expect(overridesOf(preset, costs)).toEqual({});
  });

  it("one override, that value and the others of the preset", () => {
    const costs = resolveCosts("era", { netbackReceive: 7_000 });
    expect(costs).toEqual({ ...resolveCosts("era", {}), netbackReceive: 7_000 });
  });

  it("parts of the interrupt's exit replaced, the sum follows", () => {
    const { interruptExit } = resolveCosts("era", { vmExit: 2_600, interruptExitCount: 5, interruptHandling: 5_000 });
    expect(interruptExit).toBe(18_000);
    expect(isCostInRange("interruptExit", interruptExit)).toBe(true);
  });

  it("the interrupt's exit replaced itself, whatever its parts are", () => {
    expect(resolveCosts("now", { vmExit: 2_000, interruptExit: 0 }).interruptExit).toBe(0);
  });

  it.each([
    {},
    { vmExit: 2_000 },
    { vmExit: 2_000, interruptExit: 3_500 },
    { interruptExit: 100 },
    { timeSlice: 1_000_000, dom0Shared: 50 },
  ])("overrides %j, taken back from the costs, resolve to the same", (overrides) => {
    for (const preset of COST_PRESET_NAMES) {
      const costs = resolveCosts(preset, overrides);
      expect(resolveCosts(preset, overridesOf(preset, costs))).toEqual(costs);
    }
  });
});

describe("costExpectation", () => {
  it("a row, its range with the unit", () => {
    expect(costExpectation("vmExit")).toBe("a whole number from 1200 to 2600 cycles");
  });
});
