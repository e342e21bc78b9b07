/**
 * Amounts with a unit, as a user writes them: durations, bit rates, byte sizes, clock rates and fractions.
 *
 * Exact in both directions: all arithmetic is on whole numbers, and a text that does not come out as a whole number of
 * the base unit is refused, never rounded. What is printed parses back to the same number. Only spellings with one
 * meaning are taken: no bare numbers, no `Gb` where bytes are meant, no `MB/s`.
 */

/** A value, or why the text is not one; the reason is a clause such as `expected a rate ..., got "10Gbsp"`. */
export type Parsed<T = number> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** How one kind of amount is written. */
export interface Quantity {
  /** What a reader should expect, such as `a rate`. */
  readonly noun: string;
  readonly example: string;
  /** Plural of the unit that values are kept in. */
  readonly base: string;
  readonly zero: string;
  /** Ticks are the smallest steps that a unit is made of; more than one in the base unit if a unit is smaller. */
  readonly ticksPerBase: bigint;
  /** In order of preference where two print equally short. */
  readonly units: readonly Unit[];
  /** Spellings that mean something else, and what to write instead; first match wins. */
  readonly mistakes: readonly Mistake[];
}

interface Unit {
  readonly name: string;
  readonly ticks: bigint;
  /** False for units that are understood but not written. */
  readonly isPrinted: boolean;
}

interface Mistake {
  readonly pattern: RegExp;
  readonly remedy: string;
}

export const DURATION: Quantity = {
  noun: "a duration",
  example: "25ms",
  base: "nanoseconds",
  zero: "0s",
  ticksPerBase: 1_000n,
  units: [
    unit("h", 3_600_000_000_000_000n),
    unit("min", 60_000_000_000_000n),
    unit("s", 1_000_000_000_000n),
    unit("ms", 1_000_000_000n),
    unit("us", 1_000_000n),
    unit("ns", 1_000n),
    { ...unit("\u00b5s", 1_000_000n), isPrinted: false }, // micro sign
    { ...unit("\u03bcs", 1_000_000n), isPrinted: false }, // Greek mu, which some keyboards give
    { ...unit("ps", 1n), isPrinted: false },
  ],
  mistakes: [{ pattern: /^m$/, remedy: '"m" could be minutes or milliseconds, so write min or ms' }],
};

export const RATE: Quantity = {
  noun: "a rate",
  example: "10Gbps",
  base: "bits per second",
  zero: "0bps",
  ticksPerBase: 1n,
  units: [
    unit("Tbps", 1_000_000_000_000n),
    unit("Gbps", 1_000_000_000n),
    unit("Mbps", 1_000_000n),
    unit("kbps", 1_000n),
    unit("bps", 1n),
  ],
  mistakes: [
    { pattern: /B/, remedy: '"B" is for bytes and rates are in bits per second, so multiply by 8 and write Gbps' },
    { pattern: /^[kMGT]?b(it)?(\/s|s)?$/, remedy: "a rate in bits per second ends in bps, such as Gbps" },
  ],
};

export const BYTES: Quantity = {
  noun: "a size",
  example: "64MiB",
  base: "bytes",
  zero: "0B",
  ticksPerBase: 1n,
  units: [
    unit("TiB", 1n << 40n),
    unit("GiB", 1n << 30n),
    unit("MiB", 1n << 20n),
    unit("KiB", 1n << 10n),
    unit("TB", 1_000_000_000_000n),
    unit("GB", 1_000_000_000n),
    unit("MB", 1_000_000n),
    unit("kB", 1_000n),
    unit("B", 1n),
  ],
  mistakes: [
    {
      pattern: /^[kKMGT]?i?b(its?|ps)?$/,
      remedy: '"b" is for bits and sizes are in bytes, so write B as in GiB or GB',
    },
    { pattern: /^K(B|i)?$|^k$/, remedy: "write KiB for 1024 bytes or kB for 1000" },
    { pattern: /^[MGT]i?$/, remedy: "write MiB or GiB for powers of 1024, MB or GB for powers of 1000" },
  ],
};

export const CLOCK: Quantity = {
  noun: "a clock rate",
  example: "2.6GHz",
  base: "hertz",
  zero: "0Hz",
  ticksPerBase: 1n,
  units: [unit("GHz", 1_000_000_000n), unit("MHz", 1_000_000n), unit("kHz", 1_000n), unit("Hz", 1n)],
  mistakes: [],
};

/** Returns nanoseconds. Units: ns, us (or µs), ms, s, min, h; ps where the result is a whole number of ns. */
export const parseDuration = (text: string): Parsed => parseAmount(DURATION, text);
/** Returns bits per second. Units: bps, kbps, Mbps, Gbps, Tbps, each 1000 of the one before. */
export const parseRate = (text: string): Parsed => parseAmount(RATE, text);
/** Returns bytes. Units: B; KiB, MiB, GiB, TiB by 1024; kB, MB, GB, TB by 1000. */
export const parseBytes = (text: string): Parsed => parseAmount(BYTES, text);
/** Returns hertz. Units: Hz, kHz, MHz, GHz. */
export const parseClock = (text: string): Parsed => parseAmount(CLOCK, text);

/** Prints nanoseconds, such as `25ms`. */
export const formatDuration = (ns: number): string => formatAmount(DURATION, ns);
/** Prints bits per second, such as `10Gbps`. */
export const formatRate = (bitsPerSecond: number): string => formatAmount(RATE, bitsPerSecond);
/** Prints bytes, such as `64MiB`. */
export const formatBytes = (bytes: number): string => formatAmount(BYTES, bytes);
/** Prints hertz, such as `2.6GHz`. */
export const formatClock = (hz: number): string => formatAmount(CLOCK, hz);

