/** What can be asked of `npm run bench`, and how a wrong question is answered. */
import { parseArgs } from "node:util";

export const USAGE = `Usage: npm run bench -- [options]

The engines compared, then the whole device at work, then the benny suites of the simulator alone.

    --quick         fewer rounds, half a minute altogether
    --no-traffic    without the whole device at work
    --no-suites     without the benny suites
    --only TEXT     of comparison and traffic, the cases with TEXT in their names
    --help          this text

Writes out/bench.json. Ends with code 1 when the engines do not agree or traffic is lost.`;

export interface BenchOptions {
  readonly isQuick: boolean;
  readonly hasTraffic: boolean;
  readonly hasSuites: boolean;
  /** Part of a case's name; empty for all. */
  readonly only: string;
  readonly wantsHelp: boolean;
}

/** Something was asked that cannot be; the message is a line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Reads the words behind the command's name; throws UsageError. */
export function readOptions(words: readonly string[]): BenchOptions {
  const values = parsed(words);
  return {
    isQuick: values.quick,
    hasTraffic: !values["no-traffic"],
    hasSuites: !values["no-suites"],
    only: values.only,
    wantsHelp: values.help,
  };
}

function parsed(words: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        quick: { type: "boolean", default: false },
        "no-traffic": { type: "boolean", default: false },
        "no-suites": { type: "boolean", default: false },
        only: { type: "string", default: "" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node says on how a word that begins with a dash could be meant otherwise: there are no such words here.
    const [reason] = error.message.split(/\.?\s*(?:\n|To specify|Did you)/);
    throw new UsageError(`${reason}; --help lists the options`);
  }
}
