/**
 * What the control plane works on: the world, its timers, and who watches.
 *
 * Watchers see, they never steer: a run with them and a run without have the same digest.
 */
import type { CapturedFrame } from "../core/captured";
import type { TraceRecord } from "../core/trace";
import type { World } from "../core/world";
import type { Place } from "./place";
import type { Timers } from "./timers";

/** A moment at which the two copies of a protected machine can be compared. */
export interface ReplicaMoment {
  readonly world: World;
  readonly vm: number;
  readonly epoch: number;
  readonly place: Place;
}

/** A moment of a migration at which the machine stands still in a place. */
export interface MigrationMoment {
  readonly world: World;
  readonly migration: number;
  readonly place: Place;
}

/** A protection is about to begin, from one place to another. */
export interface ProtectionMoment {
  readonly world: World;
  /** Number of the protection. */
  readonly vm: number;
  readonly primary: Place;
  readonly backup: Place;
  readonly firstEpoch: number;
}

/** Called as things happen; every member is optional. */
export interface Observer {
  /** A protection begins: one of the scenario's, or one that follows another. */
  protecting?(moment: ProtectionMoment): void;
  /** A primary stands still at the end of an epoch, its device quiesced, nothing copied yet. */
  captured?(moment: ReplicaMoment): void;
  /** A backup is restored from an epoch's checkpoint and has not run yet. */
  activating?(moment: ReplicaMoment): void;
  /** The source of a migration stands still, its device quiet, and the device's state is about to be written. */
  leaving?(moment: MigrationMoment): void;
  /** The target of a migration is as it will run, and has not run yet. */
  arriving?(moment: MigrationMoment): void;
  /** Trace records, in batches. */
  records?(records: readonly TraceRecord[]): void;
  /** Frames that a client's tap saw, in batches. */
  frames?(frames: readonly CapturedFrame[]): void;
  /** The simulation stands between two events, at this simulated time. */
  controlEvent?(timeNs: number): void;
}

export interface Simulation {
  readonly world: World;
  readonly timers: Timers;
  readonly observer: Observer;
}
