/**
 * Whole checkpoints of a protected guest of 1 GiB, as a run has them: the guest's job dirties so many pages, they are
 * found, copied, sent, applied and acknowledged, and what the device held is released. An operation is a checkpoint with
 * the 100 ms of simulated time before it.
 */
import { parseScenario } from "../../src/config/parse";
import { compose } from "../../src/experiment/compose";
import { start, step } from "../../src/experiment/simulate";
import { runSuite } from "./suite";

/** The last is what a server of 8 clients was found to dirty in 100 ms (Wang et al., PLOVER, NSDI 2018). */
const PAGE_COUNTS = [1000, 5000, 13_000] as const;
const CLOCK_HZ = 2_600_000_000;
const INTERVAL_S = 0.1;
/** So much faster does the job go round its pages than it would have to. */
const MARGIN = 1.3;

function scenarioOf(pageCount: number, hasContent: boolean) {
  const burst = Math.floor((CLOCK_HZ * INTERVAL_S) / (pageCount * MARGIN));
  const perBurst = Math.max(1, Math.ceil(50_000 / burst));
  return parseScenario(
    `
version: 1
seed: 1
duration: 3000s
content: ${hasContent}
hosts:
  - { name: primary, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 1 }] }
  - { name: backup, cores: 4, clock: 2.6GHz, nics: [{ rate: 10Gbps, vfs: 1 }] }
clients: []
vms:
  - name: guest
    host: primary
    memory: 1GiB
    io: renic
    workload: { kind: server }
    job: { burst: ${burst * perBurst}, hot: 0B, hotWrites: 0, cold: ${pageCount * 4}KiB, coldWrites: ${perBurst} }
protect:
  - { vm: guest, to: backup, interval: 100ms, link: { rate: 10Gbps, latency: 20us } }
`,
    "checkpoints",
  );
}

export async function runCheckpoints(module: WebAssembly.Module, seconds: number): Promise<void> {
  const cases = [true, false].flatMap((hasContent) =>
    PAGE_COUNTS.map((pageCount) => checkpointCase(module, pageCount, hasContent)),
  );
  await runSuite("checkpoints of a guest of 1 GiB", cases, seconds);
}

function checkpointCase(module: WebAssembly.Module, pageCount: number, hasContent: boolean) {
  const scenario = scenarioOf(pageCount, hasContent);
  const composition = compose({ module, scenario, run: 1, replays: new Map() });
  start(composition, {});
  const [protection] = composition.control.protections;
  if (!protection) throw new Error("the scenario protects a guest");
  const checkpoint = () => {
    const { count } = protection.sums;
    while (protection.sums.count === count) step(composition, {});
  };
  // The first copy, and the first checkpoint behind it, are another matter.
  checkpoint();
  const { pageCount: before } = protection.sums;
  checkpoint();
  const dirty = protection.sums.pageCount - before;
  if (dirty < pageCount || dirty > 1.01 * pageCount) throw new Error(`a checkpoint has ${dirty} pages`);
  return { name: `${pageCount} dirty pages${hasContent ? "" : ", no content"}`, action: checkpoint };
}
