/**
 * A run: a pure function of the resolved scenario, the recordings it names, the seed and run number, and the wasm.
 */
import type { Observer } from "../host/simulation";
import { type Composition, compose } from "./compose";
import type { RunInput } from "./input";
import { type MigrationView, MigrationWatch } from "./migration-watch";
import { start, step } from "./simulate";
import { count, emptyTally, type Tally } from "./tally";

export interface RunOutcome extends Composition {
  readonly tally: Tally;
  /** What was seen of each migration from outside, in the order of the scenario. */
  readonly migrationViews: readonly MigrationView[];
  /** Digest of every trace record, the final memories, devices and control state: 16 hex digits. */
  readonly digest: string;
}

/** Makes the scenario's world and runs it to its end. */
export function runScenario(input: RunInput, observer: Observer = {}): RunOutcome {
  const composition = compose(input);
  start(composition, observer);
  return finish(composition, observer);
}

/** Runs a world, fresh or loaded, from where it stands to its end. */
export function finish(composition: Composition, observer: Observer = {}): RunOutcome {
  const tally = emptyTally();
  const watch = new MigrationWatch(composition.control);
  const watched: Observer = {
    ...observer,
    records(records) {
      count(tally, records);
      watch.records(records);
      observer.records?.(records);
    },
    frames(frames) {
      watch.frames(frames);
      observer.frames?.(frames);
    },
  };
  while (step(composition, watched)) {
    // Each step has done its work; what there is to see went to the observer.
  }
  return { ...composition, tally, migrationViews: watch.views(), digest: digestOf(composition) };
}

/** Returns the digest of a world and its control state. */
export function digestOf({ world, control }: Composition): string {
  return world.digest(new TextEncoder().encode(JSON.stringify(control)));
}
