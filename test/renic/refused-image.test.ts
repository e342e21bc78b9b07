/** Images that must not be restored: damaged, cut, or put together wrongly. Whatever is refused changes nothing. */

import { describe, expect, it } from "vitest";
import { TRACE_DELIVERED, TRACE_FETCHED } from "../../assembly/layout/trace";
import { runFor } from "../support/running";
import { ofKind } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";
import { type DecodedImage, decodeImage } from "./image-decoder";
import { createImageScene } from "./image-scene";
import { END_TYPE, OPTIONAL, type RecordParts, replaceRecord, withWord, writeImage } from "./image-writer";

const IDENTITY = 1;
const INTERRUPT = 2;
const RX_QUEUE = 4;
const TX_QUEUE = 5;
/** Words of a queue record. */
const BASE_WORD = 0;
const LENGTH_WORD = 2;
const RDH_WORD = 4;
const TDH_WORD = 3;
/** Word of the identity record. */
const TABLE_VERSION_WORD = 2;

/** The scene with an image of its source, and a check that the target is what it was. */
function createTarget(module: WebAssembly.Module) {
  const scene = createImageScene(module);
  const image = scene.store.save(scene.source.vf);
  const before = scene.store.save(scene.target.vf);
  const restore = (bytes: Uint8Array) => scene.store.restore(scene.target.vf, bytes);
  const isUnchanged = () => Buffer.compare(scene.store.save(scene.target.vf), before) === 0;
  return { ...scene, image, restore, isUnchanged };
}

function pack(type: number, more: Partial<RecordParts> = {}): RecordParts {
  return { type, payload: new Uint8Array(8), ...more };
}

function secondQueue(payload: Uint8Array): RecordParts {
  return pack(RX_QUEUE, { payload, instance: 1, flags: OPTIONAL });
}

function withQueueWord(image: DecodedImage, type: number, word: number, value: number): Uint8Array {
  const change = ({ payload }: { payload: Uint8Array }) => [{ type, payload: withWord(payload, word, value) }];
  return writeImage(replaceRecord(image, type, change));
}

function cutPayload(image: DecodedImage, type: number): Uint8Array {
  return writeImage(replaceRecord(image, type, ({ payload }) => [{ type, payload: payload.subarray(0, -4) }]));
}

/** Turns one byte over. */
function damage(image: Uint8Array, at: number, bits: number): Uint8Array {
  const damaged = image.slice();
  damaged[at] = (damaged[at] ?? 0) ^ bits;
  return damaged;
}

/** Bytes that the specification has no reader look at: between a payload and the next multiple of eight. */
function paddingOf({ records }: DecodedImage): number[] {
  return records.flatMap(({ at, payload }) => {
    const count = Math.ceil(payload.length / 8) * 8 - payload.length;
    return Array.from({ length: count }, (_, index) => at + 16 + payload.length + index);
  });
}

describe.each(BUILDS)("an image, $name build", ({ module }) => {
  it("written anew from its decoded parts, has the same bytes", () => {
    const { image } = createTarget(module);
    expect(writeImage(decodeImage(image).records)).toEqual(image);
  });

  it("with any byte damaged, padding aside, is refused and changes nothing", () => {
    const { image, restore, isUnchanged } = createTarget(module);
    const padding = paddingOf(decodeImage(image));
    for (let at = 0; at < image.length; at++) {
      if (padding.includes(at)) continue;
      for (const bits of [1 << (at % 8), 0xff]) {
        if (restore(damage(image, at, bits)) === 0) expect.fail(`byte ${at}, ${bits}: accepted`);
      }
      if (!isUnchanged()) expect.fail(`byte ${at}: something was restored`);
    }
    expect(padding).toHaveLength(8);
  });

  it("with padding that is not zero, is restored like one without", () => {
    const { image, target, store, restore } = createTarget(module);
    for (const at of paddingOf(decodeImage(image))) {
      expect(restore(damage(image, at, 0xff))).toBe(0);
      expect(store.save(target.vf)).toEqual(image);
    }
  });

  it("cut anywhere, is refused as too short and changes nothing", () => {
    const { image, restore, isUnchanged } = createTarget(module);
    for (let byteCount = 0; byteCount < image.length; byteCount++) {
      expect(restore(image.subarray(0, byteCount))).toBe(1);
    }
    expect(isUnchanged()).toBe(true);
  });

  it("with bytes behind its end, is refused", () => {
    const { image, restore } = createTarget(module);
    expect(restore(Uint8Array.of(...image, 0))).toBe(1);
  });

  it("checked, accepted or refused, stays as it is byte for byte", () => {
    const { image, store } = createTarget(module);
    for (const bytes of [image, damage(image, 200, 1), image.subarray(0, 100)]) {
      expect(store.check(bytes).after).toEqual(bytes);
    }
    expect(store.check(image).code).toBe(0);
  });
});

