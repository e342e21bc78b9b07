/** Cases that failed once, by what was wrong with the machine: each has found what no test had. */
import type { FaultCase } from "./fault-scenario";
import { USUAL_POLICY } from "./fault-trouble";

export const FOUND_CASES: readonly [string, FaultCase][] = [
  [
    "a device model that pays a debt while it is quiesced does not say once more that it is quiesced",
    {
      world: {
        seed: 7270,
        io: "emulated",
        intervalMs: 5,
        linkRate: "1Gbps",
        outbound: "64KiB",
        compression: "delta",
        work: ["reconnecting", "receiving"],
        hasJob: false,
        loss: 0.002,
        durationMs: 300,
        policy: USUAL_POLICY,
      },
      failures: [],
    },
  ],
];
