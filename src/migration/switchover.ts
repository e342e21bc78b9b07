/**
 * Stop and copy: the guest stands still, its last pages and its device's state cross, and the target is handed the
 * machine. Each step ends where the next one begins, so that the marks of the timeline divide the downtime without a rest.
 *
 *     asked to stop --stop--> stands still --device--> quiet --harvest--> --last pages--> arrived --state--> arrived
 *       --build--> ready, which the source hears and hands the machine over; which the target hears --> the guest runs
 *
 * `finishMemory` and `scanLog` are the harvest, `saveVf` precedes the state, `activateGuest` is the build. Left out: dom0
 * maps pages while others cross, which takes less than their crossing.
 */
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import { FRAMING_BYTES } from "../checkpoint/replica";
import { announceDelaysNs } from "../host/announcements";
import type { Simulation } from "../host/simulation";
import { after, cancel, takeTimer } from "../host/timers";
import type { StopReason } from "./decision";
import type { Migration } from "./migration";
import { deviceOf } from "./migration-device";
import { pastRound } from "./precopy";
import { enter } from "./state-trace";
import { endThrottle } from "./throttle";
import { sendNext } from "./transfer";

/** Stops the guest for its last pages; a round that is under way is cut short. */
export function beginStop(simulation: Simulation, m: Migration, reason: StopReason | "forced"): void {
  const { world, timers } = simulation;
  const { timeline, round } = m;
  m.stopReason = reason;
  timeline.pausedNs = world.nowNs();
  if (round.pageCount > 0) {
    const isLeft = { endedNs: world.nowNs(), dirtyPageCount: round.pagesLeft, isWhole: false };
    timeline.rounds.push(pastRound(m, isLeft));
  }
  cancel(world, timers, ["migration-turn", "migration-harvest"], m.index);
  enter(simulation, m, "stop");
  endThrottle(simulation, m);
  // A guest that the throttle holds stands still already, or will.
  const wasHeld = m.throttle.isHolding;
  m.throttle.isHolding = false;
  const isStill = wasHeld
    ? world.plane.guestState(m.source.guest) === GUEST_SUSPENDED
    : world.plane.suspendGuest(m.source.guest) !== 0;
  if (isStill) onStoodStill(simulation, m);
}

/** The source's guest stands still: for the stop, for the throttle, or because nobody could take the order back. */
export function onSuspended(simulation: Simulation, m: Migration): void {
  if (m.state === "stopping") onStoodStill(simulation, m);
  else if (!m.throttle.isHolding) simulation.world.plane.resumeGuest(m.source.guest);
}

/** The vCPUs stand still at the end of their bursts; the hypervisor takes a moment to know. */
function onStoodStill({ world, timers }: Simulation, m: Migration): void {
  after(world, timers, m.costs.stopGuest, { kind: "migration-stopped", subject: m.index });
}

export function onStopped(simulation: Simulation, m: Migration): void {
  const { world } = simulation;
  m.timeline.stoodStillNs = world.nowNs();
  m.isSourceQuiet = true;
  enter(simulation, m, "stopped");
  if (deviceOf(m).quiesce(world, m.source)) onQuiesced(simulation, m);
}

/** Nothing changes the guest's memory any more: what was written last is looked for. */
export function onQuiesced(simulation: Simulation, m: Migration): void {
  const { world, timers } = simulation;
  const { finishMemory, scanLog } = m.costs;
  m.timeline.quiescedNs = world.nowNs();
  enter(simulation, m, "quiesced");
  after(world, timers, scanLog + finishMemory, { kind: "migration-last-harvest", subject: m.index });
}

/** The last pages are known, and go, behind those of a round that was cut short. */
export function onLastHarvest(simulation: Simulation, m: Migration): void {
  const { world } = simulation;
  const nowNs = world.nowNs();
  m.timeline.harvestedNs = nowNs;
  deviceOf(m).collect(world, m.source);
  const pagesLeft = world.plane.openRound(m.source.guest);
  m.round = {
    pagesLeft,
    pageCount: 0,
    byteCount: 0,
    beganNs: nowNs,
    sendNs: 0,
    rateBitsPerSecondMax: null,
    nextAtNs: 0,
  };
  m.isHarvested = true;
  if (pagesLeft > 0) sendNext(simulation, m);
  else if (!m.staged) onPagesArrived(simulation, m);
}

/** The target has every page: the device's state follows. */
export function onPagesArrived(simulation: Simulation, m: Migration): void {
  const { world, timers } = simulation;
  m.timeline.pagesArrivedNs = world.nowNs();
  m.timeline.lastPageCount = m.round.pageCount;
  m.timeline.lastByteCount = m.round.byteCount;
  enter(simulation, m, "pages-arrived");
  after(world, timers, deviceOf(m).saveNs(m.costs), { kind: "migration-saved", subject: m.index });
}

export function onSaved({ world, timers, observer }: Simulation, m: Migration): void {
  observer.leaving?.({ world, migration: m.index, place: m.source });
  m.vcpuFlags = world.plane.vcpuFlags(m.source.guest);
  m.imageBytes = deviceOf(m).save(world, m.source, m.imageAt);
  const timer = takeTimer(timers, { kind: "migration-state-arrived", subject: m.index });
  world.plane.sendCheckpoint(m.wire, FRAMING_BYTES + m.imageBytes, timer);
}

/** The target has everything: it builds the machine, whose device is to be quiet when its state is written. */
export function onStateArrived(simulation: Simulation, m: Migration): void {
  const { world, timers } = simulation;
  m.timeline.stateArrivedNs = world.nowNs();
  enter(simulation, m, "state-arrived");
  deviceOf(m).quiesce(world, m.target);
  after(world, timers, deviceOf(m).buildNs(m.costs), { kind: "migration-built", subject: m.index });
}

/** The target could run the machine, and tells the source. */
export function onBuilt({ world, timers }: Simulation, m: Migration): void {
  m.timeline.readyNs = world.nowNs();
  world.plane.sendNote(m.wire + 1, takeTimer(timers, { kind: "migration-ready", subject: m.index }));
}

/** The source knows, and lets go: from now on the machine is the target's. */
export function onReady(simulation: Simulation, m: Migration): void {
  const { world, timers } = simulation;
  enter(simulation, m, "ready");
  world.plane.sendNote(m.wire, takeTimer(timers, { kind: "migration-taken", subject: m.index }));
}

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
  enter(simulation, m, "taken");
  m.timeline.resumedNs = world.nowNs();
  m.timeline.endedNs = world.nowNs();
  world.plane.resumeGuest(m.target.guest);
  onAnnounce(simulation, m);
}

/** Tells the network where the machine is now, and again at growing distances, because a frame may be lost. */
export function onAnnounce({ world, timers }: Simulation, m: Migration): void {
  deviceOf(m).announce(world, m.target);
  const delaysNs = announceDelaysNs(m.costs);
  const delay = delaysNs[m.announcedCount++] ?? 0;
  const next = delaysNs[m.announcedCount];
  if (next !== undefined) after(world, timers, next - delay, { kind: "migration-announce", subject: m.index });
}
