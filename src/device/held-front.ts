/**
 * Output of a NIC that dom0 serves, as a checkpoint sees it: it waits in dom0's hold queue, whatever the NIC is. Orders
 * are dom0's work; when they take effect is up to dom0's vCPU.
 */
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Front, Place } from "../host/place";
import type { CheckpointDevice } from "./checkpoint-device";

/** Returns the NIC of a guest that dom0 serves. */
export function frontOf({ front, guest }: Place): Front {
  if (!front) throw new InternalError(`guest ${guest} has no NIC that dom0 serves`);
  return front;
}

/** Opens the epoch after one that is over; without holding its frames go on as they always did. */
export function sealOutput(world: World, place: Place, epoch: number, isHolding: boolean): void {
  if (isHolding) world.plane.openHeld(frontOf(place).vif, epoch + 1);
}

/** Returns the verbs that only concern output. */
export function heldOutput(isHolding: boolean): Pick<CheckpointDevice, "commit" | "discard" | "teardown"> {
  return {
    commit(world, place, epoch) {
      if (isHolding) world.plane.releaseHeld(frontOf(place).vif, epoch);
    },
    discard: (world, place, countMax) => world.plane.discardHeldOfVif(frontOf(place).vif, countMax),
    teardown(world, place) {
      if (isHolding) world.plane.stopHeld(frontOf(place).vif);
    },
  };
}
