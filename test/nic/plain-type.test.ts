/** Frames of a row get the type that the long way gives them: a TCP header that does not fit its packet is none. */
import { describe, expect, it } from "vitest";
import { RX_L4CS, RX_TYPE_IPV4, RX_TYPE_TCP } from "../../assembly/layout/descriptor";
import { outsideAddress, PROTOCOL_TCP, poolAddress } from "../reference/program-frames";
import { itemAt } from "../support/item-at";
import { joinPorts } from "../support/joined-ports";
import { buildPacket } from "../support/l4-packet";
import { BUILDS } from "../support/wasm-builds";

const DATA_OFFSET_AT = 46;

/** A segment of 20 bytes of header and 10 of payload, whose data offset says so many words. */
function segment(offsetWords: number): Uint8Array {
  const { bytes } = buildPacket({
    to: poolAddress(1),
    from: outsideAddress(1),
    isIpv6: false,
    protocol: PROTOCOL_TCP,
    payload: new Uint8Array(10),
  });
  bytes[DATA_OFFSET_AT] = offsetWords << 4;
  return bytes;
}

describe.each(BUILDS)("the type of a frame in a row, $name build", ({ module }) => {
  it.each([
    { offsetWords: 4, isTcp: false },
    { offsetWords: 5, isTcp: true },
    { offsetWords: 7, isTcp: true },
    { offsetWords: 8, isTcp: false },
    { offsetWords: 15, isTcp: false },
  ])("TCP with a data offset of $offsetWords words of 7, recognised: $isTcp", ({ offsetWords, isTcp }) => {
    const { sender, receiver } = joinPorts(module);
    sender.postFrames([segment(5), segment(offsetWords), segment(5)]);
    sender.ring();
    sender.world.advance(100_000);
    sender.world.plane.settle();
    const words = receiver.received(1);
    expect(itemAt(words, 0)).toBe(isTcp ? RX_TYPE_IPV4 | RX_TYPE_TCP : RX_TYPE_IPV4);
    expect((itemAt(words, 2) & RX_L4CS) !== 0).toBe(isTcp);
  });
});
