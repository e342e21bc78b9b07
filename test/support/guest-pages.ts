/**
 * Guest memory as a test sees it: written page by page through page records, as a backup is filled, and read as it
 * stands. No log of any kind notices these writes.
 */
import { createHash } from "node:crypto";
import {
  APPLY_OK,
  PAGE_DATA,
  PAGE_RECORD_DIGEST,
  PAGE_RECORD_HEADER_BYTES,
  PAGE_RECORD_KIND,
  PAGE_RECORD_NUMBER,
} from "../../assembly/layout/checkpoint";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { World } from "../../src/core/world";

/** Where a record is put together: behind the part of the exchange buffer that the digest is taken of. */
const RECORD_OFFSET = 2 * PAGE_BYTES;

/** Writes a whole page of a guest; what `bytes` does not reach becomes zero. */
export function writePage(world: World, guest: number, page: number, bytes: Uint8Array): void {
  const { plane } = world;
  const exchange = plane.exchange();
  // The digest of a page record starts from the page's number, as `digestExchange` does from the word before the block.
  world.words(exchange, 8).setBigUint64(0, BigInt(page), true);
  const body = world.view(exchange + 8, PAGE_BYTES);
  body.fill(0);
  body.set(bytes);
  plane.digestExchange(PAGE_BYTES);
  const at = exchange + RECORD_OFFSET;
  const record = world.words(at, PAGE_RECORD_HEADER_BYTES);
  record.setUint32(PAGE_RECORD_NUMBER, page, true);
  record.setUint32(PAGE_RECORD_KIND, PAGE_DATA, true);
  record.setBigUint64(PAGE_RECORD_DIGEST, world.words(exchange, 8).getBigUint64(0, true), true);
  world.view(at + PAGE_RECORD_HEADER_BYTES, PAGE_BYTES).set(body);
  const code = plane.applyPages(guest, at, PAGE_RECORD_HEADER_BYTES + PAGE_BYTES);
  if (code !== APPLY_OK) throw new Error(`the page record is refused, code ${code}`);
}

/** Writes bytes at a guest address; they may cross pages, and leave the rest of each page as it is. */
export function writeGuest(world: World, guest: number, address: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    const page = Math.floor((address + done) / PAGE_BYTES);
    const offset = (address + done) % PAGE_BYTES;
    const part = bytes.subarray(done, done + PAGE_BYTES - offset);
    const contents = readPage(world, guest, page);
    contents.set(part, offset);
    writePage(world, guest, page, contents);
    done += part.length;
  }
}

/** Returns a copy of a page; of an absent one, zeros. */
export function readPage(world: World, guest: number, page: number): Uint8Array {
  const frame = world.plane.pageFrame(guest, page) >>> 0;
  return frame ? world.view(frame, PAGE_BYTES).slice() : new Uint8Array(PAGE_BYTES);
}

/** Returns a copy of bytes at a guest address; they may cross pages. */
export function readGuest(world: World, guest: number, address: number, byteCount: number): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  for (let done = 0; done < byteCount; ) {
    const offset = (address + done) % PAGE_BYTES;
    const part = readPage(world, guest, Math.floor((address + done) / PAGE_BYTES)).subarray(offset);
    bytes.set(part.subarray(0, byteCount - done), done);
    done += part.length;
  }
  return bytes;
}

/** Returns a hash of each page of a guest by number; pages of zeros and absent ones are left out. */
export function pageHashes(world: World, guest: number): Map<number, string> {
  const hashes = new Map<number, string>();
  for (const [page, bytes] of world.exportMemory(guest)) {
    if (bytes.some((byte) => byte !== 0)) hashes.set(page, createHash("sha256").update(bytes).digest("hex"));
  }
  return hashes;
}

/** Returns the pages whose contents differ between two readings, in ascending order. */
export function changedPages(before: ReadonlyMap<number, string>, after: ReadonlyMap<number, string>): number[] {
  const pages = new Set([...before.keys(), ...after.keys()]);
  return [...pages].filter((page) => before.get(page) !== after.get(page)).sort((one, other) => one - other);
}
