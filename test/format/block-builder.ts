/**
 * Builds pcapng and pcap files byte by byte, in either byte order, sound or not.
 *
 * Writes its own numbers, taken from draft-ietf-opsawg-pcapng and draft-ietf-opsawg-pcap and not from `src/format`, so
 * that a wrong offset there cannot cancel itself out.
 */

/** Writes numbers in one byte order. */
export class BlockBuilder {
  constructor(private readonly isLittleEndian: boolean) {}

  u16(value: number): Uint8Array {
    return this.number(2, (view) => view.setUint16(0, value, this.isLittleEndian));
  }

  u32(value: number): Uint8Array {
    return this.number(4, (view) => view.setUint32(0, value, this.isLittleEndian));
  }

  i64(value: bigint): Uint8Array {
    return this.number(8, (view) => view.setBigInt64(0, value, this.isLittleEndian));
  }

  block(type: number, ...body: Uint8Array[]): Uint8Array {
    const content = pad(join(...body));
    const length = this.u32(content.length + 12);
    return join(this.u32(type), length, content, length);
  }

  option(code: number, value: Uint8Array): Uint8Array {
    return join(this.u16(code), this.u16(value.length), pad(value));
  }

  section(version = { major: 1, minor: 0 }): Uint8Array {
    const { major, minor } = version;
    return this.block(0x0a0d0d0a, this.u32(0x1a2b3c4d), this.u16(major), this.u16(minor), this.i64(-1n));
  }

  interface(linkType: number, ...options: Uint8Array[]): Uint8Array {
    return this.block(1, this.u16(linkType), this.u16(0), this.u32(0), ...options);
  }

  /** An enhanced packet block of `data`, all captured. */
  packet(interfaceIndex: number, ticks: bigint, data: Uint8Array): Uint8Array {
    const high = this.u32(Number(ticks >> 32n));
    const low = this.u32(Number(ticks & 0xffff_ffffn));
    const length = this.u32(data.length);
    return this.block(6, this.u32(interfaceIndex), high, low, length, length, data);
  }

  /** A pcap file header; the magic number tells micro- from nanoseconds. */
  pcapHeader(magic: number, linkType = 1): Uint8Array {
    return join(
      this.u32(magic),
      this.u16(2),
      this.u16(4),
      this.u32(0),
      this.u32(0),
      this.u32(65_535),
      this.u32(linkType),
    );
  }

  pcapRecord(seconds: number, fraction: number, data: Uint8Array, originalBytes = data.length): Uint8Array {
    return join(this.u32(seconds), this.u32(fraction), this.u32(data.length), this.u32(originalBytes), data);
  }

  private number(byteCount: number, write: (view: DataView) => void): Uint8Array {
    const bytes = new Uint8Array(byteCount);
    write(new DataView(bytes.buffer));
    return bytes;
  }
}

export const LITTLE = new BlockBuilder(true);
export const BIG = new BlockBuilder(false);

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

function pad(bytes: Uint8Array): Uint8Array {
  return join(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
}
