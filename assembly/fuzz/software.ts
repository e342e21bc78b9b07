/**
 * How a guest's software sets its device up: vectors, four queues, in the variety that drivers have; and what it writes
 * into registers when it has no idea what it does.
 */
import { PAGE_SHIFT } from "../layout/limits";
import { COLUMN_COUNT, COLUMN_OFFSET, COLUMN_STRIDE } from "../layout/register-table";
import {
  RDBAH,
  RDBAL,
  RDLEN,
  RXDCTL,
  SRRCTL,
  TDBAH,
  TDBAL,
  TDLEN,
  TDWBAH,
  TDWBAL,
  TXDCTL,
  VF_ROW_COUNT,
  VFMAILBOX,
  VMBMEM,
  VTCTRL,
  VTEIAC,
  VTEIAM,
  VTEICR,
  VTEICS,
  VTEIMS,
  VTEITR,
  VTIVAR,
  VTIVAR_MISC,
  VTPSRTYPE,
} from "../layout/vf-registers";
import { CONTROL_RESET, QUEUE_COUNT, QUEUE_ENABLE, VECTOR_COUNT } from "../layout/virtual-function";
import { writeMsix, writeMsixControl } from "../nic/registers";
import { vfCell } from "../nic/reset";
import { rxQueue, txQueue, vf } from "../nic/virtual-function";
import { oddAddress } from "./addresses";
import { guestRead, guestWrite, isOffender, MOOD_GARBAGE, MOOD_VALID, PAGE_HEADS, Player } from "./player";
import { ROW_CASES, ROW_MAILS, ROW_WRITES } from "./rows";
import { below, between, chance, count, oddWord, Stream, word } from "./stream";

const QUEUE_STRIDE: u32 = 0x100;
const RING_SIZES: StaticArray<u32> = [64, 128, 128, 256];
const MSIX_WORDS: u32 = 12;

/** Sets everything up, as after a reset. */
export function setUpDevice(s: Stream, p: Player): void {
  if (isOffender(p) && chance(s, 100)) guestWrite(p, VTCTRL, CONTROL_RESET);
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    const interval: u32 = isOffender(p) && chance(s, 400) ? between(s, 1, 60) : 0;
    guestWrite(p, VTEITR + (vector << 2), interval << 2);
    writeTable(p, (vector << 4) + 12, 0);
  }
  guestWrite(p, VTIVAR, isOffender(p) && chance(s, 100) ? word(s) : 0x81808180);
  guestWrite(p, VTIVAR_MISC, 0x82);
  guestWrite(p, VTEIAC, 7);
  guestWrite(p, VTEIAM, isOffender(p) ? below(s, 8) : 7);
  guestWrite(p, VTEIMS, 7);
  writeMsixControl(vf(p.pool), 0x8000);
  guestWrite(p, VTPSRTYPE, chance(s, 600) ? 0x38e : word(s));
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) {
    setUpTransmit(s, p, number);
    setUpReceive(s, p, number);
  }
  p.isClean = p.mood == MOOD_VALID ? 1 : 0;
}

/** Sets up again what a fault or a reset has stopped. */
export function repair(s: Stream, p: Player): void {
  const v = vf(p.pool);
  for (let number: u32 = 0; number < QUEUE_COUNT; number++) {
    if (!txQueue(v, number).isEnabled) setUpTransmit(s, p, number);
    if (!rxQueue(v, number).isEnabled) setUpReceive(s, p, number);
  }
}

/** Has a queue's ring at its page, of some size; the queue is off while that is written. */
function placeRing(s: Stream, p: Player, low: u32, high: u32, length: u32, control: u32, page: u32): void {
  guestWrite(p, control, 0);
  const place = (chance(s, 250) ? p.window : 0) + (page << PAGE_SHIFT);
  guestWrite(p, low, <u32>place);
  guestWrite(p, high, <u32>(place >> 32));
  guestWrite(p, length, RING_SIZES[below(s, 4)] << 4);
}

function threshold(s: Stream, p: Player): u32 {
  return isOffender(p) && chance(s, 250) ? between(s, 1, 31) << 16 : 0;
}

