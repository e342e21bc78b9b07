/** Images that are whole and must not be restored: put together wrongly. What is refused changes nothing. */

import { describe, expect, it } from "vitest";
import { TRACE_DELIVERED, TRACE_FETCHED } from "../../assembly/layout/trace";
import { runFor } from "../support/running";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";
import { type DecodedImage, decodeImage } from "./image-decoder";
import { createRestoreScene } from "./image-scene";
import {
  damage,
  END_TYPE,
  insertRecord,
  OPTIONAL,
  type RecordParts,
  replaceRecord,
  withPayload,
  withWord,
  writeImage,
} from "./image-writer";

const INTERRUPT = 2;
const RX_QUEUE = 4;
const TX_QUEUE = 5;
const FILTERS = 9;
const POLICY = 10;
const OUTBOUND = 11;
const BASE = 12;
/** A type that this version does not have. */
const UNKNOWN = 13;
/** Words of a queue record. */
const RDH_WORD = 4;
const TDH_WORD = 3;

function pack(type: number, more: Partial<RecordParts> = {}): RecordParts {
  return { type, payload: new Uint8Array(8), ...more };
}

interface Refused {
  readonly what: string;
  readonly code: number;
  readonly write: (image: DecodedImage) => Uint8Array;
}

/** Ways to put an image together wrongly, by the code that says so. */
const REFUSED: readonly Refused[] = [
  {
    what: "longer by its header than in fact",
    code: 1,
    write: ({ records }) => writeImage(records, { byteCount: 2000 }),
  },
  { what: "with another magic", code: 2, write: ({ records }) => writeImage(records, { magic: "RENICVG\0" }) },
  { what: "of major version 1", code: 3, write: ({ records }) => writeImage(records, { major: 1 }) },
  { what: "of major version 3", code: 3, write: ({ records }) => writeImage(records, { major: 3 }) },
  { what: "of another model", code: 4, write: ({ records }) => writeImage(records, { model: 0x15208086 }) },
  { what: "with an unknown feature", code: 5, write: ({ records }) => writeImage(records, { features: 0x80000000 }) },
  { what: "that says it is a delta", code: 5, write: ({ records }) => writeImage(records, { features: 1 }) },
  { what: "with a wrong header CRC", code: 6, write: ({ records }) => damage(writeImage(records), 28, 1) },
  { what: "without END", code: 7, write: ({ records }) => writeImage(records.slice(0, -1)) },
  {
    what: "with a payload above the limit",
    code: 7,
    write: (image) => writeImage(insertRecord(image, pack(UNKNOWN, { payload: new Uint8Array(65_544) }))),
  },
  {
    what: "with a length beyond its end",
    code: 7,
    write: ({ records }) => damage(writeImage(records), (records[5]?.at ?? 0) + 5, 0x10),
  },
  { what: "with a wrong record CRC", code: 8, write: ({ records }) => damage(writeImage(records), 60, 1) },
  { what: "with records out of order", code: 9, write: ({ records }) => writeImage(swapped(records)) },
  {
    what: "with a record twice",
    code: 9,
    write: (image) => writeImage(replaceRecord(image, INTERRUPT, (record) => [record, record])),
  },
  {
    what: "with its second receive queue before the first",
    code: 9,
    write: (image) => writeImage(replaceRecord(image, RX_QUEUE, (one) => [{ ...one, instance: 1 }, one])),
  },
  ...[UNKNOWN, BASE, 65_534].map((type) => ({
    what: `with a mandatory record of type ${type}`,
    code: 10,
    write: (image: DecodedImage) => writeImage(insertRecord(image, pack(type))),
  })),
  {
    what: "with an unknown flag on an unknown record",
    code: 10,
    write: (image) => writeImage(insertRecord(image, pack(UNKNOWN, { flags: 2 }))),
  },
  {
    what: "with a mandatory third receive queue",
    code: 10,
    write: (image) => writeImage(insertRecord(image, pack(RX_QUEUE, { instance: 2 }))),
  },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((type) => [
    {
      what: `without record ${type}`,
      code: 11,
      write: (image: DecodedImage) => writeImage(replaceRecord(image, type, () => [])),
    },
    {
      what: `with record ${type} cut by a word`,
      // The lists of filters are not cut without a word.
      code: type === FILTERS ? 13 : 12,
      write: (image: DecodedImage) => withPayload(image, type, (payload) => payload.subarray(0, -4)),
    },
  ]),
  ...[RX_QUEUE, TX_QUEUE].map((type) => ({
    what: `without the second queue of record ${type}`,
    code: 11,
    write: (image: DecodedImage) => writeImage(replaceRecord(image, type, () => [], 1)),
  })),
  { what: "with half a FILTERS", code: 12, write: (image) => withPayload(image, FILTERS, () => new Uint8Array(4)) },
  {
    what: "with an OUTBOUND of three words",
    code: 12,
    write: (image) => writeImage(insertRecord(image, pack(OUTBOUND, { payload: new Uint8Array(12) }))),
  },
  ...[13, 15].map((recordCount) => ({
    what: `with ${recordCount} records by its header`,
    code: 14,
    write: (image: DecodedImage) => {
      return writeImage(insertRecord(image, pack(UNKNOWN, { flags: OPTIONAL })), { recordCount });
    },
  })),
  {
    what: "with a payload in END",
    code: 14,
    write: ({ records }) => writeImage([...records.slice(0, -1), pack(END_TYPE)]),
  },
  {
    what: "with something behind END",
    code: 14,
    write: ({ records }) => writeImage([...records, pack(END_TYPE, { instance: 1 })]),
  },
  ...[RX_QUEUE, POLICY].map((type) => ({
    what: `with version 2 of record ${type}`,
    code: 15,
    write: (image: DecodedImage) => writeImage(replaceRecord(image, type, (record) => [{ ...record, version: 2 }])),
  })),
];

