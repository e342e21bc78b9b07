/** Bundles the fuzz tool into build/, or into the folder that is named; its dependencies are left outside. */
import process from "node:process";
import { build } from "esbuild";

await build({
  entryPoints: { fuzz: "test/fuzz/main.ts" },
  outdir: process.argv[2] ?? "build",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  logLevel: "warning",
});
