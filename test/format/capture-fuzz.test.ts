import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCapture } from "../../src/format/capture";
import { readConversation } from "../../src/format/conversation";
import { InputError } from "../../src/sim/input-error";
import { BIG, join, LITTLE, text } from "./block-builder";
import { type Datagram, ethernet, frame, ipv4, ipv6, udp } from "./frame-builder";

const SEED = 82_576;
const RUN_COUNT = 3000;
const PORT = 53;

const ASK: Datagram = { direction: "request", clientPort: 4000, payload: "question" };
const ANSWER: Datagram = { direction: "reply", clientPort: 4000, payload: "answer" };

/** IPv6 with hop-by-hop options and the header of an only fragment. */
const EXTENDED = {
  nextHeader: 0,
  body: join(Uint8Array.of(44, 0), new Uint8Array(6), Uint8Array.of(17), new Uint8Array(7), udp(ASK)),
};
/** Frames of all the shapes that are looked into. */
const FRAMES = [
  frame(ASK),
  frame(ANSWER),
  ethernet(0x0800, ipv4(ASK), [0x88a8, 0x8100]),
  ethernet(0x86dd, ipv6(ANSWER)),
  ethernet(0x86dd, ipv6(ASK, EXTENDED)),
];

/** Whole captures to damage: one section and two, all kinds of block, both formats, and the start of the recording. */
const SOUND: readonly Uint8Array[] = [
  join(
    LITTLE.section(),
    LITTLE.interface(1, LITTLE.option(2, text("eth0")), LITTLE.option(9, Uint8Array.of(9)), LITTLE.u32(0)),
    LITTLE.packet(0, 5n, frame(ASK)),
    LITTLE.block(0x0bad, text("whatever")),
    LITTLE.packet(0, 6n, frame(ANSWER)),
    LITTLE.block(2, ...[0, 0, 7, 60, 60].map((word) => LITTLE.u32(word)), frame(ASK)),
    BIG.section(),
    BIG.interface(1, BIG.option(14, BIG.i64(-1n)), BIG.option(9, Uint8Array.of(0x94))),
    BIG.block(3, BIG.u32(frame(ASK).length), frame(ASK)),
    BIG.packet(0, 7n, ethernet(0x86dd, ipv6(ANSWER), [0x8100])),
  ),
  join(LITTLE.pcapHeader(0xa1b2c3d4), LITTLE.pcapRecord(1, 2, frame(ASK)), LITTLE.pcapRecord(1, 3, frame(ANSWER))),
  join(BIG.pcapHeader(0xa1b23c4d), BIG.pcapRecord(1, 2, frame(ASK)), BIG.pcapRecord(1, 3, frame(ANSWER))),
  readFileSync(new URL("../../examples/recordings/dns/dns.pcapng", import.meta.url)).subarray(0, 1000),
];

/** Numbers that length fields go wrong with, in either byte order. */
const EXTREMES = [0, 1, 11, 12, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff];

type Mutation = (bytes: Uint8Array) => Uint8Array;

const place = fc.nat(999);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(
    ([at, value]): Mutation =>
      (bytes) =>
        overwrite(bytes, at, Uint8Array.of(value)),
  ),
  fc.tuple(place, fc.constantFrom(...EXTREMES), fc.boolean()).map(
    ([at, value, isBig]): Mutation =>
      (bytes) =>
        overwrite(bytes, at - (at % 4), (isBig ? BIG : LITTLE).u32(value)),
  ),
  place.map(
    (at): Mutation =>
      (bytes) =>
        bytes.subarray(0, at % (bytes.length + 1)),
  ),
  fc.tuple(place, fc.nat(40)).map(
    ([at, count]): Mutation =>
      (bytes) =>
        join(bytes.subarray(0, at), bytes.subarray(at + count)),
  ),
  fc.tuple(place, place, fc.nat(60)).map(
    ([from, to, count]): Mutation =>
      (bytes) =>
        join(bytes.subarray(0, to), bytes.subarray(from, from + count), bytes.subarray(to)),
  ),
);

function overwrite(bytes: Uint8Array, at: number, value: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(value.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
  return copy;
}

/** Reads all there is to read; an InputError is a good end, any other error is let through. */
function read(bytes: Uint8Array): "read" | "refused" {
  try {
    const capture = readCapture(bytes, "damaged");
    for (const packet of capture.packets) {
      expect(packet.originalBytes).toBeGreaterThanOrEqual(packet.bytes.length);
      expect(capture.interfaces[packet.interfaceIndex]).toBeDefined();
    }
    readConversation(capture, { source: "damaged", port: PORT });
    return "read";
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).toMatch(/^damaged: /);
    return "refused";
  }
}

describe("a capture", () => {
  it("sound, read, is one that the mutations start from", () => {
    expect(SOUND.slice(0, 3).map(read)).toEqual(["read", "read", "read"]);
  });

  it("mutated a few times, read, is read or refused with an InputError", () => {
    const outcomes = { read: 0, refused: 0 };
    const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
    const property = fc.property(fc.constantFrom(...SOUND), mutations, (sound, changes) => {
      outcomes[read(changes.reduce((bytes, change) => change(bytes), sound))] += 1;
    });
    fc.assert(property, { seed: SEED, numRuns: RUN_COUNT });
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(RUN_COUNT / 20);
  });

  it("cut at every byte, read, is read or refused with an InputError", () => {
    for (const sound of SOUND) for (let end = 0; end <= sound.length; end++) read(sound.subarray(0, end));
  });

  it("of random bytes behind a good magic, read, is read or refused with an InputError", () => {
    const magic = fc.constantFrom(...SOUND.map((sound) => sound.slice(0, 4)));
    const property = fc.property(magic, fc.uint8Array({ maxLength: 400 }), (start, rest) => {
      read(join(start, rest));
    });
    fc.assert(property, { seed: SEED, numRuns: RUN_COUNT });
  });

  it("of frames with random bytes in their headers, read as a conversation, is read or refused with an InputError", () => {
    const change = fc.tuple(fc.nat(59), fc.nat(255));
    const changedFrame = fc
      .tuple(fc.constantFrom(...FRAMES), fc.array(change, { maxLength: 3 }), fc.nat(100))
      .map(([sound, changes, end]) =>
        changes.reduce((bytes, [at, value]) => overwrite(bytes, at, Uint8Array.of(value)), sound).subarray(0, end),
      );
    const property = fc.property(fc.array(changedFrame, { maxLength: 8 }), (frames) => {
      read(join(LITTLE.pcapHeader(0xa1b2c3d4), ...frames.map((bytes) => LITTLE.pcapRecord(1, 2, bytes))));
    });
    fc.assert(property, { seed: SEED, numRuns: RUN_COUNT });
  });
});
