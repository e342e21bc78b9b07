/** Checksums one by one, as tshark reads them: inserted on request only, and judged alike on the receiving side. */
import { describe, expect, it } from "vitest";
import {
  RX_IPCS,
  RX_IPE,
  RX_L4CS,
  RX_L4E,
  RX_UDPCS,
  TX_CSO_SHIFT,
  TX_CSS_SHIFT,
  TX_EOP,
  TX_IC,
  TX_RS,
  TX_VLAN_SHIFT,
  TX_VLE,
} from "../../assembly/layout/descriptor";
import { outsideAddress, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP, poolAddress } from "../reference/program-frames";
import { itemAt } from "../support/item-at";
import { buildPacket, type PacketShape, type Sum } from "../support/l4-packet";
import { postOffloaded } from "../support/offload-packet";
import { PortScene } from "../support/port-scene";
import { CHECKSUM_BAD, CHECKSUM_GOOD, type Dissected, dissect, IS_TSHARK_MISSING } from "../support/tshark";

const FIELDS = [
  "_ws.malformed",
  "ip.checksum.status",
  "tcp.checksum.status",
  "udp.checksum.status",
  "sctp.checksum.status",
  "vlan.id",
];
const PROTOCOLS = [
  { protocol: PROTOCOL_TCP, name: "TCP" },
  { protocol: PROTOCOL_UDP, name: "UDP" },
  { protocol: PROTOCOL_SCTP, name: "SCTP" },
];
const BOTH = [false, true];

function shapeOf(isIpv6: boolean, protocol: number, more: Partial<PacketShape> = {}): PacketShape {
  const payload = Uint8Array.from({ length: 300 }, (_, at) => at & 0xff);
  return { to: outsideAddress(1), from: poolAddress(0), isIpv6, protocol, payload, ...more };
}

function l4Status(row: Dissected, name: string): string {
  return row(`${name.toLowerCase()}.checksum.status`);
}

const REQUESTS = BOTH.flatMap((isIpv6) =>
  PROTOCOLS.flatMap(({ protocol, name }) =>
    BOTH.flatMap((hasIpSum) =>
      BOTH.map((hasL4Sum) => {
        const what = `${hasIpSum ? "IXSM" : "no IXSM"}, ${hasL4Sum ? "TXSM" : "no TXSM"}`;
        return { isIpv6, protocol, name, hasIpSum, hasL4Sum, title: `${name} over IPv${isIpv6 ? 6 : 4}, ${what}` };
      }),
    ),
  ),
);

describe.skipIf(IS_TSHARK_MISSING)("checksums on request in tshark (skipped where it is not installed)", () => {
  it("every combination of requests, has right what was asked for and leaves the rest as it was", () => {
    const scene = new PortScene({ vfCount: 1 });
    const driver = itemAt(scene.drivers, 0);
    driver.startTransmit(256);
    for (const { isIpv6, protocol, hasIpSum, hasL4Sum } of REQUESTS) {
      const packet = buildPacket(shapeOf(isIpv6, protocol, { l4Sum: "pseudo", ipSum: "wrong" }));
      postOffloaded(driver, { ...packet, isIpv6, protocol, hasIpSum, hasL4Sum });
    }
    driver.ring();
    scene.runFor(1_000_000);
    const rows = dissect(scene.takeSent(), FIELDS);
    const found = REQUESTS.map(({ name, title }, index) => {
      const row = itemAt(rows, index);
      return [title, row("ip.checksum.status"), l4Status(row, name)];
    });
    const verdict = (isInserted: boolean) => (isInserted ? CHECKSUM_GOOD : CHECKSUM_BAD);
    expect(found).toEqual(
      REQUESTS.map(({ title, isIpv6, hasIpSum, hasL4Sum }) => [
        title,
        isIpv6 ? "" : verdict(hasIpSum),
        verdict(hasL4Sum),
      ]),
    );
  });

  it("a legacy descriptor with and without a tag, has one sum inserted where it says", () => {
    const scene = new PortScene({ vfCount: 1 });
    const driver = itemAt(scene.drivers, 0);
    driver.startTransmit();
    const cases = BOTH.flatMap((isIpv6) =>
      [PROTOCOL_TCP, PROTOCOL_UDP].flatMap((protocol) => [0, 99].map((tag) => ({ isIpv6, protocol, tag }))),
    );
    for (const { isIpv6, protocol, tag } of cases) {
      const { bytes, macBytes, ipBytes } = buildPacket(shapeOf(isIpv6, protocol, { l4Sum: "pseudo" }));
      const start = macBytes + ipBytes;
      const field = start + (protocol === PROTOCOL_TCP ? 16 : 6);
      const command = TX_IC | TX_EOP | TX_RS | (tag ? TX_VLE : 0) | (field << TX_CSO_SHIFT) | bytes.length;
      driver.post([[driver.place(bytes), 0, command >>> 0, (start << TX_CSS_SHIFT) | (tag << TX_VLAN_SHIFT)]]);
    }
    driver.ring();
    scene.runFor(1_000_000);
    const rows = dissect(scene.takeSent(), FIELDS);
    const found = rows.map((row, index) => {
      const isTcp = itemAt(cases, index).protocol === PROTOCOL_TCP;
      return [row("_ws.malformed"), row("vlan.id"), l4Status(row, isTcp ? "TCP" : "UDP")];
    });
    expect(found).toEqual(cases.map(({ tag }) => ["", tag ? String(tag) : "", CHECKSUM_GOOD]));
  });
});

