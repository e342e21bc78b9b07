/**
 * Everything else that random programs do: masks and messages, mailboxes, resets, quiescing, saving, holding, maps, and
 * registers written with anything. Source: docs/device.md and docs/registers.md.
 */

import { hasBit } from "./bytes";
import { GUEST_PAGES } from "./mood";
import * as pf from "./pf-registers";
import { outsideAddress } from "./program-frames";
import { postReceive } from "./program-receive";
import { setUpPool, setUpReceive, setUpTransmit, writeAddress } from "./program-setup";
import type { ProgramWriter } from "./program-writer";
import * as vf from "./vf-registers";

const LONG_WAIT_PS = 200_000_000;
const PAGES_OF_RINGS_AND_BUFFERS = 48;

function drawVf(writer: ProgramWriter): number {
  return writer.random.below(writer.settings.vfCount);
}

export function drawWait(writer: ProgramWriter): number {
  const { random } = writer;
  const fixed = [0, 1, 1000, 64_000, 300_000, 500_000, 1_000_000, 2_000_000, 8_000_000, 10_000_000, 50_000_000];
  return random.chance(60) ? random.pick(fixed) : random.below(random.pick([1_000_000, 10_000_000, 100_000_000]));
}

export function writeInterruptStep(writer: ProgramWriter): void {
  const { random } = writer;
  const pool = drawVf(writer);
  const vector = random.below(3);
  const bits = random.between(1, 7);
  const kind = random.below(12);
  if (kind === 0) writer.add({ kind: "readVf", pool, offset: vf.VTEICR });
  else if (kind === 1) writer.writePool(pool, vf.VTEICS, bits);
  else if (kind === 2) writer.writePool(pool, vf.VTEIMC, bits);
  else if (kind === 3 || kind === 4) writer.writePool(pool, vf.VTEIMS, bits);
  else if (kind === 5) writer.writePool(pool, vf.VTEITR + vector * 4, drawThrottle(writer));
  else if (kind === 6) writer.add({ kind: "readVf", pool, offset: vf.VTEITR + vector * 4 });
  else if (kind === 7) writer.add({ kind: "writeMsix", pool, word: vector * 4 + 3, value: random.below(2) });
  else if (kind === 8) writer.add({ kind: "writeMsixControl", pool, value: random.pick([0x8000, 0xc000, 0x8000, 0]) });
  else if (kind === 9) writer.writePool(pool, vf.VTPBACL, bits);
  else if (kind === 10) writer.writePool(pool, vf.VTEICR, bits);
  else writer.add({ kind: "writeMsix", pool, word: random.below(12), value: random.word() });
}

function drawThrottle(writer: ProgramWriter): number {
  const { random } = writer;
  const left = random.pick([0, 0, 1, 2, 10, 1023]);
  return random.pick([0, 1, 5, 8, 16, 100]) * 4 + left * 2 ** 21 + (random.chance(50) ? 2 ** 31 : 0);
}

export function writeMailboxStep(writer: ProgramWriter): void {
  const { random } = writer;
  const pool = drawVf(writer);
  const kind = random.below(10);
  if (kind < 3) writer.add({ kind: "writeVf", pool, offset: vf.VFMAILBOX, value: random.below(8) });
  else if (kind < 5) writer.add({ kind: "writePf", offset: pf.P2VMAILBOX + pool * 4, value: random.below(32) });
  else if (kind === 5) writer.add({ kind: "readVf", pool, offset: vf.VFMAILBOX });
  else if (kind === 6) writer.add({ kind: "readPf", offset: pf.P2VMAILBOX + random.below(8) * 4 });
  else if (kind === 7) writer.writePool(pool, vf.VMBMEM + random.below(16) * 4, random.word());
  else if (kind === 8) writer.add({ kind: "readPf", offset: random.pick([pf.MBVFICR, pf.ICR, pf.VFLRE]) });
  else writer.add({ kind: "writePf", offset: random.pick([pf.MBVFICR, pf.VFLRE, pf.MBVFIMR]), value: random.word() });
}

