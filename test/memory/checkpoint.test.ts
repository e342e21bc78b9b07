/** Collecting dirty pages into records and applying them to another memory. */
import { describe, expect, it } from "vitest";
import {
  APPLY_BAD_DIGEST,
  APPLY_BAD_KIND,
  APPLY_BAD_PAGE,
  APPLY_OK,
  APPLY_SHORT,
  PAGE_RECORD_HEADER_BYTES,
  PAGE_RECORD_KIND,
  PAGE_RECORD_NUMBER,
} from "../../assembly/layout/checkpoint";
import { changedPages, pageHashes, readPage, writePage } from "../support/guest-pages";
import { Network } from "../support/network";
import { PageStaging, pagesIn } from "../support/page-staging";
import { RandomSource } from "../support/random-source";
import { createSmallWorld } from "../support/small-world";
import { BUILDS } from "../support/wasm-builds";

const PAGE_COUNT = 256;

/** A guest to copy from, one to copy to, and the buffer between them. */
function createPair(module: WebAssembly.Module) {
  const world = createSmallWorld({ module, isObserved: false });
  const network = new Network(world);
  const source = network.addServer({ pageCount: PAGE_COUNT }).guest;
  const target = network.addServer({ pageCount: PAGE_COUNT }).guest;
  return { world, plane: world.plane, source, target, staging: new PageStaging(world) };
}

describe.each(BUILDS)("dirty pages, $name build", ({ module }) => {
  it("of a memory written at random, moved to another, make both equal", () => {
    const { world, plane, source, target, staging } = createPair(module);
    const random = new RandomSource(1);
    for (let count = 0; count < 150; count++) {
      writePage(world, source, random.below(PAGE_COUNT), Uint8Array.of(random.below(256), random.below(3)));
    }
    plane.startLogging(source, 1);
    staging.move(source, target);
    expect(changedPages(pageHashes(world, source), pageHashes(world, target))).toEqual([]);
    expect(plane.dirtyPageCount(source)).toBe(0);
  });

  it("more than the limit, collected, leave the rest marked", () => {
    const { world, plane, source, staging } = createPair(module);
    const pages = [0, 31, 32, 63, 64, 127, 128, 129, 255];
    for (const page of pages) writePage(world, source, page, Uint8Array.of(page + 1));
    plane.startLogging(source, 1);
    expect(pagesIn(staging.collect(source, 4))).toEqual(pages.slice(0, 4));
    expect(pages.filter((page) => plane.isPageDirty(source, page))).toEqual(pages.slice(4));
    expect(pagesIn(staging.collect(source, 100))).toEqual(pages.slice(4));
  });

  it("with a limit of none, collected, stay marked", () => {
    const { world, plane, source, staging } = createPair(module);
    writePage(world, source, 5, Uint8Array.of(1));
    plane.startLogging(source, 1);
    expect(staging.collect(source, 0)).toHaveLength(0);
    expect(plane.dirtyPageCount(source)).toBe(1);
  });

  it("in any pattern, collected in parts of any size, come once each and in order", () => {
    const { world, plane, source, staging } = createPair(module);
    const random = new RandomSource(2);
    const pages = Array.from({ length: PAGE_COUNT }, (_, page) => page).filter(() => random.below(4) === 0);
    for (const page of pages) writePage(world, source, page, Uint8Array.of(1));
    plane.startLogging(source, 1);
    const collected: number[] = [];
    while (plane.dirtyPageCount(source)) collected.push(...pagesIn(staging.collect(source, 1 + random.below(9))));
    expect(collected).toEqual(pages);
  });

  it("present when logging starts clean, collected, are none", () => {
    const { world, plane, source, staging } = createPair(module);
    writePage(world, source, 5, Uint8Array.of(1));
    plane.startLogging(source, 0);
    expect(staging.collect(source)).toHaveLength(0);
  });

  it("full of zeros, moved over a page with contents, clear it", () => {
    const { world, plane, source, target, staging } = createPair(module);
    writePage(world, source, 5, new Uint8Array(0));
    writePage(world, target, 5, Uint8Array.of(9));
    plane.startLogging(source, 1);
    const records = staging.collect(source);
    expect(records).toHaveLength(PAGE_RECORD_HEADER_BYTES);
    expect(staging.apply(target, records)).toBe(APPLY_OK);
    expect(readPage(world, target, 5)).toEqual(new Uint8Array(4096));
  });
});

