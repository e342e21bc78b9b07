/** How the driver of the physical function takes messages and resets, whatever a VF sends. */
import { describe, expect, it } from "vitest";
import {
  MAC_FILTER_ADD,
  MESSAGE_NACK,
  MESSAGE_RESET,
  MESSAGE_SET_LPE,
  MESSAGE_SET_MAC,
  MESSAGE_SET_MULTICAST,
  MESSAGE_SET_PROMISC,
  MESSAGE_SET_VLAN,
} from "../../assembly/layout/mailbox";
import { PF_ICR_AT, PF_MBVFICR_AT, PF_VFLRE_AT, PF_VFRE_AT } from "../../assembly/layout/pf-registers";
import { MAIL_ACK, MAIL_PFACK, MAIL_PFSTS, MAIL_VFU } from "../../assembly/layout/virtual-function";
import { service } from "../../src/device/pf-mailbox";
import { setVfMac, setVfTrust, setVfVlan } from "../../src/device/physical-function";
import { RandomSource } from "../support/random-source";
import {
  addresses,
  ask,
  createPort,
  createRunning,
  GRANTED,
  multicastBits,
  options,
  PF_MEMBER,
  REFUSED,
  station,
  vlans,
} from "./pf-scene";

describe("the mailbox", () => {
  it.each([0, 7, 0x100, 0xffff])("a message of unknown type %d, refused", (type) => {
    expect(ask(createRunning(), 0, type)).toBe(REFUSED);
  });

  it("RESET with INFO, is no RESET, refused", () => {
    expect(ask(createPort(), 0, MESSAGE_RESET, 1)).toBe(MESSAGE_NACK);
  });

  it("an answer of the driver that comes back, acknowledged and not answered", () => {
    const port = createRunning();
    ask(port, 0, MESSAGE_SET_LPE, 0, 2000);
    expect(ask(port, 0, port.mail(0)[0] ?? 0)).toBe(0);
    expect(port.signals[0]?.slice(-3)).toEqual([MAIL_PFACK, MAIL_PFSTS, MAIL_PFACK]);
    expect(port.locksOf(0)).toBe(0);
  });

  it("a VF that asks and holds its lock, is not answered, and has to say RESET again", () => {
    const port = createRunning();
    port.lock(0);
    expect(ask(port, 0, MESSAGE_SET_LPE, 0, 2000)).toBe(0);
    port.unlock(0);
    expect(ask(port, 0, MESSAGE_SET_LPE, 0, 2000)).toBe(MESSAGE_NACK);
  });

  it("acknowledgements, taken back and counted, answered by nothing", () => {
    const port = createRunning();
    port.signal(1, MAIL_ACK);
    expect([service(port), port.peek(PF_MBVFICR_AT), port.signals[1]?.length]).toEqual([1, 0, 2]);
  });

  it("nothing pending, nothing happens", () => {
    const port = createRunning();
    expect(service(port)).toBe(0);
  });

  it("messages of all VFs without a cause, as a restored image has them, all answered", () => {
    const port = createPort();
    for (const vf of [0, 1, 2]) port.send(vf, MESSAGE_RESET);
    port.read(PF_ICR_AT);
    expect([service(port), port.peek(PF_VFRE_AT)]).toEqual([3, PF_MEMBER | 7]);
  });

  it("a hostile VF, sends anything, changes nothing of another's", () => {
    const port = createRunning();
    ask(port, 1, MESSAGE_SET_MAC, 0, 2, 1 << 8);
    ask(port, 1, MESSAGE_SET_VLAN, 1, 100);
    ask(port, 1, MESSAGE_SET_MULTICAST, 1, 5);
    const state = () => [
      options(port, 1),
      new Uint8Array(port.notes(1).buffer.slice(128, 256)).join(),
      addresses(port)
        .filter(([, , pools = 0]) => pools & 2)
        .map(([entry, number]) => [entry, number]),
      vlans(port)
        .filter(([, pools = 0]) => pools & 2)
        .map(([vlan]) => vlan),
      multicastBits(port).includes(5),
    ];
    const before = state();
    const random = new RandomSource(1);
    for (let round = 0; round < 2000; round++) {
      const type = random.below(8) + (random.below(4) ? 0 : random.below(0x10000) * 0x10000);
      port.send(0, type + random.below(4) * 0x10000, random.below(4200), random.below(0x10000));
      if (!random.below(20)) port.reset(0);
      service(port);
    }
    expect(state()).toEqual(before);
  });
});

describe("a VF that was reset", () => {
  it("with all it asked for, loses it, and what it sends next is refused", () => {
    const port = createRunning();
    const fresh = options(port, 0);
    ask(port, 0, MESSAGE_SET_MAC, 0, 2, 1 << 8);
    ask(port, 0, MESSAGE_SET_MAC, MAC_FILTER_ADD, 2, 2 << 8);
    ask(port, 0, MESSAGE_SET_VLAN, 1, 100);
    ask(port, 0, MESSAGE_SET_MULTICAST, 1, 0x123);
    port.reset(0);
    expect([service(port), port.peek(PF_VFLRE_AT)]).toEqual([1, 0]);
    expect([addresses(port), vlans(port), multicastBits(port)]).toEqual([[], [[0, PF_MEMBER | 7]], []]);
    expect(options(port, 0)).toBe(fresh);
    expect(ask(port, 0, MESSAGE_SET_LPE, 0, 2000)).toBe(MESSAGE_NACK);
  });

  it("with a fixed address, a port VLAN and trust, keeps them", () => {
    const port = createPort();
    setVfMac(port, 0, station(5));
    setVfVlan(port, 0, { vlan: 7, priority: 3 });
    setVfTrust(port, 0, { isTrusted: true });
    const before = options(port, 0);
    port.reset(0);
    service(port);
    expect([addresses(port), vlans(port).at(-1), options(port, 0)]).toEqual([[[23, 5, 1]], [7, 1], before]);
    ask(port, 0, MESSAGE_RESET);
    expect(ask(port, 0, MESSAGE_SET_PROMISC, 2)).toBe(GRANTED);
  });

  it("and has said RESET since, both at once, may send", () => {
    const port = createRunning();
    port.reset(0);
    port.send(0, MESSAGE_RESET);
    expect([service(port), port.peek(PF_VFRE_AT) & 1]).toEqual([2, 1]);
    expect(ask(port, 0, MESSAGE_SET_LPE, 0, 2000)).toBe(GRANTED);
  });

  it("holding its lock, has it taken away", () => {
    const port = createRunning();
    port.lock(0);
    port.reset(0);
    service(port);
    expect(port.locksOf(0) & MAIL_VFU).toBe(0);
  });
});