/** A reset, and what the drivers do after it. */
export function writeResetStep(writer: ProgramWriter): void {
  const { random } = writer;
  const pool = drawVf(writer);
  const kind = random.below(10);
  if (kind < 4) writer.add({ kind: "writeVf", pool, offset: random.pick([0, 4]), value: 2 ** 26 });
  else if (kind < 7) writer.add({ kind: "functionLevelReset", pool });
  else if (kind < 9) writer.add({ kind: "writePf", offset: pf.CTRL, value: 2 ** 26 + random.below(2) });
  else writer.add({ kind: "writePf", offset: 0x10000 + pool * 0x100, value: 2 ** 26 });
  if (!random.chance(80)) return;
  writer.add({ kind: "writePf", offset: pf.VFRE, value: 0xff });
  writer.add({ kind: "writePf", offset: pf.VFTE, value: 0xff });
  writer.add({ kind: "writePf", offset: pf.RCTL, value: 2 });
  writer.add({ kind: "writePf", offset: pf.TCTL, value: 2 });
  writer.add({ kind: "writePf", offset: pf.CTRL_EXT, value: 1 << 14 });
  setUpPool(writer, pool);
}

/** A queue is taken out of use and into it again, or flushed, or its tail moves. */
export function writeQueueStep(writer: ProgramWriter): void {
  const { random, mood } = writer;
  const pool = random.pick(writer.pools);
  const queue = random.below(2);
  const isReceive = random.chance(50);
  const control = isReceive ? vf.RXDCTL : vf.TXDCTL;
  const kind = random.below(10);
  const batching = mood.hasThresholds ? random.below(32) * 0x10000 : 0;
  if (kind < 2) {
    writer.writeQueue(pool, control, queue, 0);
    if (isReceive) setUpReceive(writer, pool, queue);
    else setUpTransmit(writer, pool, queue);
  } else if (kind < 3) writer.writeQueue(pool, control, queue, 2 ** 25 + 2 ** 26 + batching);
  else if (kind < 4 && random.chance(40)) writer.writeQueue(pool, control, queue, 0);
  else if (kind < 5 && (mood.hostility > 0 || writer.settings.isHeadWritable)) {
    const register = random.pick([vf.RDT, vf.TDT, vf.RDH, vf.TDH, vf.RDLEN, vf.TDLEN]);
    writer.writeQueue(pool, register, queue, random.pick([random.below(64), random.below(0x10000), 0x1000]));
  } else postReceive(writer, pool, queue, random.between(1, 4));
}

export function writeQuiesceStep(writer: ProgramWriter): void {
  const { random } = writer;
  const pool = drawVf(writer);
  const kind = random.below(10);
  if (kind < 3) writer.add({ kind: "quiesce", pool });
  else if (kind < 6) writer.add({ kind: "unquiesce", pool });
  else writeSaving(writer, pool);
}

/** A pool is saved, and restored later, perhaps elsewhere. */
function writeSaving(writer: ProgramWriter, pool: number): void {
  const { random } = writer;
  const slot = random.below(3);
  const target = random.chance(50) ? pool : drawVf(writer);
  writer.add({ kind: "armDirtyLog", pool });
  writer.add({ kind: "quiesce", pool });
  writer.add({ kind: "wait", ps: random.chance(80) ? LONG_WAIT_PS : drawWait(writer) });
  writer.add({ kind: "save", pool, slot });
  writer.add({ kind: "collectDirtyLog", pool });
  if (random.chance(60)) writer.add({ kind: "unquiesce", pool });
  if (random.chance(15)) fillEntries(writer);
  writer.add({ kind: "wait", ps: drawWait(writer) });
  writer.add({ kind: "quiesce", pool: target });
  writer.add({ kind: "wait", ps: LONG_WAIT_PS });
  writer.add({ kind: "restore", pool: target, slot: random.chance(85) ? slot : random.below(3) });
  if (random.chance(80)) writer.add({ kind: "unquiesce", pool: target });
  if (random.chance(80)) writer.add({ kind: "unquiesce", pool });
}