function swapped(records: readonly RecordParts[]): RecordParts[] {
  const [first, second, ...rest] = records;
  return first && second ? [second, first, ...rest] : [];
}

describe.each(BUILDS)("a whole image, $name build", ({ module }) => {
  it.each(REFUSED)("$what, is refused with code $code and changes nothing", ({ code, write }) => {
    const { image, restore, isUnchanged } = createRestoreScene(module);
    expect(restore(write(decodeImage(image)))).toBe(code);
    expect(isUnchanged()).toBe(true);
  });

  it("among those refused, every code of the specification occurs", () => {
    const codes = new Set(REFUSED.map(({ code }) => code));
    expect([...codes].sort((one, other) => one - other)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
  });
});

/** What a reader must take although it could have been written otherwise. */
const ACCEPTED: readonly { what: string; write: (image: DecodedImage) => Uint8Array }[] = [
  { what: "of a higher minor version", write: ({ records }) => writeImage(records, { minor: 7 }) },
  ...[0, BASE, UNKNOWN, 65_534].map((type) => ({
    what: `with an optional record of type ${type}`,
    write: (image: DecodedImage) => writeImage(insertRecord(image, pack(type, { flags: OPTIONAL, instance: 0 }))),
  })),
  {
    what: "with an optional third receive queue",
    write: (image) => writeImage(insertRecord(image, pack(RX_QUEUE, { flags: OPTIONAL, instance: 2 }))),
  },
  {
    what: "with an optional record as long as one may be",
    write: (image) => {
      return writeImage(insertRecord(image, pack(UNKNOWN, { flags: OPTIONAL, payload: new Uint8Array(65_536) })));
    },
  },
  {
    what: "with more behind each payload than this version knows",
    write: ({ records }) => writeImage(records.map(lengthened)),
  },
];

function lengthened(record: RecordParts): RecordParts {
  // Lists have exactly the length that they need.
  if (record.type === END_TYPE || record.type === FILTERS) return record;
  return { ...record, payload: Uint8Array.of(...record.payload, 0xaa, 0xbb, 0xcc, 0xdd, 0xee) };
}

describe.each(BUILDS)("an image from a newer writer, $name build", ({ module }) => {
  it.each(ACCEPTED)("$what, is restored like one without", ({ write }) => {
    const { image, target, store, restore } = createRestoreScene(module);
    expect(restore(write(decodeImage(image)))).toBe(0);
    expect(store.save(target.vf)).toEqual(image);
  });
});

/** Heads that a guest brings about by shortening a ring: legal, and no work. */
describe.each(BUILDS)("an image with a head beyond its ring, $name build", ({ module }) => {
  it.each([
    [RX_QUEUE, RDH_WORD, 256],
    [TX_QUEUE, TDH_WORD, 0xffff],
  ])("record %d, is restored, and the queue does nothing", (type, word, value) => {
    const { image, world, target, restore } = createRestoreScene(module);
    expect(restore(withPayload(decodeImage(image), type, (payload) => withWord(payload, word, value)))).toBe(0);
    world.plane.unquiesce(target.vf);
    const trace = runFor(world, 1_000_000);
    expect(ofKind(trace, type === TX_QUEUE ? TRACE_FETCHED : TRACE_DELIVERED, target.vf)).toEqual([]);
  });
});
