/**
 * Writes the type declarations that the package ships, and gives their relative imports the endings that Node's own
 * resolution asks for: the sources have none, because asc and the bundler want none.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";

const FOLDER = "dist/types";

rmSync(FOLDER, { recursive: true, force: true });
const tsc = join("node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.types.json"], { stdio: ["ignore", 2, 2] });
if (status !== 0) process.exit(status ?? 1);

for (const name of readdirSync(FOLDER, { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".d.ts")) continue;
  const file = join(FOLDER, name);
  const text = readFileSync(file, "utf8").replace(/(from |import\()"(\.[^"]+)"/g, (_, before, path) => {
    if (!existsSync(join(dirname(file), `${path}.d.ts`))) throw new Error(`${file}: ${path} has no declarations`);
    return `${before}"${path}.js"`;
  });
  writeFileSync(file, text);
}
