/** How the driver of the physical function sets up a port, and what an administrator tells it about a VF. */
import { describe, expect, it } from "vitest";
import { MESSAGE_RESET, MESSAGE_SET_MAC, MESSAGE_SET_VLAN } from "../../assembly/layout/mailbox";
import {
  PF_CTRL_EXT_AT,
  PF_DTXSWC_AT,
  PF_IMS_AT,
  PF_MRQC_AT,
  PF_RAL_AT,
  PF_RAL2_AT,
  PF_RCTL_AT,
  PF_RETA_AT,
  PF_RLPML_AT,
  PF_RSSRK_AT,
  PF_TCTL_AT,
  PF_VFRE_AT,
  PF_VFTE_AT,
  PF_VMVIR_AT,
  PF_VT_CTL_AT,
} from "../../assembly/layout/pf-registers";
import {
  ICR_VMMB,
  PF_POOL,
  RAH_POOLS_SHIFT,
  RAH_VALID,
  VMOLR_LONG,
  VMOLR_RSS,
  VMOLR_STRIP_VLAN,
  VMOLR_UNTAGGED,
} from "../../assembly/layout/physical-function";
import { PF_REGISTER_LIST } from "../../src/core/registers";
import { service } from "../../src/device/pf-mailbox";
import { setVfMac, setVfSpoofCheck, setVfTrust, setVfVlan } from "../../src/device/physical-function";
import { addresses, ask, createPort, createRunning, GRANTED, options, PF_MEMBER, station, vlans } from "./pf-scene";

describe("a port after power-up", () => {
  it("initialised, is on, with replication, loopback and the physical function's pool as default", () => {
    const port = createPort();
    const registers = [PF_MRQC_AT, PF_RCTL_AT, PF_TCTL_AT, PF_VT_CTL_AT, PF_DTXSWC_AT, PF_RLPML_AT, PF_IMS_AT];
    expect(registers.map((at) => port.peek(at))).toEqual([3, 0x22, 2, 0x40000380, 0x80000000, 0x2600, ICR_VMMB]);
  });

  it("initialised, lets only the physical function send and receive, and tells the others last", () => {
    const port = createPort();
    expect([port.peek(PF_VFRE_AT), port.peek(PF_VFTE_AT)]).toEqual([PF_MEMBER, PF_MEMBER]);
    expect([port.peek(PF_CTRL_EXT_AT), port.writes.at(-1)]).toEqual([0x4000, PF_CTRL_EXT_AT]);
  });

  it("initialised, pools with somebody in them take broadcast and untagged frames, others none", () => {
    const port = createPort();
    const pools = Array.from({ length: 8 }, (_, pool) => options(port, pool));
    const vf = 0x89002600;
    const nobody = 0x80002600;
    expect(pools).toEqual([vf, vf, vf, nobody, nobody, nobody, nobody, vf + VMOLR_LONG]);
    expect(vlans(port)).toEqual([[0, PF_MEMBER | 7]]);
  });

  it("initialised with RSS, has a key of 40 bytes, alternating queues and every pool's bit", () => {
    const port = createPort({ isRssOn: true });
    expect(port.peek(PF_MRQC_AT)).toBe(0x370005);
    expect([port.peek(PF_RSSRK_AT), port.peek(PF_RSSRK_AT + 36)]).toEqual([0xda565a6d, 0xfa01acbe]);
    expect([port.peek(PF_RETA_AT), port.peek(PF_RETA_AT + 124)]).toEqual([0x01000100, 0x01000100]);
    expect([0, PF_POOL].every((pool) => options(port, pool) & VMOLR_RSS)).toBe(true);
  });

  it("initialised with a longest frame, VLAN filter, anti-spoofing and an address, has them", () => {
    const port = createPort({ longestFrameBytes: 1518, isVlanFiltering: true, isAntiSpoofing: true, mac: station(9) });
    expect(port.peek(PF_RLPML_AT)).toBe(1518);
    expect(port.peek(PF_RCTL_AT)).toBe(0x40022);
    expect(port.peek(PF_DTXSWC_AT)).toBe(0x80000707);
    expect(addresses(port)).toEqual([[0, 9, PF_MEMBER]]);
  });
});

