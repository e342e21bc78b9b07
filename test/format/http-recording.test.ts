import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCapture } from "../../src/format/capture";
import { type RecordedConnection, readTcpConversation } from "../../src/format/tcp-conversation";

const SOURCE = "examples/recordings/http/http.pcapng";
const BYTES = readFileSync(new URL(`../../${SOURCE}`, import.meta.url));

function readConnections(): RecordedConnection[] {
  return readTcpConversation(readCapture(BYTES, SOURCE), { source: SOURCE, port: 8080 });
}

/** Heads of the messages in a stream: each ends with an empty line, and says how long its body is. */
function headsOf(stream: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(stream);
  const heads: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\r\n\r\n", at) + 4;
    const head = text.slice(at, end);
    heads.push(head);
    at = end + Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? 0);
    expect(at).toBeLessThanOrEqual(text.length);
  }
  return heads;
}

describe("the recorded HTTP service", () => {
  it("read as a capture, has the packets that its README states", () => {
    const { interfaces, packets } = readCapture(BYTES, SOURCE);
    expect(BYTES).toHaveLength(46_428);
    expect(interfaces).toEqual([{ name: "server0", linkType: 1 }]);
    expect(packets).toHaveLength(119);
  });

  it("read as a conversation, has five connections, two of which the server closes first", () => {
    const connections = readConnections();
    expect(connections.map(({ resetBy }) => resetBy)).toEqual(Array.from({ length: 5 }, () => null));
    // Who closes second has the other's close before it.
    const serverFirst = connections.map(({ client, server }) => client.turns.at(-1)?.after === server.bytes.length + 1);
    expect(serverFirst).toEqual([true, false, false, true, false]);
  });

  it("read as a conversation, has a whole answer for each of thirteen requests", () => {
    const connections = readConnections();
    const requests = connections.map(({ client }) => headsOf(client.bytes));
    expect(requests.map(({ length }) => length)).toEqual([3, 4, 2, 3, 1]);
    expect(connections.map(({ server }) => headsOf(server.bytes).length)).toEqual([3, 4, 2, 3, 1]);
    expect(requests.flat().every((head) => head.startsWith("GET /"))).toBe(true);
    const answered = connections.flatMap(({ client }) => client.turns.filter(({ answeredBy }) => answeredBy > 0));
    expect(answered).toHaveLength(13);
  });

  it("read as a conversation, has clients that rest and a server that is quick", () => {
    const thoughts = (side: "client" | "server") =>
      readConnections().flatMap((each) => each[side].turns.map(({ thinkNs }) => thinkNs));
    expect(Math.max(...thoughts("client"))).toBe(39_792_087);
    expect(Math.max(...thoughts("server"))).toBe(4_474_969);
  });
});
