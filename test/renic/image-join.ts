/** Joins a delta with its base, from docs/vf-state-image.md and nothing else. */
import { imageCrc } from "./image-crc";
import { decodeRecords, type ImageRecord, orderOf } from "./image-decoder";
import { writeImage } from "./image-writer";

const BASE = 12;
const END = 65535;
const IS_DELTA = 1;

/** What a delta says of the image that it changes. */
export interface DeltaBase {
  readonly epoch: number;
  readonly crc: number;
  /** Bit i: record i of that image is kept. */
  readonly kept: bigint;
}

/** Reads BASE of a delta. */
export function baseOf(delta: Uint8Array): DeltaBase {
  const { header, records } = decodeRecords(delta);
  if (header.features !== IS_DELTA) throw new Error("this is no delta");
  const record = records.find(({ type }) => type === BASE);
  if (!record) throw new Error("the delta has no BASE");
  const view = new DataView(record.payload.buffer, record.payload.byteOffset, record.payload.length);
  return { epoch: view.getUint32(0, true), crc: view.getUint32(4, true), kept: view.getBigUint64(8, true) };
}

/** Returns the newer image. */
export function join(base: Uint8Array, delta: Uint8Array): Uint8Array {
  const { crc, kept } = baseOf(delta);
  if (crc !== imageCrc(base)) throw new Error("the delta changes another image");
  const older = withoutEnd(decodeRecords(base).records).filter((_, index) => (kept >> BigInt(index)) & 1n);
  const { records } = decodeRecords(delta);
  const newer = withoutEnd(records).filter(({ type }) => type !== BASE);
  const merged = [...older, ...newer].sort((one, other) => orderOf(one) - orderOf(other));
  return writeImage([...merged, ...records.slice(-1)]);
}

function withoutEnd(records: readonly ImageRecord[]): readonly ImageRecord[] {
  return records.filter(({ type }) => type !== END);
}
