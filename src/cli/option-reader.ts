/** Options of a command that runs for long, checked together: everything that is wrong is named at once. */
import { availableParallelism } from "node:os";
import { withSuggestion } from "../config/found";
import { suggest } from "../config/suggest";
import { InputError, type InputProblem } from "../sim/input-error";
import { formatDuration, type Parsed, parseBytes, parseDuration, quote } from "../sim/units";

/** What a command that measures many runs may take, as it stands on the command line. */
export interface ResourceOptions {
  readonly jobs?: string;
  readonly limit?: string;
  readonly memory?: string;
}

/** The same, read. */
export interface Resources {
  readonly jobCount: number;
  readonly limitNs: number;
  /** Null for what the machine has. */
  readonly memoryBytes: number | null;
}

const JOB_COUNT_MAX = 256;
const LIMIT_DEFAULT_NS = 3 * 3_600_000_000_000;

export class OptionReader {
  readonly #problems: InputProblem[] = [];

  /** `source` is the command, for messages. */
  constructor(private readonly source: string) {}

  /** Several names with commas between them, each at most once, in the order of `known`. */
  names<N extends string>(option: string, text: string | undefined, known: readonly N[], usual: readonly N[]): N[] {
    if (text === undefined) return [...usual];
    const words = text.split(",").map((word) => word.trim());
    for (const word of words) {
      if (known.some((name) => name === word)) continue;
      const reason = `expected some of ${known.join(", ")}, with commas between them, got ${quote(word)}`;
      this.refuse(option, withSuggestion(reason, suggest(word, known)));
    }
    return known.filter((name) => words.includes(name));
  }

  /** One of several names. */
  name<N extends string>(option: string, text: string | undefined, known: readonly N[], usual: N): N {
    const found = known.find((name) => name === text);
    if (text === undefined || found !== undefined) return found ?? usual;
    const reason = `expected one of ${known.join(", ")}, got ${quote(text)}`;
    this.refuse(option, withSuggestion(reason, suggest(text, known)));
    return usual;
  }

  whole(option: string, text: string | undefined, range: { least: number; most: number }, usual: number): number {
    if (text === undefined) return usual;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= range.least && value <= range.most) return value;
    this.refuse(option, `expected a whole number from ${range.least} to ${range.most}, got ${quote(text)}`);
    return usual;
  }

  amount(option: string, text: string | undefined, parse: (text: string) => Parsed, usual: number): number {
    if (text === undefined) return usual;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    this.refuse(option, parsed.reason);
    return usual;
  }

  duration(option: string, text: string | undefined, range: { least: number; most: number }, usual: number): number {
    const value = this.amount(option, text, parseDuration, usual);
    if (value >= range.least && value <= range.most) return value;
    const limits = `${formatDuration(range.least)} to ${formatDuration(range.most)}`;
    this.refuse(option, `expected a duration from ${limits}, got ${quote(text ?? "")}`);
    return usual;
  }

  /** What `parse` makes of the text, unless it is a reason against it; null without the option. */
  parsed<T extends object>(option: string, text: string | undefined, parse: (text: string) => T | string): T | null {
    if (text === undefined) return null;
    const found = parse(text);
    if (typeof found !== "string") return found;
    this.refuse(option, found);
    return null;
  }

  resources({ jobs, limit, memory }: ResourceOptions): Resources {
    const jobCount = this.whole("--jobs", jobs, { least: 1, most: JOB_COUNT_MAX }, availableParallelism());
    const limitNs = this.amount("--limit", limit, parseDuration, LIMIT_DEFAULT_NS);
    return {
      jobCount,
      limitNs,
      memoryBytes: memory === undefined ? null : this.amount("--memory", memory, parseBytes, 0),
    };
  }

  /** Throws InputError with everything that was wrong. */
  end(): void {
    if (this.#problems.length > 0) throw new InputError(this.source, this.#problems);
  }

  /** Notes that something is wrong with an option. */
  refuse(subject: string, reason: string): void {
    this.#problems.push({ place: "", subject, reason });
  }
}
