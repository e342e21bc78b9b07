/** Exit codes, as sysexits.h and shells have them, and the errors that lead to them. */
import { InternalError } from "../core/load";
import { InputError } from "../sim/input-error";

export const EXIT = {
  ok: 0,
  /** The run is over, and a judge found something wrong in it. */
  judged: 1,
  usage: 2,
  /** EX_DATAERR: a scenario, capture or image is wrong. */
  input: 65,
  /** EX_SOFTWARE: a mistake of ours. */
  internal: 70,
  /** EX_CANTCREAT: a result cannot be written. */
  output: 73,
  /** 128 and SIGINT, as shells have it: stopped by Ctrl-C. */
  interrupted: 130,
} as const;

/** A result that cannot be written; the message names the file. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/** Returns what an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Prints why a command ends early, and returns its exit code. */
export function explain(error: unknown): number {
  if (error instanceof InputError) {
    console.error(error.message);
    return EXIT.input;
  }
  if (error instanceof OutputError) {
    console.error(error.message);
    return EXIT.output;
  }
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const kind = error instanceof InternalError ? "an invariant of the simulator is broken" : "an unexpected error";
  console.error(`renic: ${kind}; please report it with the scenario and the seed\n${what}`);
  return EXIT.internal;
}
