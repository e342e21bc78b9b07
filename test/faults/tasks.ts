/** What a thread is given to do, and what it answers: a handful of cases at a time. */
import { takeCounts } from "./counting-state-table";
import { TABLES } from "./coverage";
import { runFaultCase } from "./fault-run";
import type { FaultCase } from "./fault-scenario";

/** A case in which something is wrong. */
export interface FoundFault {
  readonly wanted: FaultCase;
  readonly objections: readonly string[];
  readonly violations: number;
}

export interface FaultAnswer {
  readonly caseCount: number;
  readonly found: readonly FoundFault[];
  /** By the name of the table. */
  readonly cells: Readonly<Record<string, readonly (readonly [cell: string, count: number])[]>>;
  /** Cases by the state that they ended in. */
  readonly states: readonly string[];
}

/** Runs cases; one that throws is one in which something is wrong. */
export function perform(module: WebAssembly.Module, cases: readonly FaultCase[]): FaultAnswer {
  const found: FoundFault[] = [];
  const states: string[] = [];
  for (const wanted of cases) {
    try {
      const { state, objections, violations } = runFaultCase(module, wanted);
      states.push(state);
      if (objections.length > 0) found.push({ wanted, objections, violations });
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      found.push({ wanted, objections: [message], violations: 0 });
    }
  }
  const cells = Object.fromEntries(Object.entries(TABLES).map(([name, table]) => [name, takeCounts(table)]));
  return { caseCount: cases.length, found, cells, states };
}
