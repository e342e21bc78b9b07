/** Letting a world run, with its trace in one piece; the drivers of its ports do what they are wanted for. */
import { REASON_DRAIN, REASON_PF, REASON_UNTIL } from "../../assembly/layout/event";
import type { TraceRecord } from "../../src/core/trace";
import type { Stop, World } from "../../src/core/world";
import { servePorts } from "../../src/device/port-driver";

/** Runs to a time, looks at what has arrived, and returns the trace. Throws when something else stops the world. */
export function runTo(world: World, untilNs: number): TraceRecord[] {
  const { stop, trace } = runToStop(world, untilNs);
  if (stop.reason !== REASON_UNTIL) throw new Error(`the world stopped for reason ${stop.reason}, index ${stop.index}`);
  world.plane.settle();
  return [...trace, ...world.takeTrace()];
}

/** Runs for so long from now; see `runTo`. */
export function runFor(world: World, ns: number): TraceRecord[] {
  return runTo(world, world.nowNs() + ns);
}

/** Runs until something stops the world that is more than a full trace or a wish for a port's driver. */
export function runToStop(world: World, untilNs: number): { stop: Stop; trace: TraceRecord[] } {
  const trace: TraceRecord[] = [];
  while (true) {
    const stop = world.advance(untilNs);
    for (const record of world.takeTrace()) trace.push(record);
    if (stop.reason === REASON_PF) servePorts(world);
    else if (stop.reason !== REASON_DRAIN) return { stop, trace };
  }
}
