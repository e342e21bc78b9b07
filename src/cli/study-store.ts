/**
 * Runs that are done, a line each in a file of the results' folder, so that a study that was stopped goes on where it
 * stood. A line holds for the run that its fingerprint was made of: another version, wasm or scenario is run again.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wholeInputError } from "../sim/input-error";
import { VERSION } from "../sim/version";
import type { Measurement } from "../study/measurement";
import { type RuntimeRun, scenarioOf } from "../study/runtime-scenario";
import { runKey } from "../study/runtime-study";
import { messageOf, OutputError } from "./exit";

const FILE = "runtime-runs.jsonl";

export class StudyStore {
  readonly #folder: string | undefined;
  readonly #path: string | null;
  readonly #measurements = new Map<string, Measurement>();
  readonly #wasmSha256: string;
  /** By the names of runs: a study looks a run up more than once, and its scenario is long. */
  readonly #fingerprints = new Map<string, string>();

  /** Reads what a folder has; without one, nothing outlives the study. */
  constructor(folder: string | undefined, wasmSha256: string) {
    this.#wasmSha256 = wasmSha256;
    this.#folder = folder;
    this.#path = folder === undefined ? null : join(folder, FILE);
    if (this.#path !== null && existsSync(this.#path)) this.#read(this.#path);
  }

  /** Returns what was measured of a run, if it was. */
  get(run: RuntimeRun): Measurement | undefined {
    return this.#measurements.get(this.#fingerprint(run));
  }

  /** Keeps what was measured. Throws OutputError. */
  put(run: RuntimeRun, measurement: Measurement): void {
    const fingerprint = this.#fingerprint(run);
    this.#measurements.set(fingerprint, measurement);
    if (this.#folder === undefined || this.#path === null) return;
    try {
      mkdirSync(this.#folder, { recursive: true });
      appendFileSync(this.#path, `${JSON.stringify({ fingerprint, measurement })}\n`);
    } catch (error) {
      throw new OutputError(`${this.#path} cannot be written: ${messageOf(error)}`);
    }
  }

  #read(path: string): void {
    const lines = readFileSync(path, "utf8").split("\n");
    // What stands behind the last line end is a line that was being written when everything stopped: it goes.
    const whole = lines.slice(0, -1);
    for (const [index, line] of whole.entries()) {
      const record = recordOf(line);
      if (!record) throw wholeInputError(`${path}:${index + 1}`, "is no run of a study; remove the line, or the file");
      this.#measurements.set(record.fingerprint, record.measurement);
    }
    if (lines.at(-1)) writeFileSync(path, whole.map((line) => `${line}\n`).join(""));
  }

  #fingerprint(run: RuntimeRun): string {
    const key = runKey(run);
    const known = this.#fingerprints.get(key);
    if (known !== undefined) return known;
    const content = JSON.stringify([VERSION, this.#wasmSha256, run.run, scenarioOf(run)]);
    const fingerprint = createHash("sha256").update(content).digest("hex");
    this.#fingerprints.set(key, fingerprint);
    return fingerprint;
  }
}

function recordOf(line: string): { fingerprint: string; measurement: Measurement } | undefined {
  try {
    const record = JSON.parse(line);
    return typeof record.fingerprint === "string" && typeof record.measurement?.cycles === "number"
      ? record
      : undefined;
  } catch {
    return undefined;
  }
}