function setUpTransmit(s: Stream, p: Player, number: u32): void {
  const at = number * QUEUE_STRIDE;
  placeRing(s, p, TDBAL + at, TDBAH + at, TDLEN + at, TXDCTL + at, number);
  const place = p.window + (PAGE_HEADS << PAGE_SHIFT) + (number << 6);
  guestWrite(p, TDWBAL + at, chance(s, 250) ? <u32>place | 1 : 0);
  guestWrite(p, TDWBAH + at, <u32>(place >> 32));
  guestWrite(p, TXDCTL + at, QUEUE_ENABLE | threshold(s, p));
}

function setUpReceive(s: Stream, p: Player, number: u32): void {
  const at = number * QUEUE_STRIDE;
  placeRing(s, p, RDBAL + at, RDBAH + at, RDLEN + at, RXDCTL + at, 2 + number);
  guestWrite(p, SRRCTL + at, drawReceiveControl(s));
  guestWrite(p, RXDCTL + at, QUEUE_ENABLE | threshold(s, p));
}

/** Buffers of up to 4 KiB; all descriptor types, one buffer most often. */
function drawReceiveControl(s: Stream): u32 {
  const r = below(s, 100);
  const type: u32 = r < 50 ? 1 : r < 65 ? 0 : r < 80 ? 2 : r < 92 ? 5 : below(s, 8);
  const headers: u32 = chance(s, 150) ? 0 : between(s, 1, 16);
  const kib: u32 = chance(s, 100) ? 4 : below(s, 3);
  return kib | (headers << 8) | (type << 25);
}

/** Writes a word of the MSI-X table; for an offender that is a case like a register write. */
function writeTable(p: Player, offset: u32, value: u32): void {
  if (isOffender(p)) {
    count(ROW_CASES);
    count(ROW_WRITES);
  }
  writeMsix(vf(p.pool), offset, value);
}

/** A few accesses to registers that do no harm to a driver's own work. */
export function pokeMildly(s: Stream, p: Player): void {
  switch (below(s, 6)) {
    case 0:
      guestWrite(p, VTEICS, word(s) & 7);
      break;
    case 1:
      guestRead(p, VTEICR);
      guestWrite(p, VTEIMS, 7);
      break;
    case 2:
      guestWrite(p, VTEITR + (below(s, 3) << 2), (below(s, 60) << 2) | (word(s) & 0x80000000));
      break;
    case 3:
      guestWrite(p, VMBMEM + (below(s, 16) << 2), word(s));
      break;
    case 4:
      writeTable(p, below(s, MSIX_WORDS) << 2, word(s) & 0xfffffffe);
      break;
    default:
      guestRead(p, registerAt(s));
  }
}

/** Writes anything into any register, or somewhere near one. */
export function pokeWildly(s: Stream, p: Player): void {
  if (chance(s, 300)) guestRead(p, registerAt(s));
  let offset = registerAt(s);
  let value = oddWord(s);
  if (chance(s, 20)) offset = word(s) & 0x1ffff;
  // Resets and rings that are off leave little to do.
  if (offset < 8 && chance(s, 900)) value &= ~CONTROL_RESET;
  if (offset >= RDBAL && chance(s, 500)) value = aimed(s, p, offset, value);
  guestWrite(p, offset, value);
  if (chance(s, 100)) writeTable(p, word(s) & 0x7f, oddWord(s));
  if (chance(s, 20)) writeMsixControl(vf(p.pool), word(s));
}

/** Values for a queue's registers that lead somewhere: rings at odd places, enabled. */
function aimed(s: Stream, p: Player, offset: u32, value: u32): u32 {
  switch (offset & 0xff) {
    case 0:
      return <u32>oddAddress(s, p);
    case 4:
      return chance(s, 800) ? <u32>((chance(s, 500) ? p.window : 0) >> 32) : value;
    case 8:
      return between(s, 1, 32) << 7;
    case 0x28:
      return value | QUEUE_ENABLE;
    case 0x38:
      return <u32>oddAddress(s, p) | 1;
    default:
      return value;
  }
}

function registerAt(s: Stream): u32 {
  const row = below(s, VF_ROW_COUNT);
  return vfCell(row, COLUMN_OFFSET) + below(s, vfCell(row, COLUMN_COUNT)) * vfCell(row, COLUMN_STRIDE);
}

/** Asks and acknowledges again and again, and takes the lock. */
export function floodMailbox(s: Stream, p: Player): void {
  for (let n = between(s, 2, 12); n; n--) {
    guestWrite(p, VFMAILBOX, p.mood == MOOD_GARBAGE ? word(s) : word(s) & 7);
    count(ROW_MAILS);
  }
  guestRead(p, VFMAILBOX);
}
