/**
 * Running a world: lets the data plane go on, and answers when it asks. A run is `start`, then `step` until it says
 * that the time is over; between two steps everything is in the world's memory and the control tree.
 */
import {
  EXHAUSTED_EVENTS,
  EXHAUSTED_FRAMES,
  REASON_DRAIN,
  REASON_MIRROR,
  REASON_PF,
  REASON_QUIESCED,
  REASON_STREAM,
  REASON_SUSPENDED,
  REASON_TIMER,
  REASON_UNTIL,
  REASON_VIF_QUIESCED,
  REASON_WORKED,
} from "../../assembly/layout/event";
import type { EventScenario } from "../config/scenario";
import { InternalError } from "../core/load";
import type { Stop } from "../core/world";
import { servePorts } from "../device/port-driver";
import { ACCOUNTING_PERIOD_NS } from "../host/credit-scheduler";
import type { Place } from "../host/place";
import { endPeriod } from "../host/processor-pool";
import type { Observer, Simulation } from "../host/simulation";
import { after, fired, type Purpose } from "../host/timers";
import { isMigrationTimer } from "../migration/timers";
import { ask, listenToBackup, onAsked } from "../remus/arbiter";
import {
  onActivated,
  onAnnounce,
  onBackupAnswered,
  onBackupQuiesced,
  onBatchReceived,
  onBlocksReceived,
  onConnected,
  onDiskConnected,
  onDismissed,
  onDriverReset,
  onHeard,
  onReceived,
  onSilence,
} from "../remus/backup";
import { loseBackup, losePrimary } from "../remus/host-failure";
import { alterLink, cutLink, mendLink, onLinkRetry } from "../remus/link";
import { sendWritten } from "../remus/mirror";
import {
  onAcked,
  onBatchAcked,
  onBeat,
  onCopied,
  onEpochDue,
  onQuiesced,
  onStoodStill,
  onStopped,
} from "../remus/primary";
import { deviceOf } from "../remus/protected-device";
import type { Protection } from "../remus/protection";
import { abandonBackup, onPrimaryAnswered } from "../remus/unprotected";
import { startFlow } from "../workload/flows";
import type { Composition } from "./compose";
import type { Control } from "./control";
import { currentOwner } from "./flow-owner";
import {
  arrivedForMigrations,
  hostLostForMigrations,
  migrationLinkEvent,
  migrationTimer,
  quiescedForMigration,
  suspendedForMigration,
  workedForMigration,
} from "./migrations";
import { lookAfterSuccessions, protectionOf, startProtection, successionTimer } from "./successions";

/** Held frames that are ended between two readings of the trace. */
const DISCARD_BATCH = 16_384;

/** What a timer of a protection does, by its kind. */
const ON_TIMER: Readonly<Record<string, (simulation: Simulation, p: Protection) => void>> = {
  "asked-by-primary": (simulation, p) => onAsked(simulation, p, "primary"),
  "asked-by-backup": (simulation, p) => onAsked(simulation, p, "backup"),
  "answered-primary": onPrimaryAnswered,
  "answered-backup": onBackupAnswered,
  "backup-silence": (simulation, p) => ask(simulation, p, "primary"),
  "batch-received": onBatchReceived,
  "batch-acked": onBatchAcked,
  "epoch-due": onEpochDue,
  stopped: onStopped,
  copied: onCopied,
  received: onReceived,
  acked: onAcked,
  beat: onBeat,
  dismissed: onDismissed,
  echoed: listenToBackup,
  heard: onHeard,
  "link-retry": onLinkRetry,
  silence: onSilence,
  activated: onActivated,
  connected: onConnected,
  "blocks-received": onBlocksReceived,
  "disk-connected": onDiskConnected,
  announce: onAnnounce,
  "driver-reset": onDriverReset,
};

/** Starts what the scenario wants from the beginning. */
export function start({ world, control }: Composition, observer: Observer): void {
  const simulation = { world, timers: control.timers, observer };
  for (const protection of control.protections) startProtection(simulation, protection);
}

