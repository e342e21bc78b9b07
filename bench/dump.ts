/**
 * A dump: all that a run has left in two guests, as bytes that are the same for every engine.
 *
 *     for each guest:  | page count | page number | 4096 bytes | ... | processor's log | device's log |
 *                        32 bits      32 bits, ascending               a bit a page each
 *
 * Only present pages are there, with their numbers, so a page that one engine touched and another did not is a
 * difference even when it is empty. Dumping clears both logs, as reading them through the boundary does.
 */
import { createHash } from "node:crypto";

/** What one guest has left. */
export interface GuestDump {
  readonly pages: ReadonlyMap<number, Uint8Array>;
  readonly processorLog: Uint8Array;
  readonly deviceLog: Uint8Array;
}

/** Engines that did the same work have left different bytes. */
export class MemoryMismatch extends Error {
  override readonly name = "MemoryMismatch";
}

/** Writes a dump. */
export function encodeDump(guests: readonly GuestDump[]): Uint8Array {
  return Buffer.concat(
    guests.flatMap(({ pages, processorLog, deviceLog }) => {
      const ascending = [...pages].sort(([a], [b]) => a - b);
      const numbered = ascending.flatMap(([number, bytes]) => [word(number), bytes]);
      return [word(pages.size), ...numbered, processorLog, deviceLog];
    }),
  );
}

function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Returns the SHA-256 of a dump. */
export function hashOf(dump: Uint8Array): string {
  return createHash("sha256").update(dump).digest("hex");
}

/** Throws MemoryMismatch unless all dumps, by engine, have the same hash; returns the hash. */
export function checkEqual(dumps: ReadonlyMap<string, Uint8Array>, after: string): string {
  const hashes = [...dumps].map(([name, dump]) => [name, hashOf(dump)] as const);
  const different = new Set(hashes.map(([, hash]) => hash));
  const [only] = different;
  if (only !== undefined && different.size === 1) return only;
  const lines = hashes.map(([name, hash]) => `  ${name.padEnd(4)} ${hash}`);
  throw new MemoryMismatch(`guest memory and dirty logs differ after ${after}:\n${lines.join("\n")}`);
}
