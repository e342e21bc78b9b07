/**
 * Traces of written pages as comma-separated values: what a page-tracking tool saw, one line for each interval.
 *
 *     time_ms,pages                       or        time_ms,hot_pages,cold_pages
 *     100,812                                       100,800,12
 *     200,790                                       200,780,10
 *
 * A line says how many distinct pages were written since the line before it, the first since 0. Times are milliseconds
 * with up to six decimals and grow by a microsecond at least. Plain `pages` are of the hot region. A file gives all its
 * rows or every problem in it at once.
 */
import { InputError, wholeInputError } from "../sim/input-error";
import { formatBytes, quote } from "../sim/units";
import { type CsvField, type CsvFinding, csvProblems, readCsv } from "./csv";

/** An interval of a trace. */
export interface DirtyRow {
  readonly durationNs: number;
  readonly hotPages: number;
  readonly coldPages: number;
}

/** What a trace has to fit. */
export interface DirtyTraceLimits {
  readonly rowCountMax: number;
  /** Pages of the regions that it is played into. */
  readonly hotPages: number;
  readonly coldPages: number;
}

const HEADS: readonly string[] = ["time_ms,pages", "time_ms,hot_pages,cold_pages"];
const TEXT_BYTES_MAX = 4 * 1024 ** 2;
const NS_PER_MS = 1_000_000;
const ROW_NS_MIN = 1_000;
/** An hour: what is longer than a row can be is no interval of a page-tracking tool. */
const ROW_NS_MAX = 3_600_000_000_000;
/** Problems that are told of one file. */
const PROBLEM_COUNT_MAX = 20;

/**
 * Returns the rows of a trace.
 *
 * @param source name of the file for messages
 * @throws InputError with what is wrong in it, twenty problems at most
 */
export function readDirtyTrace(text: string, source: string, limits: DirtyTraceLimits): readonly DirtyRow[] {
  if (text.length > TEXT_BYTES_MAX) {
    throw wholeInputError(
      source,
      `the file is longer than ${formatBytes(TEXT_BYTES_MAX)}, the most that a trace may have`,
    );
  }
  const { records, faults } = readCsv(text.replace(/^\ufeff/, ""));
  const [head, ...lines] = records;
  if (head === undefined || lines.length === 0)
    throw wholeInputError(source, `expected ${HEADS.join(" or ")} and rows behind it`);
  const columns = head.map(({ text: name }) => name).join(",");
  if (!HEADS.includes(columns))
    throw wholeInputError(source, `expected the head ${HEADS.join(" or ")}, got ${quote(columns)}`);
  if (lines.length > limits.rowCountMax) {
    throw wholeInputError(
      source,
      `has ${lines.length} rows, and a guest keeps at most ${limits.rowCountMax}; merge some`,
    );
  }
  const findings: CsvFinding[] = [...faults];
  const rows: DirtyRow[] = [];
  let previousNs = 0;
  for (const fields of lines) {
    const row = readRow(fields, head.length, previousNs, limits, findings);
    if (!row) continue;
    rows.push(row);
    previousNs += row.durationNs;
  }
  if (findings.length === 0) return rows;
  const told = csvProblems(findings).slice(0, PROBLEM_COUNT_MAX);
  const restCount = findings.length - told.length;
  const rest = restCount > 0 ? [{ place: "", subject: "", reason: `and ${restCount} more problems` }] : [];
  throw new InputError(source, [...told, ...rest]);
}

/** Returns what a line says, null with a finding when it says nothing that can be played. */
function readRow(
  fields: readonly CsvField[],
  columnCount: number,
  previousNs: number,
  limits: DirtyTraceLimits,
  findings: CsvFinding[],
): DirtyRow | null {
  const [time, hot, cold] = fields;
  // A record with a fault has no fields, and its fault is told.
  if (!time) return null;
  if (!hot || fields.length !== columnCount) {
    refuse(findings, time, `expected ${columnCount} fields, as in the head, got ${fields.length}`);
    return null;
  }
  const endNs = readTime(time, previousNs, findings);
  const hotPages = readPages(hot, limits.hotPages, "hot", findings);
  const coldPages = cold ? readPages(cold, limits.coldPages, "cold", findings) : 0;
  if (endNs === null || hotPages === null || coldPages === null) return null;
  return { durationNs: endNs - previousNs, hotPages, coldPages };
}

function readTime(field: CsvField, previousNs: number, findings: CsvFinding[]): number | null {
  const digits = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(field.text);
  if (!digits) {
    refuse(findings, field, `expected milliseconds, such as 100 or 0.25, got ${quote(field.text)}`);
    return null;
  }
  const [, millis = "", decimals = ""] = digits;
  const endNs = Number(millis) * NS_PER_MS + Number(decimals.padEnd(6, "0"));
  if (endNs - previousNs >= ROW_NS_MIN && endNs - previousNs <= ROW_NS_MAX) return endNs;
  const before = `${previousNs / NS_PER_MS} ms of the row before`;
  refuse(findings, field, `expected 0.001 ms to an hour more than the ${before}, got ${quote(field.text)}`);
  return null;
}

function readPages(field: CsvField, most: number, region: string, findings: CsvFinding[]): number | null {
  const pages = /^\d{1,9}$/.test(field.text) ? Number(field.text) : Number.NaN;
  if (pages <= most) return pages;
  const reason = Number.isNaN(pages)
    ? `expected a whole number of pages, got ${quote(field.text)}`
    : `expected at most ${most}, the pages of the job's ${region} region, got ${pages}; make ${region} larger`;
  refuse(findings, field, reason);
  return null;
}

function refuse(findings: CsvFinding[], { line, column }: CsvField, reason: string): void {
  findings.push({ line, column, reason });
}