/** Goes on to the next control event, or to the end; returns whether there is more. */
export function step({ world, control }: Composition, observer: Observer): boolean {
  const simulation = { world, timers: control.timers, observer };
  const stop = world.advance(control.scenario.durationNs);
  const isOver = stop.reason === REASON_UNTIL;
  if (isOver) finish(simulation);
  else {
    answer(simulation, control, stop);
    lookAfterSuccessions(simulation, control);
  }
  report(simulation);
  if (stop.reason !== REASON_DRAIN) control.eventCount++;
  return !isOver;
}

/** What has happened by the end and nobody has looked at yet is recorded. */
function finish({ world }: Simulation): void {
  world.plane.settle();
  world.plane.closeStretches();
}

function answer(simulation: Simulation, control: Control, stop: Stop): void {
  const { world } = simulation;
  if (stop.reason === REASON_DRAIN) return;
  if (stop.reason === REASON_SUSPENDED) {
    if (suspendedForMigration(simulation, control, stop.index)) return;
    const protection = control.protections.findLast((p) => p.replica.primary.guest === stop.index);
    if (!protection) throw new InternalError("a guest stands still that nobody asked to");
    // One that was asked when the protection before this one ended goes on.
    if (protection.isAlone || protection.epoch.state !== "stopping") world.plane.resumeGuest(stop.index);
    else onStoodStill(simulation, protection);
  } else if (stop.reason === REASON_QUIESCED) {
    onDeviceQuiesced(simulation, control, ({ vf }) => vf === stop.index);
  } else if (stop.reason === REASON_VIF_QUIESCED) {
    onDeviceQuiesced(simulation, control, ({ front }) => front?.vif === stop.index);
  } else if (stop.reason === REASON_STREAM) {
    arrivedForMigrations(simulation, control);
  } else if (stop.reason === REASON_WORKED) {
    if (!workedForMigration(simulation, control, stop.index)) throw new InternalError("a task was watched by nobody");
  } else if (stop.reason === REASON_PF) {
    servePorts(world);
  } else if (stop.reason === REASON_MIRROR) {
    for (const protection of control.protections) sendWritten(simulation, protection);
  } else if (stop.reason === REASON_TIMER) {
    const purpose = fired(control.timers, stop.index);
    if (purpose) onTimer(simulation, control, purpose);
    discardOfStopped(simulation, control);
  } else {
    throw new InternalError(exhausted(stop.index));
  }
}

/** A device that was asked to stand still does: of a primary whose epoch ends, or of a backup that is to take over. */
function onDeviceQuiesced(simulation: Simulation, control: Control, isMeant: (place: Place) => boolean): void {
  if (quiescedForMigration(simulation, control, isMeant)) return;
  const protection = control.protections.findLast(({ replica }) => isMeant(replica.primary) || isMeant(replica.backup));
  if (!protection) throw new InternalError("a device stands still that nobody asked to");
  const { primary, backup } = protection.replica;
  if (isMeant(backup)) onBackupQuiesced(simulation, protection);
  else if (protection.hasStoodDown) return;
  // One that was asked when the protection before this one ended goes on, too.
  else if (protection.isAlone || protection.epoch.state === "running") {
    deviceOf(protection).preresume(simulation.world, primary);
  } else onQuiesced(simulation, protection);
}

function exhausted(pool: number): string {
  if (pool === EXHAUSTED_EVENTS) return "the event pool is exhausted; the plan of the world is too small";
  if (pool === EXHAUSTED_FRAMES) return "the frame pool is exhausted; the plan of the world is too small";
  return "the pool of frame slots is exhausted; the plan of the world is too small";
}

