/** The event wheel under the hold model, at several fillings; filling it is not part of the action. */
import { createBenchWorld } from "../world";
import { runSuite } from "./suite";

/** Events taken and scheduled again in a call. */
const COUNT = 1000;
const PENDING_COUNTS = [10, 1000, 100_000] as const;

export async function runEventQueue(module: WebAssembly.Module, seconds: number): Promise<void> {
  const cases = PENDING_COUNTS.map((pending) => {
    const { world, distancesAt } = createBenchWorld(module);
    world.plane.fillEvents(pending);
    world.plane.drawDistances(distancesAt, COUNT);
    return {
      name: `${COUNT} holds, ${pending} pending`,
      action: () => {
        world.plane.holdEvents(distancesAt, COUNT);
      },
    };
  });
  await runSuite("event queue", cases, seconds);
}
