/** What the device makes of packets with offloads, as tshark reads it from a capture of the wire. */
import { beforeAll, describe, expect, it } from "vitest";
import { VMVIR } from "../reference/pf-registers";
import { outsideAddress, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP, poolAddress } from "../reference/program-frames";
import { itemAt } from "../support/item-at";
import { buildPacket, type L4Packet, type PacketShape } from "../support/l4-packet";
import { type OffloadPlan, postOffloaded } from "../support/offload-packet";
import { PortScene } from "../support/port-scene";
import { CHECKSUM_BAD, CHECKSUM_GOOD, type Dissected, dissect, IS_TSHARK_MISSING } from "../support/tshark";

const FIELDS = [
  "_ws.malformed",
  "ip.checksum.status",
  "tcp.checksum.status",
  "udp.checksum.status",
  "sctp.checksum.status",
  "vlan.id",
  "vlan.priority",
  "ip.id",
  "ip.len",
  "ipv6.plen",
  "tcp.seq_raw",
  "tcp.flags.fin",
  "tcp.flags.push",
  "tcp.flags.cwr",
  "tcp.payload",
  "udp.length",
  "udp.payload",
];

/** FIN, PSH, ACK, CWR. */
const MARKED_FLAGS = 0x99;
/** Wraps within the packet, as the identification does. */
const SEQUENCE = 0xffff_f000;
const IDENTIFICATION = 0xfffe;
const PRIORITY_3 = 0x6000;
const NAMES = new Map([
  [PROTOCOL_TCP, "TCP"],
  [PROTOCOL_UDP, "UDP"],
  [PROTOCOL_SCTP, "SCTP"],
]);

type Tagging = "no tag" | "a tag by descriptor" | "a tag by VMVIR" | "a tag in the packet" | "two tags";
const TAGGINGS: readonly Tagging[] = [
  "no tag",
  "a tag by descriptor",
  "a tag by VMVIR",
  "a tag in the packet",
  "two tags",
];

interface Case {
  readonly name: string;
  readonly shape: PacketShape;
  readonly tagging: Tagging;
  readonly segmentBytes: number;
}

interface Result {
  readonly packet: L4Packet;
  readonly frames: readonly Uint8Array[];
  rows: readonly Dissected[];
}

