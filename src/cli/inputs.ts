/** Reading what a command is given: a scenario, the captures it names, the data plane. */
import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { parseScenario } from "../config/parse";
import type { Scenario } from "../config/scenario";
import { compileDataPlane } from "../core/load";
import { readCapture } from "../format/capture";
import { type Exchange, readConversation } from "../format/conversation";
import { InputError } from "../sim/input-error";

/** A scenario file, read, with everything it names. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly replays: ReadonlyMap<string, readonly Exchange[]>;
  readonly module: WebAssembly.Module;
}

export interface LoadOptions {
  /** Replaces the scenario's seed. */
  readonly seed?: number;
  /** Whether captures may lie outside the scenario's folder. */
  readonly isAnyPathAllowed: boolean;
}

/** Reads a scenario file and its captures. Throws InputError for whatever is wrong in them. */
export async function loadScenario(file: string, options: LoadOptions): Promise<LoadedScenario> {
  const parsed = parseScenario(new TextDecoder().decode(await readInput(file)), file);
  const scenario = options.seed === undefined ? parsed : { ...parsed, seed: options.seed };
  const replays = new Map<string, readonly Exchange[]>();
  for (const { capture, port } of scenario.traffic) {
    if (!replays.has(capture)) replays.set(capture, await loadReplay(file, capture, port, options));
  }
  return { scenario, replays, module: await compileDataPlane() };
}

async function loadReplay(
  scenarioFile: string,
  capture: string,
  port: number,
  options: LoadOptions,
): Promise<readonly Exchange[]> {
  const folder = resolve(dirname(scenarioFile));
  const path = resolve(folder, capture);
  if (!options.isAnyPathAllowed && relative(folder, path).startsWith("..")) {
    throw new InputError(scenarioFile, [
      {
        place: "",
        subject: `capture ${capture}`,
        reason: "lies outside the scenario's folder; move it there, or allow it with --allow-path",
      },
    ]);
  }
  return readConversation(readCapture(await readInput(path), path), { source: path, port });
}

/** Reads a file that the user named. */
export async function readInput(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(file, [{ place: "", subject: "", reason: `cannot be read: ${reason}` }]);
  }
}
