/**
 * A virtual function with ReNIC's three abilities, as a checkpoint device. Each ability can be taken away; what
 * remains is what a hypervisor could do with an ordinary virtual function.
 */
import { IMAGE_OK } from "../../assembly/layout/state-image";
import type { Abilities } from "../config/scenario";
import { InternalError } from "../core/load";
import type { CheckpointDevice } from "./checkpoint-device";
import { service } from "./pf-mailbox";
import { pfPort, placeOnPort } from "./port-driver";

/** Returns the device of a virtual function with these abilities. */
export function renicDevice(abilities: Abilities): CheckpointDevice {
  return {
    setup(world, { vf }) {
      if (abilities.dmaLog) world.plane.armDmaLog(vf);
    },
    quiesce(world, { vf }) {
      return world.plane.quiesce(vf) !== 0;
    },
    postsuspend(world, { vf }, epoch, imageAt) {
      const imageBytes = world.plane.saveImage(vf, imageAt);
      world.plane.openEpoch(vf, epoch + 1, abilities.hold ? 1 : 0);
      return imageBytes;
    },
    collect(world, { vf }) {
      // Returns nothing to collect while the log is not armed.
      world.plane.collectDmaLog(vf);
    },
    preresume(world, { vf }) {
      world.plane.unquiesce(vf);
    },
    commit(world, { vf }, epoch) {
      world.plane.releaseEpoch(vf, epoch);
    },
    discard: (world, { vf }, countMax) => world.plane.discardHeld(vf, countMax),
    attachNs: () => 0,
    restore(world, { vf }, imageAt, imageBytes) {
      const code = abilities.stateWrite
        ? world.plane.restoreImage(vf, imageAt, imageBytes)
        : world.plane.restoreByRegisterWrites(vf, imageAt, imageBytes);
      if (code !== IMAGE_OK)
        throw new InternalError(`the state image of a received checkpoint is refused, code ${code}`);
    },
    activate(world, { vf }) {
      world.plane.unquiesce(vf);
      // A message or a reset that waited at the checkpoint is in the image; nothing announces it here.
      service(pfPort(world, placeOnPort(world, vf).port));
    },
    connectNs: () => 0,
    connect: () => undefined,
    announce: (world, { vf }) => world.plane.announce(vf),
    teardown(world, { vf }) {
      world.plane.stopHolding(vf);
    },
  };
}
