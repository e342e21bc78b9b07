/** Images that are put together well and have a value that cannot be. */

import { describe, expect, it } from "vitest";
import { BUILDS } from "../support/wasm-builds";
import { type DecodedImage, decodeImage } from "./image-decoder";
import { createRestoreScene } from "./image-scene";
import { type FrameParts, insertRecord, withPayload, withWord, writeImage, writeOutbound } from "./image-writer";

const IDENTITY = 1;
const INTERRUPT = 2;
const THROTTLE = 3;
const RX_QUEUE = 4;
const TX_QUEUE = 5;
const MSIX = 7;
const CONTROL = 8;
const FILTERS = 9;
const POLICY = 10;
const OUTBOUND = 11;
/** Words of a queue record. */
const RDH_WORD = 4;

function withFrame(image: DecodedImage, frame: Partial<FrameParts>, head = {}): Uint8Array {
  const payload = writeOutbound([{ bytes: new Uint8Array(60), ...frame }], head);
  return writeImage(insertRecord(image, { type: OUTBOUND, payload }));
}

/** FILTERS with these addresses and VLANs. */
function filters(addresses: readonly bigint[], vlans: readonly number[]): Uint8Array {
  const payload = new Uint8Array(8 + addresses.length * 8 + vlans.length * 4);
  const view = new DataView(payload.buffer);
  view.setUint32(0, addresses.length, true);
  view.setUint32(4, vlans.length, true);
  addresses.forEach((address, index) => {
    view.setBigUint64(8 + index * 8, address, true);
  });
  vlans.forEach((vlan, index) => {
    view.setUint32(8 + addresses.length * 8 + index * 4, vlan, true);
  });
  return payload;
}

interface Refused {
  readonly what: string;
  readonly code: number;
  readonly write: (image: DecodedImage) => Uint8Array;
}

/** Words that cannot be: of a record, at a number, with a value. */
const WORDS: readonly (readonly [what: string, type: number, word: number, value: number])[] = [
  ["another register table", IDENTITY, 2, 3],
  ["an address of 49 bits", IDENTITY, 1, 0x10000],
  ["a mask for vectors that there are not", INTERRUPT, 0, 8],
  ["an interval of more bits", INTERRUPT, 4, 0x200000],
  ["more than 8,192 us left", THROTTLE, 1, 2],
  ["a request remembered twice", THROTTLE, 2, 2],
  ["a receive ring of 100 bytes", RX_QUEUE, 2, 100],
  ["a receive head above 65,535", RX_QUEUE, RDH_WORD, 0x10000],
  ["a flush of the receive queue", RX_QUEUE, 7, 0x04000000],
  ["a transmit ring of 4,097 bytes", TX_QUEUE, 2, 4097],
  ["a transmit ring that begins at an odd address", TX_QUEUE, 0, 0x3fff8],
  ["a transmit position above 65,535", TX_QUEUE, 9, 0x10000],
  ["a reserved bit in a vector's control", MSIX, 3, 2],
  ["a fourth pending message", MSIX, 12, 8],
  ["a reserved bit in the message control", MSIX, 13, 1],
  ["a signal in the mailbox control", CONTROL, 0, 1],
  ["a header to split that there is not", CONTROL, 17, 0x4000],
  ["mail of another kind", CONTROL, 18, 8],
  ["the turn of a third queue", CONTROL, 19, 2],
  ["a reserved bit of VMVIR", POLICY, 1, 0x10000],
  ["a sixth switch", POLICY, 2, 0x20],
  ["a noted address of 49 bits", POLICY, 5, 0x10000],
  ["an unknown note", POLICY, 6, 0x10],
  ["31 hashes", POLICY, 7, 31],
];

const IMPOSSIBLE: readonly Refused[] = [
  ...WORDS.map(([what, type, word, value]) => ({
    what: `with ${what}`,
    code: type === IDENTITY && word === 2 ? 15 : 13,
    write: (image: DecodedImage) => withPayload(image, type, (payload) => withWord(payload, word, value)),
  })),
  ...[
    {
      what: "25 addresses",
      payload: filters(
        Array.from({ length: 25 }, (_, index) => BigInt(index)),
        [],
      ),
    },
    {
      what: "33 VLANs",
      payload: filters(
        [],
        Array.from({ length: 33 }, (_, index) => index),
      ),
    },
    { what: "an address twice", payload: filters([2n, 2n], []) },
    { what: "addresses that descend", payload: filters([4n, 2n], []) },
    { what: "an address above 48 bits", payload: filters([1n << 48n], []) },
    { what: "a VLAN twice", payload: filters([], [5, 5]) },
    { what: "a VLAN above 4,095", payload: filters([], [4096]) },
    { what: "more behind its lists", payload: Uint8Array.of(...filters([2n], [5]), 0, 0, 0, 0) },
    { what: "counts beyond it", payload: withWord(filters([2n], [5]), 0, 0xffffffff) },
  ].map(({ what, payload }) => ({
    what: `whose FILTERS has ${what}`,
    code: 13,
    write: (image: DecodedImage) => withPayload(image, FILTERS, () => payload),
  })),
  ...[
    { what: "of 59 bytes", frame: { bytes: new Uint8Array(59) } },
    { what: "of 1,523 bytes", frame: { bytes: new Uint8Array(1523) } },
    { what: "of more descriptors than a ring has", frame: { descriptorCount: 65_536 } },
    { what: "of a third queue", frame: { queue: 2 } },
    { what: "and a count of two", frame: {}, head: { count: 2 } },
    { what: "and a count of none", frame: {}, head: { count: 0 } },
    { what: "and an unknown flag", frame: {}, head: { flags: 4 } },
  ].map(({ what, frame, head }) => ({
    what: `with a held frame ${what}`,
    code: 13,
    write: (image: DecodedImage) => withFrame(image, frame, head),
  })),
];

describe.each(BUILDS)("a whole image, $name build", ({ module }) => {
  it.each(IMPOSSIBLE)("$what, is refused with code $code and changes nothing", ({ code, write }) => {
    const { image, restore, isUnchanged } = createRestoreScene(module);
    expect(restore(write(decodeImage(image)))).toBe(code);
    expect(isUnchanged()).toBe(true);
  });
});
