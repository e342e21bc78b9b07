/** A buffer through which dirty pages go from one guest to another, as page records (layout/checkpoint.ts). */
import {
  APPLY_OK,
  PAGE_DATA,
  PAGE_RECORD_HEADER_BYTES,
  PAGE_RECORD_KIND,
  PAGE_RECORD_NUMBER,
} from "../../assembly/layout/checkpoint";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { World } from "../../src/core/world";

/** More pages than any guest of these tests has. */
const PAGE_COUNT_MAX = 1024;

export class PageStaging {
  readonly at: number;

  /** Reserves the buffer: set-up only. */
  constructor(readonly world: World) {
    this.at = world.plane.reserveBytes(PAGE_COUNT_MAX * (PAGE_RECORD_HEADER_BYTES + PAGE_BYTES)) >>> 0;
  }

  /** Moves up to so many dirty pages of a guest into the buffer and returns a copy of the records. */
  collect(guest: number, pageCountMax = PAGE_COUNT_MAX): Uint8Array {
    const byteCount = this.world.plane.collectPages(guest, this.at, pageCountMax) >>> 0;
    return this.world.view(this.at, byteCount).slice();
  }

  /** Applies records to a guest and returns the APPLY_ code. */
  apply(guest: number, records: Uint8Array): number {
    this.world.view(this.at, records.length).set(records);
    return this.world.plane.applyPages(guest, this.at, records.length);
  }

  /** Moves every dirty page from one guest to another; throws when that is refused. */
  move(from: number, to: number): void {
    const code = this.apply(to, this.collect(from));
    if (code !== APPLY_OK) throw new Error(`the pages are refused, code ${code}`);
  }
}

/** Returns the page numbers of records in their order. */
export function pagesIn(records: Uint8Array): number[] {
  const view = new DataView(records.buffer, records.byteOffset, records.length);
  const pages: number[] = [];
  for (let at = 0; at < records.length; ) {
    pages.push(view.getUint32(at + PAGE_RECORD_NUMBER, true));
    const isData = view.getUint32(at + PAGE_RECORD_KIND, true) === PAGE_DATA;
    at += PAGE_RECORD_HEADER_BYTES + (isData ? PAGE_BYTES : 0);
  }
  return pages;
}
