/**
 * Bundles a tool of the tests into build/ and runs it with the arguments that follow its name:
 *
 *     node scripts/tool.mjs agree --count 100
 *     node scripts/tool.mjs documents            rewrites the tables of docs/model.md that come from code
 *     node scripts/tool.mjs saturation           and its table and figure that come from runs
 *     node scripts/tool.mjs validation           rewrites docs/validation.md from what `npm run validate` measured
 *     node scripts/tool.mjs validation planned   rewrites only its rows that are planned
 *
 * The sources import without endings, which Node does not take; the bundle is remade each time, in some milliseconds.
 */
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const ENTRIES = {
  agree: "test/agreement/main.ts",
  content: "test/content/main.ts",
  documents: "test/repository/documents.ts",
  migrations: "test/migration/migrations-main.ts",
  plans: "test/migration/plans-main.ts",
  faults: "test/faults/main.ts",
  saturation: "test/experiment/saturation-main.ts",
  "tcp-faults": "test/transport/faults-main.ts",
  validation: "test/repository/validation-main.ts",
};

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const [name = ""] = process.argv.splice(2, 1);
const entry = ENTRIES[name];
if (entry === undefined) {
  console.error(`There is no tool "${name}"; there is: ${Object.keys(ENTRIES).join(", ")}.`);
  process.exit(2);
}
const bundle = resolve("build", `${name}.mjs`);
/** A bundle that has the counting file has it everywhere but in itself. */
const counting = {
  name: "counting-state-table",
  setup({ onResolve }) {
    onResolve({ filter: /\/state-table$/ }, ({ importer }) =>
      importer.endsWith("counting-state-table.ts")
        ? undefined
        : { path: resolve("test/faults/counting-state-table.ts") },
    );
  },
};
await build({
  entryPoints: [entry],
  plugins: name === "faults" || name === "migrations" ? [counting] : [],
  outfile: bundle,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  sourcemap: "inline",
  logLevel: "warning",
});
await import(pathToFileURL(bundle).href);
