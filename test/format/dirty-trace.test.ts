import { describe, expect, it } from "vitest";
import { readDirtyTrace } from "../../src/format/dirty-trace";
import { messageOf } from "./input-error-text";

const LIMITS = { rowCountMax: 4, hotPages: 1000, coldPages: 50 };

function read(text: string) {
  return readDirtyTrace(text, "pages.csv", LIMITS);
}

describe("a trace of written pages", () => {
  it("with pages of both regions, the rows between its times", () => {
    expect(read("time_ms,hot_pages,cold_pages\n100,812,5\n# a pause\n250.5,0,50\n")).toEqual([
      { durationNs: 100_000_000, hotPages: 812, coldPages: 5 },
      { durationNs: 150_500_000, hotPages: 0, coldPages: 50 },
    ]);
  });

  it("with pages only, all of them hot", () => {
    expect(read("time_ms,pages\r\n0.001,1000\r\n")).toEqual([{ durationNs: 1000, hotPages: 1000, coldPages: 0 }]);
  });

  it("damaged in many ways, every problem at its place", () => {
    const text = "time_ms,hot_pages,cold_pages\n100,1,1\n90,1001,-3\n1e3,x,51\n200,1\n";
    expect(messageOf(() => read(text)).split("\n")).toEqual([
      'pages.csv:3:1: expected 0.001 ms to an hour more than the 100 ms of the row before, got "90"',
      "pages.csv:3:4: expected at most 1000, the pages of the job's hot region, got 1001; make hot larger",
      'pages.csv:3:9: expected a whole number of pages, got "-3"',
      'pages.csv:4:1: expected milliseconds, such as 100 or 0.25, got "1e3"',
      'pages.csv:4:5: expected a whole number of pages, got "x"',
      "pages.csv:4:7: expected at most 50, the pages of the job's cold region, got 51; make cold larger",
      "pages.csv:5:1: expected 3 fields, as in the head, got 2",
    ]);
  });

  it.each([
    ["", "expected time_ms,pages or time_ms,hot_pages,cold_pages and rows behind it"],
    ["time_ms,pages\n", "expected time_ms,pages or time_ms,hot_pages,cold_pages and rows behind it"],
    ["ms,pages\n1,2\n", 'expected the head time_ms,pages or time_ms,hot_pages,cold_pages, got "ms,pages"'],
    ["time_ms,pages\n1,1\n2,1\n3,1\n4,1\n5,1\n", "has 5 rows, and a guest keeps at most 4; merge some"],
  ])("%j, refused as a whole", (text, reason) => {
    expect(messageOf(() => read(text))).toBe(`pages.csv: ${reason}`);
  });
});
