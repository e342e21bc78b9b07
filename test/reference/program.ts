/**
 * Random guest programs: a set-up that makes a device work, then steps of which most mean something and some mean harm.
 * Invariant: a seed gives the same program in every run. Source: docs/device.md, for what is worth trying.
 */

import { drawMood, drawSettings, type Mood } from "./mood";
import {
  drawWait,
  writeDirtyLogStep,
  writeEpochStep,
  writeInterruptStep,
  writeMailboxStep,
  writeMapStep,
  writePortStep,
  writeQueueStep,
  writeQuiesceStep,
  writeResetStep,
} from "./program-other";
import { writeArrivals } from "./program-receive";
import { writeArrivedRow, writeRowSetUp, writeSentRow } from "./program-rows";
import { writeSetUp } from "./program-setup";
import { writeEndless, writeFlood, writeTransmissions } from "./program-transmit";
import { ProgramWriter } from "./program-writer";
import { ProgramRandom } from "./random";
import type { Program } from "./step";

const STEPS_MIN = 60;
const STEPS_MAX = 150;

/** A kind of step, and how often it is taken, relative to the others. */
interface Choice {
  readonly weight: number;
  readonly write: (writer: ProgramWriter) => void;
}

/** One program in so many has rows. */
const ROWS_EVERY = 3;

function choicesFor(mood: Mood, hasRows: boolean): readonly Choice[] {
  return [
    { weight: 30, write: writeTransmissions },
    { weight: 22, write: writeArrivals },
    { weight: 25, write: (writer) => writer.add({ kind: "wait", ps: drawWait(writer) }) },
    { weight: 14, write: writeQueueStep },
    { weight: mood.isThrottled ? 10 : 4, write: writeInterruptStep },
    { weight: mood.isMailing ? 12 : 1, write: writeMailboxStep },
    { weight: mood.isResetting ? 3 : 0, write: writeResetStep },
    { weight: mood.isQuiescing ? 10 : 0, write: writeQuiesceStep },
    { weight: mood.isHolding ? 14 : 0, write: writeEpochStep },
    { weight: mood.isMapping ? 7 : 0, write: writeMapStep },
    { weight: 2, write: writeDirtyLogStep },
    { weight: 5, write: writePortStep },
    { weight: mood.hostility > 0 ? 2 : 0, write: writeEndless },
    { weight: mood.isFlooding ? 1 : 0, write: writeFlood },
    { weight: hasRows ? 30 : 0, write: writeSentRow },
    { weight: hasRows ? 30 : 0, write: writeArrivedRow },
  ];
}

function drawChoice(random: ProgramRandom, choices: readonly Choice[]): Choice {
  let left = random.below(choices.reduce((sum, choice) => sum + choice.weight, 0));
  for (const choice of choices) {
    if (left < choice.weight) return choice;
    left -= choice.weight;
  }
  throw new Error("a draw is below the sum of the weights");
}

/** The program of a seed. */
export function drawProgram(seed: number): Program {
  const random = new ProgramRandom(seed);
  const mood = drawMood(random);
  const settings = drawSettings(random, mood);
  const writer = new ProgramWriter(random, mood, settings);
  writeSetUp(writer);
  const hasRows = seed % ROWS_EVERY === 0;
  if (hasRows) writeRowSetUp(writer);
  const choices = choicesFor(mood, hasRows);
  const count = random.between(STEPS_MIN, STEPS_MAX);
  for (let step = 0; step < count; step++) drawChoice(random, choices).write(writer);
  return { seed, settings, steps: writer.steps };
}
