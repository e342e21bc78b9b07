/**
 * A world that is large enough for a few machines and small enough to be made for each test: the plan, and the costs
 * of the model, without which a guest would work in no time at all.
 */
import { COST_EXIT_COLD, WAKE_LATENCY_NS } from "../../assembly/layout/cost";
import { World, type WorldPlan } from "../../src/core/world";
import { dataPlaneCosts } from "../../src/host/cost-model";
import { DELIVERY_OF } from "../../src/host/interrupt-delivery";
import { NOW } from "./now";
import { RELEASE } from "./wasm-builds";

/** What a test may want otherwise. */
export interface SmallWorldOptions extends Partial<WorldPlan> {
  readonly module?: WebAssembly.Module;
}

const PLAN: WorldPlan = {
  seed: 1,
  run: 0,
  eventCount: 4096,
  // Four guests of 576 pages.
  chunkCount: 36,
  slotCount: 1024,
  arenaBytes: 28 * 1024 ** 2,
  isObserved: true,
};

/**
 * Makes an empty, observed world with the model's costs, by default of the release build. Idle processors do not sleep,
 * and caches stay warm: a test that is not about them can count with bursts alone.
 */
export function createSmallWorld({ module = RELEASE.module, ...plan }: SmallWorldOptions = {}): World {
  const world = World.create(module, { ...PLAN, ...plan });
  for (const [index, value] of dataPlaneCosts(NOW, DELIVERY_OF.now)) world.plane.setCost(index, value);
  world.plane.setCost(WAKE_LATENCY_NS, 0);
  world.plane.setCost(COST_EXIT_COLD, 0);
  return world;
}
