/**
 * At the target: the machine runs there, its network comes back, and is told where it is.
 *
 *     taken --> the guest runs --reconnect, where there is a frontend--> reached again --> announcements
 *                              --reconnect, where there is a disk------> its writes go on, from the target
 */
import { announceDelaysNs } from "../host/announcements";
import type { Simulation } from "../host/simulation";
import { after } from "../host/timers";
import { reconnectDisk } from "../workload/disk";
import { plugIn } from "./bond";
import type { Migration } from "./migration";
import { deviceOf } from "./migration-device";
import { enter } from "./state-trace";
import { beginSteps, endStep, spend, stepAtHand } from "./step-runner";

/** The target hears that the machine is its own: the guest runs there, and what is left of it at the source goes. */
export function onTaken(
  simulation: Simulation,
  m: Migration,
  { isSourceAlive }: { readonly isSourceAlive: boolean },
): void {
  const { world, observer } = simulation;
  const device = deviceOf(m);
  device.restore(world, m.target, m.imageAt, m.imageBytes);
  world.plane.setVcpuFlags(m.target.guest, m.vcpuFlags);
  observer.arriving?.({ world, migration: m.index, place: m.target });
  device.activate(world, m.target);
  if (isSourceAlive) device.leave(world, m.source);
  endStep(simulation, m);
  enter(simulation, m, "taken");
  m.timeline.resumedNs = world.nowNs();
  world.plane.resumeGuest(m.target.guest);
  beginSteps(m, "reconnecting");
  onReconnecting(simulation, m);
  if (m.target.disk < 0) return;
  after(world, simulation.timers, m.costs.reconnectFrontend, { kind: "migration-disk", subject: m.index });
}

/** The guest's disk is connected at the target: what was not answered at the source is asked for again. */
export function onDiskConnected({ world }: Simulation, m: Migration): void {
  reconnectDisk(world, m.target, m.vm);
}

/** The time of a step of the reconnection is over. */
export function onReconnectingStep(simulation: Simulation, m: Migration): void {
  endStep(simulation, m);
  onReconnecting(simulation, m);
}

function onReconnecting(simulation: Simulation, m: Migration): void {
  const { world } = simulation;
  const step = stepAtHand(m);
  if (step) {
    spend(simulation, m, step);
    return;
  }
  deviceOf(m).connect(world, m.target);
  enter(simulation, m, "connected");
  m.timeline.connectedNs = world.nowNs();
  m.timeline.endedNs = world.nowNs();
  onAnnounce(simulation, m);
  plugIn(simulation, m);
}

/** Tells the network where the machine is now, and again at growing distances, because a frame may be lost. */
export function onAnnounce({ world, timers }: Simulation, m: Migration): void {
  deviceOf(m).announce(world, m.target);
  const delaysNs = announceDelaysNs(m.costs);
  const delay = delaysNs[m.announcedCount++] ?? 0;
  const next = delaysNs[m.announcedCount];
  if (next !== undefined) after(world, timers, next - delay, { kind: "migration-announce", subject: m.index });
}
