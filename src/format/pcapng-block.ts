/**
 * Walks the blocks of a pcapng file and the options of a block, without knowing what most of them mean.
 *
 * Checks all that section 3.1 of draft-ietf-opsawg-pcapng says of any block: both length fields, their limits, the end
 * of the file. Leaves out the section length, which nothing needs: blocks are walked one by one. Invariant: a block or
 * an option that is yielded lies inside the file, so its fields can be read once its size is known to suffice.
 */

import { ByteView, remedy } from "./byte-view";
import {
  ALIGNMENT_BYTES,
  BLOCK,
  BLOCK_BYTES_MAX,
  BLOCK_BYTES_MIN,
  BLOCK_TRAILER_BYTES,
  BYTE_ORDER_MAGIC,
  OPTION,
  OPTION_END,
  paddedBytes,
  SECTION_HEADER,
  SECTION_HEADER_TYPE,
} from "./pcapng-layout";

/** A block inside the file. */
export interface Block {
  readonly type: number;
  /** Where the block begins. */
  readonly at: number;
  /** Where its body ends and the second length field stands. */
  readonly bodyEnd: number;
  /** The file in the byte order of the block's section. */
  readonly view: ByteView;
}

/** An option inside its block. */
export interface BlockOption {
  readonly code: number;
  /** Where its value begins. */
  readonly at: number;
  readonly byteCount: number;
}

/**
 * Yields every block, in order; the byte order changes at each section header.
 *
 * @throws InputError at the first block that is damaged or cut short
 */
export function* walkBlocks(bytes: Uint8Array, source: string): Generator<Block> {
  let view = new ByteView(bytes, source, true);
  view.demand(0, BLOCK_BYTES_MIN, "section header block");
  if (view.u32(BLOCK.type) !== SECTION_HEADER_TYPE) {
    throw view.problem(0, "section header block", "does not begin with 0a 0d 0d 0a; is the file of another format?");
  }
  for (let at = 0; at < bytes.length; ) {
    view.demand(at, BLOCK_BYTES_MIN, "block");
    const type = view.u32(at + BLOCK.type);
    if (type === SECTION_HEADER_TYPE) view = view.inByteOrder(hasLittleEndianSection(view, at));
    const bodyEnd = endOfBody(view, at);
    yield { type, at, bodyEnd, view };
    at = bodyEnd + BLOCK_TRAILER_BYTES;
  }
}

/**
 * Yields the options between `at` and the end of the block's body, without the end mark.
 *
 * @throws InputError when an option reaches past its block
 */
export function* walkOptions({ view, bodyEnd }: Block, at: number): Generator<BlockOption> {
  for (let optionAt = at; bodyEnd - optionAt >= OPTION.value; ) {
    const code = view.u16(optionAt + OPTION.code);
    if (code === OPTION_END) return;
    const byteCount = view.u16(optionAt + OPTION.length);
    const end = optionAt + OPTION.value + paddedBytes(byteCount);
    if (end > bodyEnd) {
      const room = bodyEnd - optionAt - OPTION.value;
      throw view.problem(
        optionAt,
        `option ${code}`,
        `says that it has ${byteCount} bytes, but its block has room for ${room}; the file is damaged: record it again`,
      );
    }
    yield { code, at: optionAt + OPTION.value, byteCount };
    optionAt = end;
  }
}

function hasLittleEndianSection(view: ByteView, at: number): boolean {
  const magicAt = at + SECTION_HEADER.byteOrderMagic;
  for (const isLittleEndian of [true, false]) {
    if (view.inByteOrder(isLittleEndian).u32(magicAt) === BYTE_ORDER_MAGIC) return isLittleEndian;
  }
  const found = view.inByteOrder(false).u32(magicAt).toString(16).padStart(8, "0");
  throw view.problem(
    magicAt,
    "section header block",
    `the byte-order magic is ${found}; 1a2b3c4d or 4d3c2b1a is allowed: the file is damaged, ${remedy(at)}`,
  );
}

function endOfBody(view: ByteView, at: number): number {
  const byteCount = view.u32(at + BLOCK.totalLength);
  if (byteCount < BLOCK_BYTES_MIN || byteCount > BLOCK_BYTES_MAX || byteCount % ALIGNMENT_BYTES !== 0) {
    throw view.problem(
      at + BLOCK.totalLength,
      "block",
      `says that it has ${byteCount} bytes; a multiple of ${ALIGNMENT_BYTES} from ${BLOCK_BYTES_MIN} to ` +
        `${BLOCK_BYTES_MAX} is allowed: the file is damaged, ${remedy(at)}`,
    );
  }
  view.demand(at, byteCount, "block");
  const bodyEnd = at + byteCount - BLOCK_TRAILER_BYTES;
  const repeated = view.u32(bodyEnd);
  if (repeated !== byteCount) {
    throw view.problem(
      bodyEnd,
      "block",
      `ends with the length ${repeated}, but begins with ${byteCount}; the file is damaged: ${remedy(at)}`,
    );
  }
  return bodyEnd;
}