/** One way or several to every code of the table in docs/vf-state-image.md. */
const REFUSED: readonly { what: string; code: number; write: (image: DecodedImage) => Uint8Array }[] = [
  {
    what: "longer by its header than in fact",
    code: 1,
    write: ({ records }) => writeImage(records, { byteCount: 1000 }),
  },
  { what: "with another magic", code: 2, write: ({ records }) => writeImage(records, { magic: "RENICVG\0" }) },
  { what: "of major version 2", code: 3, write: ({ records }) => writeImage(records, { major: 2 }) },
  { what: "of major version 0", code: 3, write: ({ records }) => writeImage(records, { major: 0 }) },
  { what: "of another model", code: 4, write: ({ records }) => writeImage(records, { model: 0x15208086 }) },
  { what: "with a feature", code: 5, write: ({ records }) => writeImage(records, { features: 0x80000000 }) },
  { what: "with a wrong header CRC", code: 6, write: ({ records }) => damage(writeImage(records), 28, 1) },
  { what: "without END", code: 7, write: ({ records }) => writeImage(records.slice(0, -1)) },
  {
    what: "with a payload above the limit",
    code: 7,
    write: ({ records }) => writeImage([...records.slice(0, -1), pack(7, { payload: new Uint8Array(65_544) })]),
  },
  {
    what: "with a length beyond its end",
    code: 7,
    write: ({ records }) => damage(writeImage(records), (records[5]?.at ?? 0) + 5, 1),
  },
  { what: "with a wrong record CRC", code: 8, write: ({ records }) => damage(writeImage(records), 60, 1) },
  { what: "with records out of order", code: 9, write: ({ records }) => writeImage(swapped(records)) },
  {
    what: "with a record twice",
    code: 9,
    write: (image) => writeImage(replaceRecord(image, INTERRUPT, (record) => [record, record])),
  },
  { what: "with a mandatory record of type 7", code: 10, write: (image) => writeImage(beforeEnd(image, pack(7))) },
  {
    what: "with a mandatory record of type 65534",
    code: 10,
    write: (image) => writeImage(beforeEnd(image, pack(65_534))),
  },
  {
    what: "with an unknown flag on an unknown record",
    code: 10,
    write: (image) => writeImage(beforeEnd(image, pack(7, { flags: 2 }))),
  },
  {
    what: "with a mandatory second receive queue",
    code: 10,
    write: (image) => writeImage(replaceRecord(image, RX_QUEUE, (one) => [one, { ...one, instance: 1 }])),
  },
  ...[1, 2, 3, 4, 5, 6].flatMap((type) => [
    {
      what: `without record ${type}`,
      code: 11,
      write: (image: DecodedImage) => writeImage(replaceRecord(image, type, () => [])),
    },
    {
      what: `with record ${type} cut by a word`,
      code: 12,
      write: (image: DecodedImage) => cutPayload(image, type),
    },
  ]),
  {
    what: "with a receive ring of 100 bytes",
    code: 13,
    write: (image) => withQueueWord(image, RX_QUEUE, LENGTH_WORD, 100),
  },
  {
    what: "with a transmit ring of 4,097 bytes",
    code: 13,
    write: (image) => withQueueWord(image, TX_QUEUE, LENGTH_WORD, 4097),
  },
  {
    what: "with a transmit ring that begins at an odd address",
    code: 13,
    write: (image) => withQueueWord(image, TX_QUEUE, BASE_WORD, 0x3fff8),
  },
  {
    what: "with a mask for vectors that there are not",
    code: 13,
    write: (image) => withQueueWord(image, INTERRUPT, 0, 8),
  },
  {
    what: "with a receive queue of record version 2",
    code: 15,
    write: (image) =>
      writeImage(replaceRecord(image, RX_QUEUE, ({ payload }) => [pack(RX_QUEUE, { payload, version: 2 })])),
  },
  {
    what: "of another register table",
    code: 15,
    write: (image) => withQueueWord(image, IDENTITY, TABLE_VERSION_WORD, 2),
  },
  {
    what: "whose only receive queue is an optional second one",
    code: 11,
    write: (image) => writeImage(replaceRecord(image, RX_QUEUE, ({ payload }) => [secondQueue(payload)])),
  },
  {
    what: "with too many records by its header",
    code: 14,
    write: ({ records }) => writeImage(records, { recordCount: 8 }),
  },
  {
    what: "with too few records by its header",
    code: 14,
    write: ({ records }) => writeImage(records, { recordCount: 6 }),
  },
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
];

