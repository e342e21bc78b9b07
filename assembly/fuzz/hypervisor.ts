/**
 * What happens to offenders from outside: the physical function answers mail and gives back what a reset took, changes its
 * policy; the hypervisor quiesces them, holds and releases their output, maps their pages otherwise.
 *
 * None of it names the victim. The driver of the physical function itself (src/device) is not run.
 */
import { PAGE_SHIFT } from "../layout/limits";
import {
  PF_BAR0_BYTES,
  PF_DTXSWC_AT,
  PF_EICS_AT,
  PF_EIMC_AT,
  PF_ICR_AT,
  PF_ICS_AT,
  PF_MBVFICR_AT,
  PF_MTA_AT,
  PF_P2VMAILBOX_AT,
  PF_ROW_COUNT,
  PF_VFLRE_AT,
  PF_VFRE_AT,
  PF_VFTE_AT,
  PF_VLVF_AT,
  PF_VMOLR_AT,
  PF_VMVIR_AT,
} from "../layout/pf-registers";
import { COLUMN_COUNT, COLUMN_OFFSET, COLUMN_STRIDE } from "../layout/register-table";
import { MAY_READ, MAY_WRITE, mapFrame } from "../memory/iommu";
import { drain, quiesce, refreshWake, unquiesce } from "../nic/port";
import { readPf, writePf } from "../nic/registers";
import { pfCell, resetFunction } from "../nic/reset";
import { QUIESCED, RUNNING, vf } from "../nic/virtual-function";
import { discard, openEpoch, release, stopHolding } from "../renic/outbound";
import { OFFENDER_COUNT, PAGE_RECEIVED, PAGE_SENT, player } from "./player";
import { ROW_FLRS, ROW_PF_ACCESSES, ROW_QUIESCES, ROW_REMAPS, ROW_VF_RESETS } from "./rows";
import { drawInsertion, drawOptions } from "./scene";
import { below, between, chance, count, next, Stream, word } from "./stream";

const OFFENDERS: u32 = (1 << OFFENDER_COUNT) - 1;

/** The physical function is told of mail or resets: it acknowledges both, and gives receiving and sending back. */
export function answerVfs(): void {
  const asked = readPf(0, PF_MBVFICR_AT);
  const reset = readPf(0, PF_VFLRE_AT);
  readPf(0, PF_ICR_AT);
  // What is the victim's stays as it is.
  writePf(0, PF_MBVFICR_AT, asked & (OFFENDERS | (OFFENDERS << 16)));
  writePf(0, PF_VFLRE_AT, reset & OFFENDERS);
  for (let left = reset & OFFENDERS; left; left &= left - 1) count(ROW_VF_RESETS);
  if (!(reset & OFFENDERS)) return;
  writePf(0, PF_VFRE_AT, readPf(0, PF_VFRE_AT) | (reset & OFFENDERS));
  writePf(0, PF_VFTE_AT, readPf(0, PF_VFTE_AT) | (reset & OFFENDERS));
}

/** A few acts for offenders; called once a batch. */
export function act(s: Stream): void {
  const pool = below(s, OFFENDER_COUNT);
  lookAround(s);
  if (chance(s, 100)) changePolicy(s, pool);
  if (chance(s, 60)) answerMail(s, pool);
  if (chance(s, 25)) resetFromOutside(pool);
  if (chance(s, 150)) resetWaiting();
  if (chance(s, 60)) toggleQuiet(pool);
  if (chance(s, 250)) holdOutput(s, pool);
  if (chance(s, 15)) remap(s, pool);
}

/** Reads registers of the physical function, and writes those that reach no further than itself. */
function lookAround(s: Stream): void {
  for (let n: u32 = 0; n < 4; n++) {
    const row = below(s, PF_ROW_COUNT);
    const offset = pfCell(row, COLUMN_OFFSET) + below(s, pfCell(row, COLUMN_COUNT)) * pfCell(row, COLUMN_STRIDE);
    readPf(0, offset);
    count(ROW_PF_ACCESSES + row);
  }
  if (chance(s, 50)) writePf(0, chance(s, 500) ? PF_ICS_AT : PF_EICS_AT, word(s));
  if (chance(s, 50)) writePf(0, PF_EIMC_AT, word(s));
  if (chance(s, 50)) readPf(0, word(s) & (PF_BAR0_BYTES * 2 - 1));
}

/** Filters, tags, spoof checks of one offender's pool. */
function changePolicy(s: Stream, pool: u32): void {
  switch (below(s, 5)) {
    case 0:
      writePf(0, PF_VMOLR_AT + (pool << 2), drawOptions(s, pool));
      break;
    case 1:
      writePf(0, PF_VMVIR_AT + (pool << 2), drawInsertion(s));
      break;
    case 2:
      writePf(0, PF_VLVF_AT + (below(s, 6) << 2), (word(s) & (0x80000000 | (OFFENDERS << 12))) | below(s, 6));
      break;
    case 3: {
      const bits = (word(s) & 0x10101) << pool;
      writePf(0, PF_DTXSWC_AT, (readPf(0, PF_DTXSWC_AT) & ~(0x10101 << pool)) | bits);
      break;
    }
    default:
      writePf(0, PF_MTA_AT + (below(s, 4) << 2), word(s));
  }
}

function answerMail(s: Stream, pool: u32): void {
  writePf(0, PF_P2VMAILBOX_AT + (pool << 2), word(s) & 0x1f);
}

function resetFromOutside(pool: u32): void {
  drain(0);
  resetFunction(vf(pool));
  refreshWake(0);
  count(ROW_FLRS);
}

/** Resets an offender for which frames wait. */
function resetWaiting(): void {
  for (let pool: u32 = 0; pool < OFFENDER_COUNT; pool++) {
    if (!vf(pool).parkedBytes) continue;
    resetFromOutside(pool);
    return;
  }
}

function toggleQuiet(pool: u32): void {
  const v = vf(pool);
  if (v.quiet == QUIESCED) unquiesce(v);
  if (v.quiet != RUNNING) return;
  quiesce(v);
  count(ROW_QUIESCES);
}

/** Lets every offender go on that is quiesced. */
export function wakeAll(s: Stream): void {
  for (let pool: u32 = 0; pool < OFFENDER_COUNT; pool++) {
    if (vf(pool).quiet == QUIESCED && chance(s, 300)) unquiesce(vf(pool));
  }
}

function holdOutput(s: Stream, pool: u32): void {
  const v = vf(pool);
  switch (below(s, 8)) {
    case 0:
    case 1:
      openEpoch(pool, v.epoch + 1, chance(s, 500));
      break;
    case 2:
    case 3:
      if (v.epoch) release(pool, v.epoch - 1);
      break;
    case 4:
      discard(pool, between(s, 1, 64));
      break;
    default:
      stopHolding(pool);
  }
}

/** A page that is in use is taken out of the map, or put back. */
function remap(s: Stream, pool: u32): void {
  const v = vf(pool);
  const page = PAGE_SENT + below(s, PAGE_RECEIVED - PAGE_SENT);
  const access = chance(s, 800) ? MAY_READ | MAY_WRITE : <u32>next(s) & MAY_READ;
  drain(0);
  mapFrame(v.map, page, page, access);
  mapFrame(v.map, (player(pool).window >> PAGE_SHIFT) + page, page, access);
  count(ROW_REMAPS);
}
