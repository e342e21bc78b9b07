/**
 * A program that is paused at a random step, its VFs saved, restored into a fresh device, and gone on with: nothing may
 * tell it from the same program, paused at the same step and not moved.
 *
 * What legitimately differs is kept out by the way the programs are made, and by `LEFT_OUT`:
 * - The PF's own queues are in no image: the programs do not use pool 7.
 * - Frames that wait for a quiesced pool stay where they are: there is no room for any.
 * - An outbound buffer is laid anew, so that room wasted at its end is there again: the buffers are large.
 * - Pools are served in the order of their numbers: under other numbers only one of them has anything to do.
 * - A reset of the port depends on how many VFs it has, and makes pool 0 the default one: only a port like the old one
 *   is reset.
 */
import { hasBit } from "../reference/bytes";
import type { Coverage } from "../reference/coverage";
import * as pf from "../reference/pf-registers";
import { drawProgram } from "../reference/program";
import { ProgramRandom } from "../reference/random";
import { compareOutcomes, type Outcome, runProgram } from "../reference/run";
import type { Program, Step } from "../reference/step";
import { messageOf } from "./comparison";
import { type Destination, MovableDevice } from "./movable-device";
import { Renumbering, viewAt } from "./renumbering";
import { windowsOf } from "./wasm-device";

const PF_POOL = 7;
const OUTBOUND_BYTES = 2 ** 20;
const REPLICATION = 2 ** 30;
const SALT = 0x5a7e;
/** Octets of the port, which stay with it and which no read clears; how many VFs the port has. */
const LEFT_OUT = [" GORCL (", " GORCH (", " GOTCL (", " GOTCH (", "PF STATUS (", "readPf STATUS ("];

export interface Resume {
  readonly program: Program;
  /** Before this step it is paused. */
  readonly step: number;
  /** In which the pools go on. */
  readonly order: readonly number[];
  readonly destination: Destination;
  readonly kind: "same" | "moreFunctions" | "renumbered";
}

/** The pool that a step is about; undefined for the port. */
function poolOf(step: Step): number | undefined {
  if ("pool" in step) return step.pool;
  if (step.kind === "writePf" || step.kind === "readPf") return viewAt(step.offset)?.pool;
  return undefined;
}

function isPortReset(step: Step): boolean {
  return step.kind === "writePf" && step.offset === pf.CTRL && hasBit(step.value, 26);
}

/** The lowest of several pools gets a frame unless all do; under other numbers that is another one. */
function withReplication(step: Step): Step {
  if (step.kind !== "writePf" || step.offset !== pf.VT_CTL) return step;
  return { ...step, value: (step.value | REPLICATION) >>> 0 };
}

/** The steps before which no pool is quiesced by the program itself, after the first wait. */
function calmSteps(steps: readonly Step[]): number[] {
  const quiet = new Set<number>();
  const calm: number[] = [];
  let hasWaited = false;
  steps.forEach((step, index) => {
    if (quiet.size === 0 && hasWaited) calm.push(index);
    if (step.kind === "wait") hasWaited = true;
    if (step.kind === "quiesce") quiet.add(step.pool);
    if (step.kind === "unquiesce") quiet.delete(step.pool);
  });
  return calm;
}

function shuffled(random: ProgramRandom, items: readonly number[]): number[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0] ?? 0);
}

/** The resume of a seed. */
export function drawResume(seed: number): Resume {
  const random = new ProgramRandom((seed ^ SALT) >>> 0);
  const drawn = drawProgram(seed);
  const { vfCount } = drawn.settings;
  const kind = random.pick(["same", "same", "moreFunctions", "renumbered"] as const);
  const only = kind === "renumbered" ? random.below(vfCount) : undefined;
  const target = only === undefined ? 0 : random.below(PF_POOL);
  const isKept = (step: Step) => {
    const pool = poolOf(step);
    return pool === undefined || (only === undefined ? pool !== PF_POOL : pool === only);
  };
  const kept = drawn.steps.filter((step) => isKept(step) && (kind === "same" || !isPortReset(step)));
  const steps = only === undefined ? kept : kept.map(withReplication);
  const settings = { ...drawn.settings, parkedBytesMax: 0, outboundBytes: OUTBOUND_BYTES };
  const calm = calmSteps(steps);
  const fewest = kind === "same" ? vfCount : Math.max(vfCount, target + 1);
  return {
    program: { seed, settings, steps },
    step: calm.length > 0 ? random.pick(calm) : steps.length - 1,
    order: shuffled(random, [...Array(vfCount).keys()]),
    destination: {
      vfCount: kind === "same" ? fewest : random.between(fewest, PF_POOL),
      isSecondPort: random.chance(40),
      renumbering: only === undefined ? new Renumbering(0, 0) : new Renumbering(only, target),
    },
    kind,
  };
}

/** Runs a resume's program with its pause; returns what is wrong with a move, and the outcome. */
function run(module: WebAssembly.Module, resume: Resume, isMoved: boolean): { problems: string[]; outcome: Outcome } {
  const { program, step, order, destination } = resume;
  const device = new MovableDevice(module, program.settings, windowsOf(program));
  const happen = (nowPs: number) => {
    const pausedPs = device.pause(nowPs);
    if (isMoved) device.move(destination, pausedPs);
    device.goOn(order);
    return pausedPs;
  };
  const outcome = runProgram(program, device, { beforeStep: step, happen });
  const observations = outcome.observations.filter(({ where }) => !LEFT_OUT.some((name) => where.includes(name)));
  return { problems: device.problems, outcome: { ...outcome, observations } };
}

/** What is different when the device is moved; nothing when nobody can tell. */
export function runResume(module: WebAssembly.Module, resume: Resume, coverage: Coverage): string[] {
  coverage.seen(`resume.${resume.kind}`);
  if (resume.destination.isSecondPort) coverage.seen("resume.secondPort");
  try {
    const stayed = run(module, resume, false);
    const moved = run(module, resume, true);
    return [...moved.problems, ...compareOutcomes(stayed.outcome, moved.outcome)];
  } catch (error) {
    return [`the device stops: ${messageOf(error)}`];
  }
}
