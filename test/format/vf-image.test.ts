/** The describing decoder agrees with the restoring one: what one refuses, the other does, and says where. */
import { describe, expect, it } from "vitest";
import { decodeVfImage } from "../../src/format/vf-image";
import { InputError } from "../../src/sim/input-error";
import { imageCrc } from "../renic/image-crc";
import { decodeImage, decodeRecords } from "../renic/image-decoder";
import { createImageScene } from "../renic/image-scene";
import { damage, insertRecord, withPayload, withWord, writeImage, writeOutbound } from "../renic/image-writer";
import { RELEASE } from "../support/wasm-builds";

const TX_QUEUE = 5;
const FILTERS = 9;
const OUTBOUND = 11;
const EPOCH = 7;

const { source, target, store } = createImageScene(RELEASE.module);
const base = store.save(target.vf);
const saved = store.save(source.vf);
/** Every record that an image can have. */
const image = writeImage(
  insertRecord(decodeImage(saved), { type: OUTBOUND, payload: writeOutbound([{ bytes: new Uint8Array(61) }]) }),
);
const delta = store.makeDelta(base, EPOCH, saved);

function valuesOf(bytes: Uint8Array): Map<string, string> {
  return new Map(decodeVfImage(bytes, "vf.image").map(({ record, name, value }) => [`${record}: ${name}`, value]));
}

