import { describe, expect, it } from "vitest";
import type { Capture } from "../../src/format/capture";
import { type RecordedConnection, readTcpConversation, type Turn } from "../../src/format/tcp-conversation";
import { captureOf, ethernet } from "./frame-builder";
import { messageOf } from "./input-error-text";
import { handshake, ipv4Of, type TcpFrame, tcp, tcpFrame } from "./tcp-builder";

const OPTIONS = { source: "test.pcapng", port: 80 };

const asks = (payload: string, more: Partial<TcpFrame> = {}) => tcpFrame({ from: "client", payload, ...more });
const says = (payload: string, more: Partial<TcpFrame> = {}) => tcpFrame({ from: "server", payload, ...more });

/** A connection whose client asks `ask`, whose server says `SAY`, and which both then close. */
const WHOLE = [
  ...handshake(),
  asks("ask"),
  says("SAY", { acked: 3 }),
  asks("", { at: 3, acked: 3, flags: ["fin"] }),
  says("", { at: 3, acked: 4, flags: ["fin"] }),
  asks("", { at: 4, acked: 4 }),
];

function read(...frames: Uint8Array[]): RecordedConnection[] {
  return readTcpConversation(captureOf(frames), OPTIONS);
}

function refusal(...frames: Uint8Array[]): string {
  return messageOf(() => readTcpConversation(captureOf(frames), OPTIONS));
}

/** A capture whose packets were seen at these times, in microseconds. */
function timed(rows: readonly (readonly [number, Uint8Array])[]): Capture {
  const { interfaces, packets } = captureOf(rows.map(([, frame]) => frame));
  const timeNs = (index: number) => BigInt(rows[index]?.[0] ?? 0) * 1000n;
  return { interfaces, packets: packets.map((packet, index) => ({ ...packet, timeNs: timeNs(index) })) };
}

/** What a side says, as `kind byteCount after answeredBy`. */
function spoken(turns: readonly Turn[] | undefined): string[] {
  return (turns ?? []).map(({ kind, byteCount, after, answeredBy }) => `${kind} ${byteCount} ${after} ${answeredBy}`);
}

function words(connections: readonly RecordedConnection[]): string[] {
  const decoder = new TextDecoder();
  return connections.map(({ client, server }) => `${decoder.decode(client.bytes)}>${decoder.decode(server.bytes)}`);
}

describe("a recorded TCP connection", () => {
  it("plain, read, has both streams, their turns and its times", () => {
    const [connection] = read(...WHOLE);
    expect(words(read(...WHOLE))).toEqual(["ask>SAY"]);
    expect(connection).toMatchObject({ startNs: 0, endNs: 7000, resetBy: null });
    expect(spoken(connection?.client.turns)).toEqual(["write 3 0 3", "close 0 3 0"]);
    expect(spoken(connection?.server.turns)).toEqual(["write 3 3 0", "close 0 4 0"]);
  });

  it.each([
    ["out of order", [asks("k", { at: 2 }), asks("as")]],
    ["sent again", [asks("ask"), asks("ask")]],
    ["overlapping", [asks("as"), asks("ask")]],
    ["overlapping on both sides", [asks("a"), asks("k", { at: 2 }), asks("ask")]],
    ["with a keep-alive of a byte of nothing", [asks("ask"), asks("?", { at: 2 })]],
    ["with data in the SYN", [tcpFrame({ from: "client", at: -1, acked: null, flags: ["syn"], payload: "ask" })]],
  ])("%s, read, has each byte once", (_name, frames) => {
    expect(words(read(...WHOLE.slice(0, 3), ...frames, ...WHOLE.slice(4)))).toEqual(["ask>SAY"]);
  });

  it("whose numbers wrap in the middle of a segment, read, is whole", () => {
    const wraps = { clientStart: 0xffff_fffd, serverStart: 0xffff_fffe };
    const ask = asks("ask", wraps);
    const more = asks("more", { ...wraps, at: 3, acked: 3 });
    const frames = [...handshake(wraps), ask, says("SAY", { ...wraps, acked: 3 }), more, ask];
    expect(words(read(...frames))).toEqual(["askmore>SAY"]);
  });

  it("that nobody closed, read, has no close", () => {
    expect(spoken(read(...WHOLE.slice(0, 5))[0]?.server.turns)).toEqual(["write 3 3 0"]);
  });

  it("that the server reset, read, says so, with all that was said before", () => {
    const [connection] = read(...WHOLE.slice(0, 5), says("", { at: 3, acked: 3, flags: ["reset"] }));
    expect(connection?.resetBy).toBe("server");
    expect(spoken(connection?.server.turns)).toEqual(["write 3 3 0", "reset 0 3 0"]);
    expect(spoken(connection?.client.turns)).toEqual(["write 3 0 3"]);
  });

  it("reset when both have closed, read, is closed", () => {
    const [connection] = read(...WHOLE, asks("", { at: 4, acked: null, flags: ["reset"] }));
    expect(connection).toMatchObject({ resetBy: null });
  });

  it("on ports that are used again, read, is two", () => {
    const again = { clientStart: 77_000, serverStart: 88_000 };
    const second = [...handshake(again), asks("two", again), says("TWO", { ...again, acked: 3 })];
    expect(words(read(...WHOLE, ...second))).toEqual(["ask>SAY", "two>TWO"]);
  });

  it("interleaved with another and a refused attempt, read, is told apart", () => {
    const other = { clientPort: 4001 };
    const refused = { clientPort: 4002 };
    const [first = new Uint8Array(), ...rest] = handshake(other);
    const frames = [
      first,
      ...WHOLE.slice(0, 4),
      tcpFrame({ from: "client", at: -1, acked: null, flags: ["syn"], ...refused }),
      tcpFrame({ from: "server", at: -1, acked: 0, flags: ["reset"], ...refused }),
      ...rest,
      asks("b", other),
      says("SAY", { acked: 3 }),
      says("B", { ...other, acked: 1 }),
    ];
    expect(words(read(...frames))).toEqual(["b>B", "ask>SAY"]);
  });

  it("to a service from the service's own port, read, has the opener as its client", () => {
    const same = { clientPort: 80 };
    expect(words(read(...handshake(same), asks("ask", same), says("SAY", { ...same, acked: 3 })))).toEqual(["ask>SAY"]);
  });
});

