/** How a tool ends whose arguments may be unusable: code 2, with what is wrong and what would be right. */
import process from "node:process";

const EXIT_USAGE = 2;

/**
 * Runs a tool and sets the exit code that it returns. RangeError, and what node:util's parseArgs throws, are about its
 * arguments; anything else is thrown on.
 */
export async function exitWith(usage: string, run: () => number | Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TypeError && "code" in error)) throw error;
    console.error(`${error.message}\n${usage}`);
    process.exitCode = EXIT_USAGE;
  }
}