const SUMS: readonly Sum[] = ["right", "wrong", "none"];
const ARRIVALS = BOTH.flatMap((isIpv6) =>
  PROTOCOLS.flatMap(({ protocol, name }) =>
    [undefined, 7].flatMap((tag) =>
      SUMS.flatMap((l4Sum) =>
        (["right", "wrong"] as const).flatMap((ipSum) =>
          [0, 3].map((optionWords) => ({ name, shape: { isIpv6, protocol, tag, l4Sum, ipSum, optionWords } })),
        ),
      ),
    ),
  ),
);

/** What a descriptor says of a frame's checksums, in tshark's words: of the IP header, of L4. */
function verdictOf(status: number): { ip: string; l4: string; isUdp: boolean } {
  const say = (isChecked: boolean, isWrong: boolean) => (isChecked ? (isWrong ? CHECKSUM_BAD : CHECKSUM_GOOD) : "");
  return {
    ip: say((status & RX_IPCS) !== 0, (status & RX_IPE) !== 0),
    l4: say((status & RX_L4CS) !== 0, (status & RX_L4E) !== 0),
    isUdp: (status & RX_UDPCS) !== 0,
  };
}

/** Neither good nor bad is no verdict; the device has none about SCTP. */
function judged(status: string, name: string): string {
  return name !== "SCTP" && [CHECKSUM_GOOD, CHECKSUM_BAD].includes(status) ? status : "";
}

describe.skipIf(IS_TSHARK_MISSING)("received checksums in tshark (skipped where it is not installed)", () => {
  it("good, bad and absent ones, in descriptors and in tshark have the same verdict", () => {
    const scene = new PortScene({ vfCount: 1 });
    const driver = itemAt(scene.drivers, 0);
    driver.startReceive();
    const frames = ARRIVALS.map(({ shape: { tag, ...shape } }) => {
      const more = { to: poolAddress(0), from: outsideAddress(1), ...(tag === undefined ? {} : { tag }) };
      return buildPacket({ ...shapeOf(shape.isIpv6, shape.protocol), ...shape, ...more }).bytes;
    });
    scene.arriveEvery(frames, 1000, 1000);
    scene.runTo(1_000_000);
    const rows = dissect(frames, FIELDS);
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const [index, { name, shape }] of ARRIVALS.entries()) {
      const row = itemAt(rows, index);
      const expected = {
        ip: judged(row("ip.checksum.status"), ""),
        l4: judged(l4Status(row, name), name),
        isUdp: name === "UDP" && judged(l4Status(row, name), name) !== "",
      };
      const found = verdictOf(itemAt(driver.received(index), 2));
      seen.add(JSON.stringify(found));
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        wrong.push(
          `${name} ${JSON.stringify(shape)}: tshark ${JSON.stringify(expected)}, device ${JSON.stringify(found)}`,
        );
      }
    }
    expect(wrong).toEqual([]);
    // IPv4 with three verdicts on each of TCP and UDP, the header good and bad, SCTP, and the same over IPv6.
    expect(seen.size).toBeGreaterThanOrEqual(14);
  });
});
