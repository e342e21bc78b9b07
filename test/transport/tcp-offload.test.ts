/** Frames for a device that cuts segments and finishes checksums: what is pulled is longer than a segment, and says so. */
import { describe, expect, it } from "vitest";
import { LEAVES_CHECKSUMS } from "../../assembly/layout/tcp";
import { bigEndian16, setBigEndian16 } from "../reference/bytes";
import { onesSum } from "../reference/checksums";
import { ALL_OPTIONS } from "../support/machines";
import { ScriptedPeer } from "../support/scripted-peer";
import { ACK, readTcp, SYN } from "../support/tcp-segment";
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
  function pulling(bytes: number) {
    const peer = new ScriptedPeer({
      world: { module },
      stack: { options: ALL_OPTIONS | LEAVES_CHECKSUMS },
      rate: SLOW,
    });
    const { plane } = peer.world;
    peer.openSource(bytes);
    const [syn] = peer.taken();
    peer.learn(syn?.fromPort ?? 0, syn?.sequence ?? 0);
    peer.send({ flags: SYN | ACK, sequence: 0, acknowledgment: 1, mss: 1460 });
    const pull = (payloadBytesMax: number) => {
      const at = plane.exchange();
      const frame = peer.world.view(at, plane.pullTcpSegment(peer.machine.index, at, payloadBytesMax)).slice();
      return { frame, segment: frame.length ? readTcp(frame) : null };
    };
    return { plane, index: peer.machine.index, pull };
  }

  it("much to send, gives whole segments in one frame, with the pseudo header's sum without a length", () => {
    const { plane, index, pull } = pulling(100_000);
    const { frame, segment } = pull(5000);
    expect(segment?.payload.length).toBe(3 * 1460);
    expect(plane.pulledSegmentBytes(index)).toBe(1460);
    expect(bigEndian16(frame, CHECKSUM)).toBe(pseudoSum(frame, 0));
    expect(pull(60_000).segment?.payload.length).toBe(7 * 1460);
    expect(pull(60_000).frame).toHaveLength(0);
  });

  it("less than two segments to send, gives them with what is left, and a FIN on the last", () => {
    const { pull } = pulling(2000);
    expect(pull(60_000).segment).toMatchObject({ flags: ACK | 8 | 1, payload: { length: 2000 } });
  });

  it("room for one segment, gives one, with the pseudo header's sum", () => {
    const { pull } = pulling(100_000);
    const { frame, segment } = pull(1460);
    expect(segment?.payload.length).toBe(1460);
    expect(bigEndian16(frame, CHECKSUM)).toBe(pseudoSum(frame, 20 + 1460));
  });
});
