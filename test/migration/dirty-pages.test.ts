/** The formula of distinct dirty pages, beside a guest that writes its pages one by one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dirtyByDevice, dirtyByGuest, type PageWriter, writersOf } from "../../src/migration/dirty-pages";
import { receivingAt } from "../../src/migration/plan-input";
import { sum } from "../../src/sim/numbers";

const FAULT_NS = 1_000;
const SECOND = 1_000_000_000;
const MEMORY: PageWriter[] = [
  { pageCount: 40, pagesPerSecond: 1_000 },
  { pageCount: 5_000, pagesPerSecond: 700 },
];

function busy(regions: readonly PageWriter[]): PageWriter[] {
  return regions.map((region) => ({ ...region, isBusy: true }));
}

/** Pages that are dirty when every write is made at its time, and every first one takes a fault. */
function writtenOneByOne(regions: readonly PageWriter[], faultNs: number, elapsedNs: number): number {
  const writes = regions.flatMap(({ pageCount, pagesPerSecond }) =>
    Array.from({ length: pageCount }, (_, index) => ((index + 1) / pagesPerSecond) * SECOND),
  );
  writes.sort((one, other) => one - other);
  return writes.filter((workNs, before) => workNs + before * faultNs <= elapsedNs).length;
}

describe("pages that a guest dirties", () => {
  it.each([
    [0, 0, 0],
    [999_999, 0, 0],
    [1_000_000, 0, 1],
    [40_000_000, 0, 40 + 28],
    [50_000_000, 0, 40 + 35],
    [SECOND, 0, 40 + 700],
    [10 * SECOND, 0, 5_040],
    [SECOND, 50, 40 + 350],
    [SECOND, 99, 10 + 7],
    [SECOND, 100, 0],
  ])("behind %i ns, throttled by %i percent: %i", (elapsedNs, throttle, pageCount) => {
    expect(dirtyByGuest(writersOf(MEMORY, null, FAULT_NS), elapsedNs, throttle)).toBe(pageCount);
  });

  it("work bound by its processors, faults take time of its work", () => {
    // 1,700 pages a second with 1 us each: 1.7 ms of a second as long as both regions grow.
    const writers = writersOf(busy(MEMORY), null, FAULT_NS);
    expect(dirtyByGuest(writers, 40_068_000, 0)).toBe(40 + 28);
    expect(dirtyByGuest(writers, 40_000_000, 0)).toBe(39 + 27);
    expect(dirtyByGuest(writers, 40_068_000 + 100_070_000, 0)).toBe(40 + 98);
  });

  it("regions that nobody writes, no pages", () => {
    const idle = writersOf(
      [
        { pageCount: 0, pagesPerSecond: 9 },
        { pageCount: 9, pagesPerSecond: 0 },
      ],
      null,
      FAULT_NS,
    );
    expect(dirtyByGuest(idle, 99 * SECOND, 0)).toBe(0);
  });

  it("any regions, as many as when every page is written by itself", () => {
    const region = fc.record({
      pageCount: fc.integer({ min: 1, max: 300 }),
      pagesPerSecond: fc.integer({ min: 1, max: 100_000 }),
    });
    const regions = fc.array(region, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        regions,
        fc.integer({ min: 0, max: SECOND }),
        fc.constantFrom(0, 300, 100_000),
        (list, ns, faultNs) => {
          const counted = dirtyByGuest(writersOf(busy(list), null, faultNs), ns, 0);
          // Faults are spread over pages here, and come at their ends there.
          expect(Math.abs(counted - writtenOneByOne(list, faultNs, ns))).toBeLessThanOrEqual(
            faultNs > 0 ? list.length : 0,
          );
        },
      ),
    );
  });

  it("more time, never fewer pages, and never more than the regions have", () => {
    const time = fc.integer({ min: 0, max: 100 * SECOND });
    fc.assert(
      fc.property(time, time, (one, more) => {
        const writers = writersOf(busy(MEMORY), null, FAULT_NS);
        const counts = [one, one + more].map((ns) => dirtyByGuest(writers, ns, 0));
        expect(counts[0]).toBeLessThanOrEqual(counts[1] ?? 0);
        expect(counts[1]).toBeLessThanOrEqual(sum(MEMORY.map(({ pageCount }) => pageCount)));
      }),
    );
  });
});

describe("pages that a device dirties", () => {
  it.each([
    [0, 0],
    [999, 0],
    [1_000, 1 + 1],
    [3_000, 2 + 1],
    [255_000, 128 + 1],
    [256_000, 128 + 1],
    [SECOND, 128 + 1],
  ])("a million packets a second, behind %i ns: %i", (elapsedNs, pageCount) => {
    expect(dirtyByDevice(writersOf([], receivingAt(1_000_000), FAULT_NS), elapsedNs)).toBe(pageCount);
  });

  it("no device, no pages", () => {
    expect(dirtyByDevice(writersOf([], null, FAULT_NS), SECOND)).toBe(0);
  });
});
