/** Compiles the C engine into build/ with whatever C compiler the machine has. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

const COMPILERS = ["cc", "gcc", "clang"] as const;
const SOURCES = join("bench", "native");
const OUTPUT_FOLDER = "build";
const FLAGS = ["-std=c11", "-O3", "-Wall"] as const;

/** A compiled C engine. */
export interface NativeProgram {
  readonly path: string;
  /** First line of what the compiler says of itself. */
  readonly compiler: string;
}

/** Compiles the C engine; undefined when there is no compiler. Throws when there is one and it refuses the source. */
export function buildNative(): NativeProgram | undefined {
  const compiler = COMPILERS.find((command) => versionOf(command) !== undefined);
  if (compiler === undefined) return undefined;
  mkdirSync(OUTPUT_FOLDER, { recursive: true });
  const path = join(OUTPUT_FOLDER, process.platform === "win32" ? "bench-native.exe" : "bench-native");
  // Under a name of its own first: another process may be running the program, or compiling it.
  const draft = `${path}-${process.pid}`;
  compile(compiler, draft);
  renameSync(draft, path);
  return { path, compiler: versionOf(compiler) ?? compiler };
}

function versionOf(command: string): string | undefined {
  const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n")[0] : undefined;
}

function compile(compiler: string, output: string): void {
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith(".c"));
  const paths = sources.map((name) => join(SOURCES, name));
  let message = "";
  // Some clangs know no native architecture.
  for (const tuning of [["-march=native"], []]) {
    const { status, stderr } = spawnSync(compiler, [...FLAGS, ...tuning, "-o", output, ...paths], { encoding: "utf8" });
    if (status === 0) return;
    message = stderr;
  }
  throw new Error(`${compiler} cannot compile ${SOURCES}:\n${message}`);
}
