import { describe, expect, it } from "vitest";
import type { Capture } from "../../src/format/capture";
import { type Exchange, readConversation } from "../../src/format/conversation";
import { BIG, join } from "./block-builder";
import { captureOf, type Datagram, ethernet, frame, ipv4, ipv6, udp } from "./frame-builder";
import { messageOf } from "./input-error-text";

const OPTIONS = { source: "test.pcapng", port: 53 };

function ask(payload: string, clientPort = 4000): Datagram {
  return { direction: "request", clientPort, payload };
}

function answer(payload: string, clientPort = 4000): Datagram {
  return { direction: "reply", clientPort, payload };
}

function read(...frames: Uint8Array[]): Exchange[] {
  return readConversation(captureOf(frames), OPTIONS);
}

function refusal(capture: Capture): string {
  return messageOf(() => readConversation(capture, OPTIONS));
}

/** Each exchange as `time port request>reply`. */
function summary(exchanges: readonly Exchange[]): string[] {
  const decoder = new TextDecoder();
  return exchanges.map(
    ({ timeNs, sourcePort, request, reply }) =>
      `${timeNs} ${sourcePort} ${decoder.decode(request)}>${decoder.decode(reply)}`,
  );
}

describe("requests and replies", () => {
  it("of two clients interleaved, read, are paired by port", () => {
    const frames = [ask("a", 1), ask("b", 2), answer("B", 2), answer("A", 1)].map(frame);
    expect(summary(read(...frames))).toEqual(["0 1 a>A", "1000 2 b>B"]);
  });

  it("of one port in a row, read, are paired in their order", () => {
    const frames = [ask("a"), ask("b"), answer("A"), answer("B")].map(frame);
    expect(summary(read(...frames))).toEqual(["0 4000 a>A", "1000 4000 b>B"]);
  });

  it("out of order in the file, read, are paired by time", () => {
    const { interfaces, packets } = captureOf([ask("a"), answer("A"), ask("b"), answer("B")].map(frame));
    const exchanges = readConversation({ interfaces, packets: packets.toReversed() }, OPTIONS);
    expect(summary(exchanges)).toEqual(["0 4000 a>A", "2000 4000 b>B"]);
  });

  it("from the service's own port, read, are told apart by who asked first", () => {
    const reply = ethernet(0x0800, ipv4(answer("A"), { body: udp({ ...answer("A"), clientPort: 53 }) }));
    expect(summary(read(frame(ask("a", 53)), reply))).toEqual(["0 53 a>A"]);
  });

  it("begun before the capture, read, leave their reply out", () => {
    const frames = [answer("late"), ask("a"), answer("A"), answer("copy")].map(frame);
    expect(summary(read(...frames))).toEqual(["0 4000 a>A"]);
  });

  it("of another port, read, are left out", () => {
    const other = frame({ ...ask("x"), servicePort: 123 });
    expect(summary(read(other, frame(ask("a")), frame(answer("A"))))).toEqual(["0 4000 a>A"]);
  });
});

describe("a request tried again", () => {
  it("before its reply, both answered, is one and the second reply is left out", () => {
    const frames = [ask("a"), ask("a"), answer("A"), ask("b"), answer("A"), answer("B")].map(frame);
    expect(summary(read(...frames))).toEqual(["0 4000 a>A", "3000 4000 b>B"]);
  });

  it("before its reply, answered once, is one", () => {
    const frames = [ask("a"), ask("a"), answer("A"), ask("b"), answer("B")].map(frame);
    expect(summary(read(...frames))).toEqual(["0 4000 a>A", "3000 4000 b>B"]);
  });

  it("after its reply, answered again, is one", () => {
    const frames = [ask("a"), answer("A"), ask("a"), ask("b"), answer("A"), answer("B")].map(frame);
    expect(summary(read(...frames))).toEqual(["0 4000 a>A", "3000 4000 b>B"]);
  });

  it("and answered twice, next reply with the same bytes, answers the next request", () => {
    const frames = [ask("a"), ask("a"), answer("ok"), answer("ok"), ask("b"), answer("ok")].map(frame);
    expect(summary(read(...frames))).toEqual(["0 4000 a>ok", "4000 4000 b>ok"]);
  });

  it("from another port, read, is a request of its own", () => {
    const frames = [ask("a", 1), ask("a", 2), answer("A", 1), answer("A", 2)].map(frame);
    expect(summary(read(...frames))).toEqual(["0 1 a>A", "1000 2 a>A"]);
  });
});

