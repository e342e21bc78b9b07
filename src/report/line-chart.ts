/**
 * A line chart as SVG: a few series over axes with whole ticks, each named at its end, on a background of its own so
 * that it reads on light and on dark pages. The same series give the same bytes.
 *
 *      title
 *      y title
 *     +-------------------------------+
 *     |            ___________ series |     grid lines at the y ticks, a mark at each point
 *     |       ____/                   |
 *     +-------------------------------+
 *                 x title
 */

import { whole } from "./text";

export interface Series {
  readonly name: string;
  /** In the order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChart {
  readonly title: string;
  /** With units. */
  readonly xTitle: string;
  readonly yTitle: string;
  /** Values that are marked, ascending; the first and the last are the ends of the axis. */
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 400;
const PLOT = { left: 72, right: 560, top: 64, bottom: 340 } as const;
/** Distance of two names at least, so that they do not cover each other. */
const NAME_STEP = 16;
/** Told apart also by those who see no red or green (Okabe and Ito, 2008). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"] as const;
/** Lines that lie on each other are both seen. */
const DASHES = ["none", "3 7", "8 4", "2 3"] as const;

/** Returns the chart as the text of an SVG file. */
export function lineChartSvg(chart: LineChart): string {
  const { title, xTitle, yTitle, xTicks, yTicks, series } = chart;
  const xOf = scaleOf(xTicks, PLOT.left, PLOT.right);
  const yOf = scaleOf(yTicks, PLOT.bottom, PLOT.top);
  const grid = yTicks.flatMap((tick) => {
    const y = fixed(yOf(tick));
    return [
      `<line x1="${PLOT.left}" y1="${y}" x2="${PLOT.right}" y2="${y}" stroke="#ddd"/>`,
      text(PLOT.left - 8, yOf(tick) + 4, whole(tick), 'text-anchor="end"'),
    ];
  });
  const marks = xTicks.map((tick) => text(xOf(tick), PLOT.bottom + 18, whole(tick), 'text-anchor="middle"'));
  const names = nameHeights(series.map(({ points }) => yOf(points.at(-1)?.[1] ?? 0)));
  const lines = series.flatMap(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? COLOURS[0];
    const places = points.map(([x, y]) => ({ x: fixed(xOf(x)), y: fixed(yOf(y)) }));
    const corners = places.map(({ x, y }) => `${x},${y}`).join(" ");
    return [
      `<polyline points="${corners}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${DASHES[index % DASHES.length]}"/>`,
      ...places.map(({ x, y }) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`),
      text(PLOT.right + 10, (names[index] ?? 0) + 4, name, `fill="${colour}" font-weight="bold"`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(16, 24, title, 'font-size="15" font-weight="bold"'),
    text(16, 46, yTitle, 'fill="#555"'),
    ...grid,
    ...marks,
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 42, xTitle, 'fill="#555" text-anchor="middle"'),
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}

function scaleOf(ticks: readonly number[], from: number, to: number): (value: number) => number {
  const least = ticks[0] ?? 0;
  const most = ticks.at(-1) ?? 1;
  return (value) => from + ((value - least) / (most - least)) * (to - from);
}

/** Moves names apart that would cover each other, from the top of the chart down. */
function nameHeights(wanted: readonly number[]): number[] {
  const heights = [...wanted];
  const order = wanted.map((_, index) => index).sort((one, other) => (wanted[one] ?? 0) - (wanted[other] ?? 0));
  let least = 0;
  for (const index of order) {
    heights[index] = Math.max(heights[index] ?? 0, least);
    least = (heights[index] ?? 0) + NAME_STEP;
  }
  return heights;
}

function text(x: number, y: number, words: string, attributes: string): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" ${attributes}>${escaped(words)}</text>`;
}

/** One decimal is a tenth of a pixel. */
function fixed(value: number): string {
  return value.toFixed(1);
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
