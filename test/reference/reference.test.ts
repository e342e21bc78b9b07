/** The reference model against numbers that come from elsewhere: RFCs, the RSS verification suite, and the page's text. */

import { describe, expect, it } from "vitest";
import { addressOf, bigEndian16, bigEndian32, littleEndian32, wordBytes } from "./bytes";
import { crc32, crc32c, onesSum } from "./checksums";
import { Coverage } from "./coverage";
import { ReferencePort } from "./device";
import type { DeviceSettings } from "./device-interface";
import { OutboundBuffer } from "./outbound";
import * as pf from "./pf-registers";
import { drawProgram } from "./program";
import { buildFrame, outsideAddress, PROTOCOL_TCP, poolAddress } from "./program-frames";
import { ProgramRandom } from "./random";
import { toeplitz } from "./rss";
import { compareOutcomes, runProgram } from "./run";
import * as vf from "./vf-registers";

const SETTINGS: DeviceSettings = {
  vfCount: 2,
  guestPages: 48,
  wirePsPerByte: 800,
  readPsPerByte: 250,
  writePsPerByte: 250,
  dmaLatencyPs: 500_000,
  parkedBytesMax: 4096,
  outboundBytes: 8192,
  isHeadWritable: false,
  isDoneAtRelease: false,
};

const ENABLE = 2 ** 25;
const TRANSMIT_RING = 0x1000;
const RECEIVE_RING = 0x2000;
const TRANSMIT_BUFFER = 0x6000;
const RECEIVE_BUFFER = 0x10000;

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A device with both VFs switched on, and a driver of both. */
function workingDevice(settings: DeviceSettings = SETTINGS): ReferencePort {
  const device = new ReferencePort(settings, new Coverage());
  device.writePf(pf.RCTL, 2);
  device.writePf(pf.TCTL, 2);
  device.writePf(pf.MRQC, 3);
  device.writePf(pf.DTXSWC, 2 ** 31);
  for (let pool = 0; pool < 2; pool++) {
    const address = poolAddress(pool);
    device.writePf(pf.ral(pool), littleEndian32(address, 0));
    device.writePf(pf.rah(pool), littleEndian32(address, 4) + 2 ** (18 + pool) + 2 ** 31);
    startDriver(device, pool);
  }
  return device;
}

function startDriver(device: ReferencePort, pool: number): void {
  device.writeVf(pool, vf.TDBAL, TRANSMIT_RING);
  device.writeVf(pool, vf.TDLEN, 256);
  device.writeVf(pool, vf.TXDCTL, ENABLE);
  device.writeVf(pool, vf.RDBAL, RECEIVE_RING);
  device.writeVf(pool, vf.RDLEN, 256);
  device.writeVf(pool, vf.SRRCTL, 2 + 2 ** 25);
  device.writeVf(pool, vf.RXDCTL, ENABLE);
  for (let index = 0; index < 15; index++) {
    device.writeMemory(pool, RECEIVE_RING + index * 16, wordBytes(RECEIVE_BUFFER + index * 2048, 0, 0, 0));
  }
  device.writeVf(pool, vf.RDT, 15);
  device.writeVf(pool, vf.VTIVAR, 0x80808180);
  device.writeVf(pool, vf.VTEIMS, 7);
  device.writeMsix(pool, 3, 0);
  device.writeMsix(pool, 7, 0);
  device.writeMsixControl(pool, 0x8000);
}

/** A frame of TCP over IPv4 from VF 0, with partial checksums for TSO when it is to be segmented. */
function tcpFrame(destination: Uint8Array, payload: number, isSegmented: boolean): Uint8Array {
  const layers = { tag: undefined, isIpv6: false, protocol: PROTOCOL_TCP, extras: 0 };
  const whole = { isFragment: false, fragmentOffset: 0, isPartial: isSegmented, isSegmented };
  const shape = { destination, source: poolAddress(0), ...layers, ...whole, payload };
  // The first seeds give a header without options.
  for (let seed = 1; ; seed++) {
    const frame = buildFrame(new ProgramRandom(seed), shape);
    if (frame.l4Bytes === 20) return frame.bytes;
  }
}

function sendLegacy(device: ReferencePort, frame: Uint8Array, tail: number): void {
  device.writeMemory(0, TRANSMIT_BUFFER, frame);
  const command = 2 ** 24 + 2 ** 27;
  device.writeMemory(0, TRANSMIT_RING + (tail - 1) * 16, wordBytes(TRANSMIT_BUFFER, 0, frame.length + command, 0));
  device.writeVf(0, vf.TDT, tail);
}

function wordsAt(device: ReferencePort, pool: number, address: number): number[] {
  const bytes = device.readMemory(pool, address, 16);
  return [0, 4, 8, 12].map((at) => littleEndian32(bytes, at));
}

