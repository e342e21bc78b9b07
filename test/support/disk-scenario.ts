/** A small server whose requests write to its disk, behind each NIC, and what its disk has by the end. */
import { parseScenario } from "../../src/config/parse";
import type { IoModel } from "../../src/config/scenario";
import type { RunInput } from "../../src/experiment/input";
import { RELEASE } from "./wasm-builds";

/** Blocks of the disk, small enough that the journal goes round it. */
export const DISK_BLOCKS = 64;

function textOf(io: IoModel, rest: string): string {
  return `
version: 1
seed: 5
duration: 100ms
hosts:
  - { name: one, cores: 3, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
  - { name: two, cores: 3, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 2 }] }
clients: [{ name: ann, link: { rate: 1Gbps, latency: 50us } }]
vms:
  - name: web
    host: one
    memory: 8MiB
    io: ${io}
    disk: { size: ${DISK_BLOCKS * 4}KiB }
    workload: { kind: server, diskPerRequest: 6KiB, dirtyPerRequest: 4KiB, workingSet: 64KiB }
flows:
  - { kind: requests, from: ann, to: web, port: 80, connections: 4, window: 64KiB, reply: 4KiB, think: 1ms }
${rest}`;
}

/** The server alone; each request writes two blocks. */
export function diskInput(io: IoModel, rest = ""): RunInput {
  const scenario = parseScenario(textOf(io, rest), "disk.yaml");
  return { module: RELEASE.module, scenario, run: 1, replays: new Map() };
}

/** The same with a backup that takes over when the server's host dies. */
export function protectedDiskInput(io: IoModel, protect = "", fail = "61ms"): RunInput {
  return diskInput(
    io,
    `protect:
  - { vm: web, to: two, interval: 10ms, link: { rate: 1Gbps, latency: 50us }, heartbeat: 2ms, timeout: 10ms${protect} }
events: [{ at: ${fail}, fail: one }]
`,
  );
}
