/** What the driver of the physical function answers to each message, and what it does for it. */
import { describe, expect, it } from "vitest";
import {
  LONGEST_FRAME_BYTES_MAX,
  MAC_FILTER_ADD,
  MAC_FILTER_CLEAR,
  MESSAGE_NACK,
  MESSAGE_RESET,
  MESSAGE_SET_LPE,
  MESSAGE_SET_MAC,
  MESSAGE_SET_MULTICAST,
  MESSAGE_SET_PROMISC,
  MESSAGE_SET_VLAN,
} from "../../assembly/layout/mailbox";
import { PF_ICR_AT, PF_MBVFICR_AT, PF_RAL2_AT, PF_VFRE_AT, PF_VFTE_AT } from "../../assembly/layout/pf-registers";
import {
  RAH_POOLS_SHIFT,
  RAH_VALID,
  VMOLR_ALL_MULTICAST,
  VMOLR_LENGTH_MASK,
  VMOLR_LONG,
  VMOLR_MULTICAST_HASH,
  VMOLR_STRIP_VLAN,
  VMOLR_UNICAST_HASH,
} from "../../assembly/layout/physical-function";
import { MAIL_PFACK, MAIL_PFSTS } from "../../assembly/layout/virtual-function";
import { service } from "../../src/device/pf-mailbox";
import { setVfMac, setVfTrust, setVfVlan } from "../../src/device/physical-function";
import {
  addresses,
  ask,
  createPort,
  createRunning,
  GRANTED,
  hasVlan,
  multicastBits,
  options,
  PF_MEMBER,
  REFUSED,
  station,
  vlans,
} from "./pf-scene";

describe("RESET", () => {
  it("of a VF with the administrator's address, is granted with it, and the VF may send and receive", () => {
    const port = createPort();
    setVfMac(port, 1, station(5));
    port.send(1, MESSAGE_RESET);
    expect(service(port)).toBe(1);
    expect(port.mail(1).slice(0, 3)).toEqual([0x80000001, 2, 5 << 8]);
    expect(port.signals[1]).toEqual([MAIL_PFACK, MAIL_PFSTS]);
    expect([port.peek(PF_VFRE_AT), port.peek(PF_VFTE_AT)]).toEqual([0x82, 0x82]);
    expect([port.locksOf(1), port.unlockedCount]).toEqual([0, 0]);
    expect([port.peek(PF_ICR_AT), port.peek(PF_MBVFICR_AT)]).toEqual([0, 0]);
  });

  it("of a VF without an address, is refused one, and the VF may choose its own", () => {
    const port = createPort();
    expect(ask(port, 1, MESSAGE_RESET)).toBe(MESSAGE_NACK);
    expect(ask(port, 1, MESSAGE_SET_MAC, 0, 2, 7 << 8)).toBe(GRANTED);
    ask(port, 1, MESSAGE_RESET);
    expect(port.mail(1).slice(0, 3)).toEqual([0x80000001, 2, 7 << 8]);
  });

  it("of a VF whose address the port has lost in its own reset, puts it back", () => {
    const port = createPort();
    setVfMac(port, 1, station(5));
    for (const at of [0, 4]) port.write(PF_RAL2_AT + 8 * 6 + at, 0);
    ask(port, 1, MESSAGE_RESET);
    expect(addresses(port)).toEqual([[22, 5, 2]]);
  });

  it("not said yet, every other message, refused without leave to send", () => {
    const port = createPort();
    const types = [MESSAGE_SET_MAC, MESSAGE_SET_MULTICAST, MESSAGE_SET_VLAN, MESSAGE_SET_LPE, MESSAGE_SET_PROMISC, 9];
    for (const type of types) expect(ask(port, 0, type, 0, 2, 1 << 8)).toBe(MESSAGE_NACK);
    expect(addresses(port)).toEqual([]);
  });

  it("said again, takes back options, VLANs and hashes, and keeps the address", () => {
    const port = createRunning();
    const before = options(port, 0);
    ask(port, 0, MESSAGE_SET_MAC, 0, 2, 1 << 8);
    ask(port, 0, MESSAGE_SET_VLAN, 1, 100);
    ask(port, 0, MESSAGE_SET_MULTICAST, 1, 0x123);
    ask(port, 0, MESSAGE_SET_LPE, 0, 2000);
    ask(port, 0, MESSAGE_RESET);
    expect(options(port, 0)).toBe(before);
    expect([vlans(port), hasVlan(port, 100)]).toEqual([[[0, PF_MEMBER | 7]], false]);
    expect([addresses(port), multicastBits(port)]).toEqual([[[23, 1, 1]], []]);
  });
});

