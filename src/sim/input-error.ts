/**
 * What a user sees when something they gave us is wrong: a scenario, a capture, a state image, a guest program.
 *
 * Every reader of outside bytes throws this error and no other. It names the place, the value, the limit and the
 * remedy, and carries all problems found, not only the first. The command line prints `message` and exits with 65
 * (EX_DATAERR of sysexits.h); our own mistakes are assertions, never this.
 */

/** One thing that is wrong in an input. */
export interface InputProblem {
  /** Where: `3:12` (line and column, 1-based) in text, `byte 4096` in binary; empty when the whole input is meant. */
  readonly place: string;
  /** What is meant, such as `hosts.0.clock` or `packet block`; empty when the place says it all. */
  readonly subject: string;
  /** What was found, what is allowed, and what to do about it, as one sentence without a full stop. */
  readonly reason: string;
}

/** Carries every problem of one input, in the order of their places. */
export class InputError extends Error {
  override readonly name = "InputError";

  /**
   * @param source name of the file, or what stands for it, such as `<memory>`
   * @param problems at least one
   */
  constructor(
    readonly source: string,
    readonly problems: readonly InputProblem[],
  ) {
    super(problems.map((problem) => describe(source, problem)).join("\n"));
  }
}

/** Returns the error of an input that is wrong as a whole. */
export function wholeInputError(source: string, reason: string): InputError {
  return new InputError(source, [{ place: "", subject: "", reason }]);
}

function describe(source: string, { place, subject, reason }: InputProblem): string {
  const where = place.startsWith("byte ") ? `${source}: ${place}` : [source, place].filter(Boolean).join(":");
  return [where, subject, reason].filter(Boolean).join(": ");
}
