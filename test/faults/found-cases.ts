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
  [
    "a primary that the arbiter lets go on dies before it hears of it, and the backup stays out as it is told",
    {
      world: {
        seed: 10520,
        io: "renic",
        intervalMs: 5,
        linkRate: "10Gbps",
        outbound: "64KiB",
        compression: "delta",
        work: ["datagrams"],
        hasJob: true,
        loss: 0,
        durationMs: 300,
        policy: {
          timing: "fixed-rate",
          epochs: 1,
          late: "extend",
          full: "stop-fetching",
          backupLost: "release",
          arbiter: true,
        },
        againMs: 0,
        disk: { blocks: 64, blocksPerRequest: 5, buffer: "256KiB" },
        againTo: "third",
        nicLatencyUs: 1500,
      },
      troubles: [
        { atNs: 69252308, what: "cut: web" },
        { atNs: 97300568, what: "fail: primary" },
      ],
      failures: [],
    },
  ],
];
