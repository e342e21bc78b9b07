/**
 * Registers of the physical function that are its own. Source: docs/registers.md, "Physical function".
 */

import { type RegisterRow, row, rowsByOffset, statistic } from "./register-file";

export const CTRL = 0x0;
export const STATUS = 0x8;
export const CTRL_EXT = 0x18;
export const ICR = 0xc0;
export const ICS = 0xc8;
export const IMS = 0xd0;
export const IMC = 0xd8;
export const EICS = 0x1520;
export const EIMS = 0x1524;
export const EIMC = 0x1528;
export const EICR = 0x1580;
export const P2VMAILBOX = 0xc00;
export const MBVFICR = 0xc80;
export const MBVFIMR = 0xc84;
export const VFLRE = 0xc88;
export const VFRE = 0xc8c;
export const VFTE = 0xc90;
export const RCTL = 0x100;
export const TCTL = 0x400;
export const RXCSUM = 0x5000;
export const RLPML = 0x5004;
export const MRQC = 0x5818;
export const VT_CTL = 0x581c;
export const DTXSWC = 0x3500;
export const LVMMC = 0x3548;
export const WVBR = 0x3554;
export const RPLOLR = 0x5af0;
export const VMOLR = 0x5ad0;
export const VMVIR = 0x3700;
export const VLVF = 0x5d00;
export const MTA = 0x5200;
export const UTA = 0xa000;
export const VFTA = 0x5600;
export const RETA = 0x5c00;
export const RSSRK = 0x5c80;
export const MPC = 0x4010;
export const GPRC = 0x4074;
export const BPRC = 0x4078;
export const MPRC = 0x407c;
export const GPTC = 0x4080;
export const GORCL = 0x4088;
export const GORCH = 0x408c;
export const GOTCL = 0x4090;
export const GOTCH = 0x4094;
export const ROC = 0x40ac;

export const VLVF_COUNT = 32;
export const RECEIVE_ADDRESS_COUNT = 24;

/** RAL of a receive address: sixteen in one place, eight in another. */
export function ral(entry: number): number {
  return entry < 16 ? 0x5400 + entry * 8 : 0x54e0 + (entry - 16) * 8;
}

/** RAH of a receive address. */
export function rah(entry: number): number {
  return ral(entry) + 4;
}

const ALL = 0xffffffff;

const PF_ROWS: readonly RegisterRow[] = [
  row("CTRL", CTRL, "readWrite", 0xfbffffff, 0),
  row("STATUS", STATUS, "special", 0, 0),
  row("CTRL_EXT", CTRL_EXT, "readWrite", ALL, 0),
  row("SWSM", 0x5b50, "readWrite", 0x3, 0),
  row("FWSM", 0x5b54, "readOnly", 0, 0),
  row("SW_FW_SYNC", 0x5b5c, "readWrite", ALL, 0),
  row("ICR", ICR, "readClears", ALL, 0),
  row("ICS", ICS, "writeOnly", ALL, 0),
  row("IMS", IMS, "oneSets", ALL, 0),
  row("IMC", IMC, "oneClearsReadsZero", ALL, 0),
  row("IAM", 0xe0, "readWrite", ALL, 0),
  row("GPIE", 0x1514, "readWrite", ALL, 0),
  row("EICS", EICS, "writeOnly", 0x1ffffff, 0),
  row("EIMS", EIMS, "oneSets", 0x1ffffff, 0),
  row("EIMC", EIMC, "oneClearsReadsZero", 0x1ffffff, 0),
  row("EIAC", 0x152c, "readWrite", 0x1ffffff, 0),
  row("EIAM", 0x1530, "readWrite", 0x1ffffff, 0),
  row("EICR", EICR, "readClears", 0x1ffffff, 0),
  row("EITR", 0x1680, "readWrite", 0x1ffffc, 0, 25),
  row("IVAR", 0x1700, "readWrite", ALL, 0, 8),
  row("IVAR_MISC", 0x1740, "readWrite", 0xffff, 0),
  row("P2VMAILBOX", P2VMAILBOX, "special", 0, 0, 8),
  row("MBVFICR", MBVFICR, "oneClears", 0xff00ff, 0),
  row("MBVFIMR", MBVFIMR, "readWrite", 0xff, 0xff),
  row("VFLRE", VFLRE, "oneClears", 0xff, 0),
  row("VFRE", VFRE, "readWrite", 0xff, 0xff),
  row("VFTE", VFTE, "readWrite", 0xff, 0xff),
  row("RCTL", RCTL, "readWrite", ALL, 0),
  row("TCTL", TCTL, "readWrite", ALL, 0),
  row("RXCSUM", RXCSUM, "readWrite", 0x3fff, 0x300),
  row("RLPML", RLPML, "readWrite", 0x3fff, 0x2600),
  row("RFCTL", 0x5008, "readWrite", ALL, 0),
  row("MRQC", MRQC, "readWrite", ALL, 0),
  row("VT_CTL", VT_CTL, "readWrite", ALL, 0),
  row("DTXSWC", DTXSWC, "readWrite", 0x80ffffff, 0),
  row("LVMMC", LVMMC, "readClears", 0, 0),
  row("WVBR", WVBR, "readClears", 0, 0),
  row("RPLOLR", RPLOLR, "readWrite", 0xc0000000, 0x80000000),
  row("VMOLR", VMOLR, "readWrite", ALL, 0x80002600, 8),
  row("VMVIR", VMVIR, "readWrite", 0xc000ffff, 0, 8),
  row("VLVF", VLVF, "readWrite", 0x801fffff, 0, VLVF_COUNT),
  row("RAL", ral(0), "readWrite", ALL, 0, 16, 8),
  row("RAH", rah(0), "readWrite", 0x83fcffff, 0, 16, 8),
  row("RAL2", ral(16), "readWrite", ALL, 0, 8, 8),
  row("RAH2", rah(16), "readWrite", 0x83fcffff, 0, 8, 8),
  row("MTA", MTA, "readWrite", ALL, 0, 128),
  row("UTA", UTA, "readWrite", ALL, 0, 128),
  row("VFTA", VFTA, "readWrite", ALL, 0, 128),
  row("RETA", RETA, "readWrite", ALL, 0, 32),
  row("RSSRK", RSSRK, "readWrite", ALL, 0, 10),
  statistic("MPC", MPC, "readClears"),
  statistic("GPRC", GPRC, "readClears"),
  statistic("BPRC", BPRC, "readClears"),
  statistic("MPRC", MPRC, "readClears"),
  statistic("GPTC", GPTC, "readClears"),
  statistic("GORCL", GORCL, "readOnly"),
  statistic("GORCH", GORCH, "readClears"),
  statistic("GOTCL", GOTCL, "readOnly"),
  statistic("GOTCH", GOTCH, "readClears"),
  statistic("ROC", ROC, "readClears"),
];

export const PF_REGISTERS = rowsByOffset(PF_ROWS);
