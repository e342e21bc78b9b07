/**
 * A paravirtual NIC as a checkpoint device. Its rings are guest memory, and the frontend is told of nothing at a
 * checkpoint (a suspend that is called off, in Xen's words); so there is no state beside memory and nothing to quiesce: a
 * backend that writes into the rings meanwhile does so at one instant, before or after the copy, and marks the page.
 *
 * On the backup the frontend finds itself resumed: a backend is attached, the rings are made anew, and what lay between
 * guest and backend is lost as on a wire (assembly/guest/netfront-resume.ts). That cannot break output commit: what the
 * guest had requested at the checkpoint and its backend took later belonged to the next epoch, which was never released.
 */
import { InternalError } from "../core/load";
import type { CheckpointDevice } from "./checkpoint-device";
import { frontOf, heldOutput, sealOutput } from "./held-front";
import { resumeFront } from "./paravirtual";

/** Returns the device of a paravirtual NIC whose output is held, or is not. */
export function paravirtualDevice(isHolding: boolean): CheckpointDevice {
  return {
    ...heldOutput(isHolding),
    setup: () => undefined,
    quiesce: () => true,
    postsuspend(world, place, epoch) {
      sealOutput(world, place, epoch, isHolding);
      return 0;
    },
    collect: () => undefined,
    preresume: () => undefined,
    attachNs: ({ attachBackend }) => attachBackend,
    restore(_, place, _at, imageBytes) {
      if (imageBytes > 0) throw new InternalError(`guest ${place.guest}'s NIC has no state beside memory`);
    },
    activate: () => undefined,
    connectNs: ({ reconnectFrontend }) => reconnectFrontend,
    connect: (world, place) => resumeFront(world, frontOf(place)),
    announce: (world, { guest }) => world.plane.announceFront(guest),
  };
}
