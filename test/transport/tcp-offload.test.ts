/** Frames for a device that cuts segments: what is pulled stands for several, and its payload stays where it is. */
import { describe, expect, it } from "vitest";
import { bigEndian16, setBigEndian16 } from "../reference/bytes";
import { onesSum } from "../reference/checksums";
import { ALL_OPTIONS } from "../support/machines";
import { ScriptedPeer } from "../support/scripted-peer";
import { ACK, readTcp, SYN, type TcpOptions } from "../support/tcp-segment";
import { BUILDS } from "../support/wasm-builds";

const TCP_START = 34;
const CHECKSUM = TCP_START + 16;
/** After a SYN the wire is booked for seconds, so that the machine itself pulls nothing. */
const SLOW = 1000;

/** The sum of the pseudo header with a length. */
function pseudoSum(frame: Uint8Array, tcpBytes: number): number {
  const pseudo = new Uint8Array(12);
  pseudo.set(frame.subarray(26, 34));
  pseudo.set([0, 6], 8);
  setBigEndian16(pseudo, 10, tcpBytes);
  return onesSum(pseudo, 0, pseudo.length);
}

describe.each(BUILDS)("a stack over a device that cuts segments, $name build", ({ module }) => {
  /** A source with its handshake done; its segments are pulled by hand. */
  function pulling(bytes: number, answer: TcpOptions = { mss: 1460 }) {
    const peer = new ScriptedPeer({
      world: { module },
      stack: { options: ALL_OPTIONS },
      rate: SLOW,
    });
    const { plane } = peer.world;
    const { index } = peer.machine;
    peer.openSource(bytes);
    const [syn] = peer.taken();
    peer.learn(syn?.fromPort ?? 0, syn?.sequence ?? 0);
    peer.send({ flags: SYN | ACK, sequence: 0, acknowledgment: 1, ...answer });
    const pull = (payloadBytesMax: number) => {
      const at = plane.exchange();
      const bytes = plane.pullTcpSegment(index, at, payloadBytesMax);
      const frame = peer.world.view(at, bytes).slice();
      return { frame, payloadBytes: plane.pulledPayloadBytes(index), segment: bytes ? readTcp(frame) : null };
    };
    return { plane, index, pull };
  }

  it("much to send, gives the headers of whole segments, with the pseudo header's sum without a length", () => {
    const { plane, index, pull } = pulling(100_000);
    const { frame, payloadBytes, segment } = pull(5000);
    expect(payloadBytes).toBe(3 * 1460);
    expect(frame).toHaveLength(TCP_START + 20 + payloadBytes);
    expect(plane.pulledSegmentBytes(index)).toBe(1460);
    expect(bigEndian16(frame, CHECKSUM)).toBe(pseudoSum(frame, 0));
    const next = pull(60_000);
    expect(next.payloadBytes).toBe(7 * 1460);
    expect(next.segment?.sequence).toBe((segment?.sequence ?? 0) + payloadBytes);
    expect(pull(60_000).frame).toHaveLength(0);
  });

  it("less than two segments to send, gives them with what is left, and a FIN on the last", () => {
    const { pull } = pulling(2000);
    const { payloadBytes, segment } = pull(60_000);
    expect([payloadBytes, segment?.flags]).toEqual([2000, ACK | 8 | 1]);
  });

  it("room for one segment, gives it whole, with its checksum", () => {
    const { pull } = pulling(100_000);
    const { frame, payloadBytes, segment } = pull(1460);
    expect([payloadBytes, segment?.payload.length]).toEqual([0, 1460]);
    const tcp = frame.slice(TCP_START);
    expect(onesSum(tcp, 0, tcp.length) + pseudoSum(frame, tcp.length)).toBe(0xffff);
  });

  it.each([
    ["timestamps take", { mss: 1460, timestamp: 7 }, 1448],
    ["the peer takes", { mss: 536 }, 536],
  ] as const)("room for one segment, of which %s a part, and a few bytes more, two segments", (_, answer, whole) => {
    const { pull } = pulling(whole + 8, answer);
    const pulled = [pull(1460), pull(1460)];
    expect(pulled.map(({ payloadBytes, segment }) => [payloadBytes, segment?.payload.length])).toEqual([
      [0, whole],
      [0, 8],
    ]);
  });
});
