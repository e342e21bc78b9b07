/**
 * Costs as comma-separated values: a file that a scenario names, and the one that `renic costs --csv` prints.
 *
 *     name,value,unit          head; the unit may be left out, here or in a row
 *     vmExit,1800,cycles
 *
 * The invariant: what is written reads back to overrides that resolve to the same costs, and a file gives overrides or
 * every problem in it at once. Left out: units of another size, and several values for one name.
 */

import { type CsvField, type CsvFinding, csvProblems, readCsv } from "../format/csv";
import { COST_PRESETS, type CostPreset } from "../host/cost-row";
import {
  COST_GROUPS,
  COST_NAMES,
  type CostName,
  type CostOverrides,
  costExpectation,
  costRow,
  isCostInRange,
  isCostName,
} from "../host/cost-table";
import { InputError, wholeInputError } from "../sim/input-error";
import { formatBytes, quote } from "../sim/units";
import { TEXT_BYTES_MAX } from "./document";
import { withSuggestion } from "./found";
import { COST_RECORD_COUNT_MAX } from "./limits";
import { suggest } from "./suggest";

const HEADS: readonly string[] = ["name,value", "name,value,unit"];

/**
 * Returns the values of a file, all of them checked.
 *
 * @param source name of the file for messages; nothing is read from it
 * @throws InputError with every problem found
 */
export function readCostFile(text: string, source: string): CostOverrides {
  if (text.length > TEXT_BYTES_MAX)
    throw wholeInputError(
      source,
      `the file is longer than ${formatBytes(TEXT_BYTES_MAX)}, the most that costs may have`,
    );
  const { records, faults } = readCsv(text.replace(/^\ufeff/, ""));
  if (records.length > COST_RECORD_COUNT_MAX)
    throw wholeInputError(
      source,
      `the file has more than ${COST_RECORD_COUNT_MAX} records, and ${COST_NAMES.length} costs exist`,
    );
  const [head] = records;
  if (head === undefined)
    throw wholeInputError(source, `expected the head ${HEADS.join(" or ")}, got no record at all`);

  const reader = new Reader();
  const isHead = reader.readHead(head);
  // Where somebody forgot the head, the first record is a cost like the others.
  for (const fields of isHead ? records.slice(1) : records.slice(isCostName(head[0]?.text ?? "") ? 0 : 1))
    reader.readRow(fields);
  const findings = [...faults, ...reader.findings];
  if (findings.length === 0) return Object.fromEntries(reader.values);
  throw new InputError(source, csvProblems(findings));
}

class Reader {
  readonly findings: CsvFinding[] = [];
  readonly values = new Map<CostName, number>();
  private readonly firstLines = new Map<CostName, number>();
  private fieldCount: number | undefined;

  /** Tells whether a record is the head; one that cannot be read is taken for it. */
  readHead(fields: readonly CsvField[]): boolean {
    const [first] = fields;
    if (first === undefined) return true;
    const head = fields.map(({ text }) => text).join(",");
    if (HEADS.includes(head)) this.fieldCount = fields.length;
    else this.refuse(first, "", `expected the head ${HEADS.join(" or ")}, got ${quote(head)}`);
    return this.fieldCount !== undefined;
  }

  readRow(fields: readonly CsvField[]): void {
    const [name, value, unit] = fields;
    if (name === undefined) return;
    const counts = this.fieldCount === undefined ? [2, 3] : [this.fieldCount];
    if (value === undefined || !counts.includes(fields.length)) {
      const reason = `expected ${counts.join(" or ")} fields, as in the head, got ${fields.length}`;
      this.refuse(name, "", reason);
    } else if (!isCostName(name.text)) {
      const reason = `expected the name of a cost, got ${quote(name.text)}`;
      this.refuse(name, "", withSuggestion(reason, suggest(name.text, COST_NAMES)));
    } else this.readCost(name.text, name, value, unit);
  }

  private readCost(name: CostName, place: CsvField, value: CsvField, unit: CsvField | undefined): void {
    const first = this.firstLines.get(name);
    if (first !== undefined) this.refuse(place, name, `the same cost as in line ${first}; keep one of the two`);
    else this.firstLines.set(name, place.line);
    const number = /^\d{1,16}$/.test(value.text) ? Number(value.text) : Number.NaN;
    if (isCostInRange(name, number)) this.values.set(name, number);
    else this.refuse(value, name, `expected ${costExpectation(name)}, got ${quote(value.text)}`);
    const wanted = costRow(name).unit;
    if (unit === undefined || unit.text === "" || unit.text === wanted) return;
    this.refuse(unit, name, `expected the unit ${quote(wanted)}, or none, got ${quote(unit.text)}`);
  }

  private refuse({ line, column }: CsvField, subject: string, reason: string): void {
    this.findings.push({ line, column, subject, reason });
  }
}

/**
 * Returns a file with every cost of a preset, its meaning and range in a comment. `interruptExit`, which is a sum of
 * others, stands in a comment itself, so that it goes on to follow them.
 */
export function formatCostFile(preset: CostPreset): string {
  const lines = [`# preset ${preset}: ${COST_PRESETS[preset].meaning}`, "name,value,unit"];
  for (const { title, rows } of COST_GROUPS) {
    lines.push("", `# ${title}`);
    for (const [name, row] of Object.entries(rows)) {
      const record = `${name},${row[preset]},${row.unit}`;
      const isSum = name === "interruptExit";
      lines.push(`# ${row.meaning}; ${row.range.join(" to ")}${isSum ? "; without the # it is set" : ""}`);
      lines.push(isSum ? `# ${record}` : record);
    }
  }
  return `${lines.join("\n")}\n`;
}
