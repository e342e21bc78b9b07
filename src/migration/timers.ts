/** What a timer of a migration does, by its kind: the whole of its control flow, in the order in which things happen. */
import { InternalError } from "../core/load";
import type { Simulation } from "../host/simulation";
import { after, type Purpose } from "../host/timers";
import { onAnnounce, onDiskConnected, onReconnectingStep, onTaken } from "./arrival";
import { onBondLink, onBondLook, onBondReturn } from "./bond";
import { onBack, onCancel, onStepHere } from "./ending";
import { isHandedOver } from "./engine";
import { onRetry } from "./link";
import type { MemoryShortage, Migration } from "./migration";
import { onBatchLeft, onBegin, onForce, onPreparingStep, onRoundHarvested, onTurn } from "./precopy";
import { onReady, onStateArrived, onStoppedStep } from "./switchover";
import { onHold, onUnhold } from "./throttle";

/** Which of a migration's hosts are there, and what the target lacks of memory for the machine; null for nothing. */
export interface HostsAlive {
  readonly isSourceAlive: boolean;
  readonly isTargetAlive: boolean;
  readonly shortage: MemoryShortage | null;
}

type OnTimer = (simulation: Simulation, m: Migration, alive: HostsAlive) => void;

const ON_TIMER: Readonly<Record<string, OnTimer>> = {
  "migration-begin": onBegin,
  "migration-step": onStep,
  "migration-turn": onTurn,
  "migration-retry": onRetry,
  "migration-harvest": onRoundHarvested,
  "migration-hold": onHold,
  "migration-unhold": onUnhold,
  "migration-force": onForce,
  "migration-state-arrived": onStateArrived,
  "migration-ready": onReady,
  "migration-taken": onTaken,
  "migration-announce": onAnnounce,
  "migration-disk": onDiskConnected,
  "migration-bond-look": onBondLook,
  "migration-bond-link": onBondLink,
  "migration-bond-return": onBondReturn,
  "migration-cancel": onCancel,
  "migration-back": onBack,
};

/** Those of one of its connections. */
const ON_PART_TIMER: Readonly<Record<string, (simulation: Simulation, m: Migration, part: number) => void>> = {
  "migration-left": onBatchLeft,
  "migration-arrived": onBatchLeft,
};

/** The time of a step is over, of whichever list it is. */
function onStep(simulation: Simulation, m: Migration): void {
  if (m.stepsAtHand === "before") onPreparingStep(simulation, m);
  else if (m.stepsAtHand === "stopped") onStoppedStep(simulation, m);
  else if (isHandedOver(m.state)) onReconnectingStep(simulation, m);
  else onStepHere(simulation, m);
}

/** Tells whether a timer is a migration's. */
export function isMigrationTimer(kind: string): boolean {
  return ON_TIMER[kind] !== undefined || ON_PART_TIMER[kind] !== undefined;
}

/** Does what a timer is for. */
export function onMigrationTimer(
  simulation: Simulation,
  m: Migration,
  { kind, part = 0 }: Purpose,
  alive: HostsAlive,
): void {
  const ofPart = ON_PART_TIMER[kind];
  if (ofPart) {
    ofPart(simulation, m, part);
    return;
  }
  const action = ON_TIMER[kind];
  if (!action) throw new InternalError(`a timer of kind ${kind} of a migration has nobody to answer it`);
  action(simulation, m, alive);
}

/** What the user wants of a migration, and when; null for never. */
export interface MigrationTimes {
  readonly atNs: number;
  readonly cancelNs: number | null;
  readonly forceNs: number | null;
}

/** Sets a migration up for the times that the user says; before the first event. */
export function plan(
  { world, timers }: Pick<Simulation, "world" | "timers">,
  subject: number,
  times: MigrationTimes,
): void {
  after(world, timers, times.atNs, { kind: "migration-begin", subject });
  if (times.forceNs !== null) after(world, timers, times.forceNs, { kind: "migration-force", subject });
  if (times.cancelNs !== null) after(world, timers, times.cancelNs, { kind: "migration-cancel", subject });
}
