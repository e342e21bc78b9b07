/** Scanning the dirty log of a guest of 64 GiB, at several densities: mark, find, clear. */
import { createBenchWorld, SCAN_PAGE_COUNT } from "../world";
import { runSuite } from "./suite";

const DENSITIES = [
  { name: "clean", stride: SCAN_PAGE_COUNT },
  { name: "0.1 % dirty", stride: 1000 },
  { name: "1 % dirty", stride: 100 },
] as const;

export async function runDirtyScan(module: WebAssembly.Module, seconds: number): Promise<void> {
  const { world, logAt } = createBenchWorld(module);
  const cases = DENSITIES.map(({ name, stride }) => ({
    name,
    action: () => {
      world.plane.scanLog(logAt, SCAN_PAGE_COUNT, stride);
    },
  }));
  await runSuite("dirty scan 64 GiB", cases, seconds);
}