describe("the administrator", () => {
  it("gives each VF an address, they lie from the top downwards", () => {
    const port = createPort();
    for (const vf of [0, 1, 2]) expect(setVfMac(port, vf, station(vf + 1))).toBe(true);
    expect(addresses(port)).toEqual([
      [21, 3, 4],
      [22, 2, 2],
      [23, 1, 1],
    ]);
    expect(port.peek(0x5518)).toBe(2);
  });

  it("gives an address that is not fixed, the VF may change it, and loses it when it is reset", () => {
    const port = createPort();
    setVfMac(port, 0, station(5), { isFixed: false });
    ask(port, 0, MESSAGE_RESET);
    expect(ask(port, 0, MESSAGE_SET_MAC, 0, 2, 6 << 8)).toBe(GRANTED);
    port.reset(0);
    service(port);
    expect(addresses(port)).toEqual([]);
  });

  it("gives an address with no entry free, false, and the VF keeps what it has", () => {
    const port = createPort();
    const entries = Array.from({ length: 24 }, (_, i) => (i < 16 ? PF_RAL_AT + 8 * i : PF_RAL2_AT + 8 * (i - 16)));
    setVfMac(port, 1, station(200));
    for (const [entry, at] of entries.entries()) {
      if (entry !== 22) port.write(at + 4, RAH_VALID + (4 << RAH_POOLS_SHIFT) + (entry << 8));
    }
    // Replaced in place while it is its own only, as it is not after the restoring of an image that shares it.
    expect(setVfMac(port, 1, station(100))).toBe(true);
    port.write(PF_RAL2_AT + 8 * 6 + 4, RAH_VALID + (6 << RAH_POOLS_SHIFT) + (100 << 8));
    const before = addresses(port);
    expect([setVfMac(port, 1, station(99)), addresses(port)]).toEqual([false, before]);
  });

  it("puts a VF into a port VLAN, tags in, untags out, and takes it out again", () => {
    const port = createRunning();
    ask(port, 0, MESSAGE_SET_VLAN, 1, 100);
    expect(setVfVlan(port, 0, { vlan: 7, priority: 3 })).toBe(true);
    const bits = () => options(port, 0) & (VMOLR_UNTAGGED | VMOLR_STRIP_VLAN);
    const inside = [port.peek(PF_VMVIR_AT), bits(), vlans(port)];
    setVfVlan(port, 0, null);
    expect(inside).toEqual([
      0x40006007,
      VMOLR_STRIP_VLAN,
      [
        [0, PF_MEMBER | 6],
        [7, 1],
      ],
    ]);
    expect([port.peek(PF_VMVIR_AT), bits(), vlans(port)]).toEqual([0, VMOLR_UNTAGGED, [[0, PF_MEMBER | 7]]]);
  });

  it("takes a VF out of no port VLAN, the VLANs that it joined stay", () => {
    const port = createRunning();
    ask(port, 0, MESSAGE_SET_VLAN, 1, 100);
    expect([setVfVlan(port, 0, null), vlans(port).at(-1)]).toEqual([true, [100, 1]]);
  });

  it("puts a VF into a port VLAN with the filter full, false, and nothing changes", () => {
    const port = createRunning();
    for (let vlan = 1; vlan < 32; vlan++) ask(port, 1, MESSAGE_SET_VLAN, 1, vlan);
    const before = vlans(port);
    expect([setVfVlan(port, 0, { vlan: 99 }), port.peek(PF_VMVIR_AT), vlans(port)]).toEqual([false, 0, before]);
  });

  it("checks a VF's sender with and without the VLAN filter, and no longer", () => {
    const [plain, filtering] = [createPort(), createPort({ isVlanFiltering: true })];
    for (const port of [plain, filtering]) setVfSpoofCheck(port, 1, { isChecked: true });
    expect([plain, filtering].map((port) => port.peek(PF_DTXSWC_AT))).toEqual([0x80000002, 0x80000202]);
    setVfSpoofCheck(filtering, 1, { isChecked: false });
    expect(filtering.peek(PF_DTXSWC_AT)).toBe(0x80000000);
  });

  it("names what does not exist, an assertion says so", () => {
    const port = createPort();
    expect(() => setVfTrust(port, 3, { isTrusted: true })).toThrow("VF 3 of 3 does not exist");
    expect(() => setVfVlan(port, 0, { vlan: 4095 })).toThrow("VLAN 4095 with priority 0 cannot be the port VLAN");
    expect(() => setVfMac(port, 0, { low: 1, high: 0 })).toThrow("the address of VF 0 is not a station's");
  });
});

describe("what the driver touches", () => {
  it("set up and asked for everything, only registers of the physical function and mailbox words", () => {
    const port = createRunning({ isRssOn: true, isVlanFiltering: true, isAntiSpoofing: true, mac: station(9) });
    for (const type of [2, 3, 4, 5, 6]) ask(port, 0, type, 1, 2, 1 << 8);
    const known = new Set(PF_REGISTER_LIST.map(({ offset }) => offset));
    const others = port.writes.filter((offset) => !known.has(offset) && (offset < 0x800 || offset >= 0xa00));
    expect(others).toEqual([]);
  });
});
