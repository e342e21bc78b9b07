/** Throughput against loss and round-trip time: the table that is kept, and the laws that it should follow. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { itemAt } from "../support/item-at";
import { RELEASE } from "../support/wasm-builds";
import { LOSSES, mathisLaw, measure, ROUND_TRIPS_MS, type Throughput, windowLaw } from "./throughput";

const FILE = "test/transport/tcp-throughput.txt";
/** A window counts as the bound when the loss would allow so many times more. */
const CLEARLY = 2;
/** Time-outs, which Mathis leaves out, take up to this factor where a round trip is short beside their 200 ms. */
const MATHIS_FACTOR = 1.25;
const MATHIS_FACTOR_SHORT = 2.5;
const SHORT_MS = 1;

const results = LOSSES.map((loss) => ROUND_TRIPS_MS.map((roundTripMs) => measure(RELEASE.module, loss, roundTripMs)));

function resultOf(loss: number, roundTripMs: number): Throughput {
  const row = itemAt(results, LOSSES.indexOf(loss));
  return itemAt(row, ROUND_TRIPS_MS.indexOf(roundTripMs));
}

function table(): string {
  const cell = (text: string) => text.padStart(12);
  const heads = ROUND_TRIPS_MS.map((ms) => cell(`${ms} ms`)).join("");
  const rows = LOSSES.map((loss, index) => {
    const cells = itemAt(results, index).map(({ bitsPerSecond }) => cell((bitsPerSecond / 1e6).toFixed(2)));
    return `${`${(loss * 100).toFixed(2)} %`.padEnd(8)}${cells.join("")}`;
  });
  const title = "Throughput in Mb/s of one connection, window 256 KiB, by loss (down) and round-trip time (across)";
  return `${[title, "", `${"".padEnd(8)}${heads}`, ...rows].join("\n")}\n`;
}

const CELLS = LOSSES.flatMap((loss) => ROUND_TRIPS_MS.map((roundTripMs) => ({ loss, roundTripMs })));
const isWindowBound = ({ loss, roundTripMs }: { loss: number; roundTripMs: number }) =>
  loss === 0 || mathisLaw(loss, roundTripMs) > CLEARLY * windowLaw(roundTripMs);

describe("throughput of a bulk connection", () => {
  it("at five losses and four round trips, is that of the table that is kept", () => {
    expect(table()).toBe(readFileSync(FILE, "utf8"));
  });

  it.each(CELLS.filter(isWindowBound))("loss $loss, $roundTripMs ms, is the window in a round trip", (cell) => {
    const { bitsPerSecond } = resultOf(cell.loss, cell.roundTripMs);
    const law = windowLaw(cell.roundTripMs);
    expect(bitsPerSecond).toBeGreaterThan(0.95 * law);
    expect(bitsPerSecond).toBeLessThanOrEqual(law);
  });

  it.each(CELLS.filter((cell) => cell.loss >= 0.001 && !isWindowBound(cell)))(
    "loss $loss, $roundTripMs ms, is what Mathis et al. have for it",
    ({ loss, roundTripMs }) => {
      const ratio = resultOf(loss, roundTripMs).bitsPerSecond / mathisLaw(loss, roundTripMs);
      expect(ratio).toBeLessThan(MATHIS_FACTOR);
      expect(ratio).toBeGreaterThan(1 / (roundTripMs === SHORT_MS ? MATHIS_FACTOR_SHORT : MATHIS_FACTOR));
    },
  );

  it("with whatever loss, has every byte in its place, and repeats none without loss", () => {
    expect(results.flat().map(({ wrong }) => wrong)).toEqual(CELLS.map(() => 0));
    for (const { fastRetransmits, timedRetransmits, timeouts } of itemAt(results, 0)) {
      expect([fastRetransmits, timedRetransmits, timeouts]).toEqual([0, 0, 0]);
    }
  });
});
