/**
 * Descriptors for transmission as they stand in a ring, and the fields of contexts.
 * Source: docs/device.md, "Transmit"; the 82576's data sheet for EOP and RS.
 */

import { addressOf, bits, hasBit, littleEndian32 } from "./bytes";
import type { Context } from "./pool";

const DTYP_CONTEXT = 2;
const DTYP_DATA = 3;

export type DescriptorKind = "legacy" | "data" | "context" | "unknown";

export interface TransmitDescriptor {
  readonly position: number;
  readonly kind: DescriptorKind;
  readonly dw0: number;
  readonly dw2: number;
  readonly dw3: number;
  readonly address: bigint;
  /** Bytes of the buffer of a data descriptor. */
  readonly bytes: number;
  readonly isEnd: boolean;
}

function kindOf(dw2: number): DescriptorKind {
  if (!hasBit(dw2, 29)) return "legacy";
  const type = bits(dw2, 23, 20);
  return type === DTYP_CONTEXT ? "context" : type === DTYP_DATA ? "data" : "unknown";
}

export function decodeDescriptor(position: number, raw: Uint8Array): TransmitDescriptor {
  const dw0 = littleEndian32(raw, 0);
  const dw2 = littleEndian32(raw, 8);
  return {
    position,
    kind: kindOf(dw2),
    dw0,
    dw2,
    dw3: littleEndian32(raw, 12),
    address: addressOf(dw0, littleEndian32(raw, 4)),
    bytes: dw2 & 0xffff,
    isEnd: hasBit(dw2, 24),
  };
}

/** The slot of a context, or the one that a data descriptor uses. */
export function slotOf(descriptor: TransmitDescriptor): number {
  return bits(descriptor.dw3, 4, 4);
}

/** A context's fields. */
export interface ContextFields {
  readonly macBytes: number;
  readonly ipBytes: number;
  readonly tag: number;
  readonly isIpv4: boolean;
  readonly l4Type: number;
  readonly l4Bytes: number;
  readonly segmentBytes: number;
}

export function contextFields(context: Context): ContextFields {
  return {
    macBytes: bits(context.dw0, 15, 9),
    ipBytes: bits(context.dw0, 8, 0),
    tag: bits(context.dw0, 31, 16),
    isIpv4: hasBit(context.dw2, 10),
    l4Type: bits(context.dw2, 12, 11),
    l4Bytes: bits(context.dw3, 15, 8),
    segmentBytes: bits(context.dw3, 31, 16),
  };
}
