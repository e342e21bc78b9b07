/**
 * A pool's guest memory and the way its DMA takes to it: the IOMMU map, the fault record and the log of dirty pages.
 * Invariant: a DMA outside the map changes nothing; a transfer that crosses pages is done page by page, up to the first
 * fault; every write of the device, and nothing else, marks the device's pages that it touches.
 * Source: docs/device.md, "DMA and time".
 */

import type { FaultRecord } from "./device-interface";

export const PAGE_BYTES = 4096;
export const ACCESS_READ = 1;
export const ACCESS_WRITE = 2;

interface Mapping {
  readonly guestPage: number;
  readonly access: number;
}

/** A part of a transfer that lies in one page. */
interface Piece {
  readonly address: bigint;
  readonly devicePage: number;
  readonly inPage: number;
  readonly from: number;
  readonly bytes: number;
}

function piecesOf(address: bigint, bytes: number): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < bytes; ) {
    const at = BigInt.asUintN(64, address + BigInt(from));
    const inPage = Number(at % BigInt(PAGE_BYTES));
    const length = Math.min(bytes - from, PAGE_BYTES - inPage);
    pieces.push({ address: at, devicePage: Number(at / BigInt(PAGE_BYTES)), inPage, from, bytes: length });
    from += length;
  }
  return pieces;
}

/** The memory of one pool. */
export class PoolMemory {
  readonly bytes: Uint8Array;
  readonly #map = new Map<number, Mapping>();
  #fault: FaultRecord = { count: 0, address: 0, access: 0 };
  #isLogging = false;
  #dirtyPages = new Set<number>();

  constructor(pages: number) {
    this.bytes = new Uint8Array(pages * PAGE_BYTES);
    for (let page = 0; page < pages; page++) this.map(page, page, ACCESS_READ | ACCESS_WRITE);
  }

  map(devicePage: number, guestPage: number, access: number): void {
    if (access === 0) this.#map.delete(devicePage);
    else this.#map.set(devicePage, { guestPage, access });
  }

  /** Reads by DMA; undefined after a fault. */
  read(address: bigint, bytes: number): Uint8Array | undefined {
    const result = new Uint8Array(bytes);
    for (const piece of piecesOf(address, bytes)) {
      const start = this.#translate(piece, ACCESS_READ);
      if (start === undefined) return undefined;
      result.set(this.bytes.subarray(start, start + piece.bytes), piece.from);
    }
    return result;
  }

  /** Writes by DMA, what can be written; false after a fault. */
  write(address: bigint, bytes: Uint8Array): boolean {
    for (const piece of piecesOf(address, bytes.length)) {
      const start = this.#translate(piece, ACCESS_WRITE);
      if (start === undefined) return false;
      this.bytes.set(bytes.subarray(piece.from, piece.from + piece.bytes), start);
      if (this.#isLogging) this.#dirtyPages.add(piece.devicePage);
    }
    return true;
  }

  /** Where a piece is in the guest's memory; undefined after the fault is recorded. */
  #translate(piece: Piece, access: number): number | undefined {
    const mapping = this.#map.get(piece.devicePage);
    if (mapping === undefined || (mapping.access & access) === 0) {
      this.#fault = { count: this.#fault.count + 1, address: Number(piece.address), access };
      return undefined;
    }
    return mapping.guestPage * PAGE_BYTES + piece.inPage;
  }

  get fault(): FaultRecord {
    return this.#fault;
  }

  /** Starts an empty log. */
  armLog(): void {
    this.#isLogging = true;
    this.#dirtyPages = new Set();
  }

  /** The pages that were written since the log was armed or collected. */
  collectLog(): number[] {
    const pages = [...this.#dirtyPages].sort((left, right) => left - right);
    this.#dirtyPages = new Set();
    return pages;
  }
}