describe("SET_MAC", () => {
  it("of a new address, takes the place of the old one", () => {
    const port = createRunning();
    expect(ask(port, 1, MESSAGE_SET_MAC, 0, 2, 1 << 8)).toBe(GRANTED);
    expect(ask(port, 1, MESSAGE_SET_MAC, 0, 2, 2 << 8)).toBe(GRANTED);
    expect(addresses(port)).toEqual([[22, 2, 2]]);
  });

  it.each([
    ["a group's", [3, 1 << 8]],
    ["zero", [0, 0]],
    ["zero, with bytes behind it that are not part of it", [0, 0x10000]],
  ])("of %s address, refused", (_, words) => {
    const port = createRunning();
    expect(ask(port, 0, MESSAGE_SET_MAC, 0, ...words)).toBe(REFUSED);
    expect(ask(port, 0, MESSAGE_SET_MAC, MAC_FILTER_ADD, ...words)).toBe(REFUSED);
    expect(addresses(port)).toEqual([]);
  });

  it("of a VF with a fixed address, granted the same only, until it is trusted", () => {
    const port = createPort();
    setVfMac(port, 0, station(5));
    ask(port, 0, MESSAGE_RESET);
    expect(ask(port, 0, MESSAGE_SET_MAC, 0, 2, 5 << 8)).toBe(GRANTED);
    expect(ask(port, 0, MESSAGE_SET_MAC, 0, 2, 6 << 8)).toBe(REFUSED);
    expect(ask(port, 0, MESSAGE_SET_MAC, MAC_FILTER_ADD, 2, 6 << 8)).toBe(REFUSED);
    expect(addresses(port)).toEqual([[23, 5, 1]]);
    setVfTrust(port, 0, { isTrusted: true });
    expect(ask(port, 0, MESSAGE_SET_MAC, 0, 2, 6 << 8)).toBe(GRANTED);
  });

  it("with further addresses, added from below and cleared together, the own one stays", () => {
    const port = createRunning();
    ask(port, 0, MESSAGE_SET_MAC, 0, 2, 1 << 8);
    ask(port, 0, MESSAGE_SET_MAC, MAC_FILTER_ADD, 2, 8 << 8);
    ask(port, 0, MESSAGE_SET_MAC, MAC_FILTER_ADD, 2, 9 << 8);
    const added = addresses(port);
    expect(ask(port, 0, MESSAGE_SET_MAC, MAC_FILTER_CLEAR, 0, 0)).toBe(GRANTED);
    expect([added, addresses(port)]).toEqual([
      [
        [1, 8, 1],
        [2, 9, 1],
        [23, 1, 1],
      ],
      [[23, 1, 1]],
    ]);
  });

  it("of an address that another VF has, each has an entry, and each can leave it", () => {
    const port = createRunning();
    for (const vf of [0, 1]) ask(port, vf, MESSAGE_SET_MAC, 0, 2, 1 << 8);
    const same = addresses(port);
    ask(port, 0, MESSAGE_SET_MAC, 0, 2, 3 << 8);
    expect(same.map(([entry]) => entry)).toEqual([22, 23]);
    expect(addresses(port)).toEqual([
      [22, 1, 2],
      [23, 3, 1],
    ]);
  });

  it("of an address in a restored entry that two VFs share, the other's stays", () => {
    const port = createRunning();
    ask(port, 0, MESSAGE_SET_MAC, 0, 2, 1 << 8);
    port.write(PF_RAL2_AT + 8 * 7 + 4, RAH_VALID + (3 << RAH_POOLS_SHIFT) + (1 << 8));
    expect(ask(port, 0, MESSAGE_SET_MAC, 0, 2, 3 << 8)).toBe(GRANTED);
    expect(addresses(port)).toEqual([
      [22, 3, 1],
      [23, 1, 2],
    ]);
  });

  it("without a free entry, refused, and the entries of the VFs' own addresses are not given away", () => {
    const port = createRunning();
    const answers = Array.from({ length: 24 }, (_, n) =>
      ask(port, 0, MESSAGE_SET_MAC, MAC_FILTER_ADD, 2, (n + 1) << 8),
    );
    expect(answers.filter((answer) => answer === GRANTED)).toHaveLength(20);
    expect(answers.lastIndexOf(GRANTED)).toBe(19);
    expect(ask(port, 1, MESSAGE_SET_MAC, 0, 2, 99 << 8)).toBe(GRANTED);
  });

  it("of unknown INFO, refused", () => {
    expect(ask(createRunning(), 0, MESSAGE_SET_MAC, 3, 2, 1 << 8)).toBe(REFUSED);
  });
});

