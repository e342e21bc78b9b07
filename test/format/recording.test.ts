import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCapture } from "../../src/format/capture";
import { type Exchange, readConversation } from "../../src/format/conversation";

const SOURCE = "examples/recordings/dns/dns.pcapng";
const BYTES = readFileSync(new URL(`../../${SOURCE}`, import.meta.url));

function readExchanges(): Exchange[] {
  return readConversation(readCapture(BYTES, SOURCE), { source: SOURCE, port: 53 });
}

/** DNS header (RFC 1035, section 4.1.1): id, then flags. */
function header(message: Uint8Array): { id: number; isReply: boolean; isTruncated: boolean } {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const flags = view.getUint16(2);
  return { id: view.getUint16(0), isReply: (flags & 0x8000) !== 0, isTruncated: (flags & 0x0200) !== 0 };
}

describe("the recorded DNS service", () => {
  it("read as a capture, has the packets that its README states", () => {
    const { interfaces, packets } = readCapture(BYTES, SOURCE);
    const [first, last] = [packets[0], packets.at(-1)];
    expect(BYTES).toHaveLength(643_600);
    expect(interfaces).toEqual([{ name: "server0", linkType: 1 }]);
    expect(packets).toHaveLength(3840);
    expect(packets.every(({ bytes, originalBytes }) => bytes.length === originalBytes)).toBe(true);
    expect([first?.timeNs, last?.timeNs]).toEqual([1_795_394_482_168_219_510n, 1_795_394_484_193_349_342n]);
  });

  it("read as a conversation, has every request answered with its own DNS id", () => {
    const exchanges = readExchanges();
    expect(exchanges).toHaveLength(1920);
    for (const { request, reply } of exchanges) {
      expect(header(request)).toMatchObject({ isReply: false });
      expect(header(reply)).toEqual({ id: header(request).id, isReply: true, isTruncated: false });
    }
  });

  it("read as a conversation, asks the same question in the reply", () => {
    for (const { request, reply } of readExchanges()) {
      const question = request.subarray(12, request.indexOf(0, 12) + 5);
      expect(reply.subarray(12, 12 + question.length)).toEqual(question);
    }
  });

  it("read as a conversation, is in order of time, no request twice", () => {
    const exchanges = readExchanges();
    const times = exchanges.map(({ timeNs }) => timeNs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect([times[0], times.at(-1)]).toEqual([0, 2_025_069_371]);
    expect(new Set(exchanges.map(({ request }) => request.join())).size).toBe(1920);
  });

  it("read as a conversation, stays within the sizes that its README states", () => {
    const exchanges = readExchanges();
    const requestBytes = exchanges.map(({ request }) => request.length);
    const replyBytes = exchanges.map(({ reply }) => reply.length);
    expect([Math.min(...requestBytes), Math.max(...requestBytes)]).toEqual([62, 77]);
    expect([Math.min(...replyBytes), Math.max(...replyBytes)]).toEqual([52, 485]);
  });
});
