/**
 * An emulated NIC that moves: its state is its device model's, which stands still while that is written, and one at the
 * target is given it. The guest notices nothing.
 *
 * What the device model writes into the guest it marks (xc_hvm_modified_memory). Frames that wait in the tap are no part of
 * the state, and are lost as on a wire.
 */
import { EMULATED_IMAGE_OK } from "../../assembly/layout/emulated-image";
import { PF_POOL } from "../../assembly/layout/physical-function";
import { InternalError } from "../core/load";
import { frontOf } from "../device/held-front";
import { receiveFor } from "../device/paravirtual";
import { removeFurtherAddress } from "../device/pf-pool";
import { pfPort } from "../device/port-driver";
import type { MigrationDevice } from "./migration-device";

export const emulatedMigration: MigrationDevice = {
  begin: () => undefined,
  collect: () => undefined,
  end: () => undefined,
  quiesce: (world, place) => world.plane.quiesceVif(frontOf(place).vif) !== 0,
  save: (world, place, imageAt) => world.plane.saveEmulated(frontOf(place).vif, imageAt),
  restore(world, place, imageAt, imageBytes) {
    const code = world.plane.restoreEmulated(frontOf(place).vif, imageAt, imageBytes);
    if (code !== EMULATED_IMAGE_OK) {
      throw new InternalError(`the state of a migrated device model is refused, code ${code}`);
    }
  },
  activate: (world, place) => world.plane.attachEmulated(frontOf(place).vif),
  connect: (world, place) => receiveFor(world, frontOf(place)),
  announce: (world, place) => world.plane.announceEmulated(frontOf(place).vif),
  goOn: (world, place) => world.plane.unquiesceVif(frontOf(place).vif),
  leave(world, place) {
    const { mac, port } = frontOf(place);
    removeFurtherAddress(pfPort(world, port), PF_POOL, mac);
    world.plane.leaveGuest(place.guest);
  },
};
