/**
 * Runs that are done, a line each in a file of the results' folder, so that a study that was stopped goes on where it
 * stood. A line holds for the run that its fingerprint was made of: another version, wasm or scenario is run again.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wholeInputError } from "../sim/input-error";
import { VERSION } from "../sim/version";
import type { Measurable, StudyRun } from "../study/measurable";
import { messageOf, OutputError } from "./exit";

export class StudyStore<Run extends StudyRun, M> {
  readonly #measurable: Measurable<Run, M>;
  readonly #module: WebAssembly.Module;
  readonly #folder: string | undefined;
  readonly #path: string | null;
  readonly #measurements = new Map<string, M>();
  readonly #wasmSha256: string;
  /** By the names of runs: a study looks a run up more than once, and its scenario is long. */
  readonly #fingerprints = new Map<string, string>();

  /** Reads what a folder has; without one, nothing outlives the study. */
  constructor(
    measurable: Measurable<Run, M>,
    module: WebAssembly.Module,
    wasmSha256: string,
    folder: string | undefined,
  ) {
    this.#measurable = measurable;
    this.#module = module;
    this.#wasmSha256 = wasmSha256;
    this.#folder = folder;
    this.#path = folder === undefined ? null : join(folder, `${measurable.kind}-runs.jsonl`);
    if (this.#path !== null && existsSync(this.#path)) this.#read(this.#path);
  }

  /** Returns what was measured of a run, if it was. */
  get(run: Run): M | undefined {
    return this.#measurements.get(this.#fingerprint(run));
  }

  /** Keeps what was measured. Throws OutputError. */
  put(run: Run, measurement: M): void {
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
      const record = this.#recordOf(line);
      if (!record) throw wholeInputError(`${path}:${index + 1}`, "is no run of a study; remove the line, or the file");
      this.#measurements.set(record.fingerprint, record.measurement);
    }
    if (lines.at(-1)) writeFileSync(path, whole.map((line) => `${line}\n`).join(""));
  }

  #fingerprint(run: Run): string {
    const key = this.#measurable.keyOf(run);
    const known = this.#fingerprints.get(key);
    if (known !== undefined) return known;
    const input = this.#measurable.inputOf(this.#module, run);
    const content = JSON.stringify([VERSION, this.#wasmSha256, input.run, input.scenario]);
    const fingerprint = createHash("sha256").update(content).digest("hex");
    this.#fingerprints.set(key, fingerprint);
    return fingerprint;
  }

  #recordOf(line: string): { readonly fingerprint: string; readonly measurement: M } | undefined {
    try {
      const { fingerprint, measurement }: { fingerprint: unknown; measurement: unknown } = JSON.parse(line);
      if (typeof fingerprint !== "string" || !this.#measurable.isMeasurement(measurement)) return undefined;
      return { fingerprint, measurement };
    } catch {
      return undefined;
    }
  }
}