describe("turns", () => {
  /** Seen near the server: 2 us to it and back, 100 us to the client and back. */
  const [syn, answer, open] = handshake();
  const opening = [
    [0, syn],
    [2, answer],
    [102, open],
  ] as (readonly [number, Uint8Array])[];
  const turnsOf = (rows: readonly (readonly [number, Uint8Array])[]) => {
    return readTcpConversation(timed([...opening, ...rows]), OPTIONS)[0];
  };
  const thoughts = (turns: readonly Turn[] | undefined) => turns?.map(({ thinkNs }) => thinkNs / 1000);

  it("of question and answer, read, have the time to think without the ways there and back", () => {
    const connection = turnsOf([
      [112, asks("ask")],
      [164, says("SAY", { acked: 3 })],
      [1264, asks("more", { at: 3, acked: 3 })],
    ]);
    expect(thoughts(connection?.client.turns)).toEqual([10, 1000]);
    expect(thoughts(connection?.server.turns)).toEqual([50]);
  });

  it("of a server that speaks first, read, wait for the connection alone", () => {
    const connection = turnsOf([[124, says("220")]]);
    expect(spoken(connection?.server.turns)).toEqual(["write 3 0 0"]);
    expect(thoughts(connection?.server.turns)).toEqual([20]);
  });

  it("of segments within a window, read, are one", () => {
    const connection = turnsOf([
      [102, asks("ask")],
      [104, says("one", { acked: 3 })],
      [105, says("two", { at: 3, acked: 3 })],
      [205, asks("", { at: 3, acked: 3 })],
      [207, says("three", { at: 6, acked: 3 })],
    ]);
    expect(spoken(connection?.server.turns)).toEqual(["write 11 3 0"]);
  });

  it("behind a pause with everything acknowledged, read, are two", () => {
    const connection = turnsOf([
      [102, asks("ask")],
      [104, says("one", { acked: 3 })],
      [204, asks("", { at: 3, acked: 3 })],
      [506, says("two", { at: 3, acked: 3 })],
    ]);
    expect(spoken(connection?.server.turns)).toEqual(["write 3 3 0", "write 3 3 0"]);
    expect(thoughts(connection?.server.turns)).toEqual([0, 300]);
    expect(connection?.client.turns[0]?.answeredBy).toBe(6);
  });

  it("of bytes that were lost and sent again, read, are as old as those that came behind them", () => {
    const connection = turnsOf([
      [102, asks("ask")],
      [110, says("two", { at: 3, acked: 3 })],
      [900, says("one", { acked: 3 })],
    ]);
    expect(spoken(connection?.server.turns)).toEqual(["write 6 3 0"]);
    expect(thoughts(connection?.server.turns)).toEqual([6]);
  });

  it("of a client that does not wait for answers, read, wait for nothing", () => {
    const connection = turnsOf([
      [102, asks("ask")],
      [103, asks("more", { at: 3 })],
      [110, says("SAY", { acked: 3 })],
      [120, says("MORE", { at: 3, acked: 7 })],
    ]);
    expect(spoken(connection?.client.turns)).toEqual(["write 7 0 7"]);
    expect(spoken(connection?.server.turns)).toEqual(["write 3 3 7", "write 4 7 0"]);
  });
});