describe("SET_MULTICAST", () => {
  it("of three hashes, two in a word, are in the table, and the pool looks there", () => {
    const port = createRunning();
    expect(ask(port, 0, MESSAGE_SET_MULTICAST, 3, 0x0fff0020, 0xf001)).toBe(GRANTED);
    expect(multicastBits(port)).toEqual([0x001, 0x020, 0xfff]);
    expect(options(port, 0) & VMOLR_MULTICAST_HASH).toBeTruthy();
  });

  it("of two VFs with a hash in common, one gives up all, the other's stay", () => {
    const port = createRunning();
    ask(port, 0, MESSAGE_SET_MULTICAST, 2, 0x00020001);
    ask(port, 1, MESSAGE_SET_MULTICAST, 1, 2);
    expect(ask(port, 0, MESSAGE_SET_MULTICAST, 0)).toBe(GRANTED);
    expect(multicastBits(port)).toEqual([2]);
    expect([0, 1].map((vf) => options(port, vf) & VMOLR_MULTICAST_HASH)).toEqual([0, VMOLR_MULTICAST_HASH]);
  });

  it("of more hashes than the words hold, refused, and the old ones stay", () => {
    const port = createRunning();
    expect(ask(port, 0, MESSAGE_SET_MULTICAST, 30, ...Array(15).fill(0x00070007))).toBe(GRANTED);
    expect(ask(port, 0, MESSAGE_SET_MULTICAST, 31, 1)).toBe(REFUSED);
    expect(multicastBits(port)).toEqual([7]);
  });
});