describe("sums", () => {
  const key = bytesOf("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");

  it("hashes the first vector of the RSS verification suite", () => {
    const addresses = [66, 9, 149, 187, 161, 142, 100, 80];
    const ports = [2794 >> 8, 2794 & 255, 1766 >> 8, 1766 & 255];
    expect(toeplitz(key, Uint8Array.from([...addresses, ...ports]))).toBe(0x51ccc178);
    expect(toeplitz(key, Uint8Array.from(addresses))).toBe(0x323e8fc2);
  });

  it("hashes the IPv6 vector of the RSS verification suite", () => {
    const source = "3ffe250102001fff0000000000000007";
    const destination = "3ffe2501020000030000000000000001";
    expect(toeplitz(key, bytesOf(source + destination))).toBe(0x2cc18cd5);
    expect(toeplitz(key, bytesOf(`${source}${destination}0aea06e6`))).toBe(0x40207d3d);
  });

  it("computes the check values of the CRCs and the example of RFC 1071", () => {
    expect(crc32(textBytes("123456789"))).toBe(0xcbf43926);
    expect(crc32c(textBytes("123456789"), 0)).toBe(0xe3069283);
    expect(onesSum(bytesOf("0001f203f4f5f6f7"), 0, 8)).toBe(0xddf2);
    expect(onesSum(bytesOf("01"), 0, 1)).toBe(0x0100);
  });

  it("computes the header checksum of a known IPv4 header", () => {
    expect(~onesSum(bytesOf("4500003c1c4640004006" + "0000" + "ac100a63ac100a0c"), 0, 20) & 0xffff).toBe(0xb1e6);
  });
});

describe("transmission", () => {
  it("sends two latencies and the bytes after the doorbell, and sets DD when it fetches", () => {
    const device = workingDevice();
    const frame = tcpFrame(outsideAddress(1), 46, false);
    sendLegacy(device, frame, 1);
    device.advance(999_999);
    expect(wordsAt(device, 0, TRANSMIT_RING)[3]).toBe(0);
    device.advance(1_000_000);
    expect(wordsAt(device, 0, TRANSMIT_RING)[3]).toBe(1);
    expect(device.readVf(0, vf.TDH)).toBe(1);
    expect(device.takeMessages()).toEqual([{ ps: 1_000_000, pool: 0, vector: 1 }]);
    expect(device.takeSent()).toEqual([{ startPs: 1_000_000 + frame.length * 250, bytes: frame }]);
    expect(device.readVf(0, vf.VFGOTC)).toBe(frame.length + 4);
  });

  it("cuts 2500 bytes into three segments with right headers", () => {
    const device = workingDevice();
    const packet = tcpFrame(outsideAddress(1), 2500, true);
    packet[47] = 0x99; // CWR, ACK, PSH and FIN.
    device.writeMemory(0, TRANSMIT_BUFFER, packet);
    const context = wordBytes(20 + 14 * 512, 0, 0x20200000 + 2 ** 10 + 2 ** 11, 20 * 256 + 1000 * 65536);
    const command = 2 ** 31 + 0x20300000 + 2 ** 24 + 2 ** 27;
    device.writeMemory(0, TRANSMIT_RING, context);
    device.writeMemory(0, TRANSMIT_RING + 16, wordBytes(TRANSMIT_BUFFER, 0, command + packet.length, 0x300));
    device.writeVf(0, vf.TDT, 2);
    device.advance(100_000_000);
    const frames = device.takeSent().map((sent) => sent.bytes);
    expect(frames.map((frame) => frame.length)).toEqual([1054, 1054, 554]);
    const identification = bigEndian16(packet, 18);
    const sequence = bigEndian32(packet, 38);
    frames.forEach((frame, index) => {
      expect(bigEndian16(frame, 16)).toBe(frame.length - 14);
      expect(bigEndian16(frame, 18)).toBe((identification + index) & 0xffff);
      expect(bigEndian32(frame, 38)).toBe((sequence + index * 1000) % 2 ** 32);
      expect(onesSum(frame, 14, 34)).toBe(0xffff);
      const pseudo = wordBytes(0);
      pseudo.set([0, PROTOCOL_TCP, (frame.length - 34) >> 8, (frame.length - 34) & 255]);
      const whole = Uint8Array.from([...frame.subarray(26, 34), ...pseudo, ...frame.subarray(34)]);
      expect(onesSum(whole, 0, whole.length)).toBe(0xffff);
    });
    expect(frames.map((frame) => frame[47])).toEqual([0x90, 0x10, 0x19]);
  });

  it("pads, and inserts the tag of the pool", () => {
    const device = workingDevice();
    device.writePf(pf.VMVIR, 2 ** 30 + 0x2005);
    sendLegacy(device, Uint8Array.from([...outsideAddress(1), ...poolAddress(0), 0x88, 0xcc, 0xaa]), 1);
    device.advance(10_000_000);
    const bytes = device.takeSent()[0]?.bytes ?? new Uint8Array(0);
    expect(bytes.length).toBe(60);
    expect([...bytes.subarray(12, 19)]).toEqual([0x81, 0, 0x20, 0x05, 0x88, 0xcc, 0xaa]);
  });

  it("disables the queue and leaves the head when a buffer is not mapped", () => {
    const device = workingDevice();
    device.mapPage(0, TRANSMIT_BUFFER / 4096, 0, 0);
    sendLegacy(device, tcpFrame(outsideAddress(1), 46, false), 1);
    device.advance(10_000_000);
    expect(device.readVf(0, vf.TDH)).toBe(0);
    expect(device.readVf(0, vf.TXDCTL)).toBe(0);
    expect(device.readPf(pf.LVMMC)).toBe(0x10);
    expect(device.faults(0)).toEqual({ count: 1, address: TRANSMIT_BUFFER, access: 1 });
  });
});

