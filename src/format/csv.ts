/**
 * Reads comma-separated values (RFC 4180), with the place of every field.
 *
 *     record   fields between commas, up to LF, CRLF or the end of the text
 *     field    text without quotes, commas and line ends, or "anything, with "" for a quote"
 *     comment  a line that begins with # where a record could begin
 *
 * Strict: a quote where none may stand is a fault, and spaces belong to their field. Comments and empty lines, which
 * the RFC does not have, are skipped. The invariant: a record with a fault comes out without fields, has one fault, and
 * reading goes on behind the end of its line.
 */
import type { InputProblem } from "../sim/input-error";

/** What stands between two commas, its quotes taken away, and where it begins, 1-based. */
export interface CsvField {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Something that is not CSV, and where. */
export interface CsvFault {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

export interface Csv {
  /** At least one field each; none in a record with a fault. */
  readonly records: readonly (readonly CsvField[])[];
  readonly faults: readonly CsvFault[];
}

/** Something that a reader of records finds wrong, and where. */
export interface CsvFinding extends CsvFault {
  /** What is meant; absent where the place says it all. */
  readonly subject?: string;
}

/** Returns findings as problems of the file, in the order of their places. */
export function csvProblems(findings: readonly CsvFinding[]): InputProblem[] {
  return findings
    .toSorted((one, other) => one.line - other.line || one.column - other.column)
    .map(({ line, column, subject = "", reason }) => ({ place: `${line}:${column}`, subject, reason }));
}

/** Returns the records of a text and everything that is wrong with it. Time is linear in the text. */
export function readCsv(text: string): Csv {
  const records: (readonly CsvField[])[] = [];
  const faults: CsvFault[] = [];
  const cursor: Cursor = { text, at: 0, line: 1, lineStart: 0 };
  while (cursor.at < text.length) {
    if (text[cursor.at] === "#" || isAtLineEnd(cursor)) skipLine(cursor);
    else records.push(readRecord(cursor, faults));
  }
  return { records, faults };
}

interface Cursor {
  readonly text: string;
  at: number;
  line: number;
  lineStart: number;
}

function readRecord(cursor: Cursor, faults: CsvFault[]): readonly CsvField[] {
  const fields: CsvField[] = [];
  for (;;) {
    const place = placeOf(cursor);
    const isQuoted = cursor.text[cursor.at] === '"';
    const text = isQuoted ? readQuoted(cursor) : readPlain(cursor);
    if (text === null || !isAtFieldEnd(cursor)) {
      if (text === null) faults.push({ ...place, reason: NEVER_CLOSED });
      else faults.push({ ...placeOf(cursor), reason: isQuoted ? BEHIND_QUOTED : INSIDE_PLAIN });
      skipLine(cursor);
      return [];
    }
    fields.push({ ...place, text });
    if (isAtLineEnd(cursor)) break;
    cursor.at++;
  }
  skipLine(cursor);
  return fields;
}

const NEVER_CLOSED = "a quote that is never closed";
const BEHIND_QUOTED = 'expected a comma or the end of the line behind a closing quote; a quote inside quotes is ""';
const INSIDE_PLAIN = "a quote inside a field that does not begin with one; put the whole field into quotes";

/** Stops behind the closing quote; returns null, at the text's end, if there is none. */
function readQuoted(cursor: Cursor): string | null {
  const { text } = cursor;
  const from = cursor.at + 1;
  let close = text.indexOf('"', from);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  const quoted = text.slice(from, close < 0 ? text.length : close);
  for (let end = quoted.indexOf("\n"); end >= 0; end = quoted.indexOf("\n", end + 1)) {
    cursor.line++;
    cursor.lineStart = from + end + 1;
  }
  cursor.at = close < 0 ? text.length : close + 1;
  return close < 0 ? null : quoted.replaceAll('""', '"');
}

/** Stops at a comma, the line's end or a quote. */
function readPlain(cursor: Cursor): string {
  const from = cursor.at;
  while (!isAtFieldEnd(cursor) && cursor.text[cursor.at] !== '"') cursor.at++;
  return cursor.text.slice(from, cursor.at);
}

function isAtFieldEnd(cursor: Cursor): boolean {
  return cursor.text[cursor.at] === "," || isAtLineEnd(cursor);
}

function isAtLineEnd({ text, at }: Cursor): boolean {
  const end = text[at] === "\r" ? at + 1 : at;
  return end >= text.length || text[end] === "\n";
}

function skipLine(cursor: Cursor): void {
  const end = cursor.text.indexOf("\n", cursor.at);
  cursor.at = end < 0 ? cursor.text.length : end + 1;
  cursor.line++;
  cursor.lineStart = cursor.at;
}

function placeOf({ at, line, lineStart }: Cursor): { line: number; column: number } {
  return { line, column: at - lineStart + 1 };
}
