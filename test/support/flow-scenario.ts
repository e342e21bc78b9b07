/** Scenarios with flows: the shipped examples, and a small protected one with TCP in both directions. */
import { readFileSync } from "node:fs";
import { parseScenario } from "../../src/config/parse";
import type { Scenario } from "../../src/config/scenario";
import { compileDataPlane } from "../../src/core/load";
import type { RunInput } from "../../src/experiment/input";
import { readCapture } from "../../src/format/capture";
import { type RecordedConnection, readTcpConversation } from "../../src/format/tcp-conversation";
import type { Recordings } from "../../src/workload/recording";

const SMALL = `
version: 1
seed: 3
duration: 500ms
hosts:
  - { name: one, cores: 3, clock: 2.6GHz, dom0: { cpus: shared }, nics: [{ rate: 10Gbps, vfs: 2 }] }
  - { name: two, cores: 3, clock: 2.6GHz, dom0: { cpus: shared }, nics: [{ rate: 10Gbps, vfs: 2 }] }
clients: [{ name: ann, link: { rate: 1Gbps, latency: 100us, loss: 0.1% } }]
vms:
  - name: web
    host: one
    memory: 12MiB
    io: renic
    cpus: shared
    workload: { kind: server, dirtyPerRequest: 8KiB, workingSet: 64KiB }
  - { name: soft, host: two, memory: 8MiB, io: paravirtual, workload: { kind: server } }
flows:
  - { kind: requests, from: ann, to: web, port: 80, connections: 4, window: 64KiB, reply: 4KiB, think: 1ms }
  - { kind: bulk, from: soft, to: web, window: 64KiB, bytes: 300KiB, start: 20ms }
protect:
  - { vm: web, to: two, interval: 10ms, link: { rate: 10Gbps, latency: 20us }, heartbeat: 5ms, timeout: 25ms, outbound: 1MiB }
events: [{ at: 100ms, fail: one }]
`;

async function inputOf(text: string, name: string, build: "release" | "debug"): Promise<RunInput> {
  const file = build === "release" ? "build/renic.wasm" : "build/renic.debug.wasm";
  const scenario = parseScenario(text, name);
  const module = await compileDataPlane(readFileSync(file));
  return { module, scenario, run: 1, replays: new Map(), recordings: recordingsOf(scenario) };
}

/** Reads what flows replay, out of the folder of the examples. */
function recordingsOf({ flows }: Scenario): Recordings {
  return new Map(
    flows.flatMap((flow, index) =>
      flow.kind === "replay" ? [[index, readRecording(flow.capture, flow.recordedPort)]] : [],
    ),
  );
}

/** Reads a recording of TCP in the folder of the examples. */
export function readRecording(name: string, port: number): RecordedConnection[] {
  return readTcpConversation(readCapture(readFileSync(`examples/${name}`), name), { source: name, port });
}

/** An example without recorded UDP. */
export function exampleInput(name: string, build: "release" | "debug" = "release"): Promise<RunInput> {
  return inputOf(readFileSync(`examples/${name}`, "utf8"), name, build);
}

/** Requests and a stream to a protected VM whose host dies, from a lossy client and from a paravirtual VM. */
export function flowInput(build: "release" | "debug" = "release"): Promise<RunInput> {
  return inputOf(SMALL, "flows.yaml", build);
}
