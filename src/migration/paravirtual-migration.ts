/**
 * A paravirtual NIC that moves: its rings are guest memory, which crosses with the rest. dom0 of the source lets go of it when
 * the guest has suspended itself; at the target the frontend finds itself resumed, a backend is attached, and the rings are
 * made anew (assembly/guest/netfront-resume.ts).
 *
 * What lay between guest and backend is lost as on a wire, and so is what comes for the guest until the backend is
 * connected (DROP_BACKEND_DOWN, or nobody is bridged). A machine that goes on at the source is connected anew there, by
 * the same steps. Left out: a suspension that is called off and leaves the connection as it was (Xen's fast resume).
 */
import { GUEST_ABSENT } from "../../assembly/layout/control";
import { InternalError } from "../core/load";
import { frontOf } from "../device/held-front";
import { disconnectFront, resumeFront } from "../device/paravirtual";
import type { MigrationDevice } from "./migration-device";

export const paravirtualMigration: MigrationDevice = {
  // What a backend writes into the guest it marks in the processor's log, as the hypervisor does for it.
  begin: () => undefined,
  collect: () => undefined,
  end: () => undefined,
  quiesce(world, place) {
    if (world.plane.guestState(place.guest) !== GUEST_ABSENT) disconnectFront(world, frontOf(place));
    return true;
  },
  save: () => 0,
  restore(_, { guest }, _at, imageBytes) {
    if (imageBytes > 0) throw new InternalError(`guest ${guest}'s NIC has no state beside memory`);
  },
  activate: () => undefined,
  connect: (world, place) => resumeFront(world, frontOf(place)),
  announce: (world, { guest }) => world.plane.announceFront(guest),
  // The guest runs, and its frontend finds itself without a backend.
  goOn: () => undefined,
  leave: (world, { guest }) => world.plane.leaveGuest(guest),
};