describe("a frame", () => {
  const hopByHop = (datagram: Datagram) => join(Uint8Array.of(17, 0), new Uint8Array(6), udp(datagram));
  const fragmentOf = (datagram: Datagram, word: number) => {
    const body = join(Uint8Array.of(17, 0), BIG.u16(word), BIG.u32(7), udp(datagram));
    return ethernet(0x86dd, ipv6(datagram, { nextHeader: 44, body }));
  };
  it.each([
    ["with one VLAN tag", (datagram: Datagram) => ethernet(0x0800, ipv4(datagram), [0x8100])],
    ["with two VLAN tags", (datagram: Datagram) => ethernet(0x0800, ipv4(datagram), [0x88a8, 0x8100])],
    ["of IPv6", (datagram: Datagram) => ethernet(0x86dd, ipv6(datagram))],
    [
      "of IPv6 with hop-by-hop options",
      (datagram: Datagram) => ethernet(0x86dd, ipv6(datagram, { nextHeader: 0, body: hopByHop(datagram) })),
    ],
    ["of IPv6, its only fragment", (datagram: Datagram) => fragmentOf(datagram, 0)],
  ])("%s, read, gives the payload", (_name, build) => {
    expect(summary(read(build(ask("a")), build(answer("A"))))).toEqual(["0 4000 a>A"]);
  });

  it.each([
    ["of ARP", ethernet(0x0806, new Uint8Array(28))],
    ["of a later fragment", ethernet(0x0800, ipv4(ask("x"), { fragment: 5 }))],
    ["of a later IPv6 fragment", fragmentOf(ask("x"), 8)],
    ["of type IPv4 and version 6", frame(ask("x")).with(14, 0x65)],
    ["of type IPv6 and version 4", ethernet(0x86dd, ipv6(ask("x"))).with(14, 0x40)],
    ["with an IPv4 header of 16 bytes", frame(ask("x")).with(14, 0x44).with(32, 0).with(33, 53)],
    ["with an IPv4 packet that ends before its ports", frame(ask("x")).with(17, 20)],
    ["of three bytes", Uint8Array.of(1, 2, 3)],
    ["cut in its IP header", frame(ask("x")).subarray(0, 20)],
    ["cut before its ports", frame(ask("x")).subarray(0, 34)],
  ])("%s, read, is left out", (_name, strange) => {
    expect(summary(read(strange, frame(ask("a")), frame(answer("A"))))).toEqual(["0 4000 a>A"]);
  });

  it("of a first fragment, read, refused", () => {
    const fragment = ethernet(0x0800, ipv4(ask("a"), { fragment: 0x2000 }));
    expect(refusal(captureOf([fragment]))).toBe(
      "test.pcapng: byte 100: packet 1: UDP from 192.0.2.2 port 4000 to 192.0.2.1 port 53 is a fragment of an IP " +
        "packet, which is not put together here; record requests that fit the MTU",
    );
  });

  it("of a first IPv6 fragment, read, refused", () => {
    expect(refusal(captureOf([fragmentOf(ask("a"), 1)]))).toContain(
      "UDP from 2001:db8:0:0:0:0:0:2 port 4000 to 2001:db8:0:0:0:0:0:1 port 53 is a fragment of an IP packet",
    );
  });

  it("with a UDP length past its IP packet, read, refused", () => {
    const strange = ethernet(0x0800, ipv4(ask("a"), { body: udp(ask("a"), 99) }));
    expect(refusal(captureOf([strange]))).toBe(
      "test.pcapng: byte 100: packet 1: UDP from 192.0.2.2 port 4000 to 192.0.2.1 port 53 has a UDP length of 99 " +
        "bytes; 8 to 9 fit its IP packet: leave the packet out",
    );
  });

  it("cut by the snap length, read, refused", () => {
    const long = frame(ask("a request that is longer than the shortest frame")).subarray(0, 50);
    expect(refusal(captureOf([long]))).toBe(
      "test.pcapng: byte 100: packet 1: UDP from 192.0.2.2 port 4000 to 192.0.2.1 port 53 lacks its last 40 bytes, " +
        "50 were captured; record with a longer snap length (-s 0)",
    );
  });
});

describe("a conversation that cannot be replayed", () => {
  it("with two requests unanswered, read, names both", () => {
    const frames = [ask("a", 1), ask("bc", 2), answer("B", 2), ask("d", 3)].map(frame);
    const remedy = "has no reply in the capture; record until everything is answered, or leave this packet out";
    expect(refusal(captureOf(frames))).toBe(
      `test.pcapng: byte 100: packet 1: request of 1 bytes from 192.0.2.2 port 1 to 192.0.2.1 port 53 ${remedy}\n` +
        `test.pcapng: byte 400: packet 4: request of 1 bytes from 192.0.2.2 port 3 to 192.0.2.1 port 53 ${remedy}`,
    );
  });

  it("with twelve requests unanswered, read, names ten and counts the rest", () => {
    const frames = Array.from({ length: 12 }, (_, index) => frame(ask("a", index + 1)));
    const lines = refusal(captureOf(frames)).split("\n");
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe("test.pcapng: 2 more problems like these");
  });

  it("of another port, read, names the ports that are there", () => {
    const frames = [
      { ...ask("a"), servicePort: 5353 },
      { ...ask("b"), servicePort: 123 },
    ].map(frame);
    expect(refusal(captureOf(frames))).toBe(
      "test.pcapng: byte 0: capture: none of 2 packets is a UDP request to port 53; name one of the ports seen: 123, 5353",
    );
  });

  it("of no packets, read, refused", () => {
    expect(refusal(captureOf([]))).toBe(
      "test.pcapng: byte 0: capture: none of 0 packets is a UDP request to port 53; " +
        "there is no UDP over Ethernet at all: record it again",
    );
  });

  it("on another link layer, read, refused once for the interface", () => {
    expect(refusal(captureOf([frame(ask("a")), frame(answer("A"))], 113))).toBe(
      "test.pcapng: byte 100: packet 1: interface 0 has link type 113; 1 (Ethernet) is allowed: " +
        "record on an Ethernet interface instead of 'any'",
    );
  });

  it("longer than a number can count, read, refused", () => {
    const { interfaces, packets } = captureOf([ask("a", 1), answer("A", 1), ask("b", 2), answer("B", 2)].map(frame));
    const late = packets.map((packet, index) => ({ ...packet, timeNs: index < 2 ? 0n : 1n << 60n }));
    expect(refusal({ interfaces, packets: late })).toBe(
      "test.pcapng: byte 300: packet 3: is 1152921504606846976 ns after the first request; " +
        "at most 9007199254740991 are allowed: cut the recording",
    );
  });
});