describe.each(BUILDS)("absent pages, $name build", ({ module }) => {
  it("read, are zero and stay absent", () => {
    const { world, plane, source } = createPair(module);
    expect(readPage(world, source, 7)).toEqual(new Uint8Array(4096));
    expect(plane.pageFrame(source, 7)).toBe(0);
  });

  it("compared with a page of zeros by the digest, are equal", () => {
    const { world, source, target } = createPair(module);
    const digest = () => world.digest(new Uint8Array());
    const before = digest();
    writePage(world, source, 7, new Uint8Array(4096));
    writePage(world, target, 0, new Uint8Array(4096));
    expect(digest()).toBe(before);
    writePage(world, source, 7, Uint8Array.of(1));
    expect(digest()).not.toBe(before);
  });

  it("that a record of zeros is applied to, stay absent", () => {
    const { world, plane, source, target, staging } = createPair(module);
    writePage(world, source, 5, new Uint8Array(0));
    plane.startLogging(source, 1);
    staging.move(source, target);
    expect(plane.pageFrame(target, 5)).toBe(0);
  });
});

describe.each(BUILDS)("page records, $name build", ({ module }) => {
  /** Records of pages 3, which has contents, and 200, which is zero. */
  function createRecords() {
    const pair = createPair(module);
    writePage(
      pair.world,
      pair.source,
      3,
      Uint8Array.from({ length: 4096 }, (_, index) => index * 7),
    );
    writePage(pair.world, pair.source, 200, new Uint8Array(0));
    writePage(pair.world, pair.target, 200, Uint8Array.of(1));
    pair.plane.startLogging(pair.source, 1);
    return { ...pair, records: pair.staging.collect(pair.source) };
  }

  it("with any byte damaged, applied, are refused, and nothing is applied", () => {
    const { world, target, staging, records } = createRecords();
    const before = pageHashes(world, target);
    const accepted: number[] = [];
    for (let at = 0; at < records.length; at++) {
      const damaged = records.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      if (staging.apply(target, damaged) === APPLY_OK) accepted.push(at);
    }
    expect(accepted).toEqual([]);
    expect(pageHashes(world, target)).toEqual(before);
  });

  it("cut short anywhere but between records, applied, are refused, and nothing is applied", () => {
    const { world, target, staging, records } = createRecords();
    const before = pageHashes(world, target);
    const between = [0, records.length - PAGE_RECORD_HEADER_BYTES];
    for (let byteCount = 1; byteCount < records.length; byteCount++) {
      if (between.includes(byteCount)) continue;
      expect(staging.apply(target, records.subarray(0, byteCount))).toBe(APPLY_SHORT);
    }
    expect(pageHashes(world, target)).toEqual(before);
  });

  it.each([
    { what: "of a page beyond the memory", at: PAGE_RECORD_NUMBER, value: PAGE_COUNT, code: APPLY_BAD_PAGE },
    { what: "of a page far beyond it", at: PAGE_RECORD_NUMBER, value: 0xffffffff, code: APPLY_BAD_PAGE },
    { what: "of another page", at: PAGE_RECORD_NUMBER, value: 4, code: APPLY_BAD_DIGEST },
    { what: "of a kind that is not known", at: PAGE_RECORD_KIND, value: 2, code: APPLY_BAD_KIND },
  ])("$what, applied, are refused with code $code", ({ at, value, code }) => {
    const { target, staging, records } = createRecords();
    new DataView(records.buffer).setUint32(at, value, true);
    expect(staging.apply(target, records)).toBe(code);
  });

  it("of no page at all, applied, are accepted", () => {
    const { target, staging } = createRecords();
    expect(staging.apply(target, new Uint8Array(0))).toBe(APPLY_OK);
  });
});
