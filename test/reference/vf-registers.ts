/**
 * Registers of a virtual function, and where the physical function sees them.
 * Source: docs/registers.md, "Virtual function".
 */

import { type RegisterRow, row, rowsByOffset, statistic } from "./register-file";

export const VTCTRL = 0x0;
export const VTCTRL_AGAIN = 0x4;
export const VTFRTIMER = 0x1048;
export const VFMAILBOX = 0xc40;
export const VMBMEM = 0x800;
export const VTPSRTYPE = 0xf0c;
export const VTEICS = 0x1520;
export const VTEIMS = 0x1524;
export const VTEIMC = 0x1528;
export const VTEIAC = 0x152c;
export const VTEIAM = 0x1530;
export const VTEICR = 0x1580;
export const VTEITR = 0x1680;
export const VTIVAR = 0x1700;
export const VTIVAR_MISC = 0x1740;
export const VTPBACL = 0xf04;

/** Queue registers are 0x100 apart. */
export const QUEUE_STRIDE = 0x100;
export const RDBAL = 0x2800;
export const RDBAH = 0x2804;
export const RDLEN = 0x2808;
export const SRRCTL = 0x280c;
export const RDH = 0x2810;
export const RXCTL = 0x2814;
export const RDT = 0x2818;
export const RXDCTL = 0x2828;
export const RQDPC = 0x2830;
export const TDBAL = 0x3800;
export const TDBAH = 0x3804;
export const TDLEN = 0x3808;
export const TDH = 0x3810;
export const TXCTL = 0x3814;
export const TDT = 0x3818;
export const TXDCTL = 0x3828;
export const TDWBAL = 0x3838;
export const TDWBAH = 0x383c;

export const VFGPRC = 0xf10;
export const VFGPTC = 0xf14;
export const VFGORC = 0xf18;
export const VFGOTC = 0xf34;
export const VFMPRC = 0xf3c;
export const VFGPRLBC = 0xf40;
export const VFGPTLBC = 0xf44;
export const VFGORLBC = 0xf48;
export const VFGOTLBC = 0xf50;

/** RXDCTL and TXDCTL. */
export const QUEUE_ENABLE_BIT = 25;
export const QUEUE_FLUSH_BIT = 26;

/** VFMAILBOX. */
export const RSTI_BIT = 6;
export const RSTD_BIT = 7;

const VF_ROWS: readonly RegisterRow[] = [
  row("VTCTRL", VTCTRL, "writeOnly", 0x4000000, 0, 2),
  row("STATUS", 0x8, "readOnly", 0, 0x83),
  row("VTFRTIMER", VTFRTIMER, "special", 0, 0),
  row("VFMAILBOX", VFMAILBOX, "special", 0, 0x40),
  row("VMBMEM", VMBMEM, "readWrite", 0xffffffff, 0, 16),
  row("VTPSRTYPE", VTPSRTYPE, "readWrite", 0x3fff, 0),
  row("VTEICS", VTEICS, "writeOnly", 0x7, 0),
  row("VTEIMS", VTEIMS, "oneSets", 0x7, 0),
  row("VTEIMC", VTEIMC, "oneClearsReadsZero", 0x7, 0),
  row("VTEIAC", VTEIAC, "readWrite", 0x7, 0),
  row("VTEIAM", VTEIAM, "readWrite", 0x7, 0),
  row("VTEICR", VTEICR, "readClears", 0x7, 0),
  row("VTEITR", VTEITR, "special", 0x1ffffc, 0, 3),
  row("VTIVAR", VTIVAR, "readWrite", 0x83838383, 0),
  row("VTIVAR_MISC", VTIVAR_MISC, "readWrite", 0x83, 0),
  row("VTPBACL", VTPBACL, "oneClearsReadsZero", 0x7, 0),
  row("RDBAL", RDBAL, "readWrite", 0xffffff80, 0, 2, 0x100),
  row("RDBAH", RDBAH, "readWrite", 0xffffffff, 0, 2, 0x100),
  row("RDLEN", RDLEN, "readWrite", 0xfff80, 0, 2, 0x100),
  row("SRRCTL", SRRCTL, "readWrite", 0x8ff03f7f, 0x400, 2, 0x100),
  row("RDH", RDH, "readOnly", 0xffff, 0, 2, 0x100),
  row("RXCTL", RXCTL, "readWrite", 0xffff, 0, 2, 0x100),
  row("RDT", RDT, "readWrite", 0xffff, 0, 2, 0x100),
  row("RXDCTL", RXDCTL, "readWrite", 0x21f1f1f, 0x10000, 2, 0x100),
  row("RQDPC", RQDPC, "readClears", 0, 0, 2, 0x100),
  row("TDBAL", TDBAL, "readWrite", 0xffffff80, 0, 2, 0x100),
  row("TDBAH", TDBAH, "readWrite", 0xffffffff, 0, 2, 0x100),
  row("TDLEN", TDLEN, "readWrite", 0xfff80, 0, 2, 0x100),
  row("TDH", TDH, "readOnly", 0xffff, 0, 2, 0x100),
  row("TXCTL", TXCTL, "readWrite", 0x2a00, 0x2a00, 2, 0x100),
  row("TDT", TDT, "readWrite", 0xffff, 0, 2, 0x100),
  row("TXDCTL", TXDCTL, "readWrite", 0xa1f1f1f, 0, 2, 0x100),
  row("TDWBAL", TDWBAL, "readWrite", 0xfffffffd, 0, 2, 0x100),
  row("TDWBAH", TDWBAH, "readWrite", 0xffffffff, 0, 2, 0x100),
  statistic("VFGPRC", VFGPRC, "readOnly"),
  statistic("VFGPTC", VFGPTC, "readOnly"),
  statistic("VFGORC", VFGORC, "readOnly"),
  statistic("VFGOTC", VFGOTC, "readOnly"),
  statistic("VFMPRC", VFMPRC, "readOnly"),
  statistic("VFGPRLBC", VFGPRLBC, "readOnly"),
  statistic("VFGPTLBC", VFGPTLBC, "readOnly"),
  statistic("VFGORLBC", VFGORLBC, "readOnly"),
  statistic("VFGOTLBC", VFGOTLBC, "readOnly"),
];

