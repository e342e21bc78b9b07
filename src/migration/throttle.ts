/**
 * A guest that is slowed down: in each window its vCPUs stand still for a share of the time, while its devices go on.
 *
 *     | runs for window x (100 - percent) %        | stands still for the rest | runs ...
 *
 * The window is that of Cloud Hypervisor (cyberus pull request 13). A guest stands still at the end of a burst, so it is
 * kept a few microseconds less than its share.
 */
import { GUEST_SUSPENDED } from "../../assembly/layout/control";
import type { Simulation } from "../host/simulation";
import { after, cancel } from "../host/timers";
import type { Migration } from "./migration";

const WINDOW_NS = 100_000_000;

const THROTTLE_TIMERS = ["migration-hold", "migration-unhold"] as const;

/** Sets the share of time that the guest stands still, from the next window on; it runs now. */
export function setThrottle(simulation: Simulation, m: Migration, percent: number): void {
  const wasOn = m.throttle.percent > 0;
  m.throttle.percent = percent;
  if (percent > 0 && !wasOn) beginWindow(simulation, m);
}

function beginWindow({ world, timers }: Simulation, m: Migration): void {
  if (m.throttle.percent === 0) return;
  const runNs = Math.floor((WINDOW_NS * (100 - m.throttle.percent)) / 100);
  after(world, timers, runNs, { kind: "migration-hold", subject: m.index });
}

/** The guest has had its share of the window. */
export function onHold({ world, timers }: Simulation, m: Migration): void {
  m.throttle.isHolding = true;
  world.plane.suspendGuest(m.source.guest);
  const heldNs = Math.floor((WINDOW_NS * m.throttle.percent) / 100);
  after(world, timers, heldNs, { kind: "migration-unhold", subject: m.index });
}

/** The window is over. */
export function onUnhold(simulation: Simulation, m: Migration): void {
  release(simulation, m);
  beginWindow(simulation, m);
}

/** Has a guest go on that was held; one that is still in a burst goes on when that has ended (see `onSuspended`). */
export function release({ world }: Simulation, m: Migration): void {
  const { guest } = m.source;
  if (!m.throttle.isHolding) return;
  m.throttle.isHolding = false;
  if (world.plane.guestState(guest) === GUEST_SUSPENDED) world.plane.resumeGuest(guest);
}

/** Ends the throttle; a guest that is held by it stays so. */
export function endThrottle({ world, timers }: Simulation, m: Migration): void {
  cancel(world, timers, THROTTLE_TIMERS, m.index);
  m.throttle.percent = 0;
}
