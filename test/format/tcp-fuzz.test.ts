/** Recorded TCP that is cut, damaged, shuffled or forged: read right, or refused with an InputError. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Capture, readCapture } from "../../src/format/capture";
import { type RecordedConnection, readTcpConversation } from "../../src/format/tcp-conversation";
import { InputError } from "../../src/sim/input-error";
import { captureOf } from "./frame-builder";
import { handshake, type TcpFrame, tcpFrame } from "./tcp-builder";

const SEED = 82_576;
const RUN_COUNT = 2000;
const BYTES = new Uint8Array(readFileSync(new URL("../../examples/recordings/http/http.pcapng", import.meta.url)));
const RECORDING = readCapture(BYTES, "damaged");

/** Reads a capture; an InputError is a good end, any other error is let through. */
function read(open: () => Capture, port = 8080): "read" | "refused" {
  try {
    for (const connection of readTcpConversation(open(), { source: "damaged", port })) expectPlayable(connection);
    return "read";
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).toMatch(/^damaged: /);
    return "refused";
  }
}

/** Turns cover their streams, and two sides that follow them come to their ends. */
function expectPlayable({ client, server, resetBy }: RecordedConnection): void {
  const left = { client: [...client.turns], server: [...server.turns] };
  const sent = { client: 0, server: 0 };
  for (const { bytes, turns } of [client, server]) {
    expect(turns.reduce((sum, { byteCount }) => sum + byteCount, 0)).toBe(bytes.length);
    for (const { thinkNs } of turns) expect(Number.isSafeInteger(thinkNs) && thinkNs >= 0).toBe(true);
  }
  for (let round = 0; round < client.turns.length + server.turns.length; round++) {
    const side = (left.client[0]?.after ?? Number.POSITIVE_INFINITY) <= sent.server ? "client" : "server";
    const turn = left[side].shift();
    if (turn?.kind === "reset" || (resetBy !== null && turn === undefined)) return;
    expect(turn?.after).toBeLessThanOrEqual(sent[side === "client" ? "server" : "client"]);
    sent[side] += turn?.kind === "close" ? 1 : (turn?.byteCount ?? 0);
  }
}

const cut = (bytes: Uint8Array) => () => readCapture(bytes, "damaged");

describe("the recorded HTTP service", () => {
  it("cut at every byte, read, is read or refused with an InputError", () => {
    expect(read(cut(BYTES))).toBe("read");
    for (let end = 0; end < BYTES.length; end++) read(cut(BYTES.subarray(0, end)));
  });

  it("behind each of its packets, read, is read or refused with an InputError", () => {
    const outcomes = { read: 0, refused: 0 };
    for (let first = 0; first < RECORDING.packets.length; first++) {
      for (const packets of [RECORDING.packets.slice(first), RECORDING.packets.slice(0, first)]) {
        outcomes[read(() => ({ ...RECORDING, packets }))]++;
      }
    }
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(40);
  });

  it("with packets left out, doubled, swapped or changed, read, is read or refused with an InputError", () => {
    const outcomes = { read: 0, refused: 0 };
    const place = fc.nat(RECORDING.packets.length - 1);
    const change = fc.oneof(
      fc.record({ kind: fc.constantFrom("drop", "double", "late"), at: place }),
      fc.record({ kind: fc.constant("change"), at: place, byte: fc.integer({ min: 14, max: 65 }), value: fc.nat(255) }),
    );
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const packets = [...RECORDING.packets];
      for (const each of changes) {
        const packet = packets[each.at];
        if (!packet) continue;
        if (each.kind === "drop") packets.splice(each.at, 1);
        else if (each.kind === "double") packets.splice(each.at, 0, packet);
        else if (each.kind === "late") packets[each.at] = { ...packet, timeNs: packet.timeNs + 1_000_000n };
        else if ("byte" in each) packets[each.at] = { ...packet, bytes: packet.bytes.with(each.byte, each.value) };
      }
      outcomes[read(() => ({ ...RECORDING, packets }))]++;
    });
    fc.assert(property, { seed: SEED, numRuns: RUN_COUNT });
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(RUN_COUNT / 20);
  });
});

describe("two streams", () => {
  const stream = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 200 });
  /** Where segments begin and how long they are, as shares of the stream; they overlap and repeat. */
  const segments = fc.array(fc.tuple(fc.nat(199), fc.integer({ min: 1, max: 80 })), { maxLength: 12 });
  const word = fc.integer({ min: 0, max: 0xffff_ffff });
  const order = fc.infiniteStream(fc.nat(1000));

  it("in segments that overlap and come in any order, from any first numbers, read, are what was sent", () => {
    const property = fc.property(stream, stream, segments, word, word, order, (ask, say, cuts, one, two, keys) => {
      const starts = { clientStart: one, serverStart: two };
      const framesOf = (from: TcpFrame["from"], payload: string) => {
        const whole: [number, number][] = Array.from({ length: Math.ceil(payload.length / 32) }, (_, n) => [
          32 * n,
          32,
        ]);
        return [...whole, ...cuts].flatMap(([at, length]) => {
          const part = payload.slice(at, at + length);
          return part ? [{ key: keys.next().value, frame: tcpFrame({ ...starts, from, at, payload: part }) }] : [];
        });
      };
      const shuffled = [...framesOf("client", ask), ...framesOf("server", say)].sort((a, b) => a.key - b.key);
      const capture = captureOf([...handshake(starts), ...shuffled.map(({ frame }) => frame)]);
      const [connection] = readTcpConversation(capture, { source: "shuffled", port: 80 });
      const decoder = new TextDecoder();
      expect(decoder.decode(connection?.client.bytes)).toBe(ask);
      expect(decoder.decode(connection?.server.bytes)).toBe(say);
      if (connection) expectPlayable(connection);
    });
    fc.assert(property, { seed: SEED, numRuns: RUN_COUNT });
  });

  it("of thirty thousand segments of a byte, the last first, read, are put together", () => {
    const count = 30_000;
    const frames = Array.from({ length: count }, (_, index) => {
      return tcpFrame({ from: "client", at: count - 1 - index, payload: "x" });
    });
    const [connection] = readTcpConversation(captureOf([...handshake(), ...frames]), { source: "reversed", port: 80 });
    expect(connection?.client.turns).toMatchObject([{ byteCount: count }]);
  });

  it("of random segments, read, are read or refused with an InputError", () => {
    const outcomes = { read: 0, refused: 0 };
    const flags = fc.subarray(["fin", "syn", "reset"] as const, { maxLength: 1 });
    const frame: fc.Arbitrary<TcpFrame> = fc.record({
      from: fc.constantFrom("client" as const, "server" as const),
      at: fc.integer({ min: -3, max: 8 }),
      acked: fc.option(fc.integer({ min: -3, max: 8 })),
      payload: fc.constantFrom("", "", "aaaa", "aa", "b"),
      flags,
      clientPort: fc.constantFrom(4000, 4000, 80),
    });
    const property = fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
      outcomes[read(() => captureOf([...handshake(), ...frames.map(tcpFrame)]), 80)]++;
    });
    fc.assert(property, { seed: SEED, numRuns: RUN_COUNT });
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(RUN_COUNT / 20);
  });
});
