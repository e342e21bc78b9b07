/**
 * Brings a clone up to date: installs what the lockfile names if that has changed, builds what is stale. `npm start`
 * and `npm test` run it first, so each works on a fresh clone with nothing but Node.
 *
 *     node scripts/setup.mjs            install, build what runs
 *     node scripts/setup.mjs --types    and the type declarations that the package ships
 *     node scripts/setup.mjs --fuzz     and the fuzz tool, its module compiled from assembly/fuzz
 *
 * Staleness is decided by content, not by time: a stamp beside each output holds the hash of its inputs.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`renic needs Node 20.19 or newer; this is ${process.versions.node}`);
  process.exit(1);
}

/** Runs a command with its output on stderr, so that stdout stays for results; ends the process when it fails. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (status === 0) return;
  console.error(`${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
  process.exit(status ?? 1);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function hashOf(inputs) {
  const hash = createHash("sha256");
  for (const input of inputs) {
    for (const file of existsSync(input) && !input.includes(".") ? filesBelow(input) : [input]) {
      hash.update(file).update("\0").update(readFileSync(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

/** Does a step if its inputs have changed since it was last done, or one of its outputs is gone. */
function step(name, inputs, outputs, action) {
  const stamp = join("build", `${name}.stamp`);
  const wanted = hashOf(inputs);
  const isFresh = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && outputs.every(existsSync);
  if (isFresh) return;
  console.error(`renic: ${name}`);
  rmSync(stamp, { force: true });
  action();
  mkdirSync("build", { recursive: true });
  writeFileSync(stamp, wanted);
}

mkdirSync("build", { recursive: true });
mkdirSync("dist", { recursive: true });

step("install", ["package.json", "package-lock.json"], ["node_modules/.package-lock.json"], () => {
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
});

/** What the data plane is built from: not the fuzz module, which is built from all of it. */
const dataPlane = readdirSync("assembly")
  .filter((name) => name !== "fuzz")
  .map((name) => join("assembly", name));
const asc = join("node_modules", "assemblyscript", "bin", "asc.js");
for (const [target, output] of [
  ["release", "build/renic.wasm"],
  ["debug", "build/renic.debug.wasm"],
]) {
  step(`wasm-${target}`, [...dataPlane, "asconfig.json", "scripts/inline.mjs", "package-lock.json"], [output], () => {
    // asc resolves a transform that asconfig.json names as if it were a package, so it is named here.
    run(process.execPath, [asc, "assembly/index.ts", "--target", target, "--transform", "./scripts/inline.mjs"]);
  });
}
copyFileSync("build/renic.wasm", "dist/renic.wasm");

step("bundle", ["src", "test/checker", "bench", "assembly/layout", "package.json"], ["dist/cli.js"], () => {
  run(process.execPath, ["scripts/bundle.mjs"]);
});

if (process.argv.includes("--fuzz")) {
  const output = "build/fuzz.wasm";
  step("wasm-fuzz", ["assembly", "asconfig.json", "scripts/inline.mjs", "package-lock.json"], [output], () => {
    const target = ["--target", "release", "--outFile", output, "--transform", "./scripts/inline.mjs"];
    run(process.execPath, [asc, "assembly/fuzz/index.ts", ...target]);
  });
  step(
    "fuzz-tool",
    ["test/fuzz", "assembly/fuzz", "assembly/layout", "scripts/bundle-fuzz.mjs", "package.json"],
    ["build/fuzz.mjs"],
    () => {
      run(process.execPath, ["scripts/bundle-fuzz.mjs"]);
    },
  );
}

if (process.argv.includes("--types")) {
  step(
    "types",
    ["src", "assembly/layout", "scripts/types.mjs", "tsconfig.json", "tsconfig.types.json"],
    ["dist/types"],
    () => {
      run(process.execPath, ["scripts/types.mjs"]);
    },
  );
}
