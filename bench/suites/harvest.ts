/** Harvesting the dirty log of a guest of 64 GiB, at several densities; filling the log is part of it here. */
import { LOG_PAGE_COUNT, markedLog } from "../log";
import { createBenchWorld } from "../world";
import { runSuite } from "./suite";

const DENSITIES = [
  { name: "clean", fraction: 0 },
  { name: "0.1 % dirty", fraction: 0.001 },
  { name: "1 % dirty", fraction: 0.01 },
] as const;

export async function runHarvest(module: WebAssembly.Module, seconds: number): Promise<void> {
  const { world, logAt } = createBenchWorld(module);
  const cases = DENSITIES.map(({ name, fraction }) => {
    const marked = markedLog(Math.round(LOG_PAGE_COUNT * fraction));
    return {
      name,
      action: () => {
        world.view(logAt, marked.length).set(marked);
        world.plane.harvestLog(logAt, LOG_PAGE_COUNT);
      },
    };
  });
  await runSuite("dirty harvest 64 GiB", cases, seconds);
}