function payloadOf(byteCount: number): Uint8Array {
  return Uint8Array.from({ length: byteCount }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
}

function shapeOf(isIpv6: boolean, protocol: number, byteCount: number, tagging: Tagging): PacketShape {
  const hasTag = tagging === "a tag in the packet" || tagging === "two tags";
  return {
    to: outsideAddress(1),
    from: poolAddress(0),
    isIpv6,
    protocol,
    payload: payloadOf(byteCount),
    identification: IDENTIFICATION,
    sequence: SEQUENCE,
    flags: MARKED_FLAGS,
    ...(hasTag ? { tag: 55 } : {}),
  };
}

function casesOf(protocols: readonly number[], sizes: readonly (readonly [bytes: number, segment: number])[]): Case[] {
  return [false, true].flatMap((isIpv6) =>
    protocols.flatMap((protocol) =>
      TAGGINGS.flatMap((tagging) =>
        sizes.map(([bytes, segmentBytes]) => ({
          name: `${NAMES.get(protocol)} over IPv${isIpv6 ? 6 : 4}, ${bytes} bytes, ${tagging}`,
          shape: shapeOf(isIpv6, protocol, bytes, tagging),
          tagging,
          segmentBytes,
        })),
      ),
    ),
  );
}

const SEGMENTED = casesOf(
  [PROTOCOL_TCP, PROTOCOL_UDP],
  [
    [1, 1000],
    [3000, 1000],
    [10_001, 1400],
    [65_000, 1432],
  ],
);
const WHOLE = casesOf(
  [PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP],
  [
    [0, 0],
    [7, 0],
    [1400, 0],
  ],
);

/** Has a pool send a case's packet, in buffers of odd lengths; returns what left on the wire. */
function send(scene: PortScene, { shape, tagging, segmentBytes }: Case): Result {
  const driver = itemAt(scene.drivers, 0);
  const packet = buildPacket({ ...shape, l4Sum: segmentBytes ? "pseudoWithoutLength" : "pseudo" });
  // What the device is to write stands there wrong.
  const bytes = packet.bytes.slice();
  if (!shape.isIpv6) bytes[packet.macBytes + 10] = 0xaa;
  scene.writePf(VMVIR, tagging === "a tag by VMVIR" ? 0x4000_0000 | PRIORITY_3 | 77 : 0);
  const isByDescriptor = tagging === "a tag by descriptor" || tagging === "two tags";
  const plan: OffloadPlan = {
    ...packet,
    bytes,
    isIpv6: shape.isIpv6,
    protocol: shape.protocol,
    segmentBytes,
    hasIpSum: true,
    hasL4Sum: true,
    cuts: [33, 21, 501],
    ...(isByDescriptor ? { tag: PRIORITY_3 | 66 } : {}),
  };
  postOffloaded(driver, plan);
  driver.ring();
  scene.runFor(1_000_000);
  return { packet, frames: scene.takeSent(), rows: [] };
}

/** Sends every case, and has one run of tshark read everything. */
function sendAll(cases: readonly Case[]): Map<string, Result> {
  const scene = new PortScene({ vfCount: 1 });
  itemAt(scene.drivers, 0).startTransmit();
  const results = cases.map((one) => send(scene, one));
  const rows = dissect(
    results.flatMap(({ frames }) => frames),
    FIELDS,
  );
  for (const result of results) result.rows = rows.splice(0, result.frames.length);
  return new Map(cases.map(({ name }, index) => [name, itemAt(results, index)]));
}

function expectedVlans(tagging: Tagging): string {
  const ids = new Map([
    ["a tag by descriptor", "66"],
    ["a tag by VMVIR", "77"],
    ["a tag in the packet", "55"],
    ["two tags", "66,55"],
  ]);
  return ids.get(tagging) ?? "";
}

function checkSums({ shape, tagging }: Case, rows: readonly Dissected[]): void {
  const l4 = (NAMES.get(shape.protocol) ?? "").toLowerCase();
  for (const row of rows) {
    expect(row("_ws.malformed")).toBe("");
    expect(row("ip.checksum.status")).toBe(shape.isIpv6 ? "" : CHECKSUM_GOOD);
    expect(row(`${l4}.checksum.status`)).toBe(CHECKSUM_GOOD);
    expect(row("vlan.id")).toBe(expectedVlans(tagging));
    if (tagging === "a tag by VMVIR") expect(row("vlan.priority")).toBe("3");
  }
}

describe.skipIf(IS_TSHARK_MISSING)("segmented packets in tshark (skipped where it is not installed)", () => {
  let results: ReadonlyMap<string, Result>;
  beforeAll(() => {
    results = sendAll(SEGMENTED);
  });

  it.each(SEGMENTED)("$name, are right segments that make up the payload", (one) => {
    const { rows } = results.get(one.name) ?? { rows: [] };
    const { shape, segmentBytes } = one;
    const isTcp = shape.protocol === PROTOCOL_TCP;
    expect(rows).toHaveLength(Math.ceil(shape.payload.length / segmentBytes));
    checkSums(one, rows);
    const payload = rows.map((row) => row(isTcp ? "tcp.payload" : "udp.payload")).join("");
    expect(payload).toBe(Buffer.from(shape.payload).toString("hex"));
    const last = rows.length - 1;
    for (const [index, row] of rows.entries()) {
      if (!shape.isIpv6) expect(Number(row("ip.id"))).toBe((IDENTIFICATION + index) & 0xffff);
      const carried = Math.min(segmentBytes, shape.payload.length - index * segmentBytes);
      expect(Number(row(shape.isIpv6 ? "ipv6.plen" : "ip.len"))).toBe(
        carried + (isTcp ? 20 : 8) + (shape.isIpv6 ? 0 : 20),
      );
      if (!isTcp) expect(Number(row("udp.length"))).toBe(carried + 8);
      if (!isTcp) continue;
      expect(Number(row("tcp.seq_raw"))).toBe((SEQUENCE + index * segmentBytes) % 2 ** 32);
      const flags = [row("tcp.flags.fin"), row("tcp.flags.push"), row("tcp.flags.cwr")];
      expect(flags).toEqual([index === last, index === last, index === 0].map((isSet) => (isSet ? "1" : "0")));
    }
  });
});

describe.skipIf(IS_TSHARK_MISSING)("whole packets in tshark (skipped where it is not installed)", () => {
  let results: ReadonlyMap<string, Result>;
  beforeAll(() => {
    results = sendAll(WHOLE);
  });

  it.each(WHOLE)("$name, is one frame with the checksums inserted and nothing else changed", (one) => {
    const { rows, frames } = results.get(one.name) ?? { rows: [], frames: [] };
    expect(rows).toHaveLength(1);
    checkSums(one, rows);
    const right = buildPacket(one.shape).bytes;
    const isTagInserted = one.tagging !== "no tag" && one.tagging !== "a tag in the packet";
    const rest = itemAt(frames, 0).subarray(isTagInserted ? 16 : 12);
    expect([...rest.subarray(0, right.length - 12)]).toEqual([...right.subarray(12)]);
  });

  it("a checksum that nobody inserted, is seen to be bad", () => {
    const bare = buildPacket({ ...shapeOf(false, PROTOCOL_TCP, 100, "no tag"), l4Sum: "pseudo" });
    const [row] = dissect([bare.bytes], FIELDS);
    expect(row?.("tcp.checksum.status")).toBe(CHECKSUM_BAD);
  });
});
