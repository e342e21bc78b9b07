/**
 * A frame whose checksum the sending device computed is checked by the receiving one with what it knows of the sum: what its
 * descriptor says is what it says of the same bytes when nobody knows anything.
 */
import { describe, expect, it } from "vitest";
import { RX_L4CS, RX_L4E, RX_UDPCS, TX_CONTEXT_BIT, TX_TXSM } from "../../assembly/layout/descriptor";
import { bigEndian16, setBigEndian16 } from "../reference/bytes";
import { outsideAddress, PROTOCOL_TCP, PROTOCOL_UDP, poolAddress } from "../reference/program-frames";
import { ProgramRandom } from "../reference/random";
import { itemAt } from "../support/item-at";
import { joinPorts, RING_COUNT } from "../support/joined-ports";
import { buildPacket, sumFieldAt } from "../support/l4-packet";
import { contextWords } from "../support/offload-packet";
import { type PoolDriver, packetBufferOf } from "../support/pool-driver";
import { PortScene } from "../support/port-scene";
import { WHOLE_PACKET } from "../support/transmit-ring";
import { BUILDS } from "../support/wasm-builds";

/** Frames of a row behind each context, and rows: together less than the receive ring has descriptors. */
const ROW_COUNT = 5;
const ROWS = 45;
const ROUND_NS = 100_000;

const IP_AT = 14;
const IP_LENGTH_AT = 16;
const L4_AT = 34;

/** The receiver's address. */
const TO = poolAddress(1);

/**
 * A packet, perhaps for the device to finish. Many have something wrong that the device does not look at, or a length that is
 * not the packet's, for which the pseudo header's sum may be right nevertheless.
 */
function drawPacket(random: ProgramRandom, protocol: number, isOffloaded: boolean): Uint8Array {
  const { bytes } = buildPacket({
    to: TO,
    from: outsideAddress(1),
    isIpv6: false,
    protocol,
    payload: random.bytes(random.pick([1, 2, 18, 19, 100, 700, 1400])),
    ipSum: random.chance(10) ? "wrong" : "right",
    l4Sum: random.chance(20) ? "wrong" : isOffloaded ? "pseudo" : "right",
  });
  if (!random.chance(25)) return bytes;
  const less = random.between(1, 4);
  if (protocol === PROTOCOL_UDP) setBigEndian16(bytes, L4_AT + 4, bytes.length - L4_AT - less);
  else setBigEndian16(bytes, IP_LENGTH_AT, bytes.length - IP_AT - less);
  const sumAt = L4_AT + sumFieldAt(protocol);
  if (random.chance(70)) setBigEndian16(bytes, sumAt, bigEndian16(bytes, sumAt) - less);
  return bytes;
}

/** Has a row of packets sent with one context, which is not always the right one, or none, in slots that others had. */
function sendRow(random: ProgramRandom, sender: PoolDriver): void {
  const protocol = random.pick([PROTOCOL_TCP, PROTOCOL_UDP]);
  const isOther = random.chance(10);
  const plan = {
    bytes: new Uint8Array(0),
    macBytes: IP_AT,
    ipBytes: random.chance(15) ? random.pick([0, 16, 19, 24]) : 20,
    l4Bytes: 8,
    isIpv6: false,
    protocol: isOther ? PROTOCOL_TCP + PROTOCOL_UDP - protocol : protocol,
    slot: random.below(2),
  };
  const isOffloaded = random.chance(70);
  if (isOffloaded) sender.post([contextWords(plan)]);
  const packets = Array.from({ length: ROW_COUNT }, () => drawPacket(random, protocol, isOffloaded));
  // Where the context has the checksum there is what would be right where it is.
  const sumAt = plan.macBytes + plan.ipBytes + sumFieldAt(plan.protocol);
  for (const bytes of packets) {
    if (isOffloaded && sumAt + 2 <= bytes.length)
      setBigEndian16(bytes, sumAt, bigEndian16(bytes, L4_AT + sumFieldAt(protocol)));
  }
  const options = isOffloaded ? TX_TXSM | (plan.slot * TX_CONTEXT_BIT) : 0;
  sender.post(packets.map((bytes) => [sender.place(bytes), 0, (WHOLE_PACKET | bytes.length) >>> 0, options]));
  sender.ring();
}

/** Words of the descriptors that frames take which come from a wire on which nobody knows sums. */
function receivedElsewhere(module: WebAssembly.Module, frames: readonly Uint8Array[]): number[][] {
  const scene = new PortScene({ module, vfCount: 2 });
  const driver = itemAt(scene.drivers, 1);
  driver.touchBuffers(RING_COUNT);
  driver.startReceive({ count: RING_COUNT });
  scene.arriveEvery(frames, 1000, 1300);
  scene.runFor(frames.length * 1300 + ROUND_NS);
  return frames.map((_, index) => driver.received(index));
}

describe.each(BUILDS)("checksums that the sending device computed, $name build", ({ module }) => {
  it.each([1, 2, 3])("seed %d, are judged as if nothing were known of them", (seed) => {
    const random = new ProgramRandom(seed);
    const { sender, receiver } = joinPorts(module);
    for (let row = 0; row < ROWS; row++) {
      sendRow(random, sender);
      sender.world.advance((row + 1) * ROUND_NS);
      sender.world.plane.settle();
    }
    const found = Array.from({ length: ROWS * ROW_COUNT }, (_, index) => receiver.received(index));
    const frames = found.map((words, index) => receiver.memory.read(packetBufferOf(index), itemAt(words, 3) & 0xffff));
    expect(found).toEqual(receivedElsewhere(module, frames));
    const isGood = (bits: number) => (words: readonly number[]) => (itemAt(words, 2) & (bits | RX_L4E)) === bits;
    expect(found.filter(isGood(RX_L4CS)).length).toBeGreaterThan(80);
    expect(found.filter(isGood(RX_L4CS | RX_UDPCS)).length).toBeGreaterThan(30);
    expect(found.filter((words) => itemAt(words, 2) & RX_L4E).length).toBeGreaterThan(20);
  });
});
