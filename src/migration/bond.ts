/**
 * A bond while its machine moves: off its virtual function before the first round, and back to one where the machine is.
 *
 *     unplug: closed --the bond's next look--> netfront carries --> rounds, stop, hand-over
 *     plug:   probed (probeVf) --the bond's next look--> netfront runs dry --> the virtual function carries
 *
 * A bond looks at its links every `bondPoll`, as miimon has it, since some moment that the seed says; with 0 it is told at
 * once. Until it looks nobody carries. bond-state.ts is the table; device/bonded.ts does what the guest and dom0 do.
 */
import { GUEST_DEAD } from "../../assembly/layout/control";
import { follow } from "../checkpoint/state-table";
import { InternalError } from "../core/load";
import * as bonded from "../device/bonded";
import type { Simulation } from "../host/simulation";
import { after } from "../host/timers";
import { BOND, type Bond, type BondEvent } from "./bond-state";
import { type Migration, placeOf } from "./migration";
import { writeDown } from "./step-runner";
import type { StepName } from "./stop-steps";

/** assumed: dom0 delivers what netfront was posted within a millisecond; Linux lets both NICs live on and needs no such wait. */
const DRAIN_NS = 1_000_000;

/** The step in which the guest's driver closes the virtual function: until then native hot-plug may be called off. */
const CLOSING_STEPS: readonly StepName[] = ["unplug VF", "hot-plug power"];

/** A step before the rounds begins; returns how long it takes at least, because a bond has to let go of what is unplugged. */
export function beginUnplug(simulation: Simulation, m: Migration, step: StepName): number {
  if (!m.bond || !CLOSING_STEPS.includes(step)) return 0;
  const { world } = simulation;
  enterBond(m.bond, "unplug");
  bonded.closeVf(world, m.source);
  m.bond.closedNs = world.nowNs();
  // Behind the look, whatever fires first at one time.
  return look(simulation, m) + 1;
}

/** A step before the rounds is over: the virtual function is out of the guest. */
export function endUnplug({ world }: Simulation, m: Migration, step: StepName): void {
  if (m.bond && CLOSING_STEPS.includes(step)) bonded.unplugVf(world, m.source);
}

/** Has a bond look at its links when it is time; returns how long that takes. */
function look({ world, timers }: Simulation, m: Migration): number {
  const period = m.costs.bondPoll;
  const sinceLast = period === 0 ? 0 : (world.nowNs() - bondOf(m).phaseNs) % period;
  // Before its first look of the run the rest is negative: it has looked before.
  const delayNs = sinceLast < 0 ? -sinceLast : period - sinceLast;
  after(world, timers, delayNs, { kind: "migration-bond-look", subject: m.index });
  return delayNs;
}

/** The bond looks at its links. */
export function onBondLook(simulation: Simulation, m: Migration): void {
  const { world, timers } = simulation;
  const bond = bondOf(m);
  if (isGone(simulation, m)) return;
  if (enterBond(bond, "look") === "on-front") {
    bonded.failOver(world, m.source);
    bond.failedOverNs = world.nowNs();
    // Called off before it had looked: there is nothing to wait for.
    if (isOverAtSource(m)) plugIn(simulation, m);
    return;
  }
  bonded.closeFront(world, placeOf(m));
  after(world, timers, DRAIN_NS, { kind: "migration-bond-return", subject: m.index });
}

/** The machine is where it stays: a virtual function is plugged in there, unless none is free. */
export function plugIn({ world, timers }: Simulation, m: Migration): void {
  const { bond } = m;
  if (bond?.state !== "on-front") return;
  if (placeOf(m).vf < 0) {
    bond.isLeftOnFront = true;
    return;
  }
  enterBond(bond, "plug");
  bond.pluggedNs = world.nowNs();
  after(world, timers, m.costs.probeVf, { kind: "migration-bond-link", subject: m.index });
}

/** The guest's driver has found the virtual function and shaken hands, and there is link; the bond notices when it looks. */
export function onBondLink(simulation: Simulation, m: Migration): void {
  if (isGone(simulation, m)) return;
  const bond = bondOf(m);
  enterBond(bond, "link");
  bonded.probeVf(simulation.world, placeOf(m));
  bond.linkedNs = simulation.world.nowNs();
  writeDown(simulation, m, "probe VF", bond.pluggedNs);
  look(simulation, m);
}

/** What netfront was posted has left, as far as it could. */
export function onBondReturn(simulation: Simulation, m: Migration): void {
  if (isGone(simulation, m)) return;
  const bond = bondOf(m);
  if (!bonded.joinVf(simulation.world, placeOf(m))) {
    enterBond(bond, "short");
    look(simulation, m);
    return;
  }
  enterBond(bond, "returned");
  bond.returnedNs = simulation.world.nowNs();
  writeDown(simulation, m, "bond back", bond.linkedNs);
}

function enterBond(bond: Bond, event: BondEvent): Bond["state"] {
  bond.state = follow(BOND, bond.state, event);
  return bond.state;
}

function bondOf({ bond, vm }: Migration): Bond {
  if (!bond) throw new InternalError(`the VM ${vm} has no bond`);
  return bond;
}

/** Tells whether the machine has died since, and its software with it. */
function isGone({ world }: Simulation, m: Migration): boolean {
  return world.plane.guestState(placeOf(m).guest) === GUEST_DEAD;
}

/** Tells whether the migration has ended with the machine at the source. */
function isOverAtSource({ state }: Migration): boolean {
  return state === "cancelled" || state === "failed";
}
