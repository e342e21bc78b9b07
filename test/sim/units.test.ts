import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BYTES,
  CLOCK,
  cut,
  DURATION,
  formatAmount,
  formatBytes,
  formatClock,
  formatDuration,
  formatFraction,
  formatRate,
  parseAmount,
  parseBytes,
  parseClock,
  parseDuration,
  parseFraction,
  parseRate,
  printable,
  type Quantity,
  quote,
  RATE,
} from "../../src/sim/units";

const QUANTITIES: readonly Quantity[] = [DURATION, RATE, BYTES, CLOCK];

/** Any safe integer, and round multiples of units, which random integers almost never are. */
function amounts(quantity: Quantity): fc.Arbitrary<number> {
  const round = fc
    .tuple(fc.nat(10_000), fc.constantFrom(...quantity.units), fc.constantFrom(1n, 2n, 4n, 5n, 8n, 10n, 1000n))
    .map(([count, unit, divisor]) => Number((BigInt(count) * unit.ticks) / quantity.ticksPerBase / divisor))
    .filter(Number.isSafeInteger);
  return fc.oneof(fc.maxSafeNat(), fc.nat(10_000_000), round);
}

describe.each(QUANTITIES)("$noun", (quantity) => {
  test("any safe integer, printed and parsed, the same number", () => {
    fc.assert(
      fc.property(amounts(quantity), (value) => {
        expect(parseAmount(quantity, formatAmount(quantity, value))).toEqual({ ok: true, value });
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test("any amount in any unit that is exact, printed, no longer than it was written", () => {
    const written = fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.constantFrom(...quantity.units));
    fc.assert(
      fc.property(written, ([count, unit]) => {
        const parsed = parseAmount(quantity, `${count}${unit.name}`);
        if (!parsed.ok || !unit.isPrinted) return;
        expect(formatAmount(quantity, parsed.value).length).toBeLessThanOrEqual(`${count}${unit.name}`.length);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  test("any text, parsed, a safe integer or a reason", () => {
    const words = fc.constantFrom(...quantity.units.map((unit) => unit.name), ".", " ", "-", "e", "0", "1", "99999");
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(words).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (drawn) => {
        const parsed = parseAmount(quantity, drawn);
        if (parsed.ok) expect(Number.isSafeInteger(parsed.value) && parsed.value >= 0).toBe(true);
        else expect(parsed.reason).toMatch(/^expected an? .* such as ".*", got [^\n]+$/);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe("parsing", () => {
  test.each([
    ["0s", 0],
    ["1ns", 1],
    ["2000ps", 2],
    ["50us", 50_000],
    ["50\u00b5s", 50_000],
    ["50\u03bcs", 50_000],
    ["2.5ms", 2_500_000],
    ["1 s", 1_000_000_000],
    ["0.1s", 100_000_000],
    ["1.5min", 90_000_000_000],
    ["0.000000000001h", undefined],
    ["0.0000000000025h", 9],
    ["1h", 3_600_000_000_000],
    ["9007199254740991ns", 2 ** 53 - 1],
  ])("the duration %s, parsed, %s ns", (text, value) => {
    expect(parseDuration(text)).toMatchObject(value === undefined ? { ok: false } : { ok: true, value });
  });

  test("rates, sizes and clocks with a unit, parsed, the base unit", () => {
    expect(parseRate("2.5Gbps")).toEqual({ ok: true, value: 2_500_000_000 });
    expect(parseRate("1 kbps")).toEqual({ ok: true, value: 1000 });
    expect(parseBytes("1.5KiB")).toEqual({ ok: true, value: 1536 });
    expect(parseBytes("1.5kB")).toEqual({ ok: true, value: 1500 });
    expect(parseBytes("2TiB")).toEqual({ ok: true, value: 2 ** 41 });
    expect(parseBytes("0.0000000000009094947017729282379150390625TiB")).toEqual({ ok: true, value: 1 });
    expect(parseClock("2.6GHz")).toEqual({ ok: true, value: 2_600_000_000 });
  });

  test.each([
    [parseDuration, "25", "got 25 without a unit; units are ns, us, ms, s, min, h"],
    [parseDuration, "0", "got 0 without a unit; units are ns, us, ms, s, min, h"],
    [parseDuration, "5m", 'got "5m"; "m" could be minutes or milliseconds, so write min or ms'],
    [parseDuration, "0.5ns", 'got "0.5ns", which is not a whole number of nanoseconds'],
    [parseDuration, "1500ps", 'got "1500ps", which is not a whole number of nanoseconds'],
    [parseDuration, "9007199254740992ns", 'got "9007199254740992ns", which is more than 9007199254740991 nanoseconds'],
    [parseDuration, "5MS", 'got "5MS"; the unit is written ms'],
    [parseDuration, "-5ms", 'got "-5ms"'],
    [parseDuration, "+5ms", 'got "+5ms"'],
    [parseDuration, "5  ms", 'got "5  ms"'],
    [parseDuration, "5ms ", 'got "5ms "'],
    [parseDuration, ".5ms", 'got ".5ms"'],
    [parseDuration, "5.ms", 'got "5.ms"'],
    [parseDuration, "1e3ms", 'got "1e3ms"'],
    [parseDuration, "", 'got ""'],
    [parseDuration, `${"1".repeat(65)}s`, `got "${"1".repeat(40)}..."`],
    [parseRate, "10Gbsp", 'got "10Gbsp"'],
    [parseRate, "10gbps", 'got "10gbps"; the unit is written Gbps'],
    [parseRate, "10", "got 10 without a unit; units are bps, kbps, Mbps, Gbps, Tbps"],
    [parseRate, "0.5bps", 'got "0.5bps", which is not a whole number of bits per second'],
    [
      parseRate,
      "1GB/s",
      'got "1GB/s"; "B" is for bytes and rates are in bits per second, so multiply by 8 and write Gbps',
    ],
    [parseRate, "1Gb/s", 'got "1Gb/s"; a rate in bits per second ends in bps, such as Gbps'],
    [parseBytes, "64", "got 64 without a unit; units are B, kB, MB, GB, TB, KiB, MiB, GiB, TiB"],
    [parseBytes, "1Gb", 'got "1Gb"; "b" is for bits and sizes are in bytes, so write B as in GiB or GB'],
    [parseBytes, "64M", 'got "64M"; write MiB or GiB for powers of 1024, MB or GB for powers of 1000'],
    [parseBytes, "1KB", 'got "1KB"; write KiB for 1024 bytes or kB for 1000'],
    [parseBytes, "0.3B", 'got "0.3B", which is not a whole number of bytes'],
    [parseClock, "3ghz", 'got "3ghz"; the unit is written GHz'],
  ])("%o of %j, refused, the reason", (parse, text, end) => {
    const parsed = parse(text);
    expect(parsed.ok ? parsed : parsed.reason.replace(/^expected .* such as ".*?", /, "")).toBe(end);
  });

  test("a wrong unit, refused, what was expected comes first", () => {
    const reason = 'expected a rate such as "10Gbps", got "10Gbsp"';
    expect(parseRate("10Gbsp")).toEqual({ ok: false, reason });
  });
});

describe("printing", () => {
  test("round amounts, printed, the shortest unit with a number of one or more", () => {
    expect([0, 1, 999, 1500, 1e8, 9e10, 12e10, 36e11].map(formatDuration)).toEqual(
      ["0s", "1ns", "999ns", "1.5us", "100ms", "90s", "2min", "1h"], //
    );
    expect([0, 1e10, 25e8, 1500].map(formatRate)).toEqual(["0bps", "10Gbps", "2.5Gbps", "1.5kbps"]);
    expect([0, 1024, 1000, 2 ** 26, 1536, 1023].map(formatBytes)).toEqual(
      ["0B", "1KiB", "1kB", "64MiB", "1536B", "1023B"], //
    );
    expect(formatClock(26e8)).toBe("2.6GHz");
  });

  test("numbers below zero and broken ones, printed, an error", () => {
    expect(() => formatDuration(-1)).toThrow();
    expect(() => formatDuration(0.5)).toThrow();
  });
});

describe("fractions", () => {
  test("any fraction, printed and parsed, the same number", () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);
    fc.assert(
      fc.property(fraction, (value) => {
        expect(parseFraction(formatFraction(value))).toEqual({ ok: true, value });
      }),
      { seed: 1, numRuns: 5000 },
    );
  });

  test("percentages and bare numbers, parsed, the closest number", () => {
    const texts = ["0", "1", "0.1%", "0.001", "1e-3", "7%", "100%", "0%", "1e-10%"];
    const values = texts.map((text) => parseFraction(text)).map((parsed) => parsed.ok && parsed.value);
    expect(values).toEqual([0, 1, 0.001, 0.001, 0.001, 0.07, 1, 0, 1e-12]);
  });

  test("what is no fraction, parsed, the reason", () => {
    for (const text of ["150%", "1.1", "-0.1", "0.1 %", "", "x", "NaN", "Infinity", "1e9999"])
      expect(parseFraction(text)).toEqual({
        ok: false,
        reason: `expected a fraction from 0 to 1 such as "0.1%" or 0.001, got "${text}"`,
      });
  });

  test("fractions, printed, percentages", () => {
    expect([0, 1, 0.001, 0.07, 1e-12, 5e-324].map(formatFraction)).toEqual(
      ["0%", "100%", "0.1%", "7%", "1e-10%", "5e-322%"], //
    );
  });
});

describe("quoting outside text", () => {
  test("characters that a terminal acts on, quoted, spelled out", () => {
    expect(quote("a\u001b[2Jb\u009bc\u202ed\u2028")).toBe('"a\\u001b[2Jb\\u{9b}c\\u{202e}d\\u{2028}"');
    expect(printable("two\nlines")).toBe("two\\u{a}lines");
  });

  test("long text, quoted, cut with dots", () => {
    expect(quote("x".repeat(41))).toBe(`"${"x".repeat(40)}..."`);
    expect(cut("abc", 3)).toBe("abc");
  });
});
