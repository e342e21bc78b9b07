/** What a run prints: a summary, then coverage, group by group, as many cells to a line as fit. */
import {
  ROW_BATCHES,
  ROW_FAULTS,
  ROW_FLRS,
  ROW_FROM_WIRE,
  ROW_GUARD_LOOKS,
  ROW_HELD,
  ROW_LOOPED,
  ROW_MAILS,
  ROW_QUIESCES,
  ROW_REMAPS,
  ROW_RX_MOVED,
  ROW_RX_POSTED,
  ROW_TO_WIRE,
  ROW_TX_MOVED,
  ROW_TX_POSTED,
  ROW_VF_RESETS,
  ROW_VICTIM_RECEIVED,
  ROW_VICTIM_SENT,
  ROW_WRITES,
} from "../../assembly/fuzz/rows";
import { type CoverageGroup, coverageOf, movedShareOf, percent, wantedOf } from "./coverage";
import { countOf, type Totals } from "./totals";

const LINE_CHARACTERS = 118;

export function whole(count: number): string {
  return count.toLocaleString("en-US");
}

export function reportOf(totals: Totals): string[] {
  return [...summaryOf(totals), ...coverageOf(totals).flatMap((group) => groupText(group, wantedOf(totals)))];
}

function summaryOf(totals: Totals): string[] {
  const n = (row: number) => whole(countOf(totals, row));
  return [
    `cases        ${n(ROW_TX_POSTED)} transmit and ${n(ROW_RX_POSTED)} receive descriptors, ${n(ROW_WRITES)} register writes`,
    `moved        ${n(ROW_TX_MOVED)} and ${n(ROW_RX_MOVED)} of these descriptors, ${percent(movedShareOf(totals))}`,
    `frames       ${n(ROW_FROM_WIRE)} from the wire, ${n(ROW_TO_WIRE)} to it, ${n(ROW_LOOPED)} between pools, ${n(ROW_HELD)} held`,
    `victim       ${n(ROW_VICTIM_SENT)} frames sent, ${n(ROW_VICTIM_RECEIVED)} received, in ${n(ROW_BATCHES)} batches`,
    `done to VFs  ${n(ROW_VF_RESETS)} resets, ${n(ROW_FLRS)} of them function-level, ${n(ROW_QUIESCES)} quiesced, ${n(ROW_REMAPS)} pages mapped otherwise`,
    `done by VFs  ${n(ROW_FAULTS)} DMA faults, ${n(ROW_MAILS)} mailbox writes`,
    `guarded      ${n(ROW_GUARD_LOOKS)} looks at memory that must not change`,
  ];
}

function groupText({ title, rows }: CoverageGroup, wanted: number): string[] {
  const cells = rows.map(({ name, count }) => `${name} ${whole(count)}${count < wanted ? " !" : ""}`);
  const width = Math.max(...cells.map(({ length }) => length)) + 2;
  const perLine = Math.max(1, Math.floor(LINE_CHARACTERS / width));
  const lines: string[] = ["", `${title} (each wanted ${whole(wanted)} times, ! is fewer)`];
  for (let at = 0; at < cells.length; at += perLine) {
    lines.push(
      `  ${cells
        .slice(at, at + perLine)
        .map((cell) => cell.padEnd(width))
        .join("")}`.trimEnd(),
    );
  }
  return lines;
}