/** Leaves no room for another receive address. */
function fillEntries(writer: ProgramWriter): void {
  for (let entry = 0; entry < pf.RECEIVE_ADDRESS_COUNT; entry++) {
    if (writer.random.chance(97)) writeAddress(writer, entry, outsideAddress(100 + entry), 1 << 7);
  }
}

export function writeEpochStep(writer: ProgramWriter): void {
  const { random } = writer;
  const pool = drawVf(writer);
  const epoch = writer.epochs.get(pool) ?? 0;
  const kind = random.below(12);
  if (kind < 5) {
    writer.epochs.set(pool, epoch + 1);
    writer.add({ kind: "openEpoch", pool, epoch: epoch + 1, isHolding: random.chance(92) });
  } else if (kind < 10) {
    // An open epoch is never released.
    if (epoch > 0) writer.add({ kind: "release", pool, epoch: Math.max(0, epoch - 1 - random.below(2)) });
  } else if (kind < 11) writer.add({ kind: "stopHolding", pool });
  else writer.add({ kind: "discardHeld", pool });
}

export function writeMapStep(writer: ProgramWriter): void {
  const { random } = writer;
  const pool = random.pick(writer.pools);
  const page = random.chance(45) ? random.between(1, 5) : random.below(PAGES_OF_RINGS_AND_BUFFERS);
  const guestPage = random.chance(85) ? page : random.below(GUEST_PAGES);
  const access = random.pick([0, 1, 2, 3, 3]);
  writer.add({ kind: "mapPage", pool, devicePage: writer.firstDevicePage(pool) + page, guestPage, access });
  if (!random.chance(50)) return;
  writer.add({ kind: "wait", ps: drawWait(writer) });
  writer.add({ kind: "mapPage", pool, devicePage: writer.firstDevicePage(pool) + page, guestPage: page, access: 3 });
}

export function writeDirtyLogStep(writer: ProgramWriter): void {
  const pool = writer.random.pick(writer.pools);
  writer.add({ kind: writer.random.chance(40) ? "armDirtyLog" : "collectDirtyLog", pool });
}

const FAVOURITES: readonly number[] = [pf.RCTL, pf.TCTL, pf.VFRE, pf.VFTE, pf.DTXSWC, pf.VT_CTL, pf.RXCSUM, pf.MRQC];

/** A register of the PF changes a little or altogether, and often back again. */
export function writePortStep(writer: ProgramWriter): void {
  const { random, mood } = writer;
  const kind = random.below(10);
  if (kind < 3) {
    const register = random.pick([pf.VFRE, pf.VFTE]);
    writer.add({ kind: "writePf", offset: register, value: random.below(256) });
    writer.add({ kind: "wait", ps: drawWait(writer) });
    writer.add({ kind: "writePf", offset: register, value: 0xff });
  } else if (kind < 5) {
    writer.add({ kind: "writePf", offset: pf.TCTL, value: 0 });
    writer.add({ kind: "wait", ps: drawWait(writer) });
    writer.add({ kind: "writePf", offset: pf.TCTL, value: 2 });
  } else if (kind < 7 && mood.hostility > 0) {
    const offset = random.chance(50) ? random.pick(FAVOURITES) : random.pick([...pf.PF_REGISTERS.keys()]);
    const value = random.word();
    const isReset = offset === pf.CTRL && hasBit(value, 26);
    writer.add({ kind: "writePf", offset, value: isReset ? 0 : value });
  } else if (kind < 9) {
    const offset = random.chance(80) ? random.pick([...pf.PF_REGISTERS.keys()]) : random.below(0x11000);
    writer.add({ kind: "readPf", offset });
  } else writeStrayAccess(writer);
}

/** An access to any register of a VF. */
function writeStrayAccess(writer: ProgramWriter): void {
  const { random, mood } = writer;
  const pool = drawVf(writer);
  const offset = random.chance(85) ? random.pick([...vf.VF_REGISTERS.keys()]) : random.below(0x4000);
  const isReset = offset === vf.VTCTRL || offset === vf.VTCTRL_AGAIN;
  if (mood.hostility === 0 || isReset || random.chance(60)) writer.add({ kind: "readVf", pool, offset });
  else writer.add({ kind: "writeVf", pool, offset, value: random.word() });
}
