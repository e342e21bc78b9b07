/** What a thread is given to do, and what it answers: a handful of moves at a time. */
import { MIGRATION } from "../../src/migration/engine";
import { takeCounts } from "../faults/counting-state-table";
import type { MoveCase } from "./drawn-move";
import { runMoveCase } from "./move-run";

/** A move in which something does not hold. */
export interface FoundFailure {
  readonly wanted: MoveCase;
  readonly failures: readonly string[];
}

export interface MoveAnswer {
  readonly caseCount: number;
  readonly found: readonly FoundFailure[];
  /** Moves by the state that they ended in. */
  readonly states: readonly string[];
  /** Of the engine's table. */
  readonly cells: readonly (readonly [cell: string, count: number])[];
}

/** Runs moves; one that throws is one in which something does not hold. */
export function perform(module: WebAssembly.Module, cases: readonly MoveCase[]): MoveAnswer {
  const found: FoundFailure[] = [];
  const states: string[] = [];
  for (const wanted of cases) {
    try {
      const { state, failures } = runMoveCase(module, wanted);
      states.push(state);
      if (failures.length > 0) found.push({ wanted, failures });
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      found.push({ wanted, failures: [message] });
    }
  }
  return { caseCount: cases.length, found, states, cells: takeCounts(MIGRATION) };
}
