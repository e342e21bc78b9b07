/**
 * Reads pcapng: section headers in either byte order, interfaces, and packets in all three kinds of block.
 *
 * Leaves out all other blocks and the options of packets, which are skipped. A section of an unknown version is
 * refused, though the draft would have it skipped: a simulation must not run on a part of a recording without a word.
 * Invariant: an interface number means an interface of the same section. Layouts: `pcapng-layout.ts`; read first:
 * draft-ietf-opsawg-pcapng, section 4 and appendix A.
 */

import { type ByteView, remedy } from "./byte-view";
import { type Capture, type CapturedPacket, type CaptureInterface, PACKET_BYTES_MAX } from "./captured-packet";
import { type Block, type BlockOption, walkBlocks, walkOptions } from "./pcapng-block";
import {
  BLOCK_TRAILER_BYTES,
  ENHANCED_PACKET,
  ENHANCED_PACKET_TYPE,
  INTERFACE_DESCRIPTION,
  INTERFACE_DESCRIPTION_TYPE,
  INTERFACE_NAME,
  INTERFACE_TIME_OFFSET,
  INTERFACE_TIME_RESOLUTION,
  MAJOR_VERSION,
  MINOR_VERSION,
  PACKET_TYPE,
  SECTION_HEADER,
  SECTION_HEADER_TYPE,
  SIMPLE_PACKET,
  SIMPLE_PACKET_TYPE,
} from "./pcapng-layout";

const NS_PER_SECOND = 1_000_000_000n;
/** Ticks per second where an interface does not say: microseconds (section 4.2, if_tsresol). */
const TICKS_PER_SECOND_DEFAULT = 1_000_000n;
/** Some programs wrote minor version 2 for the same format; readers must take it for 0 (section 4.1). */
const MINOR_VERSION_ALIAS = 2;

/** What the packets of one interface need to be understood. */
interface SectionInterface extends CaptureInterface {
  /** Index among the interfaces of all sections. */
  readonly index: number;
  /** Bytes kept of each packet; 0 for all. */
  readonly snapBytes: number;
  readonly ticksPerSecond: bigint;
  readonly offsetSeconds: bigint;
}

/**
 * Reads a whole pcapng file; the packets are views of `bytes`.
 *
 * @param source name of the file in messages
 * @throws InputError at the first thing that is damaged, cut short or of an unknown version
 */
export function readPcapng(bytes: Uint8Array, source: string): Capture {
  const interfaces: CaptureInterface[] = [];
  const packets: CapturedPacket[] = [];
  let section: SectionInterface[] = [];
  for (const block of walkBlocks(bytes, source)) {
    switch (block.type) {
      case SECTION_HEADER_TYPE:
        checkVersion(block);
        section = [];
        break;
      case INTERFACE_DESCRIPTION_TYPE: {
        const description = readInterface(block, interfaces.length);
        section.push(description);
        interfaces.push({ name: description.name, linkType: description.linkType });
        break;
      }
      case PACKET_TYPE:
      case ENHANCED_PACKET_TYPE:
        packets.push(readPacket(block, section));
        break;
      case SIMPLE_PACKET_TYPE:
        packets.push(readSimplePacket(block, section));
        break;
      default: // section 3.1: a parser that does not understand a block ignores it
    }
  }
  return { interfaces, packets };
}

function checkVersion(block: Block): void {
  demandBody(block, SECTION_HEADER.options, "section header block");
  const major = block.view.u16(block.at + SECTION_HEADER.majorVersion);
  const minor = block.view.u16(block.at + SECTION_HEADER.minorVersion);
  if (major === MAJOR_VERSION && (minor === MINOR_VERSION || minor === MINOR_VERSION_ALIAS)) return;
  throw block.view.problem(
    block.at + SECTION_HEADER.majorVersion,
    "section header block",
    `is of version ${major}.${minor}; ${MAJOR_VERSION}.${MINOR_VERSION} is allowed: write it again as pcapng 1.0`,
  );
}

function readInterface(block: Block, index: number): SectionInterface {
  const { view, at } = block;
  demandBody(block, INTERFACE_DESCRIPTION.options, "interface description block");
  let name = "";
  let ticksPerSecond = TICKS_PER_SECOND_DEFAULT;
  let offsetSeconds = 0n;
  for (const option of walkOptions(block, at + INTERFACE_DESCRIPTION.options)) {
    if (option.code === INTERFACE_NAME) name = readText(view, option);
    if (option.code === INTERFACE_TIME_RESOLUTION) ticksPerSecond = readTicksPerSecond(view, option);
    if (option.code === INTERFACE_TIME_OFFSET) {
      demandOption(view, option, 8, "if_tsoffset");
      offsetSeconds = view.i64(option.at);
    }
  }
  const linkType = view.u16(at + INTERFACE_DESCRIPTION.linkType);
  const snapBytes = view.u32(at + INTERFACE_DESCRIPTION.snapLength);
  return { name, linkType, index, snapBytes, ticksPerSecond, offsetSeconds };
}