describe("SET_VLAN", () => {
  it("of two VFs in one VLAN, an entry for both, which goes with the last", () => {
    const port = createRunning();
    for (const vf of [0, 1]) expect(ask(port, vf, MESSAGE_SET_VLAN, 1, 100)).toBe(GRANTED);
    const both = [vlans(port).at(-1), hasVlan(port, 100)];
    expect(ask(port, 0, MESSAGE_SET_VLAN, 0, 100)).toBe(GRANTED);
    const one = [vlans(port).at(-1), hasVlan(port, 100)];
    ask(port, 1, MESSAGE_SET_VLAN, 0, 100);
    expect([both, one]).toEqual([
      [[100, 3], true],
      [[100, 2], true],
    ]);
    expect([vlans(port).length, hasVlan(port, 100)]).toEqual([1, false]);
    expect(options(port, 0) & VMOLR_STRIP_VLAN).toBeTruthy();
  });

  it.each([
    ["VLAN 4095", 1, 4095],
    ["a VLAN of more than 12 bits", 1, 4097],
    ["INFO 2", 2, 5],
  ])("of %s, refused", (_, info, vlan) => {
    const port = createRunning();
    expect(ask(port, 0, MESSAGE_SET_VLAN, info, vlan)).toBe(REFUSED);
    expect(vlans(port)).toHaveLength(1);
  });

  it("of VLAN 0, left, granted without effect", () => {
    const port = createRunning();
    expect(ask(port, 0, MESSAGE_SET_VLAN, 0, 0)).toBe(GRANTED);
    expect(vlans(port)).toEqual([[0, PF_MEMBER | 7]]);
  });

  it("with the filter full, refused, but for a VLAN that is there", () => {
    const port = createRunning();
    const answers = Array.from({ length: 32 }, (_, n) => ask(port, 0, MESSAGE_SET_VLAN, 1, n + 1));
    expect(answers.indexOf(REFUSED)).toBe(31);
    expect(hasVlan(port, 32)).toBe(false);
    expect(ask(port, 1, MESSAGE_SET_VLAN, 1, 31)).toBe(GRANTED);
  });

  it("of a VF in a port VLAN, refused", () => {
    const port = createRunning();
    setVfVlan(port, 0, { vlan: 7 });
    expect(ask(port, 0, MESSAGE_SET_VLAN, 1, 8)).toBe(REFUSED);
    expect(vlans(port)).toEqual([
      [0, PF_MEMBER | 6],
      [7, 1],
    ]);
  });
});

describe("SET_LPE", () => {
  it.each([64, 1522, LONGEST_FRAME_BYTES_MAX])("of %d bytes, long frames up to there", (bytes) => {
    const port = createRunning();
    expect(ask(port, 0, MESSAGE_SET_LPE, 0, bytes)).toBe(GRANTED);
    expect(options(port, 0) & (VMOLR_LONG | VMOLR_LENGTH_MASK)).toBe(VMOLR_LONG | bytes);
  });

  it.each([0, 63, LONGEST_FRAME_BYTES_MAX + 1, 0xffffffff])("of %d bytes, refused", (bytes) => {
    const port = createRunning();
    const before = options(port, 0);
    expect([ask(port, 0, MESSAGE_SET_LPE, 0, bytes), options(port, 0)]).toEqual([REFUSED, before]);
  });
});

describe("SET_PROMISC", () => {
  const both = VMOLR_UNICAST_HASH | VMOLR_ALL_MULTICAST;

  it("of a trusted VF, gets what it asks for, and loses it with its trust", () => {
    const port = createRunning();
    setVfTrust(port, 0, { isTrusted: true });
    const had = [2, 1, 3, 0, 3].map((info) => [ask(port, 0, MESSAGE_SET_PROMISC, info), options(port, 0) & both]);
    setVfTrust(port, 0, { isTrusted: false });
    const bits = [VMOLR_ALL_MULTICAST, VMOLR_UNICAST_HASH, both, 0, both];
    expect(had).toEqual(bits.map((bit) => [GRANTED, bit]));
    expect(options(port, 0) & both).toBe(0);
  });

  it("of a VF that is not trusted, refused, but for giving up", () => {
    const port = createRunning();
    expect([1, 2, 3, 0].map((info) => ask(port, 0, MESSAGE_SET_PROMISC, info))).toEqual([
      REFUSED,
      REFUSED,
      REFUSED,
      GRANTED,
    ]);
    expect(options(port, 0) & both).toBe(0);
  });

  it("of unknown INFO, refused", () => {
    const port = createRunning();
    setVfTrust(port, 0, { isTrusted: true });
    expect(ask(port, 0, MESSAGE_SET_PROMISC, 4)).toBe(REFUSED);
  });
});
