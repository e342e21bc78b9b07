import { describe, expect, it } from "vitest";
import { type LineChart, lineChartSvg } from "../../src/report/line-chart";

const CHART: LineChart = {
  title: "a < b & c",
  xTitle: "clock, MHz",
  yTitle: "thousands a second",
  xTicks: [0, 1000, 2000],
  yTicks: [0, 50, 100],
  series: [
    {
      name: "one",
      points: [
        [0, 0],
        [2000, 100],
      ],
    },
    { name: "other", points: [[2000, 99]] },
  ],
};

/** Heights of the names of series, by name. */
function nameHeights(svg: string): Map<string, number> {
  const names = [...svg.matchAll(/y="([\d.]+)" [^>]*font-weight="bold">(\w+)</g)];
  return new Map(names.map(([, y, name]) => [name ?? "", Number(y)]));
}

describe("a line chart", () => {
  it("the ends of both axes, are the corners of the plot", () => {
    expect(lineChartSvg(CHART)).toContain('points="72.0,340.0 560.0,64.0"');
  });

  it("two series that end side by side, names that do not cover each other", () => {
    const heights = nameHeights(lineChartSvg(CHART));
    expect((heights.get("other") ?? 0) - (heights.get("one") ?? 0)).toBeGreaterThanOrEqual(16);
  });

  it("words with characters of markup, escaped", () => {
    expect(lineChartSvg(CHART)).toContain("<title>a &lt; b &amp; c</title>");
  });

  it("drawn twice, the same bytes", () => {
    expect(lineChartSvg(CHART)).toBe(lineChartSvg(CHART));
  });
});