function swapped(records: readonly RecordParts[]): RecordParts[] {
  const [first, second, ...rest] = records;
  return first && second ? [second, first, ...rest] : [];
}

function beforeEnd({ records }: DecodedImage, record: RecordParts): RecordParts[] {
  return [...records.slice(0, -1), record, ...records.slice(-1)];
}

describe.each(BUILDS)("a whole image, $name build", ({ module }) => {
  it.each(REFUSED)("$what, is refused with code $code and changes nothing", ({ code, write }) => {
    const { image, restore, isUnchanged } = createTarget(module);
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
  {
    what: "with an optional record of type 7",
    write: (image) => writeImage(beforeEnd(image, pack(7, { flags: OPTIONAL }))),
  },
  {
    what: "with an optional record of type 0",
    write: ({ records }) => writeImage([pack(0, { flags: OPTIONAL }), ...records]),
  },
  {
    what: "with an optional second receive queue",
    write: (image) =>
      writeImage(
        replaceRecord(image, RX_QUEUE, ({ payload }) => [pack(RX_QUEUE, { payload }), secondQueue(new Uint8Array(32))]),
      ),
  },
  {
    what: "with an optional record of type 65534",
    write: (image) => writeImage(beforeEnd(image, pack(65_534, { flags: OPTIONAL, instance: 3 }))),
  },
  {
    what: "with an optional record as long as one may be",
    write: (image) => writeImage(beforeEnd(image, pack(9, { flags: OPTIONAL, payload: new Uint8Array(65_536) }))),
  },
  {
    what: "with more behind each payload than this version knows",
    write: ({ records }) => writeImage(records.map(lengthened)),
  },
];

function lengthened(record: RecordParts): RecordParts {
  if (record.type === END_TYPE) return record;
  return { ...record, payload: Uint8Array.of(...record.payload, 0xaa, 0xbb, 0xcc, 0xdd, 0xee) };
}

describe.each(BUILDS)("an image from a newer writer, $name build", ({ module }) => {
  it.each(ACCEPTED)("$what, is restored like one without", ({ write }) => {
    const { image, target, store, restore } = createTarget(module);
    expect(restore(write(decodeImage(image)))).toBe(0);
    expect(store.save(target.vf)).toEqual(image);
  });
});

/** Heads that a guest brings about by shortening a ring: legal, and no work. */
describe.each(BUILDS)("an image with a head beyond its ring, $name build", ({ module }) => {
  it.each([
    [RX_QUEUE, RDH_WORD, 256],
    [TX_QUEUE, TDH_WORD, 0xffffffff],
  ])("record %d, is restored, and the queue does nothing", (type, word, value) => {
    const { image, world, target, restore } = createTarget(module);
    expect(restore(withQueueWord(decodeImage(image), type, word, value))).toBe(0);
    world.plane.unquiesce(target.vf);
    const trace = runFor(world, 1_000_000);
    expect(ofKind(trace, type === TX_QUEUE ? TRACE_FETCHED : TRACE_DELIVERED, target.vf)).toEqual([]);
  });
});
