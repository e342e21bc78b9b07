/**
 * Builds the device with a planted bug, in a folder of its own below build/: the sources of the project are never
 * touched. Building fails when a bug's text does not stand in its file exactly once, or the result does not compile.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import type { Planting } from "./planted-bug";

const FOLDER = join("build", "planted");
const ASC = resolve("node_modules", "assemblyscript", "bin", "asc.js");
/** Hardly optimised: compiling takes longer than catching. */
const OPTIONS = ["--target", "release", "--optimizeLevel", "0", "--transform", "./scripts/inline.mjs"];

/** How often a bug's text stands in its file. */
export function occurrencesOf(bug: Planting): number {
  return readFileSync(join("assembly", bug.file), "utf8").split(bug.text).length - 1;
}

/** Plants a bug in sources at a place. */
function plant(bug: Planting, folder: string): void {
  const path = join(folder, "assembly", bug.file);
  const source = readFileSync(path, "utf8");
  const parts = source.split(bug.text);
  const [before, after] = parts;
  if (before === undefined || after === undefined || parts.length !== 2) {
    throw new Error(`"${bug.name}": its text stands in assembly/${bug.file} ${parts.length - 1} times, not once`);
  }
  writeFileSync(path, before + bug.replacement + after);
}

function compile(folder: string): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [ASC, "assembly/index.ts", ...OPTIONS], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let problem = "";
    child.stderr.on("data", (text) => {
      problem += text;
    });
    child.on("error", fail);
    child.on("close", (code) => (code === 0 ? done() : fail(new Error(`asc ends with ${code}: ${problem}`))));
  });
}

/** A copy of the sources, so that all bugs are planted in the same ones. */
export class PlantingGround {
  readonly #folder: string;

  constructor() {
    mkdirSync(FOLDER, { recursive: true });
    this.#folder = mkdtempSync(join(FOLDER, "ground-"));
    cpSync("assembly", join(this.#folder, "assembly"), { recursive: true });
    cpSync("asconfig.json", join(this.#folder, "asconfig.json"));
    cpSync(join("scripts", "inline.mjs"), join(this.#folder, "scripts", "inline.mjs"));
  }

  /** Returns the device with a bug, or as it is. */
  async build(bug?: Planting): Promise<WebAssembly.Module> {
    const folder = mkdtempSync(join(FOLDER, "bug-"));
    try {
      cpSync(this.#folder, folder, { recursive: true });
      if (bug !== undefined) plant(bug, folder);
      await compile(folder);
      return new WebAssembly.Module(readFileSync(join(folder, "build", "renic.wasm")));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
