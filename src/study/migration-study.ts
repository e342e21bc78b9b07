/** The whole migration study: what is asked for, which runs that needs, and what comes of them. */
import { type MigrationAxes, type MigrationCell, migrationCells } from "./migration-cell";
import type { MigrationMeasurement } from "./migration-measurement";
import { planOfCell } from "./migration-plan";
import { type MigrationRun, migrationRunOf } from "./migration-scenario";
import { type MigrationSensitivity, migrationSensitivities } from "./migration-sensitivity";
import type { MigrationResult } from "./migration-summary";
import { SIMULATED_MODELS } from "./migration-workloads";

/** What is asked for. */
export interface MigrationStudyPlan {
  readonly axes: MigrationAxes;
  readonly seed: number;
  readonly isSimulated: boolean;
  readonly hasSensitivity: boolean;
}

/** What came of it. */
export interface MigrationStudy {
  readonly seed: number;
  readonly results: readonly MigrationResult[];
  readonly sensitivities: readonly MigrationSensitivity[];
}

/** Returns every run that a study needs, in the order of its cells. */
export function migrationRuns({ axes, seed, isSimulated }: MigrationStudyPlan): MigrationRun[] {
  return isSimulated
    ? migrationCells(axes)
        .filter(canSimulate)
        .map((cell) => migrationRunOf(cell, seed))
    : [];
}

/** Puts a study together from its measurements, wherever and in whichever order they were made. */
export function migrationStudyOf(
  { axes, seed, isSimulated, hasSensitivity }: MigrationStudyPlan,
  measured: (run: MigrationRun) => MigrationMeasurement,
): MigrationStudy {
  const results = migrationCells(axes).map((cell) => {
    const measurement = isSimulated && canSimulate(cell) ? measured(migrationRunOf(cell, seed)) : null;
    return { cell, plan: planOfCell(cell), measurement };
  });
  return { seed, results, sensitivities: hasSensitivity ? migrationSensitivities(axes) : [] };
}

function canSimulate({ io }: MigrationCell): boolean {
  return SIMULATED_MODELS.some((model) => model === io);
}
