/** What a capture of the client's wire shows: frames that any protocol analyser would take for real. */
import { describe, expect, it } from "vitest";
import { DROP_REPLICATED, DROP_TOO_LONG } from "../../assembly/layout/trace";
import { bootGuest } from "../../src/device/port-driver";
import type { Exchange } from "../support/exchanges";
import { giveRequests, loadService } from "../support/exchanges";
import { Network, SERVICE_PORT } from "../support/network";
import { runTo } from "../support/running";
import { createSmallWorld } from "../support/small-world";
import { dropReasons } from "../support/trace-reading";
import { BUILDS } from "../support/wasm-builds";
import { checkDatagram } from "./internet-checksum";

const REQUEST_PORT = 40_000;
/** An untagged frame has 1,518 bytes with its check sequence, headers and check sequence 46 of them. */
const PAYLOAD_BYTES_MAX = 1472;

/** Has one request asked, once; returns what the client saw, and the trace. */
function ask(module: WebAssembly.Module, request: Uint8Array, reply: Uint8Array) {
  const world = createSmallWorld({ module });
  const network = new Network(world);
  const { guest } = network.addServer();
  const { client } = network.addClient();
  const exchange: Exchange = { atNs: 0, port: REQUEST_PORT, request, reply };
  loadService(world, guest, [exchange]);
  giveRequests(world, client, [exchange]);
  bootGuest(world, guest);
  world.plane.startClient(client);
  const trace = runTo(world, 1_000_000);
  return { trace, frames: world.takeCapture().map(({ bytes }) => bytes) };
}

/** Has one request answered and returns the two frames that the client saw. */
function capture(module: WebAssembly.Module, request: Uint8Array, reply: Uint8Array): Uint8Array[] {
  return ask(module, request, reply).frames;
}

function pattern(byteCount: number): Uint8Array {
  return Uint8Array.from({ length: byteCount }, (_, index) => index * 151 + byteCount);
}

describe.each(BUILDS)("a request and its reply, $name build", ({ module }) => {
  it.each([0, 1, 2, 17, 18, 19, 255, 1000, 1471, PAYLOAD_BYTES_MAX])(
    "of %d bytes, captured, are whole",
    (byteCount) => {
      const frames = capture(module, pattern(byteCount), pattern(byteCount).toReversed());
      const datagrams = frames.map(checkDatagram);
      expect(datagrams.map(({ isHeaderWhole, isDatagramWhole }) => [isHeaderWhole, isDatagramWhole])).toEqual([
        [true, true],
        [true, true],
      ]);
      expect(datagrams.map(({ payload }) => payload)).toEqual([pattern(byteCount), pattern(byteCount).toReversed()]);
    },
  );

  it("a byte longer than an untagged frame may be, captured, are too long for the port", () => {
    const { trace, frames } = ask(module, pattern(PAYLOAD_BYTES_MAX + 1), pattern(1));
    expect(frames.map((bytes) => bytes.length)).toEqual([1515]);
    expect(dropReasons(trace)).toEqual([DROP_REPLICATED, DROP_TOO_LONG]);
  });

  it("captured, go from the recorded port to the service and back", () => {
    const datagrams = capture(module, pattern(20), pattern(30)).map(checkDatagram);
    expect(datagrams.map(({ sourcePort, targetPort }) => [sourcePort, targetPort])).toEqual([
      [REQUEST_PORT, SERVICE_PORT],
      [SERVICE_PORT, REQUEST_PORT],
    ]);
  });

  it("short, captured, are padded with zeros to 60 bytes", () => {
    const [frame = new Uint8Array(0)] = capture(module, pattern(1), pattern(1));
    expect(frame).toHaveLength(60);
    expect(frame.subarray(43).some((byte) => byte !== 0)).toBe(false);
  });

  it("whose sum is zero, captured, carry a checksum of all ones", () => {
    // With a payload of one zero word the checksum is the word that would make the sum zero.
    const [probe = new Uint8Array(0)] = capture(module, new Uint8Array(2), pattern(1));
    const { checksum } = checkDatagram(probe);
    const frames = capture(module, Uint8Array.of(checksum >> 8, checksum & 255), pattern(1));
    const datagrams = frames.map(checkDatagram);
    expect(datagrams[0]).toMatchObject({ checksum: 0xffff, isDatagramWhole: true });
    expect(frames).toHaveLength(2);
  });
});