function refusalOf(bytes: Uint8Array): string {
  try {
    decodeVfImage(bytes, "bad.image");
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "";
}

describe("decodeVfImage", () => {
  it("a saved image, every register by its name", () => {
    const values = decodeVfImage(image, "vf.image");
    for (const [name, value] of decodeImage(image).registers) {
      const found = values.filter((field) => field.name === name).map((field) => field.value);
      expect(found, name).toEqual([`0x${value.toString(16).padStart(8, "0")}`]);
    }
  });

  it("a saved image, everything else in words", () => {
    const values = valuesOf(image);
    expect(Object.fromEntries(values)).toMatchObject({
      "IDENTITY: MAC": "02:52:4e:01:00:01",
      "THROTTLE: vector 1 time left": "200000000 ps",
      "THROTTLE: vector 1 remembered": "yes",
      "TX_QUEUE 1: TDLEN1": "0x00000080",
      "TX_QUEUE 1: fetched up to": "3",
      "TX_QUEUE 1: context 1 dw0": "0x00051c15",
      "MSIX: entry 1 address": "0x11fee00001",
      "MSIX: pending": "0x00000002",
      "CONTROL: mail": "request, acknowledgement",
      "CONTROL: timer": "2100000000 ps",
      "FILTERS: addresses": "3",
      "FILTERS: address 0": "02:5e:00:00:00:01",
      "FILTERS: VLAN 2": "4094",
      "POLICY: switches": "VFRE, VFTE, VLAN anti-spoofing, own frames come back",
      "POLICY: noted flags": "clear to send, fixed address, trusted",
      "POLICY: hash 1": "0x00000123",
      "OUTBOUND 0: state": "holding, protected",
      "OUTBOUND 0: frame 0 bytes": "61",
    });
    expect(values.size).toBe(decodeVfImage(image, "vf.image").length);
  });

  it("a delta, the image that it changes and what it has of the newer one", () => {
    expect(Object.fromEntries(valuesOf(delta))).toMatchObject({
      "IDENTITY: MAC": "02:52:4e:01:00:01",
      "BASE: epoch": "7",
      "BASE: CRC": `0x${imageCrc(base).toString(16).padStart(8, "0")}`,
    });
    const none = store.makeDelta(saved, EPOCH, saved);
    expect([...valuesOf(none)].at(-1)).toEqual(["BASE: kept records", "0 1 2 3 4 5 6 7 8 9 10 11"]);
  });

  it("an image cut or damaged anywhere, refused like by the device", () => {
    for (let at = 0; at < image.length; at++) {
      for (const bits of [1 << (at % 8), 0xff]) {
        const damaged = damage(image, at, bits);
        expect(refusalOf(damaged) === "", `byte ${at}`).toBe(store.check(damaged).code === 0);
      }
      expect(refusalOf(image.subarray(0, at)), `cut at ${at}`).not.toBe("");
    }
  });

  it("a delta cut or damaged anywhere, refused like by the device", () => {
    for (let at = 0; at < delta.length; at++) {
      const damaged = damage(delta, at, 1 << (at % 8));
      expect(refusalOf(damaged) === "", `byte ${at}`).toBe(store.checkDelta(base, EPOCH, damaged) === 0);
      expect(refusalOf(delta.subarray(0, at)), `cut at ${at}`).not.toBe("");
    }
  });

  it("an image with any word of any record otherwise, refused like by the device and nowhere else", () => {
    const { records } = decodeRecords(image);
    let refusedCount = 0;
    records.forEach((record, index) => {
      for (let word = 0; word * 4 < record.payload.length; word++) {
        for (const value of [0, 1, 0x80, 0x10000, 0x80000000, 0xffffffff, 0x5555, 60, 2]) {
          const changed = records.map((other, place) => {
            return place === index ? { ...other, payload: withWord(other.payload, word, value) } : other;
          });
          const bytes = writeImage(changed);
          const isRefused = store.check(bytes).code !== 0;
          expect(refusalOf(bytes) !== "", `record ${record.type}, word ${word}, ${value}`).toBe(isRefused);
          if (isRefused) refusedCount++;
        }
      }
    });
    expect(refusedCount).toBeGreaterThan(300);
  });

  it("a record cut by a word or longer, refused like by the device", () => {
    for (const type of [1, 2, 3, 4, 5, 6, 7, 8, FILTERS, 10, OUTBOUND, 65_535]) {
      for (const change of [
        (payload: Uint8Array) => payload.subarray(0, Math.max(0, payload.length - 4)),
        (payload: Uint8Array) => Uint8Array.of(...payload, 0, 0, 0, 0, 0, 0, 0, 0),
        () => new Uint8Array(0),
      ]) {
        const bytes = withPayload(decodeImage(image), type, change);
        expect(refusalOf(bytes) !== "", `record ${type}`).toBe(store.check(bytes).code !== 0);
      }
    }
  });

  it("an image without one of its records, refused by its name", () => {
    const { records } = decodeRecords(image);
    const messages = records.map((_, left) => refusalOf(writeImage(records.filter((_, index) => index !== left))));
    expect(messages[0]).toMatch(/^bad\.image: byte \d+: IDENTITY: is missing$/);
    expect(messages[6]).toMatch(/^bad\.image: byte \d+: TX_QUEUE 1: is missing$/);
    // Without frames that wait it is a checkpoint's.
    expect(messages.map((message) => message === "").filter((isTaken) => isTaken)).toHaveLength(1);
  });
});

interface Impossible {
  readonly what: string;
  readonly type: number;
  /** The word that is changed, and what to. */
  readonly word: number;
  readonly value: number;
  /** From the start of the payload to the byte that is named; where the word is unless told. */
  readonly at?: number;
  readonly message: string;
}

const IMPOSSIBLE: readonly Impossible[] = [
  {
    what: "a ring at an address that it cannot have",
    type: TX_QUEUE,
    word: 0,
    value: 0x3fff8,
    message: "TX_QUEUE 0: has TDBAL0 at 0x0003fff8; only bits 0xffffff80 can be set",
  },
  {
    what: "too much time left",
    type: 3,
    word: 1,
    value: 2,
    at: 0,
    message: "THROTTLE: has vector 0 time left at 8589934592 ps; at most 8192000000 ps is allowed",
  },
  {
    what: "too many addresses",
    type: FILTERS,
    word: 0,
    value: 25,
    message: "FILTERS: has addresses at 25; at most 24 is allowed",
  },
  {
    what: "VLANs that do not ascend",
    type: FILTERS,
    word: 10,
    value: 5,
    message: "FILTERS: has VLAN 2 at 5; at least 6 is allowed here",
  },
  {
    what: "another register table",
    type: 1,
    word: 2,
    value: 1,
    message: "IDENTITY: has table version at 1; at least 2 is allowed here",
  },
  {
    what: "a short frame",
    type: OUTBOUND,
    word: 5,
    value: 12,
    message: "OUTBOUND 0: has frame 0 bytes at 12; at least 60 is allowed here",
  },
  {
    what: "fewer frames than it says",
    type: OUTBOUND,
    word: 0,
    value: 2,
    // The length in the record's header.
    at: -12,
    message: "OUTBOUND 0: is 96 bytes long; its lists need 172",
  },
];

describe("decodeVfImage, of a whole image", () => {
  it.each(IMPOSSIBLE)(
    "with $what, says the byte, the value and what is allowed",
    ({ type, word, value, at, message }) => {
      const { records } = decodeImage(image);
      const bytes = withPayload(decodeImage(image), type, (payload) => withWord(payload, word, value));
      const payloadAt = (records.find((record) => record.type === type)?.at ?? Number.NaN) + 16;
      expect(refusalOf(bytes)).toBe(`bad.image: byte ${payloadAt + (at ?? word * 4)}: ${message}`);
    },
  );

  it("with a head beyond its ring, takes it like the device", () => {
    const bytes = withPayload(decodeImage(image), TX_QUEUE, (payload) => withWord(payload, 3, 999));
    expect(decodeVfImage(bytes, "head.image")).toHaveLength(decodeVfImage(image, "vf.image").length);
  });
});
