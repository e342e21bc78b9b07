/** Reading what a command is given: a scenario, the captures and costs it names, the data plane. */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { DIRTY_ROW_COUNT_MAX } from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { parseScenario } from "../config/parse";
import type { Scenario } from "../config/scenario";
import { compileDataPlane } from "../core/load";
import { readCapture } from "../format/capture";
import { type Exchange, readConversation } from "../format/conversation";
import { type DirtyRow, readDirtyTrace } from "../format/dirty-trace";
import { readTcpConversation } from "../format/tcp-conversation";
import { InputError, wholeInputError } from "../sim/input-error";
import type { Recordings } from "../workload/recording";
import { messageOf } from "./exit";

/** A scenario file, read, with everything it names. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly replays: ReadonlyMap<string, readonly Exchange[]>;
  readonly dirtyTraces: ReadonlyMap<string, readonly DirtyRow[]>;
  readonly recordings: Recordings;
  readonly module: WebAssembly.Module;
}

export interface LoadOptions {
  /** Replaces the scenario's seed. */
  readonly seed?: number;
  /** Whether what a scenario names may lie outside its folder. */
  readonly isAnyPathAllowed: boolean;
}

/** Reads a scenario file with its costs and captures. Throws InputError for whatever is wrong in them. */
export async function loadScenario(file: string, options: LoadOptions): Promise<LoadedScenario> {
  const parsed = readScenario(readInput(file), file, options);
  const scenario = options.seed === undefined ? parsed : { ...parsed, seed: options.seed };
  const replays = new Map<string, readonly Exchange[]>();
  for (const { capture, port } of scenario.traffic) {
    if (!replays.has(capture)) replays.set(capture, loadReplay(file, capture, port, options));
  }
  const recordings = loadRecordings(file, scenario, options);
  const dirtyTraces = loadTraces(file, scenario, options);
  return { scenario, replays, recordings, dirtyTraces, module: await compileDataPlane() };
}

/** Reads the recorded connections that flows replay. */
function loadRecordings(file: string, { flows }: Scenario, options: LoadOptions): Recordings {
  return new Map(
    flows.flatMap((flow, index) => {
      if (flow.kind !== "replay") return [];
      const path = namedPath(file, `capture ${flow.capture}`, flow.capture, options);
      const capture = readCapture(readInput(path), path);
      return [[index, readTcpConversation(capture, { source: path, port: flow.recordedPort })] as const];
    }),
  );
}

/** Reads the traces of written pages that jobs name. */
function loadTraces(file: string, { vms }: Scenario, options: LoadOptions): ReadonlyMap<string, readonly DirtyRow[]> {
  const traces = new Map<string, readonly DirtyRow[]>();
  for (const { name, job } of vms) {
    if (!job?.trace) continue;
    const path = namedPath(file, `trace ${job.trace.path}`, job.trace.path, options);
    const limits = {
      rowCountMax: DIRTY_ROW_COUNT_MAX,
      hotPages: job.hotBytes / PAGE_BYTES,
      coldPages: job.coldBytes / PAGE_BYTES,
    };
    traces.set(name, readDirtyTrace(textOf(readInput(path)), path, limits));
  }
  return traces;
}

/** Reads the bytes of a scenario file, and the file of costs that it names. Throws InputError. */
export function readScenario(bytes: Uint8Array, file: string, options: LoadOptions): Scenario {
  return parseScenario(textOf(bytes), file, (name) => {
    const path = namedPath(file, `costs ${name}`, name, options);
    return { text: textOf(readInput(path)), source: path };
  });
}

/** Reads a file that the user named. */
export function readInput(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw wholeInputError(file, `cannot be read: ${messageOf(error)}`);
  }
}

/** Returns bytes as text; what is no UTF-8 becomes U+FFFD, which the readers refuse where it matters. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function loadReplay(scenarioFile: string, capture: string, port: number, options: LoadOptions): readonly Exchange[] {
  const path = namedPath(scenarioFile, `capture ${capture}`, capture, options);
  return readConversation(readCapture(readInput(path), path), { source: path, port });
}

/** Returns the path of a file that a scenario names, relative to its own folder. */
function namedPath(scenarioFile: string, subject: string, name: string, options: LoadOptions): string {
  const folder = resolve(dirname(scenarioFile));
  const path = resolve(folder, name);
  if (options.isAnyPathAllowed || !relative(folder, path).startsWith("..")) return path;
  const reason = "lies outside the scenario's folder; move it there, or allow it with --allow-path";
  throw new InputError(scenarioFile, [{ place: "", subject, reason }]);
}
