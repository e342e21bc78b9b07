/** Every row of the validation, in the order of its table. */
import { BOND_MOVE_ROWS, BOND_RUNTIME_ROWS } from "./bond-rows";
import { CHECKPOINT_CLAIMS } from "./checkpoint-rows";
import { MIGRATION_ROWS } from "./migration-rows";
import type { Published } from "./published";
import { RUNTIME_ROWS } from "./runtime-rows";

/** Those that runs are measured for; behind them stand those that are planned. */
export const MEASURED_CLAIMS: readonly Published[] = [
  ...RUNTIME_ROWS,
  ...BOND_RUNTIME_ROWS,
  ...CHECKPOINT_CLAIMS,
  ...BOND_MOVE_ROWS,
];

export const CLAIMS: readonly Published[] = [...MEASURED_CLAIMS, ...MIGRATION_ROWS];
