/** Saving and restoring a virtual function: that the image says what the specification promises, and all of it. */
import { describe, expect, it } from "vitest";
import { PF_ICR_AT, PF_MBVFICR_AT, PF_VFLRE_AT } from "../../assembly/layout/pf-registers";
import { VTIVAR } from "../../assembly/layout/vf-registers";
import { InternalError } from "../../src/core/load";
import { servePorts } from "../../src/device/port-driver";
import { macBytes } from "../support/addresses";
import { RandomSource } from "../support/random-source";
import { REGISTERS } from "../support/register-rows";
import { runTo } from "../support/running";
import { BUILDS } from "../support/wasm-builds";
import { type DecodedImage, decodeImage, registerNames } from "./image-decoder";
import { CONTEXTS, createImageScene, DATAGRAM_CONTEXT, imageRegisters } from "./image-scene";
import { replaceRecord, withWord, writeImage } from "./image-writer";

const MICROSECOND_PS = 1_000_000n;

describe.each(BUILDS)("an image, $name build", ({ module }) => {
  it("of a used virtual function, decoded by the specification, has its header", () => {
    const { source, store } = createImageScene(module);
    const image = store.save(source.vf);
    expect(decodeImage(image).header).toEqual({
      magic: "RENICVF\0",
      major: 2,
      minor: 0,
      model: 0x10ca8086,
      features: 0,
      recordCount: 13,
      byteCount: image.length,
    });
  });

  it("of a used virtual function, decoded, has the records of the specification and zeros in between", () => {
    const { source, store } = createImageScene(module);
    const image = store.save(source.vf);
    const { records } = decodeImage(image);
    expect(records.map(({ type, instance, payload }) => [type, instance, payload.length])).toEqual([
      [1, 0, 16],
      [2, 0, 36],
      [3, 0, 48],
      [4, 0, 36],
      [4, 1, 36],
      [5, 0, 72],
      [5, 1, 72],
      [6, 0, 36],
      [7, 0, 56],
      [8, 0, 88],
      [9, 0, 8 + 3 * 8 + 3 * 4],
      [10, 0, 96],
      [65535, 0, 0],
    ]);
    expect(records.every(({ flags, version }) => !flags && version === 1)).toBe(true);
    const paddings = records.map(({ at, payload }) => image.subarray(at + 16 + payload.length, next(at, payload)));
    expect(paddings.flatMap((padding) => [...padding])).toEqual(Array.from({ length: 20 }, () => 0));
  });

  it("of a used virtual function, decoded, has every register as it stands, but throttles without the time left", () => {
    const { world, source, store } = createImageScene(module);
    const { registers, mac, tableVersion } = decodeImage(store.save(source.vf));
    const expected = { ...Object.fromEntries(imageRegisters(world, source.vf)), VTEITR1: 200 << 2 };
    expect(Object.fromEntries(registers)).toEqual(expected);
    expect([mac, tableVersion]).toEqual([[...macBytes(source.mac)], 2]);
  });

  it("of a used virtual function, decoded, has what its driver and its traffic made of it", () => {
    const { source, store } = createImageScene(module);
    const { registers } = decodeImage(store.save(source.vf));
    expect(Object.fromEntries(registers)).toMatchObject({
      VTEIMS: 3,
      VTEICR: 6,
      VTIVAR: 0x81828080,
      VMBMEM15: 0xabc0000f,
      RDBAL0: 0x2000,
      RDLEN0: 4096,
      RDH0: 11,
      RDT0: 10,
      RXDCTL0: 0x02000000,
      RDT1: 15,
      RXDCTL1: 0x02030201,
      TDBAL0: 0x3000,
      // The first datagram has a context before it.
      TDH0: 11,
      TDT0: 11,
      TDH1: 3,
      TXDCTL1: 0x02050403,
      VFGPRC: 11,
      VFGPTC: 11,
      VFMPRC: 1,
    });
  });

  it("of a used virtual function, decoded, has what no register shows", () => {
    const { source, store } = createImageScene(module);
    const image = decodeImage(store.save(source.vf));
    expect(image.transmit.map(({ fetched }) => fetched)).toEqual([11, 3]);
    expect(image.transmit[1]?.contexts).toEqual(CONTEXTS);
    expect(image.transmit[0]?.contexts).toEqual([new Uint8Array(16), DATAGRAM_CONTEXT]);
    expect(image.throttles).toEqual([
      { leftPs: 0n, isRemembered: false },
      { leftPs: 200n * MICROSECOND_PS, isRemembered: true },
      { leftPs: 0n, isRemembered: false },
    ]);
    expect(image.msix).toEqual({
      table: [0, 1, 2].flatMap((vector) => [0xfee00000 + vector, 0x10 + vector, 0x4020 + vector, vector === 1 ? 1 : 0]),
      pending: 2,
      control: 0x8000,
    });
    expect([image.mail, image.turn, image.timerPs, image.outbound]).toEqual([3, 0, 2_100n * MICROSECOND_PS, null]);
  });

  it("of a used virtual function, decoded, has zeros where the specification reserves", () => {
    const { source, store } = createImageScene(module);
    const { records } = decodeImage(store.save(source.vf));
    const reserved = [
      { type: 1, words: [3] },
      { type: 3, words: [3, 7, 11] },
      { type: 10, words: [3, 23] },
    ];
    for (const { type, words } of reserved) {
      const payload = records.find((record) => record.type === type)?.payload ?? new Uint8Array();
      const view = new DataView(payload.buffer);
      expect(words.map((word) => view.getUint32(word * 4, true))).toEqual(words.map(() => 0));
    }
  });

  it("of a virtual function that is not quiesced, saved, breaks an invariant", () => {
    const { world, source, store } = createImageScene(module);
    world.plane.unquiesce(source.vf);
    expect(() => store.save(source.vf)).toThrow(InternalError);
  });

  it("saved twice, has the same bytes", () => {
    const { source, store } = createImageScene(module);
    expect(store.save(source.vf)).toEqual(store.save(source.vf));
  });

  it("restored into another virtual function, of another number, saved there, has the same bytes", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = store.save(source.vf);
    expect(store.save(target.vf)).not.toEqual(image);
    expect(store.restore(target.vf, image)).toBe(0);
    expect(store.save(target.vf)).toEqual(image);
    expect(imageRegisters(world, target.vf)).toEqual(imageRegisters(world, source.vf));
  });

  it("of a virtual function as after power-up, restored over a used one, makes it so", () => {
    const { source, target, store } = createImageScene(module);
    const image = store.save(target.vf);
    expect(store.restore(source.vf, image)).toBe(0);
    expect(store.save(source.vf)).toEqual(image);
  });

  it("with any value that a register may have, restored, has the registers read it", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = withWrittenRegisters(decodeImage(store.save(source.vf)));
    expect(store.restore(target.vf, image)).toBe(0);
    const { registers } = decodeImage(image);
    const expected = { ...Object.fromEntries(registers), VTEITR1: (registers.get("VTEITR1") ?? 0) | (25 << 21) };
    expect(Object.fromEntries(imageRegisters(world, target.vf))).toEqual(expected);
    expect(store.save(target.vf)).toEqual(image);
  });

  it("restored, has no effect beside: nothing is fetched, raised, signalled or reset", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = decodeImage(store.save(source.vf));
    runTo(world, 2_200_000);
    expect(store.restore(target.vf, withWork(image))).toBe(0);
    expect(world.plane.takeWantedPf()).toBe(-1);
    expect(runTo(world, 3_000_000)).toEqual([]);
    expect(world.plane.isQuiesced(target.vf)).toBe(1);
  });

  it("with a reset and messages that the port's driver has not seen, restored, has them found without an interrupt", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = decodeImage(store.save(source.vf));
    servePorts(world);
    const cause = world.plane.peekPfRegister(target.port, PF_ICR_AT);
    const control = replaceRecord(image, 8, ({ payload }) => [{ type: 8, payload: withWord(payload, 18, 7) }]);
    expect(store.restore(target.vf, writeImage(control))).toBe(0);
    expect(world.plane.peekPfRegister(target.port, PF_MBVFICR_AT)).toBe(0x20002);
    expect(world.plane.peekPfRegister(target.port, PF_VFLRE_AT)).toBe(2);
    expect(world.plane.peekPfRegister(target.port, PF_ICR_AT)).toBe(cause);
    expect(world.plane.takeWantedPf()).toBe(-1);
    expect(decodeImage(store.save(target.vf)).mail).toBe(7);
  });
});

