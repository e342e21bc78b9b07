/** Runs of the runtime study, as a kind of run. */
import type { Measurable } from "./measurable";
import { type Measurement, measure } from "./measurement";
import { inputOf, portCountOf, type RuntimeRun, workloadOf } from "./runtime-scenario";
import { runKey } from "./runtime-study";

export const RUNTIME: Measurable<RuntimeRun, Measurement> = {
  kind: "runtime",
  keyOf: runKey,
  inputOf,
  measure,
  isMeasurement: (value): value is Measurement => {
    return typeof value === "object" && value !== null && "cycles" in value && typeof value.cycles === "number";
  },
  groupOf: ({ cell }) => cell.workload,
  shapeOf: ({ cell }) => `${cell.workload} ${cell.vmCount} ${cell.io}`,
  // Wires for a stream, nothing for a fixed rate, VMs for requests.
  workOf({ cell }) {
    const { kind } = workloadOf(cell);
    if (kind === "bulk") return portCountOf(cell);
    return kind === "datagrams" ? 1 : cell.vmCount;
  },
  sizeOf: ({ cell }) => cell.vmCount,
  withDuration: (run, durationNs) => ({ ...run, durationNs }),
};
