/** Runs that are written down and read back at every control event. */
import { expect } from "vitest";
import { compose } from "../../src/experiment/compose";
import type { RunInput } from "../../src/experiment/input";
import { digestOf, runScenario } from "../../src/experiment/run";
import { start, step } from "../../src/experiment/simulate";
import { loadWorld, saveWorld } from "../../src/experiment/world-image";

/** Replaces a run by its own image at every control event; expects the end of an unbroken one and returns how many there were. */
export async function reloadedEverywhere(input: RunInput): Promise<number> {
  const { digest } = runScenario(input);
  let composition = compose(input);
  start(composition, {});
  let eventCount = 0;
  do {
    composition = loadWorld(input.module, saveWorld(composition), "memory");
    eventCount++;
  } while (step(composition, {}));
  expect(digestOf(composition)).toBe(digest);
  return eventCount;
}
