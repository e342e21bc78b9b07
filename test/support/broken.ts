/** What the judges of a run found. */
import type { JudgedRun } from "../../src/cli/judged-run";

/** Returns the first fault of each judge that found any. */
export function broken({ verdicts }: JudgedRun): string[] {
  return verdicts.filter(({ faultCount }) => faultCount > 0).map(({ judge, faults }) => `${judge}: ${faults[0]}`);
}
