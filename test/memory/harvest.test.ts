/** A dirty log harvested: every marked page once, in ascending order, and nothing marked afterwards. */
import { describe, expect, it } from "vitest";
import type { World } from "../../src/core/world";
import { writePage } from "../support/guest-pages";
import { Network } from "../support/network";
import { PageStaging, pagesIn } from "../support/page-staging";
import { RandomSource } from "../support/random-source";
import { createSmallWorld } from "../support/small-world";
import { BUILDS } from "../support/wasm-builds";

const WORD_PAGES = 64;
const BLOCK_PAGES = 512;

/** Harvests a log with these pages marked; returns the sum of the pages found and whether anything is left. */
function harvested(world: World, at: number, pages: readonly number[], pageCount: number) {
  const log = world.view(at, Math.ceil(pageCount / BLOCK_PAGES) * (BLOCK_PAGES / 8));
  for (const page of pages) log[page >>> 3] = (log[page >>> 3] ?? 0) | (1 << (page & 7));
  const sum = world.plane.harvestLog(at, pageCount) >>> 0;
  return { sum, isClean: log.every((byte) => byte === 0) };
}

function sumOf(pages: readonly number[]): number {
  return pages.reduce((sum, page) => sum + page, 0);
}

/** Returns so many different numbers below a limit, ascending. */
function chosen(random: RandomSource, count: number, limit: number): number[] {
  const numbers = new Set<number>();
  while (numbers.size < count) numbers.add(random.below(limit));
  return [...numbers].sort((a, b) => a - b);
}

describe.each(BUILDS)("a log, $name build", ({ module }) => {
  it("with every number of marks in one word, harvested, has given all of them", () => {
    const world = createSmallWorld({ module, isObserved: false });
    const at = world.plane.reserveBytes(2 * (BLOCK_PAGES / 8)) >>> 0;
    const random = new RandomSource(1);
    for (let count = 0; count <= WORD_PAGES; count++) {
      const pages = chosen(random, count, WORD_PAGES).map((page) => BLOCK_PAGES + 7 * WORD_PAGES + page);
      expect(harvested(world, at, pages, 2 * BLOCK_PAGES), `${count}`).toEqual({ sum: sumOf(pages), isClean: true });
    }
  });

  it.each([1, 127, 128, 513, 5000])("of %d pages, all marked, harvested, has given all of them", (pageCount) => {
    const world = createSmallWorld({ module, isObserved: false });
    const at = world.plane.reserveBytes(pageCount) >>> 0;
    const pages = Array.from({ length: pageCount }, (_, page) => page);
    expect(harvested(world, at, pages, pageCount)).toEqual({ sum: sumOf(pages), isClean: true });
  });

  it("marked at random, from sparse to dense, harvested, has given all of them", () => {
    const world = createSmallWorld({ module, isObserved: false });
    const at = world.plane.reserveBytes(65_536 / 8) >>> 0;
    const random = new RandomSource(2);
    for (const count of [1, 60, 600, 6000, 60_000]) {
      const pages = chosen(random, count, 65_536);
      expect(harvested(world, at, pages, 65_536)).toEqual({ sum: sumOf(pages) % 2 ** 32, isClean: true });
    }
  });
});

describe.each(BUILDS)("more dirty pages than a list holds, $name build", ({ module }) => {
  it("collected up to a limit and then on, come in order, none twice and none lost", () => {
    const pageCount = 4096;
    const world = createSmallWorld({
      module,
      isObserved: false,
      chunkCount: pageCount / 64,
      arenaBytes: 48 * 1024 ** 2,
    });
    const { guest } = new Network(world).addServer({ pageCount });
    const staging = new PageStaging(world);
    // Pages of zeros, whose records are short.
    const pages = chosen(new RandomSource(3), 2500, pageCount);
    for (const page of pages) writePage(world, guest, page, Uint8Array.of(0));
    world.plane.startLogging(guest, 1);
    const limits = [1, 1500, 998, 0, 5000];
    expect(limits.flatMap((limit) => pagesIn(staging.collect(guest, limit)))).toEqual(pages);
    expect(world.plane.dirtyPageCount(guest)).toBe(0);
  });
});