function onTimer(simulation: Simulation, control: Control, purpose: Purpose): void {
  const { kind, subject } = purpose;
  if (kind === "misfortune") {
    const event = control.scenario.events[subject];
    if (event) strike(simulation, control, event);
    return;
  }
  if (kind === "flow") {
    beginFlow(simulation, control, subject);
    return;
  }
  if (kind === "account") {
    endAccountingPeriod(simulation, control, subject);
    return;
  }
  if (successionTimer(simulation, control, kind, subject)) return;
  if (isMigrationTimer(kind)) {
    migrationTimer(simulation, control, purpose);
    return;
  }
  const protection = control.protections[subject];
  const action = ON_TIMER[kind];
  if (!protection || !action) throw new InternalError(`a timer of kind ${kind} for ${subject} has nobody to answer it`);
  action(simulation, protection);
}

/** Something goes wrong, or is mended. */
function strike(simulation: Simulation, control: Control, event: EventScenario): void {
  const current = (vm: string) => {
    const found = protectionOf(control, vm);
    if (!found) throw new InternalError(`an event concerns ${vm}, which nobody protects`);
    return found;
  };
  if ("fail" in event) failHost(simulation, control, event.fail);
  else if ("repair" in event) lightHost(simulation, control, event.repair);
  else if (("cut" in event || "mend" in event) && migrationLinkEvent(simulation, control, event)) return;
  else if ("cut" in event) cutLink(simulation, current(event.cut));
  else if ("mend" in event) mendLink(simulation, current(event.mend));
  else if ("alter" in event) alterLink(simulation, current(event.alter), event);
  else abandonBackup(simulation, current(event.abandon));
}

/** What guests had sent and nobody may see any more is ended. */
function discardOfStopped(simulation: Simulation, control: Control): void {
  for (const p of control.protections) {
    if (!p.isToDiscard) continue;
    p.isToDiscard = false;
    discardHeld(simulation, p);
  }
}

function discardHeld(simulation: Simulation, p: Protection): void {
  while (deviceOf(p).discard(simulation.world, p.replica.primary, DISCARD_BATCH)) report(simulation);
}

/** A flow begins, on whichever host its source is by now. */
function beginFlow({ world }: Simulation, control: Control, subject: number): void {
  const flow = control.scenario.flows[subject];
  const made = control.flows[subject];
  if (!flow || !made) throw new InternalError(`flow ${subject} begins and was never made`);
  startFlow(world, flow, made, currentOwner(control, made.from));
}

/** The policy looks at the shared processors of a host, and will again. */
function endAccountingPeriod({ world, timers }: Simulation, control: Control, subject: number): void {
  const host = control.hosts[subject];
  if (!host?.pool || !host.isAlive) return;
  endPeriod(world, host.pool);
  after(world, timers, ACCOUNTING_PERIOD_NS, { kind: "account", subject });
}

/** A host loses power, with all that lives on it. */
function failHost(simulation: Simulation, control: Control, name: string): void {
  const { world } = simulation;
  const host = control.hosts.find((candidate) => candidate.name === name);
  if (!host?.isAlive) return;
  host.isAlive = false;
  world.plane.failHost(host.index);
  for (const protection of control.protections) {
    if (protection.replica.primary.host === host.index) {
      losePrimary(simulation, protection);
      discardHeld(simulation, protection);
    }
    if (protection.replica.backup.host === host.index) loseBackup(simulation, protection);
  }
  hostLostForMigrations(simulation, control, host.index);
}

/** A host that was repaired is there, with nothing on it. */
function lightHost({ world, timers }: Simulation, control: Control, name: string): void {
  const host = control.hosts.find((candidate) => candidate.name === name);
  if (!host) throw new InternalError(`host ${name} is repaired, and there is none`);
  host.isAlive = true;
  world.plane.lightHost(host.index);
  if (host.pool) after(world, timers, ACCOUNTING_PERIOD_NS, { kind: "account", subject: host.index });
}

/** Hands what was recorded to whoever watches. */
function report({ world, observer }: Simulation): void {
  if (observer.records) observer.records(world.takeTrace());
  else world.dropTrace();
  const frames = world.takeCapture();
  observer.frames?.(frames);
  observer.controlEvent?.(world.nowNs());
}