/** Strings need not be valid UTF-8, and a zero byte ends them (sections 3.5 and 3.6.3). */
function readText(view: ByteView, { at, byteCount }: BlockOption): string {
  const text = view.slice(at, byteCount);
  const end = text.indexOf(0);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(end < 0 ? text : text.subarray(0, end));
}

/** One byte: the highest bit chooses between a power of two and of ten, the others are the exponent. */
function readTicksPerSecond(view: ByteView, option: BlockOption): bigint {
  demandOption(view, option, 1, "if_tsresol");
  const resolution = view.u8(option.at);
  const exponent = BigInt(resolution & 0x7f);
  return (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
}

function readPacket(block: Block, section: readonly SectionInterface[]): CapturedPacket {
  const { view, at } = block;
  const subject = block.type === PACKET_TYPE ? "packet block" : "enhanced packet block";
  demandBody(block, ENHANCED_PACKET.data, subject);
  const interfaceAt = at + ENHANCED_PACKET.interfaceIndex;
  const number = block.type === PACKET_TYPE ? view.u16(interfaceAt) : view.u32(interfaceAt);
  const origin = findInterface(block, section, number, subject);
  const high = BigInt(view.u32(at + ENHANCED_PACKET.timeHigh));
  const ticks = (high << 32n) | BigInt(view.u32(at + ENHANCED_PACKET.timeLow));
  const timeNs = (ticks * NS_PER_SECOND) / origin.ticksPerSecond + origin.offsetSeconds * NS_PER_SECOND;
  const capturedBytes = view.u32(at + ENHANCED_PACKET.capturedLength);
  const byteOffset = at + ENHANCED_PACKET.data;
  const bytes = readData(block, byteOffset, capturedBytes, subject);
  const originalBytes = Math.max(view.u32(at + ENHANCED_PACKET.originalLength), capturedBytes);
  return { interfaceIndex: origin.index, timeNs, originalBytes, bytes, byteOffset };
}

function readSimplePacket(block: Block, section: readonly SectionInterface[]): CapturedPacket {
  const { view, at } = block;
  const subject = "simple packet block";
  demandBody(block, SIMPLE_PACKET.data, subject);
  const origin = findInterface(block, section, 0, subject);
  const originalBytes = view.u32(at + SIMPLE_PACKET.originalLength);
  const capturedBytes = origin.snapBytes === 0 ? originalBytes : Math.min(originalBytes, origin.snapBytes);
  const byteOffset = at + SIMPLE_PACKET.data;
  const bytes = readData(block, byteOffset, capturedBytes, subject);
  return { interfaceIndex: origin.index, timeNs: 0n, originalBytes, bytes, byteOffset };
}

function findInterface(
  { view, at }: Block,
  section: readonly SectionInterface[],
  number: number,
  subject: string,
): SectionInterface {
  const found = section[number];
  if (found !== undefined) return found;
  throw view.problem(
    at,
    subject,
    `is of interface ${number}, but its section describes ${section.length} before it; the file is damaged: ${remedy(at)}`,
  );
}

function readData({ view, at, bodyEnd }: Block, dataAt: number, byteCount: number, subject: string): Uint8Array {
  const bytesMax = Math.min(bodyEnd - dataAt, PACKET_BYTES_MAX);
  if (byteCount <= bytesMax) return view.slice(dataAt, byteCount);
  throw view.problem(
    at,
    subject,
    `says that ${byteCount} bytes were captured; at most ${bytesMax} are possible here: the file is damaged, ${remedy(at)}`,
  );
}

/** Checks that the fields before `fieldsEnd`, an offset in the block, are inside the body. */
function demandBody({ view, at, bodyEnd }: Block, fieldsEnd: number, subject: string): void {
  if (bodyEnd - at >= fieldsEnd) return;
  const found = bodyEnd - at + BLOCK_TRAILER_BYTES;
  const least = fieldsEnd + BLOCK_TRAILER_BYTES;
  throw view.problem(
    at,
    subject,
    `has ${found} bytes; at least ${least} are needed: the file is damaged, ${remedy(at)}`,
  );
}

function demandOption(view: ByteView, { at, byteCount }: BlockOption, expected: number, subject: string): void {
  if (byteCount === expected) return;
  throw view.problem(
    at,
    subject,
    `has ${byteCount} bytes; ${expected} is allowed: the file is damaged, record it again`,
  );
}
