/** Bundles the entries of the package into dist/, shared code in chunks beside them, dependencies left outside; writes the schema. */
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { build } from "esbuild";

for (const file of readdirSync("dist")) if (file.endsWith(".js")) rmSync(`dist/${file}`);

await build({
  entryPoints: {
    index: "src/index.ts",
    scenario: "src/scenario.ts",
    cli: "src/cli/main.ts",
    "study-worker": "src/cli/study-worker.ts",
    bench: "bench/main.ts",
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  chunkNames: "chunk-[hash]",
  logLevel: "warning",
});
chmodSync("dist/cli.js", 0o755);
writeFileSync("dist/schema.json", execFileSync(process.execPath, ["dist/cli.js", "schema"]));
