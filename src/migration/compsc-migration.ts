/**
 * A plain virtual function that moves because its driver takes part (CompSC): pages that it writes are in the processor's
 * log, for the driver marks them, and its state is not read but made anew at the target, from the driver's record, when the
 * guest runs there (device/cooperative.ts).
 *
 * Frames that come while the function is stopped are lost (DROP_NO_POOL, DROP_QUEUE_DISABLED), and so are those that the
 * guest had posted and the function not sent.
 */
import { GUEST_ABSENT } from "../../assembly/layout/control";
import { leaveFunction, letGoOn, replayDriver, stopMarked } from "../device/cooperative";
import type { MacAddress } from "../device/pf-pool";
import type { MigrationDevice } from "./migration-device";

export const compscMigration = (mac: MacAddress): MigrationDevice => ({
  begin: () => undefined,
  collect: () => undefined,
  end: () => undefined,
  quiesce(world, place) {
    if (world.plane.guestState(place.guest) !== GUEST_ABSENT) stopMarked(world, place);
    return true;
  },
  // The record is guest memory, and crosses with it.
  save: () => 0,
  restore: () => undefined,
  activate: (world, { guest }) => world.plane.awaitReplay(guest),
  connect: (world, place) => replayDriver(world, place, mac),
  announce: (world, { vf }) => world.plane.announce(vf),
  goOn(world, place) {
    if (world.plane.guestState(place.guest) !== GUEST_ABSENT) letGoOn(world, place);
  },
  leave: leaveFunction,
});