/** No amount needs more characters: the longest exact one is a byte in TiB, with forty places. */
const TEXT_LENGTH_MAX = 64;

const AMOUNT = /^(\d+)(?:\.(\d+))?(?: ?([^\d\s.]\S*))?$/u;

/** Returns the amount in the base unit of its quantity, a safe integer. */
export function parseAmount(quantity: Quantity, text: string): Parsed {
  const [, whole, fraction = "", name] = (text.length <= TEXT_LENGTH_MAX && AMOUNT.exec(text)) || [];
  if (whole === undefined) return refuse(quantity, quote(text));
  if (name === undefined) return refuse(quantity, `${text} without a unit`, `units are ${unitNames(quantity)}`);
  const found = quantity.units.find((each) => each.name === name);
  if (found === undefined) return refuse(quantity, quote(text), remedy(quantity, name));

  const ticks = BigInt(whole + fraction) * found.ticks;
  const divisor = quantity.ticksPerBase * 10n ** BigInt(fraction.length);
  if (ticks % divisor !== 0n)
    return refuse(quantity, `${quote(text)}, which is not a whole number of ${quantity.base}`);
  const value = Number(ticks / divisor);
  if (value <= Number.MAX_SAFE_INTEGER) return { ok: true, value };
  return refuse(quantity, `${quote(text)}, which is more than ${Number.MAX_SAFE_INTEGER} ${quantity.base}`);
}

/** Prints a safe integer, 0 or more, as the shortest exact text whose number is not below 1 (`100ms`, not `0.1s`). */
export function formatAmount(quantity: Quantity, value: number): string {
  if (value === 0) return quantity.zero;
  const ticks = BigInt(value) * quantity.ticksPerBase;
  const texts = quantity.units
    .filter((each) => each.isPrinted && each.ticks <= ticks)
    .flatMap((each) => decimal(ticks, each.ticks)?.concat(each.name) ?? []);
  return texts.reduce((shortest, text) => (text.length < shortest.length ? text : shortest));
}

/** Returns what a text must be: `a rate such as "10Gbps"`. */
export function expectation(quantity: Quantity): string {
  return `${quantity.noun} such as "${quantity.example}"`;
}

const FRACTION = /^(\d+(?:\.\d+)?)(?:e([+-]?\d{1,3}))?(%?)$/u;

/** Returns a number from 0 to 1, the closest one to what is written: `0.1%`, `0.001` or `1e-3`. */
export function parseFraction(text: string): Parsed {
  const [, digits, exponent = "0", percent] = (text.length <= TEXT_LENGTH_MAX && FRACTION.exec(text)) || [];
  // One conversion by the engine, correctly rounded; dividing by 100 would round a second time.
  const value = Number(`${digits}e${Number(exponent) - (percent === "%" ? 2 : 0)}`);
  if (value >= 0 && value <= 1) return { ok: true, value };
  return { ok: false, reason: `expected ${FRACTION_EXPECTATION}, got ${quote(text)}` };
}

export const FRACTION_EXPECTATION = 'a fraction from 0 to 1 such as "0.1%" or 0.001';

/** Prints a number from 0 to 1 as a percentage, with an exponent where that saves a row of zeros. */
export function formatFraction(fraction: number): string {
  const [digits = "", exponent = ""] = fraction.toExponential().split("e");
  const shifted = `${digits}e${Number(exponent) + 2}`;
  const plain = String(Number(shifted));
  // Beyond 1e-7 the engine prints an exponent of its own accord, and near the smallest numbers `shifted` is rounded.
  const isExact = Number(`${plain.includes("e") ? "" : plain}e-2`) === fraction;
  return isExact ? `${plain}%` : `${shifted}%`;
}

const QUOTE_LENGTH_MAX = 40;

/** Quotes outside text for a message: cut if long, and with nothing in it that a terminal would act on. */
export function quote(text: string): string {
  return printable(JSON.stringify(cut(text, QUOTE_LENGTH_MAX)));
}

/** Returns text with its invisible characters spelled out, line ends included. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (hidden) => `\\u{${codePoint(hidden)}}`);
}

/** Returns the start of a text, and dots where something is missing. */
export function cut(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}...` : text;
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}

function unit(name: string, ticks: bigint): Unit {
  return { name, ticks, isPrinted: true };
}

function unitNames(quantity: Quantity): string {
  return quantity.units
    .filter((each) => each.isPrinted)
    .map((each) => each.name)
    .reverse()
    .join(", ");
}

function remedy(quantity: Quantity, name: string): string | undefined {
  const mistake = quantity.mistakes.find(({ pattern }) => pattern.test(name));
  if (mistake !== undefined) return mistake.remedy;
  const meant = quantity.units.find((each) => each.name.toLowerCase() === name.toLowerCase());
  return meant && `the unit is written ${meant.name}`;
}

function refuse(quantity: Quantity, found: string, advice?: string): Parsed {
  const reason = `expected ${expectation(quantity)}, got ${found}`;
  return { ok: false, reason: advice === undefined ? reason : `${reason}; ${advice}` };
}

/** More places than the same amount needs characters in its base unit, so that no shortest text is missed. */
const PLACES_MAX = 20;

/** Returns the quotient in full, or nothing where it does not end, as a third of an hour does not. */
function decimal(dividend: bigint, divisor: bigint): string | undefined {
  let places = "";
  let rest = dividend % divisor;
  while (rest !== 0n && places.length < PLACES_MAX) {
    rest *= 10n;
    places += rest / divisor;
    rest %= divisor;
  }
  if (rest !== 0n) return undefined;
  return places === "" ? `${dividend / divisor}` : `${dividend / divisor}.${places}`;
}
