/** What a port has for a virtual function goes with it, and finds places among those of the port's others. */
import { describe, expect, it } from "vitest";
import {
  PF_DTXSWC_AT,
  PF_MTA_AT,
  PF_RAH_AT,
  PF_RAL_AT,
  PF_VFRE_AT,
  PF_VFTA_AT,
  PF_VFTE_AT,
  PF_VLVF_AT,
  PF_VMOLR_AT,
  PF_VMVIR_AT,
} from "../../assembly/layout/pf-registers";
import {
  RAH_VALID,
  RECEIVE_ADDRESS_COUNT,
  VLAN_FILTER_COUNT,
  VLVF_ENABLE,
} from "../../assembly/layout/physical-function";
import { PF_REGISTER_LIST } from "../../src/core/registers";
import type { World } from "../../src/core/world";
import { macBytes } from "../support/addresses";
import { BUILDS } from "../support/wasm-builds";
import { decodeImage } from "./image-decoder";
import { createImageScene, FURTHER_ADDRESSES, HASHES, imageRegisters, portRecords, VLANS } from "./image-scene";

/** Room for nothing more: receive addresses, VLANs, or a frame. */
const NO_ROOM = 17;
/** The pool of the scene's target, as a bit. */
const TARGET_BIT = 2;
const OTHER_BIT = 1;

function createPair(module: WebAssembly.Module) {
  const scene = createImageScene(module);
  const { world, source, target, store } = scene;
  const peek = (offset: number) => world.plane.peekPfRegister(target.port, offset) >>> 0;
  const write = (offset: number, value: number) => world.plane.writePfRegister(target.port, offset, value);
  return { ...scene, image: store.save(source.vf), peek, write };
}

/** Entries of the receive addresses, all 24 of them. */
function readAddresses(peek: (offset: number) => number) {
  return Array.from({ length: RECEIVE_ADDRESS_COUNT }, (_, entry) => {
    const high = peek(offsetOf(entry) + 4);
    return { low: peek(offsetOf(entry)), high: high & 0xffff, pools: (high >>> 18) & 0xff, isValid: high >>> 31 === 1 };
  });
}

function offsetOf(entry: number): number {
  const name = entry < 16 ? `RAL${entry}` : `RAL2${entry - 16}`;
  return PF_REGISTER_LIST.find((register) => register.name === name)?.offset ?? Number.NaN;
}

function readVlans(peek: (offset: number) => number) {
  return Array.from({ length: VLAN_FILTER_COUNT }, (_, entry) => {
    const word = peek(PF_VLVF_AT + entry * 4);
    return { vlan: word & 0xfff, pools: (word >>> 12) & 0xff, isEnabled: word >>> 31 === 1 };
  });
}

/** Takes every entry that is free, for the port's other virtual function; returns how many there were. */
function fill(world: World, port: number, kind: "addresses" | "vlans"): number {
  const addresses = Array.from({ length: RECEIVE_ADDRESS_COUNT }, (_, entry) => ({
    at: offsetOf(entry) + 4,
    word: (RAH_VALID | (OTHER_BIT << 18) | entry) >>> 0,
  }));
  const vlans = Array.from({ length: VLAN_FILTER_COUNT }, (_, entry) => ({
    at: PF_VLVF_AT + entry * 4,
    word: (VLVF_ENABLE | (OTHER_BIT << 12) | (1000 + entry)) >>> 0,
  }));
  const entries = kind === "addresses" ? addresses : vlans;
  const free = entries.filter(({ at }) => world.plane.peekPfRegister(port, at) >>> 31 === 0);
  for (const { at, word } of free) world.plane.writePfRegister(port, at, word);
  return free.length;
}

/** Returns every register of a port's physical function, read without side effects. */
function pfRegisters(world: World, port: number): Map<string, number> {
  return new Map(PF_REGISTER_LIST.map(({ name, offset }) => [name, world.plane.peekPfRegister(port, offset) >>> 0]));
}

