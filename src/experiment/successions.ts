/**
 * Protections that follow others, as a run goes: who is exposed by now, whose turn it is, and the beginning of the next
 * protection from where the machine runs (remus/succession.ts).
 */

import { GUEST_RUNNING } from "../../assembly/layout/control";
import { follow } from "../checkpoint/state-table";
import { InternalError } from "../core/load";
import type { Simulation } from "../host/simulation";
import { after, cancel } from "../host/timers";
import { listenToBackup } from "../remus/arbiter";
import { listen } from "../remus/backup";
import { ENGINE } from "../remus/engine";
import { beginProtection } from "../remus/primary";
import { createProtection, type Protection } from "../remus/protection";
import { isExposed, isOpen, placeOf, type Succession, stepSuccession } from "../remus/succession";
import type { Control } from "./control";
import { arbiterWayOf, entryOf } from "./protections";

/** The kind of the timer that runs while a machine is exposed. */
const AGAIN = "again";

/** Returns the protection that a machine has, or had last; undefined for one that never had one. */
export function protectionOf({ protections }: Pick<Control, "protections">, vm: string): Protection | undefined {
  return protections.findLast((p) => p.vm === vm);
}

/** Looks whether a machine has come to run without a backup, or is lost; after every control event. */
export function lookAfterSuccessions(simulation: Simulation, control: Control): void {
  const { world, timers } = simulation;
  control.successions.forEach((succession, subject) => {
    if (!isOpen(succession)) return;
    const p = protectionOf(control, succession.vm);
    if (!p) throw new InternalError(`what follows the protection of ${succession.vm} was made with one`);
    if (p.state === "lost") {
      stepSuccession(succession, "lost");
      cancel(world, timers, [AGAIN], subject);
    } else if (
      succession.state === "waiting" &&
      isExposed(p) &&
      isRunning(simulation, p) &&
      isNext(control, succession)
    ) {
      stepSuccession(succession, "exposed");
      succession.exposedAtNs = world.nowNs();
      after(world, timers, succession.afterNs, { kind: AGAIN, subject });
    }
  });
}

/** A guest that the protection before asked to stand still goes on at the end of its burst. */
function isRunning({ world }: Simulation, p: Protection): boolean {
  return world.plane.guestState(placeOf(p).guest) === GUEST_RUNNING;
}

function isNext({ successions }: Control, succession: Succession): boolean {
  return successions.find((each) => each.vm === succession.vm && isOpen(each)) === succession;
}

/** A timer has fired; tells whether it was one of a machine that is exposed. */
export function successionTimer(simulation: Simulation, control: Control, kind: string, subject: number): boolean {
  if (kind !== AGAIN) return false;
  const succession = control.successions[subject];
  const p = succession && protectionOf(control, succession.vm);
  if (!succession || !p)
    throw new InternalError(`a timer of kind ${kind} is for succession ${subject}, which there is not`);
  const host = control.hosts.find(({ index }) => index === succession.replica.backup.host);
  if (!host?.isAlive) stepSuccession(succession, "host-down");
  else succeed(simulation, control, succession, p);
  return true;
}

/** A machine is protected anew: a protection of its own begins, whose primary is where the machine runs. */
function succeed(simulation: Simulation, control: Control, succession: Succession, p: Protection): void {
  const { scenario, protections } = control;
  const { wanted, vm } = entryOf(scenario, succession.entry);
  const primary = placeOf(p);
  const host = control.hosts.find(({ index }) => index === primary.host);
  stepSuccession(succession, "began");
  p.state = follow(ENGINE, p.state, "succeeded");
  const next = createProtection({
    index: protections.length,
    vm,
    wanted,
    replica: { primary, ...succession.replica },
    costs: scenario.costs,
    arbiterWayNs: arbiterWayOf(scenario, host?.name ?? ""),
    // Frames of the protection before it may still wait for the wire; theirs are smaller numbers.
    firstEpoch: p.epoch.number + 1,
  });
  succession.protection = next.index;
  protections.push(next);
  startProtection(simulation, next);
}

/** Begins a protection on both hosts. */
export function startProtection(simulation: Simulation, p: Protection): void {
  const { world, observer } = simulation;
  const { primary, backup } = p.replica;
  observer.protecting?.({ world, vm: p.index, primary, backup, firstEpoch: p.epoch.number });
  beginProtection(simulation, p);
  listen(simulation, p);
  listenToBackup(simulation, p);
}
