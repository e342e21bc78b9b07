/** The event wheel under the hold model, at three fillings. */
import { createBenchWorld } from "../world";
import { runSuite } from "./suite";

/** Events taken and scheduled again in a call, besides those that wait. */
const COUNT = 1000;
const PENDING_COUNTS = [10, 1000, 100_000] as const;

export async function runEventQueue(module: WebAssembly.Module, seconds: number): Promise<void> {
  const { world } = createBenchWorld(module);
  const cases = PENDING_COUNTS.map((pending) => ({
    name: `fill with ${pending}, hold ${COUNT}, empty`,
    action: () => {
      world.plane.holdEvents(pending, COUNT);
    },
  }));
  await runSuite("event queue", cases, seconds);
}