describe("reception", () => {
  it("loops a frame back to the other VF, and not to the wire", () => {
    const device = workingDevice();
    const frame = tcpFrame(poolAddress(1), 46, false);
    sendLegacy(device, frame, 1);
    const readyPs = 1_000_000 + frame.length * 250;
    const deliveredPs = readyPs + frame.length * 250 + 500_000;
    device.advance(deliveredPs - 1);
    expect(device.readVf(1, vf.RDH)).toBe(0);
    device.advance(deliveredPs);
    expect(device.readVf(1, vf.RDH)).toBe(1);
    expect(device.readMemory(1, RECEIVE_BUFFER, frame.length)).toEqual(frame);
    const [typeWord, hashWord, status, lengths] = wordsAt(device, 1, RECEIVE_RING);
    expect(typeWord).toBe(0x110);
    expect(hashWord).toBe(bigEndian16(frame, 18));
    expect(status).toBe(2 ** 18 + 0x63);
    expect(lengths).toBe(frame.length);
    expect(device.takeSent()).toEqual([]);
    expect(device.readVf(0, vf.VFGPTLBC)).toBe(1);
    expect(device.readVf(1, vf.VFGPRLBC)).toBe(1);
  });

  it("keeps frames of a quiesced pool until it goes on", () => {
    const device = workingDevice();
    const frame = tcpFrame(poolAddress(1), 46, false);
    device.arrive(frame, 1000);
    device.advance(1000);
    device.quiesce(1);
    expect(device.isQuiesced(1)).toBe(false);
    device.arrive(frame, 2000);
    device.advance(10_000_000);
    expect(device.isQuiesced(1)).toBe(true);
    expect(device.readVf(1, vf.RDH)).toBe(1);
    expect(device.takeMessages()).toEqual([]);
    device.unquiesce(1);
    expect(device.readVf(1, vf.RDH)).toBe(2);
    expect(device.takeMessages()).toEqual([{ ps: 10_000_000, pool: 1, vector: 0 }]);
  });

  it("restores a pool in the place of another, with its address", () => {
    const device = workingDevice();
    device.quiesce(0);
    device.save(0, 0);
    device.quiesce(1);
    expect(device.restore(1, 0)).toBe(true);
    expect(device.readPf(pf.rah(0))).toBe(2 ** 31 + 3 * 2 ** 18 + bigEndian16(Uint8Array.from([0, 0x10]), 0));
    expect(device.readPf(pf.rah(1))).toBe(0);
  });
});

describe("the outbound buffer", () => {
  it("skips the end of the ring, and counts what is skipped until the reader passes it", () => {
    const buffer = new OutboundBuffer(256);
    const frame = new Uint8Array(64);
    for (let count = 0; count < 3; count++) {
      expect(buffer.hasRoom([64])).toBe(true);
      buffer.enter(frame, undefined);
    }
    expect(buffer.hasRoom([64])).toBe(false);
    expect(buffer.leave()).toBeUndefined();
    buffer.release(0);
    expect(buffer.leave()?.bytes).toBe(frame);
    expect(buffer.hasRoom([64])).toBe(true);
    expect(buffer.hasRoom([64, 64])).toBe(false);
    buffer.enter(frame, undefined);
    expect(buffer.hasRoom([0])).toBe(false);
  });
});

describe("random programs", () => {
  it("come out the same twice", () => {
    for (let seed = 0; seed < 20; seed++) {
      const program = drawProgram(seed);
      const first = runProgram(program, new ReferencePort(program.settings, new Coverage()));
      const second = runProgram(drawProgram(seed), new ReferencePort(program.settings, new Coverage()));
      expect(compareOutcomes(first, second)).toEqual([]);
    }
  });

  it("have addresses of two words", () => {
    expect(addressOf(0xffffff80, 0xffffffff)).toBe(0xffffffffffffff80n);
  });
});
