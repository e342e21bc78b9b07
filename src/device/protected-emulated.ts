/**
 * An emulated NIC as a checkpoint device: its state is its device model's, which stands still while that is saved. The
 * guest is told of nothing, here or on the backup, where a device model that was given the state goes on.
 *
 * What the device model writes into guest memory it marks, as Xen's has to (xc_hvm_modified_memory): log-dirty mode sees
 * the guest's own writes only. Frames that wait in the tap are not part of the state: they are lost, as on a wire.
 */
import { EMULATED_IMAGE_OK } from "../../assembly/layout/emulated-image";
import { InternalError } from "../core/load";
import type { CheckpointDevice } from "./checkpoint-device";
import { frontOf, heldOutput, sealOutput } from "./held-front";
import { receiveFor } from "./paravirtual";

/** Returns the device of an emulated NIC whose output is held, or is not. */
export function emulatedDevice(isHolding: boolean): CheckpointDevice {
  return {
    ...heldOutput(isHolding),
    setup: () => undefined,
    quiesce: (world, place) => world.plane.quiesceVif(frontOf(place).vif) !== 0,
    postsuspend(world, place, epoch, imageAt) {
      const imageBytes = world.plane.saveEmulated(frontOf(place).vif, imageAt);
      sealOutput(world, place, epoch, isHolding);
      return imageBytes;
    },
    collect: () => undefined,
    preresume: (world, place) => world.plane.unquiesceVif(frontOf(place).vif),
    attachNs: ({ attachBackend }) => attachBackend,
    restore(world, place, imageAt, imageBytes) {
      const code = world.plane.restoreEmulated(frontOf(place).vif, imageAt, imageBytes);
      if (code !== EMULATED_IMAGE_OK)
        throw new InternalError(`the device model's state in a received checkpoint is refused, code ${code}`);
    },
    activate: (world, place) => world.plane.attachEmulated(frontOf(place).vif),
    connectNs: () => 0,
    connect: (world, place) => receiveFor(world, frontOf(place)),
    announce: (world, place) => world.plane.announceEmulated(frontOf(place).vif),
  };
}
