/** How benny is used here: a suite of cases over the simulator's own data plane, one line of result for each. */
import benny from "benny";

/** A case: its name, and what is done again and again. */
export interface SuiteCase {
  readonly name: string;
  readonly action: () => void;
}

/** Runs a suite; `seconds` is the time for each case. */
export async function runSuite(name: string, cases: readonly SuiteCase[], seconds: number): Promise<void> {
  await benny.suite(
    name,
    ...cases.map((entry) =>
      // benny calls a returned function once before it measures, so that one is told from a plain result.
      benny.add(entry.name, () => () => {
        entry.action();
      }),
    ),
    benny.configure({ cases: { maxTime: seconds, minSamples: 5 } }),
    benny.complete((summary) => {
      for (const { name: caseName, ops, margin } of summary.results) {
        console.log(`  ${caseName}: ${ops.toLocaleString("en-US")} a second, +-${margin.toFixed(2)} %`);
      }
    }),
  );
}
