/** Streams put together from whole records in another way. */

import { recordsOf, type StreamRecord } from "../reference/checkpoint-stream";
import { imageCrc } from "../renic/image-crc";

/** Returns a stream with the records that are wanted, END as it was. */
export function withRecords(stream: Uint8Array, isWanted: (record: StreamRecord) => boolean): Uint8Array {
  const parts = recordsOf(stream).filter(isWanted);
  return Buffer.concat([stream.subarray(0, 32), ...parts.map(({ offset, end }) => stream.subarray(offset, end))]);
}

/** Returns a stream whose END says so many records more, and is right in itself. */
export function withCount(stream: Uint8Array, more: number): Uint8Array {
  return withPart(stream, stream.length - 24, (record) =>
    record.setUint32(16, record.getUint32(16, true) + more, true),
  );
}

/** Returns a stream with the record at an offset changed, and its CRC right again; of RAW this covers the digest alone. */
export function withPart(stream: Uint8Array, offset: number, change: (record: DataView) => void): Uint8Array {
  const record = recordsOf(stream).find((candidate) => candidate.offset === offset);
  if (!record) throw new Error(`no record begins at byte ${offset}`);
  const changed = stream.slice();
  const view = new DataView(changed.buffer, changed.byteOffset + offset, record.end - offset);
  change(view);
  const covered = view.getUint16(0, true) === 3 ? offset + 24 : record.end;
  view.setUint32(12, imageCrc(changed.subarray(offset, offset + 12), changed.subarray(offset + 16, covered)), true);
  return changed;
}

/** Returns a stream with its header changed, and the header's CRC right again. */
export function withHeader(stream: Uint8Array, change: (header: DataView) => void): Uint8Array {
  const changed = stream.slice();
  const header = new DataView(changed.buffer, changed.byteOffset, 32);
  change(header);
  header.setUint32(28, imageCrc(changed.subarray(0, 28)), true);
  return changed;
}

/** Returns a stream with an optional record of a type to come before its first, right in itself. */
export function withOptional(stream: Uint8Array): Uint8Array {
  const optional = new Uint8Array(24);
  const view = new DataView(optional.buffer);
  view.setUint16(0, 500, true);
  view.setUint16(2, 1, true);
  view.setUint32(4, 8, true);
  view.setUint32(12, imageCrc(optional.subarray(0, 12), optional.subarray(16)), true);
  const longer = Buffer.concat([stream.subarray(0, 32), optional, stream.subarray(32)]);
  const headers = [
    longer.subarray(0, 32),
    ...recordsOf(longer)
      .slice(0, -1)
      .map(({ header }) => header),
  ];
  return withPart(longer, longer.length - 24, (end) => {
    end.setUint32(16, end.getUint32(16, true) + 1, true);
    end.setUint32(20, imageCrc(...headers), true);
  });
}
