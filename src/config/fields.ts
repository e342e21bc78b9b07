/**
 * The kinds of field that a scenario is made of: amounts, whole numbers, names, choices, maps and lists.
 *
 * Each kind checks one value by itself and says in one clause what it expected and what it found, because the
 * library's own messages name types where a user thinks of rates and hosts. The invariant: a message never needs to
 * be completed by the caller.
 */

import * as z from "zod";
import { type CostName, costExpectation, costRow } from "../host/cost-table";
import {
  expectation,
  FRACTION_EXPECTATION,
  formatAmount,
  formatBytes,
  type Parsed,
  parseAmount,
  parseFraction,
  type Quantity,
  quote,
} from "../sim/units";
import { expected, found, listed, listedKeys, withSuggestion } from "./found";
import { type Range, ROW_COUNT_MAX } from "./limits";
import { suggest } from "./suggest";

/** Accepts an amount with its unit and gives it in the base unit of the quantity. */
export function amount(quantity: Quantity, range: Range) {
  return written(amountPattern(quantity), expectation(quantity), (text) => parseWithin(quantity, range, text));
}

/** Accepts a size that is a whole number of frames. */
export function framesAmount(quantity: Quantity, range: Range, frameBytes: number) {
  return written(amountPattern(quantity), expectation(quantity), (text) => {
    const parsed = parseWithin(quantity, range, text);
    if (!parsed.ok || parsed.value % frameBytes === 0) return parsed;
    return { ok: false, reason: `expected a multiple of ${formatBytes(frameBytes)}, got ${quote(text)}` };
  });
}

/** Accepts a size that is a power of two, below 2^31. */
export function powerOfTwoAmount(quantity: Quantity, range: Range) {
  return written(amountPattern(quantity), expectation(quantity), (text) => {
    const parsed = parseWithin(quantity, range, text);
    if (!parsed.ok || (parsed.value & (parsed.value - 1)) === 0) return parsed;
    return { ok: false, reason: `expected a power of two, such as 64KiB or 256KiB, got ${quote(text)}` };
  });
}

/** Accepts an amount or the word `never`, which gives null. */
export function amountOrNever(quantity: Quantity, range: Range) {
  const what = `${expectation(quantity)} or "never"`;
  return written(`${amountPattern(quantity)}|^never$`, what, (text): Parsed<number | null> => {
    if (text === "never") return { ok: true, value: null };
    if (/^\d/.test(text)) return parseWithin(quantity, range, text);
    return { ok: false, reason: withSuggestion(expected(what, text), suggest(text, ["never"])) };
  });
}

/** Accepts a chance, as a percentage or as a bare number. */
export function fraction() {
  const percentage = z.string().meta({ pattern: "^\\d+(\\.\\d+)?(e[+-]?\\d+)?%?$" });
  return z
    .union([z.number().min(0).max(1), percentage], expecting(FRACTION_EXPECTATION))
    .transform((value, context) => give(parseFraction(String(value)), context));
}

/** Accepts a whole number that a JavaScript number holds exactly. */
export function whole({ least, most }: Range) {
  const message = expecting(`a whole number from ${least} to ${most}`);
  return z.int(message).min(least, message).max(most, message);
}

/** Accepts a cost: a whole number inside its row's range. */
export function cost(name: CostName) {
  const message = expecting(costExpectation(name));
  const [least, greatest] = costRow(name).range;
  return z.int(message).min(least, message).max(greatest, message);
}

/** Accepts a factor above zero. */
export function factor(most: number) {
  const message = expecting(`a number above 0 and up to ${most}`);
  return z.number(message).gt(0, message).max(most, message);
}

/** Accepts the name of a thing that the scenario defines; names become parts of file names. */
export function newName() {
  const message = expecting('a name of up to 63 letters, digits, ".", "_" and "-", starting with a letter or digit');
  return z.string(message).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, message);
}

/** Accepts the name of a thing that is defined elsewhere in the scenario; `check.ts` looks for it. */
export function nameOf(noun: string) {
  return z.string(expecting(`the name of ${noun}`));
}

/** Accepts a path of a file, without control characters. */
export function filePath() {
  const message = expecting("the path of a file");
  return z.string(message).regex(/^\P{Cc}+$/u, message);
}

/** Accepts true and false. */
export function flag() {
  return z.boolean(expecting("true or false"));
}

/** Accepts one value only, until there is a second one to choose. */
export function only<const T extends string | number>(value: T) {
  return z.literal(value, expecting(JSON.stringify(value)));
}

/** Accepts one of several words. */
export function choice<const T extends string>(words: readonly T[]) {
  return z.enum(words, {
    error: ({ input }) => {
      const suggestion = typeof input === "string" ? suggest(input, words) : undefined;
      return withSuggestion(expected(`one of ${listed(words.map(quote))}`, input), suggestion);
    },
  });
}

/** Accepts a map with these keys and no others; `problems.ts` words the unknown ones. */
export function map<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject(shape, expecting(`a map with the keys ${listedKeys(Object.keys(shape))}`));
}

/** Accepts a list of equal rows. */
export function list<S extends z.ZodType>(row: S, noun: string) {
  const tooMany = ({ input }: { readonly input?: unknown }) =>
    `expected at most ${ROW_COUNT_MAX} ${noun}, got ${Array.isArray(input) ? input.length : found(input)}`;
  return z.array(row, expecting(`a list of ${noun}`)).max(ROW_COUNT_MAX, { error: tooMany });
}

/** The library's way to say what a field should have been. */
function expecting(what: string) {
  return { error: ({ input }: { readonly input?: unknown }) => expected(what, input) };
}

/** A string in the file that stands for something else. */
function written<T>(pattern: string, what: string, parse: (text: string) => Parsed<T>) {
  return z
    .string({ error: ({ input }) => wrongType(what, parse, input) })
    .meta({ pattern })
    .transform((text, context) => give(parse(text), context));
}

/** A bare number is not a string to YAML, yet the parser has the better reason. */
function wrongType<T>(what: string, parse: (text: string) => Parsed<T>, value: unknown): string {
  const parsed = typeof value === "number" ? parse(String(value)) : undefined;
  return parsed === undefined || parsed.ok ? expected(what, value) : parsed.reason;
}

function give<T>(parsed: Parsed<T>, context: z.core.$RefinementCtx): T {
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: "custom", message: parsed.reason });
  return z.NEVER;
}

function parseWithin(quantity: Quantity, { least, most }: Range, text: string): Parsed {
  const parsed = parseAmount(quantity, text);
  if (!parsed.ok || (parsed.value >= least && parsed.value <= most)) return parsed;
  const range = `from ${formatAmount(quantity, least)} to ${formatAmount(quantity, most)}`;
  return { ok: false, reason: `expected ${quantity.noun} ${range}, got ${quote(text)}` };
}

function amountPattern(quantity: Quantity): string {
  return `^\\d+(\\.\\d+)? ?(${quantity.units.map((unit) => unit.name).join("|")})$`;
}