export const VF_REGISTERS = rowsByOffset(VF_ROWS);

/** Whether an offset is of a queue pair's registers. */
export function isQueueRegister(offset: number): boolean {
  return offset >= RDBAL && offset <= TDWBAH + QUEUE_STRIDE;
}

/** What the mailbox keeps in a reset of its virtual function. */
export function isMailboxRegister(offset: number): boolean {
  return offset === VFMAILBOX || (offset >= VMBMEM && offset < VMBMEM + 64);
}

/** Where the PF sees a register of pool n: first + n * perPool + i * perItem. */
interface ViewRow {
  readonly register: number;
  readonly count: number;
  readonly stride: number;
  readonly first: number;
  readonly perPool: number;
  readonly perItem: number;
}

function view(register: number, first: number, perPool: number): ViewRow {
  return { register, count: 1, stride: 4, first, perPool, perItem: 4 };
}

function queueView(register: number, first: number): ViewRow {
  return { register, count: 2, stride: QUEUE_STRIDE, first, perPool: 0x40, perItem: 0x200 };
}

const VIEWS: readonly ViewRow[] = [
  { register: VTCTRL, count: 2, stride: 4, first: 0x10000, perPool: 0x100, perItem: 4 },
  view(VFMAILBOX, 0xc40, 4),
  { register: VMBMEM, count: 16, stride: 4, first: 0x800, perPool: 0x40, perItem: 4 },
  view(VTPSRTYPE, 0x5480, 4),
  view(VTEICS, 0x10020, 0x100),
  view(VTEIMS, 0x10024, 0x100),
  view(VTEIMC, 0x10028, 0x100),
  view(VTEIAC, 0x1002c, 0x100),
  view(VTEIAM, 0x10030, 0x100),
  view(VTEICR, 0x10080, 0x100),
  { register: VTEITR, count: 3, stride: 4, first: 0x16d8, perPool: -0xc, perItem: 4 },
  queueView(RDBAL, 0xc000),
  queueView(RDBAH, 0xc004),
  queueView(RDLEN, 0xc008),
  queueView(SRRCTL, 0xc00c),
  queueView(RDH, 0xc010),
  queueView(RXCTL, 0xc014),
  queueView(RDT, 0xc018),
  queueView(RXDCTL, 0xc028),
  queueView(RQDPC, 0xc030),
  queueView(TDBAL, 0xe000),
  queueView(TDBAH, 0xe004),
  queueView(TDLEN, 0xe008),
  queueView(TDH, 0xe010),
  queueView(TXCTL, 0xe014),
  queueView(TDT, 0xe018),
  queueView(TXDCTL, 0xe028),
  queueView(TDWBAL, 0xe038),
  queueView(TDWBAH, 0xe03c),
  view(VFGPRC, 0x10010, 0x100),
  view(VFGPTC, 0x10014, 0x100),
  view(VFGORC, 0x10018, 0x100),
  view(VFGOTC, 0x10034, 0x100),
  view(VFMPRC, 0x1003c, 0x100),
  view(VFGPRLBC, 0x10040, 0x100),
  view(VFGPTLBC, 0x10044, 0x100),
  view(VFGORLBC, 0x10048, 0x100),
  view(VFGOTLBC, 0x10050, 0x100),
];

/** A register of a pool as the physical function addresses it. */
export interface View {
  readonly pool: number;
  readonly register: number;
}

function isSeen(register: number, pool: number, vfCount: number): boolean {
  if (register === VTEITR) return pool < 7;
  return pool < vfCount || (pool === 7 && isQueueRegister(register));
}

/** The views of a port with so many virtual functions, by offset in the PF's registers. */
export function viewsByOffset(vfCount: number): ReadonlyMap<number, View> {
  const views = new Map<number, View>();
  for (const line of VIEWS) {
    for (let pool = 0; pool < 8; pool++) {
      if (!isSeen(line.register, pool, vfCount)) continue;
      for (let index = 0; index < line.count; index++) {
        const offset = line.first + pool * line.perPool + index * line.perItem;
        views.set(offset, { pool, register: line.register + index * line.stride });
      }
    }
  }
  return views;
}
