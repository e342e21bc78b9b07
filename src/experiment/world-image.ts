/**
 * A whole run on disk: the control tree and the data plane's memory, between two control events. Read back into a
 * fresh instance it goes on bit for bit.
 *
 *      0          8       12      16            20                20 + n
 *     +----------+-------+-------+-------------+-----------------+------------------------+--------+
 *     | RENICWLD | major | bytes | header bytes| header, JSON    | blocks that are not 0  | CRC-32 |
 *     +----------+-------+-------+-------------+-----------------+------------------------+--------+
 *                                                                  u32 number, 4,096 bytes each
 *
 * Little-endian; `bytes` is the length of the whole file. The header names the version of the simulator, because
 * memory is laid out by it: an image of another version is refused. The CRC covers all bytes before it.
 */
import { World } from "../core/world";
import { crc32 } from "../format/crc32";
import { InputError } from "../sim/input-error";
import { VERSION } from "../sim/version";
import type { Composition } from "./compose";
import type { Control } from "./control";

const MAGIC = "RENICWLD";
const MAJOR = 1;
const BLOCK_BYTES = 4096;
const PREFIX_BYTES = 20;

interface Header {
  readonly version: string;
  /** Bytes of the arena of the world that was saved. */
  readonly arenaBytes: number;
  readonly control: Control;
}

/** Returns the bytes of a run that stands between two events. */
export function saveWorld({ world, control }: Composition): Uint8Array {
  const { plane } = world;
  const arenaBytes = (plane.arenaUsedEnd() >>> 0) - plane.arenaStart();
  const header: Header = { version: VERSION, arenaBytes, control };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const blocks = liveBlocks(world);
  const byteCount = PREFIX_BYTES + headerBytes.length + blocks.length * (4 + BLOCK_BYTES) + 4;
  const bytes = new Uint8Array(byteCount);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, MAJOR, true);
  view.setUint32(12, byteCount, true);
  view.setUint32(16, headerBytes.length, true);
  bytes.set(headerBytes, PREFIX_BYTES);
  let at = PREFIX_BYTES + headerBytes.length;
  for (const block of blocks) {
    view.setUint32(at, block, true);
    bytes.set(world.view(block * BLOCK_BYTES, BLOCK_BYTES), at + 4);
    at += 4 + BLOCK_BYTES;
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true);
  return bytes;
}

/** Numbers of the memory blocks that hold something; frames that no guest was given are skipped unread. */
function liveBlocks(world: World): number[] {
  const { plane } = world;
  const blocks: number[] = [];
  const end = plane.arenaUsedEnd() >>> 0;
  const unusedFrom = plane.framesUsedEnd() >>> 0;
  const unusedTo = plane.framesEnd() >>> 0;
  for (let at = plane.worldStart(); at < end; at += BLOCK_BYTES) {
    if (at >= unusedFrom && at < unusedTo) {
      at = unusedTo - BLOCK_BYTES;
      continue;
    }
    if (isLive(new Uint32Array(world.plane.memory.buffer, at, BLOCK_BYTES / 4))) blocks.push(at / BLOCK_BYTES);
  }
  return blocks;
}

function isLive(words: Uint32Array): boolean {
  for (const word of words) if (word !== 0) return true;
  return false;
}

/** Reads a run back. Throws InputError when the bytes are not a whole image of this version. */
export function loadWorld(module: WebAssembly.Module, bytes: Uint8Array, source: string): Composition {
  const header = readHeader(bytes, source);
  const world = World.blank(module, header.arenaBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const memoryBytes = world.plane.memory.buffer.byteLength;
  let at = PREFIX_BYTES + view.getUint32(16, true);
  for (; at < bytes.length - 4; at += 4 + BLOCK_BYTES) {
    const address = view.getUint32(at, true) * BLOCK_BYTES;
    if (address < world.plane.worldStart() || address + BLOCK_BYTES > memoryBytes) {
      throw refuse(source, at, `block ${address / BLOCK_BYTES} lies outside the saved world`);
    }
    world.view(address, BLOCK_BYTES).set(bytes.subarray(at + 4, at + 4 + BLOCK_BYTES));
  }
  return { world, control: header.control };
}

/** Checks everything that can be checked without a world, and returns the header. */
function readHeader(bytes: Uint8Array, source: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < PREFIX_BYTES + 4) {
    throw refuse(source, bytes.length, `ends after ${bytes.length} bytes, before its header`);
  }
  const magic = new TextDecoder("latin1").decode(bytes.subarray(0, 8));
  if (magic !== MAGIC) throw refuse(source, 0, `is not a world image: it does not begin with ${MAGIC}`);
  const major = view.getUint32(8, true);
  if (major !== MAJOR) throw refuse(source, 8, `has format ${major}; this version reads format ${MAJOR}`);
  const byteCount = view.getUint32(12, true);
  if (byteCount !== bytes.length) {
    throw refuse(source, 12, `says that it is ${byteCount} bytes long, and is ${bytes.length}`);
  }
  const headerBytes = view.getUint32(16, true);
  const blockBytes = bytes.length - 4 - PREFIX_BYTES - headerBytes;
  if (blockBytes < 0 || blockBytes % (4 + BLOCK_BYTES) !== 0) {
    throw refuse(source, 16, `has a header of ${headerBytes} bytes, which does not fit its length`);
  }
  const found = view.getUint32(bytes.length - 4, true);
  const wanted = crc32(bytes.subarray(0, bytes.length - 4));
  if (found !== wanted) {
    throw refuse(source, bytes.length - 4, `has CRC ${hex(found)}, and its bytes give ${hex(wanted)}: it is damaged`);
  }
  const text = new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes));
  // A valid CRC says that this program, or one that means to pass for it, wrote the header.
  const header: Header = JSON.parse(text);
  if (header.version !== VERSION) {
    throw refuse(source, PREFIX_BYTES, `was saved by version ${header.version}; this is version ${VERSION}`);
  }
  return header;
}

function refuse(source: string, at: number, reason: string): InputError {
  return new InputError(source, [{ place: `byte ${at}`, subject: "world image", reason }]);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