describe("a capture that no replay can start from", () => {
  const cut = (frame: Uint8Array) => frame.subarray(0, frame.length - 4);
  const long = asks("a long question that fills more than the shortest frame");
  const wide = ethernet(0x0800, ipv4Of("client", tcp({ from: "client", payload: "ask" }, 15)));
  const fragment = ethernet(0x0800, ipv4Of("client", tcp({ from: "client", payload: "ask" }), 0x2000));
  it.each([
    [
      "a gap",
      [...WHOLE.slice(0, 4), says("AY", { at: 1, acked: 3 })],
      /packet 5: .*comes behind 1 bytes .* from byte 0/,
    ],
    [
      "a gap at the end",
      [...WHOLE.slice(0, 5), asks("", { at: 3, acked: 9 })],
      /packet 6: .*from 192.0.2.1 .*is acknowledged 6 bytes further/,
    ],
    [
      "other bytes sent again",
      [...WHOLE.slice(0, 4), asks("asp")],
      /packet 5: .*sends byte 2 of its stream again with another value/,
    ],
    [
      "a close before the end",
      [...WHOLE.slice(0, 4), asks("", { at: 1, flags: ["fin"] })],
      /packet 5: .*behind byte 1, and 3 bytes/,
    ],
    [
      "a number from before",
      [...WHOLE.slice(0, 4), asks("xx", { at: -40 })],
      /packet 5: .*before the stream's first byte/,
    ],
    [
      "a number far ahead",
      [...WHOLE.slice(0, 4), asks("xx", { at: 0x7000_0000 })],
      /packet 5: .*more than a window ahead/,
    ],
    ["no SYN", WHOLE.slice(2), /packet 2: carries 3 bytes .* whose SYN is not in the capture/],
    ["one direction", [WHOLE[0] ?? wide, asks("ask")], /packet 2: carries data .* whose SYN of the server is not/],
    ["a cut segment", [...handshake(), cut(long)], /packet 4: .*lacks its last 4 bytes/],
    ["a header beyond its packet", [...handshake(), wide], /packet 4: .*TCP header of 60 bytes; 20 to 23 fit/],
    ["a fragment", [...handshake(), fragment], /packet 4: .*is a fragment/],
    [
      "bytes that wait for each other",
      [...handshake(), asks("ask", { acked: 3 }), says("SAY", { acked: 3 })],
      /packet 1: .*each side acknowledges bytes before the other can have sent them/,
    ],
    [
      "no TCP at all",
      [ethernet(0x0806, new Uint8Array(28))],
      /none of 1 packets is part of a TCP connection to port 80; there is no TCP/,
    ],
    [
      "another port only",
      handshake({ servicePort: 8080 }),
      /none of 3 packets is part of a TCP connection to port 80; name one of the ports seen: 8080/,
    ],
  ])("with %s, read, is refused with the packet", (_name, frames, message) => {
    const text = refusal(...frames);
    expect(text).toMatch(message);
    expect(text.split("\n")).toHaveLength(1);
  });

  it("on another link layer, read, is refused", () => {
    expect(messageOf(() => readTcpConversation(captureOf(WHOLE, 113), OPTIONS))).toMatch(
      /link type 113; 1 \(Ethernet\)/,
    );
  });

  it("with a hundred broken connections, read, names ten and counts the rest", () => {
    const broken = Array.from({ length: 100 }, (_, index) => asks("ask", { clientPort: 4000 + index }));
    expect(refusal(...broken)).toMatch(/90 more problems like these/);
  });
});