describe.each(BUILDS)("an image, $name build", ({ module }) => {
  it("of a virtual function with filters, decoded, has them in ascending order, and its notes and policy", () => {
    const { image, source } = createPair(module);
    const decoded = decodeImage(image);
    const addresses = [macBytes(source.mac), ...FURTHER_ADDRESSES.map(({ low, high }) => macBytes([low, high]))];
    const numberOf = (bytes: readonly number[]) => bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
    const ascending = addresses.map((bytes) => [...bytes]).sort((one, other) => numberOf(one) - numberOf(other));
    expect(decoded.addresses).toEqual(ascending);
    expect(decoded.vlans).toEqual(VLANS);
    expect(decoded.notes).toEqual({ mac: [...macBytes(source.mac)], flags: 7, hashes: HASHES });
    expect(decoded.policy).toMatchObject({ vmvir: 0x80006005, bits: 0b11011 });
  });

  it("restored under another number, gives its pool everything, and the other pools keep what they had", () => {
    const { image, source, target, store, world, peek } = createPair(module);
    const vmolr = world.plane.peekPfRegister(source.port, PF_VMOLR_AT) >>> 0;
    const before = readAddresses(peek).filter(({ pools }) => pools & ~TARGET_BIT);
    const dtxswc = peek(PF_DTXSWC_AT);
    expect(store.restore(target.vf, image)).toBe(0);
    const addresses = readAddresses(peek);
    const own = addresses.filter(({ pools }) => pools & TARGET_BIT).map(({ low, high }) => [low, high]);
    const wanted = [source.mac, ...FURTHER_ADDRESSES.map(({ low, high }) => [low, high])];
    expect(new Set(own.map(String))).toEqual(new Set(wanted.map(String)));
    expect(addresses.filter(({ pools }) => pools & ~TARGET_BIT)).toEqual(before);
    const vlans = readVlans(peek).filter(({ pools }) => pools & TARGET_BIT);
    expect(vlans.map(({ vlan }) => vlan).sort((one, other) => one - other)).toEqual(VLANS);
    expect(peek(PF_VMOLR_AT + 4)).toBe(vmolr);
    expect(peek(PF_VMVIR_AT + 4)).toBe(0x80006005);
    expect([peek(PF_VFRE_AT) & TARGET_BIT, peek(PF_VFTE_AT) & TARGET_BIT]).toEqual([TARGET_BIT, TARGET_BIT]);
    expect(peek(PF_DTXSWC_AT)).toBe((dtxswc | 0x020200) >>> 0);
  });

  it("restored, lets its VLANs and multicast hashes into the port", () => {
    const { image, target, store, peek } = createPair(module);
    expect(store.restore(target.vf, image)).toBe(0);
    for (const vlan of VLANS) expect((peek(PF_VFTA_AT + (vlan >>> 5) * 4) >>> (vlan & 31)) & 1).toBe(1);
    for (const hash of HASHES) expect((peek(PF_MTA_AT + (hash >>> 5) * 4) >>> (hash & 31)) & 1).toBe(1);
  });

  it("restored twice, changes nothing the second time", () => {
    const { image, target, store, world } = createPair(module);
    store.restore(target.vf, image);
    const registers = pfRegisters(world, target.port);
    expect(store.restore(target.vf, image)).toBe(0);
    expect(store.save(target.vf)).toEqual(image);
    expect(pfRegisters(world, target.port)).toEqual(registers);
  });

  it("with an address that another pool has, restored, shares its entry and leaves it again", () => {
    const { image, source, target, store, world, peek } = createPair(module);
    const at = PF_RAL_AT + 3 * 8;
    world.plane.writePfRegister(target.port, at, source.mac[0]);
    world.plane.writePfRegister(target.port, PF_RAH_AT + 3 * 8, (RAH_VALID | (OTHER_BIT << 18) | source.mac[1]) >>> 0);
    const before = store.save(target.vf);
    expect(store.restore(target.vf, image)).toBe(0);
    expect(readAddresses(peek)[3]?.pools).toBe(OTHER_BIT | TARGET_BIT);
    expect(store.restore(target.vf, before)).toBe(0);
    expect(readAddresses(peek)[3]).toMatchObject({ pools: OTHER_BIT, isValid: true });
  });

  it("restored, has a free receive address from the top and a free VLAN from the bottom", () => {
    const { image, target, store, peek } = createPair(module);
    const freeAddresses = readAddresses(peek).flatMap(({ isValid, pools }, entry) => {
      return isValid && pools !== TARGET_BIT ? [] : [entry];
    });
    const freeVlans = readVlans(peek).flatMap(({ isEnabled }, entry) => (isEnabled ? [] : [entry]));
    store.restore(target.vf, image);
    const used = readAddresses(peek).flatMap(({ pools }, entry) => (pools & TARGET_BIT ? [entry] : []));
    expect(used).toEqual(freeAddresses.slice(-3));
    // Everybody is in VLAN 0.
    const joined = readVlans(peek).flatMap(({ pools, vlan }, entry) => (pools & TARGET_BIT && vlan ? [entry] : []));
    expect(joined).toEqual(freeVlans.slice(0, 2));
  });

  it.each(["addresses", "vlans"] as const)(
    "for a port whose %s are all taken, is refused and changes nothing",
    (kind) => {
      const { image, target, store, world } = createPair(module);
      expect(fill(world, target.port, kind)).toBeGreaterThan(15);
      const before = portRecords(world, target.port);
      const registers = imageRegisters(world, target.vf);
      expect(store.restore(target.vf, image)).toBe(NO_ROOM);
      expect(store.restoreByRegisterWrites(target.vf, image)).toBe(NO_ROOM);
      expect(portRecords(world, target.port).equals(before)).toBe(true);
      expect(imageRegisters(world, target.vf)).toEqual(registers);
    },
  );

  it("for a port whose entries are taken but for those that it gives up, is restored", () => {
    const { image, target, store, world, peek } = createPair(module);
    store.restore(target.vf, image);
    expect(fill(world, target.port, "addresses")).toBeGreaterThan(15);
    expect(fill(world, target.port, "vlans")).toBeGreaterThan(15);
    expect(store.restore(target.vf, image)).toBe(0);
    expect(readAddresses(peek).every(({ isValid }) => isValid)).toBe(true);
    expect(store.save(target.vf)).toEqual(image);
  });
});
