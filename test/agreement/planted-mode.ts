/**
 * Planted bugs, one after the other: programs run on the device with the bug until they disagree. A disagreement counts
 * only if the device without the bug agrees on that seed.
 */
import type { PlantedBug } from "./planted-bug";
import { PLANTED_BUGS } from "./planted-bugs";
import { PlantingGround } from "./planted-build";
import { Progress } from "./progress";
import type { Session } from "./session";
import type { Task } from "./tasks";

const PROGRAMS_PER_TASK = 5;
/** A bug may have the device go on for ever: that counts as seen. */
const TASK_MS_MAX = 60_000;
const SHOWN = 120;

/** How many programs it took, and what gave the bug away; undefined when nothing did. */
export interface Catch {
  readonly programs: number;
  readonly seed: number;
  readonly difference: string;
}

function* tasksFor(bug: PlantedBug, module: WebAssembly.Module, seed: number, count: number): Generator<Task> {
  for (let from = seed; from < seed + count; from += PROGRAMS_PER_TASK) {
    const part = Math.min(PROGRAMS_PER_TASK, seed + count - from);
    yield { kind: bug.foundBy, module, seed: from, count: part, isShrinking: false };
  }
}

/** Runs programs on a device with a bug until one shows it. */
export async function hunt(
  session: Session,
  sound: WebAssembly.Module,
  bug: PlantedBug,
  module: WebAssembly.Module,
): Promise<Catch | undefined> {
  const { options, pool, stop } = session;
  const tasks = tasksFor(bug, module, options.from, options.seed + options.count - options.from);
  for await (const [task, result] of pool.inOrder(tasks, TASK_MS_MAX)) {
    if (stop.isAsked) return undefined;
    const failure = result.failures[0];
    const suspect = failure === undefined ? task : { ...task, seed: failure.seed, count: 1 };
    const difference = result.lost ?? failure?.differences[0];
    if (difference === undefined) continue;
    const without = await pool.run({ ...suspect, module: sound }, TASK_MS_MAX);
    if (without.failures.length > 0 || without.lost !== undefined) continue;
    return { programs: suspect.seed - options.from + 1, seed: suspect.seed, difference };
  }
  return undefined;
}

/** Builds the next while one is hunted. */
function buildAhead(
  ground: PlantingGround,
  bugs: readonly PlantedBug[],
): (index: number) => Promise<WebAssembly.Module> {
  const started = new Map<number, Promise<WebAssembly.Module>>();
  const start = (index: number) => {
    const bug = bugs[index];
    if (bug === undefined || started.has(index)) return;
    const built = ground.build(bug);
    // Whoever asks for it hears of a failure; until then it is not unhandled.
    built.catch(() => undefined);
    started.set(index, built);
  };
  return (index) => {
    start(index);
    start(index + 1);
    return started.get(index) ?? Promise.reject(new Error(`no bug ${index}`));
  };
}

function report(bug: PlantedBug, found: Catch | undefined, width: number): void {
  const how = found ? `after ${found.programs} ${bug.foundBy}: ${found.difference.slice(0, SHOWN)}` : "NOT CAUGHT";
  console.log(`${bug.name.padEnd(width)}  ${how}`);
}

/** Hunts every planted bug; returns whether all were caught. */
export async function runPlanted(session: Session): Promise<boolean> {
  const bugs = PLANTED_BUGS.filter(({ name }) => name.includes(session.options.only));
  const ground = new PlantingGround();
  try {
    return await huntAll(session, ground, bugs);
  } finally {
    ground.remove();
  }
}

async function huntAll(session: Session, ground: PlantingGround, bugs: readonly PlantedBug[]): Promise<boolean> {
  const build = buildAhead(ground, bugs);
  const progress = new Progress("planted bugs", bugs.length);
  const width = Math.max(...bugs.map(({ name }) => name.length));
  const sound = await ground.build();
  let planted = 0;
  let caught = 0;
  for (const [index, bug] of bugs.entries()) {
    const module = await build(index);
    const found = await hunt(session, sound, bug, module);
    if (session.stop.isAsked) break;
    planted++;
    if (found !== undefined) caught++;
    progress.clear();
    report(bug, found, width);
    progress.at(planted, "");
  }
  progress.clear();
  console.log(JSON.stringify({ planted, caught }));
  return planted === bugs.length && planted === caught;
}
