/**
 * A kind of run that a study is made of: what a run is a function of, what is kept of it, and how long it takes beside
 * others. Threads, the store of what is done, progress and limits work for every kind.
 */
import type { RunInput } from "../experiment/input";

/** What every run of a study has, whatever it is about. */
export interface StudyRun {
  readonly durationNs: number;
}

export interface Measurable<Run extends StudyRun, Measurement> {
  /** Names it between threads and in file names. */
  readonly kind: string;
  /** Returns a name that no other run of this kind has. */
  keyOf(run: Run): string;
  /** Returns what the run is a function of. */
  inputOf(module: WebAssembly.Module, run: Run): RunInput;
  measure(module: WebAssembly.Module, run: Run): Measurement;
  /** Tells whether something that a file holds is a measurement. */
  isMeasurement(value: unknown): value is Measurement;
  /** Runs of one group take time in proportion to their work. */
  groupOf(run: Run): string;
  /** Runs of one shape need the same memory. */
  shapeOf(run: Run): string;
  /** What the simulator's time grows with, beside the time that a run simulates. */
  workOf(run: Run): number;
  /** What the time to make its world grows with. */
  sizeOf(run: Run): number;
  /** Lengths of the runs that an estimate measures, where those of most kinds are too short to tell anything. */
  readonly estimateNs?: readonly [short: number, long: number];
  /** Returns the same run with another length, that an estimate measures. */
  withDuration(run: Run, durationNs: number): Run;
}

/** Looks a measurement up. */
export type Lookup<Run, Measurement> = (run: Run) => Measurement;
