/** The register port: what reads and writes do to each register of the table. */
import { describe, expect, it } from "vitest";
import { PF_VFLRE_AT, PF_VFRE_AT, PF_VFTE_AT } from "../../assembly/layout/pf-registers";
import {
  COMPUTED,
  READ_CLEARS,
  READ_ONLY,
  READ_WRITE,
  READ_WRITE_1_CLEARS,
  WRITE_1_CLEARS,
  WRITE_1_SETS,
  WRITE_ONLY,
} from "../../assembly/layout/register-table";
import { TRACE_INTERRUPT } from "../../assembly/layout/trace";
import {
  BAR0_BYTES,
  QUEUE_STRIDE,
  RDH,
  RDT,
  RQDPC,
  RXDCTL,
  TDH,
  TDT,
  TXDCTL,
  VFGPRC,
  VFGPTC,
  VTCTRL,
  VTEICR,
  VTEICS,
  VTEIMC,
  VTEIMS,
} from "../../assembly/layout/vf-registers";
import { CONTROL_RESET, QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import { Network } from "../support/network";
import { enableMessages } from "../support/open-pool";
import { layReceiveRing } from "../support/receive-ring";
import { REGISTERS } from "../support/register-rows";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { createSmallWorld } from "../support/small-world";
import { ofKind } from "../support/trace-reading";
import { BUILDS, RELEASE } from "../support/wasm-builds";

const READABLE: readonly number[] = [READ_WRITE, READ_ONLY, READ_CLEARS, WRITE_1_SETS, READ_WRITE_1_CLEARS, COMPUTED];
/** What a reset of the virtual function leaves: statistics and the mailbox. */
const KEPT = /^(VFG.*|VFMPRC|VFMAILBOX|VMBMEM\d+)$/;
const QUEUE_CONTROLS = [RXDCTL, RXDCTL + QUEUE_STRIDE, TXDCTL, TXDCTL + QUEUE_STRIDE];
const TAILS = [RDT, RDT + QUEUE_STRIDE, TDT, TDT + QUEUE_STRIDE];
const HEADS = [RDH, RDH + QUEUE_STRIDE, TDH, TDH + QUEUE_STRIDE];

/** A virtual function as it is after power-up, of a port that nobody drives. */
function createFresh(module: WebAssembly.Module) {
  const world = createSmallWorld({ module });
  const { vf } = new Network(world).addServer({ isPortRaw: true });
  const read = (offset: number) => world.plane.readRegister(vf, offset) >>> 0;
  const peek = (offset: number) => world.plane.peekRegister(vf, offset) >>> 0;
  const write = (offset: number, value: number) => world.plane.writeRegister(vf, offset, value);
  return { world, vf, read, peek, write };
}

/** A virtual function behind which ten requests were answered. */
function createUsed(module: WebAssembly.Module) {
  const { world, server, table } = createServiceScene(10, { world: { module } });
  runTo(world, 2_000_000);
  const { vf } = server;
  const peek = (offset: number) => world.plane.peekRegister(vf, offset) >>> 0;
  const write = (offset: number, value: number) => world.plane.writeRegister(vf, offset, value);
  return { world, server, vf, table, peek, write };
}

describe.each(BUILDS)("a virtual function, $name build", ({ module }) => {
  const peekAll = ({ peek }: { peek: (offset: number) => number }) => {
    return Object.fromEntries(REGISTERS.map(({ name, offset }) => [name, peek(offset)]));
  };
  const resetValues = Object.fromEntries(
    REGISTERS.map(({ name, access, reset }) => [name, READABLE.includes(access) ? reset : 0]),
  );

  it("powered up, read, has the reset value in every register that can be read", () => {
    expect(peekAll(createFresh(module))).toEqual(resetValues);
  });

  it("used, reset, has the reset values again, and its statistics stay", () => {
    const used = createUsed(module);
    const before = peekAll(used);
    const kept = Object.fromEntries(Object.entries(before).filter(([name]) => KEPT.test(name)));
    used.write(VTCTRL, CONTROL_RESET);
    expect(peekAll(used)).toEqual({ ...resetValues, ...kept });
    expect(before).toMatchObject({ VFGPRC: 10, VFGPTC: 10, VFMPRC: 0, VTFRTIMER: 2000 });
  });

  it.each([VTCTRL, VTCTRL + 4])(
    "used, reset at offset %d, may neither receive nor send until its port allows it",
    (at) => {
      const { world, server, write } = createUsed(module);
      const peekPf = (offset: number) => world.plane.peekPfRegister(server.port, offset);
      // The pool of the physical function, which is the last, and that of the virtual function, which is the first.
      expect([PF_VFRE_AT, PF_VFTE_AT, PF_VFLRE_AT].map(peekPf)).toEqual([0x81, 0x81, 0]);
      write(at, CONTROL_RESET);
      expect([PF_VFRE_AT, PF_VFTE_AT, PF_VFLRE_AT].map(peekPf)).toEqual([0x80, 0x80, 1]);
    },
  );

  it("used, other bits of its control word written, stays as it was", () => {
    const used = createUsed(module);
    const before = peekAll(used);
    used.write(VTCTRL, ~CONTROL_RESET);
    expect(peekAll(used)).toEqual(before);
  });

  it("peeked at in every register, twice, stays as it was", () => {
    const used = createUsed(module);
    used.write(VTEICS, 6);
    expect(peekAll(used)).toEqual(peekAll(used));
    expect(used.peek(VTEICR)).toBe(6);
  });

  it.each([
    { queue: "receive", control: RXDCTL, head: RDH, tail: RDT, used: 10, told: 9 },
    // Before the first datagram there was a context.
    { queue: "transmit", control: TXDCTL, head: TDH, tail: TDT, used: 11, told: 11 },
  ])(
    "used, its $queue queue disabled and enabled, begins at the ring's start",
    ({ control, head, tail, used, told }) => {
      const { peek, write } = createUsed(module);
      for (const value of [QUEUE_ENABLE, 0]) {
        write(control, value);
        expect([peek(head), peek(tail)]).toEqual([used, told]);
      }
      write(control, QUEUE_ENABLE);
      expect([peek(head), peek(tail)]).toEqual([0, 0]);
    },
  );

  it("beside another, written to, leaves the other alone", () => {
    const world = createSmallWorld({ module });
    const { vf } = new Network(world).addServer({ vfCount: 2, isPortRaw: true });
    for (const { offset } of REGISTERS) world.plane.writeRegister(vf, offset, 0xffffffff);
    const peek = (offset: number) => world.plane.peekRegister(vf + 1, offset) >>> 0;
    expect(peekAll({ peek })).toEqual(resetValues);
  });
});

describe("a register", () => {
  const fresh = () => createFresh(RELEASE.module);
  const withAccess = (...wanted: number[]) => REGISTERS.filter(({ access }) => wanted.includes(access));

  it.each(withAccess(READ_WRITE))("$name, written with ones and then zeros, keeps what cannot be written", (row) => {
    const { read, write } = fresh();
    // The tail of a queue that is off cannot be written.
    for (const control of QUEUE_CONTROLS) write(control, QUEUE_ENABLE);
    write(row.offset, 0xffffffff);
    expect(read(row.offset)).toBe((row.writable | row.reset) >>> 0);
    write(row.offset, 0);
    expect(read(row.offset)).toBe((row.reset & ~row.writable) >>> 0);
  });

  it.each(withAccess(READ_ONLY))("$name, read-only, written, keeps its value", ({ offset, reset }) => {
    const { read, write } = fresh();
    write(offset, ~reset);
    expect(read(offset)).toBe(reset);
  });

  it.each(TAILS)("at %d, the tail of a queue that is off, written, keeps its value", (tail) => {
    const { read, write } = fresh();
    write(tail, 7);
    expect(read(tail)).toBe(0);
  });

  it.each(HEADS)("at %d, a head, with the option of writable heads, written, keeps sixteen bits", (head) => {
    const { world, vf, read, write } = fresh();
    world.plane.setDeviceOptions(vf, 1, 0);
    write(head, 0xfffedcba);
    expect(read(head)).toBe(0xdcba);
    world.plane.setDeviceOptions(vf, 0, 0);
    write(head, 1);
    expect(read(head)).toBe(0xdcba);
  });

  it.each(withAccess(WRITE_ONLY, WRITE_1_CLEARS))("$name, not readable, written and read, is zero", ({ offset }) => {
    const { read, peek, write } = fresh();
    write(offset, 0xffffffff);
    expect([read(offset), peek(offset)]).toEqual([0, 0]);
  });

  it.each(REGISTERS)("$name, touched at offsets inside its word, is not reached", ({ offset, reset, access }) => {
    const { read, write } = fresh();
    for (const near of [offset + 1, offset + 2, offset + 3]) {
      write(near, 0xffffffff);
      expect(read(near)).toBe(0);
    }
    expect(read(offset)).toBe(READABLE.includes(access) ? reset : 0);
  });
});

describe.each(BUILDS)("an offset without a register, $name build", ({ module }) => {
  it("written and read, is zero, and no register changes", () => {
    const { read, write } = createFresh(module);
    const known = new Set(REGISTERS.map(({ offset }) => offset));
    const before = REGISTERS.map(({ offset }) => read(offset));
    for (let offset = 0; offset < BAR0_BYTES; offset += 4) {
      if (known.has(offset)) continue;
      write(offset, 0xffffffff);
      if (read(offset) !== 0) expect.fail(`offset ${offset} reads ${read(offset)}`);
    }
    expect(REGISTERS.map(({ offset }) => read(offset))).toEqual(before);
  });

  it.each([BAR0_BYTES, BAR0_BYTES + 4, 0x7fffffff, 0xfffffffc, 0xffffffff])("beyond BAR0 (%d), is zero", (offset) => {
    const { read, peek, write } = createFresh(module);
    write(offset, 1);
    expect([read(offset), peek(offset)]).toEqual([0, 0]);
  });
});

describe.each(BUILDS)("interrupt registers, $name build", ({ module }) => {
  it("written by ones, set and clear single bits of the mask", () => {
    const { read, write } = createFresh(module);
    write(VTEIMS, 5);
    write(VTEIMS, 2);
    expect(read(VTEIMS)).toBe(7);
    write(VTEIMC, 5);
    expect([read(VTEIMS), read(VTEIMC)]).toEqual([2, 0]);
    write(VTEIMS, 0);
    expect(read(VTEIMS)).toBe(2);
  });

  it("with causes set by software, read, return them once", () => {
    const { read, peek, write } = createFresh(module);
    write(VTEICS, 3);
    write(VTEICS, 4);
    expect([peek(VTEICR), peek(VTEICR), read(VTEICR), read(VTEICR)]).toEqual([7, 7, 7, 0]);
  });

  it("with causes set by software, ones written to them, clear those", () => {
    const { peek, write } = createFresh(module);
    write(VTEICS, 7);
    write(VTEICR, 2);
    expect(peek(VTEICR)).toBe(5);
  });

  it("with a cause that waits, its mask lifted, send the interrupt then", () => {
    const { world, vf, write } = createFresh(module);
    enableMessages(world, vf);
    write(VTEICS, 2);
    expect(ofKind(runTo(world, 1000), TRACE_INTERRUPT)).toEqual([]);
    write(VTEIMS, 2);
    expect(ofKind(runTo(world, 2000), TRACE_INTERRUPT)).toMatchObject([{ subject: vf, a: 1, timePs: 1_000_000 }]);
  });
});

describe.each(BUILDS)("counters, $name build", ({ module }) => {
  it("of frames that found no descriptor, read, return them once", () => {
    const { world, server } = createServiceScene(4, { world: { module }, patience: { tryCountMax: 1 } });
    // Head and tail meet: the device owns nothing.
    layReceiveRing(world, server, [0]);
    runTo(world, 1_000_000);
    const { plane } = world;
    expect([plane.peekRegister(server.vf, RQDPC), plane.readRegister(server.vf, RQDPC)]).toEqual([4, 4]);
    expect(plane.readRegister(server.vf, RQDPC)).toBe(0);
  });

  it("of good packets, read again and again, stay", () => {
    const { world, vf } = createUsed(module);
    const read = (offset: number) => world.plane.readRegister(vf, offset);
    expect([VFGPRC, VFGPTC, VFGPRC, VFGPTC].map(read)).toEqual([10, 10, 10, 10]);
  });
});