/** An image with registers at random, without a bit that they cannot have. */
function withWrittenRegisters({ records }: DecodedImage): Uint8Array {
  const random = new RandomSource(7);
  const bitsOf = new Map(REGISTERS.map(({ name, writable }) => [name, writable >>> 0 || 0xffffffff]));
  bitsOf.set("VFMAILBOX", 0xfc);
  return writeImage(
    records.map((record) => {
      const payload = registerNames(record.type, record.instance).reduce((words, name, index) => {
        return withWord(words, index, random.below(2 ** 32) & (bitsOf.get(name) ?? 0));
      }, record.payload);
      return { ...record, payload: record.type === 5 ? fetchedToHead(payload) : payload };
    }),
  );
}

/** Nothing is held, so packets have been fetched up to the head. */
function fetchedToHead(payload: Uint8Array): Uint8Array {
  return withWord(payload, 9, new DataView(payload.buffer).getUint32(12, true));
}

/** An image with descriptors to fetch behind the first transmit queue's head. */
function withWork(image: DecodedImage): Uint8Array {
  return writeImage(replaceRecord(image, 5, ({ payload }) => [{ type: 5, payload: withWord(payload, 5, 20) }]));
}

describe.each(BUILDS)("register writes alone, $name build", ({ module }) => {
  it("for an image, place every register but heads, causes, throttles and counters", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = store.save(source.vf);
    expect(store.restoreByRegisterWrites(target.vf, image)).toBe(0);
    const heads = { RDH0: 0, RDH1: 0, TDH0: 0, TDH1: 0 };
    const counters = { VFGPRC: 0, VFGPTC: 0, VFGORC: 0, VFGOTC: 0, VFMPRC: 0 };
    const lost = { ...heads, ...counters, VTEICR: 0, VTEITR1: 200 << 2, VFMAILBOX: 0x80 };
    const expected = { ...Object.fromEntries(imageRegisters(world, source.vf)), ...lost };
    expect(Object.fromEntries(imageRegisters(world, target.vf))).toEqual(expected);
    expect(decodeImage(store.save(target.vf)).mac).toEqual([...macBytes(source.mac)]);
  });

  it("for a damaged image, are refused and change nothing", () => {
    const { world, source, target, store } = createImageScene(module);
    const image = store.save(source.vf);
    const before = imageRegisters(world, target.vf);
    expect(store.restoreByRegisterWrites(target.vf, image.subarray(0, 100))).toBe(1);
    expect(imageRegisters(world, target.vf)).toEqual(before);
    expect(world.plane.peekRegister(target.vf, VTIVAR)).toBe(0);
  });
});

/** Returns where the record behind one begins. */
function next(at: number, payload: Uint8Array): number {
  return at + 16 + Math.ceil(payload.length / 8) * 8;
}
