/** Traffic flows as a case says, nothing is lost, and a loss is told. */
import { expect, test } from "vitest";
import { checkLossless, LostTraffic, measureTraffic, TRAFFIC_CASES, type TrafficResult } from "../../bench/traffic";
import { flatTableOf, trafficEntriesOf, trafficTableOf } from "../../bench/traffic-report";
import { RELEASE } from "../support/wasm-builds";

const RESULT: TrafficResult = {
  name: "two hosts",
  frameBytes: 60,
  packetCount: 1000,
  lostCount: 600,
  spread: { median: 500, low: 400, high: 600 },
  nsPerPacketBest: 390,
  yardstickNs: 25,
  bytesNs: 10,
  eventsPerPacket: 1.5,
  slowdown: 7,
  isLossless: false,
};
const [SHORT, LONG] = TRAFFIC_CASES;
const PARAVIRTUAL = TRAFFIC_CASES.filter((each) => each.isParavirtual && !each.isTcp && each.guestsPerHost === 1);
const TCP = TRAFFIC_CASES.filter(({ isTcp }) => isTcp);

test.each([SHORT, LONG, ...PARAVIRTUAL].flatMap((entry) => (entry ? [entry] : [])))(
  "$name, a short run of one pair and of three cabled ones, lossless and at the line's rate",
  async (benchCase) => {
    for (const pairCount of [1, 3]) {
      const roundNs = benchCase.roundNs / 4;
      const result = await measureTraffic(RELEASE.module, { ...benchCase, pairCount, roundNs }, { roundCount: 2 });
      const expected = (pairCount * 2 * roundNs * 10 * 0.95) / ((benchCase.frameBytes + 24) * 8);
      expect(result.isLossless).toBe(true);
      expect(Math.abs(result.packetCount / expected - 1)).toBeLessThan(0.1);
      expect(() => checkLossless([result])).not.toThrow();
    }
  },
);

test.each(TCP)(
  "$name, a short run, lossless, at the rate that a window a moderated round trip allows",
  async (benchCase) => {
    const roundNs = benchCase.roundNs / 4;
    const result = await measureTraffic(RELEASE.module, { ...benchCase, roundNs }, { roundCount: 4 });
    const lineRate = (4 * roundNs * 10) / ((benchCase.frameBytes + 24) * 8);
    expect(result.isLossless).toBe(true);
    expect(result.packetCount / lineRate).toBeGreaterThan(0.3);
    // Whole rounds: what was under way when they began counts with them.
    expect(result.packetCount / lineRate).toBeLessThan(1.02);
  },
);

test("half the receivers' ring, far too long an interval between interrupts, a loss that is told", async () => {
  if (!SHORT) throw new Error("there is a case");
  const lossy = { ...SHORT, throttleUs: 500, roundNs: 1_000_000 };
  const result = await measureTraffic(RELEASE.module, lossy, { roundCount: 2 });
  expect(result.isLossless).toBe(false);
  expect(() => checkLossless([result])).toThrow(LostTraffic);
});

test("a lossy case among others, the message names it and what was lost", () => {
  expect(() => checkLossless([{ ...RESULT, isLossless: true, name: "fine" }, RESULT])).toThrow(
    "packets were lost, so the costs above are not those of the case: two hosts: 600 lost, 1000 received",
  );
});

test("a result with a yardstick, a row with the ratio and an entry", () => {
  const [, row] = trafficTableOf([RESULT]).split("\n");
  expect(row?.split(/ {2,}/)).toEqual(["two hosts", "500", "390", "2.00", "1.50", "7.00", "20.0"]);
  expect(trafficTableOf([{ ...RESULT, yardstickNs: undefined }])).toMatch(/ -$/);
  expect(trafficEntriesOf([RESULT])).toEqual([
    {
      case: "two hosts",
      engine: "wasm",
      nsPerOperation: 500,
      low: 400,
      high: 600,
      eventsPerPacket: 1.5,
      elapsedPerSimulated: 7,
      bytesAlone: 10,
    },
  ]);
  expect(trafficEntriesOf([{ ...RESULT, bytesNs: undefined }])[0]).not.toHaveProperty("bytesAlone");
});

test("many flows beside one, what a packet costs more in all and for its bytes; alone or with other frames, nothing", () => {
  const one = { ...RESULT, name: "two hosts, 64 B" };
  const spread = { median: 750, low: 700, high: 900 };
  const many = { ...RESULT, name: "7 VFs a port, 64 B", spread, nsPerPacketBest: 585, bytesNs: 25 };
  const [, row] = flatTableOf([one, many]).split("\n");
  expect(row?.split(/ {2,}/)).toEqual(["7 VFs a port, 64 B", "1.50", "1.50", "2.50", "500 -> 750", "10 -> 25"]);
  expect(flatTableOf([many])).toBe("");
  expect(flatTableOf([{ ...one, frameBytes: 1514 }, many])).toBe("");
  expect(flatTableOf([one, { ...many, bytesNs: undefined }])).toBe("");
});
