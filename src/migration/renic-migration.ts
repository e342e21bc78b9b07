/**
 * A virtual function with ReNIC's abilities, as a device that moves: its log is collected with the processor's, its state
 * is read at the source and written at the target, and neither the guest nor its driver notices. Each ability can be taken
 * away; what remains is what a hypervisor could do with an ordinary virtual function that it moves by force.
 *
 * Frames that arrive while it is quiet wait in the port's receive buffer; at the source they are lost when it leaves,
 * as those are that still come there afterwards (DROP_RESET, DROP_NO_POOL). Frames that it had fetched have left.
 */
import { IMAGE_OK } from "../../assembly/layout/state-image";
import type { Abilities } from "../config/scenario";
import { InternalError } from "../core/load";
import { service } from "../device/pf-mailbox";
import { setOwnAddress } from "../device/pf-pool";
import { pfPort, placeOnPort } from "../device/port-driver";
import type { MigrationDevice } from "./migration-device";

export const renicMigration = (abilities: Abilities): MigrationDevice => ({
  begin(world, { vf }) {
    if (abilities.dmaLog) world.plane.armDmaLog(vf);
  },
  collect: (world, { vf }) => {
    world.plane.collectDmaLog(vf);
  },
  end: (world, { vf }) => world.plane.disarmDmaLog(vf),
  quiesce: (world, { vf }) => world.plane.quiesce(vf) !== 0,
  save: (world, { vf }, imageAt) => world.plane.saveImage(vf, imageAt),
  restore(world, { vf }, imageAt, imageBytes) {
    const code = abilities.stateWrite
      ? world.plane.restoreImage(vf, imageAt, imageBytes)
      : world.plane.restoreByRegisterWrites(vf, imageAt, imageBytes);
    if (code !== IMAGE_OK) throw new InternalError(`the state image of a migrated device is refused, code ${code}`);
  },
  activate(world, { vf }) {
    world.plane.unquiesce(vf);
    // A message or a reset that waited at the source is in the image; nothing announces it here.
    service(pfPort(world, placeOnPort(world, vf).port));
  },
  connect: () => undefined,
  announce: (world, { vf }) => world.plane.announce(vf),
  goOn: (world, { vf }) => world.plane.unquiesce(vf),
  leave(world, { vf, guest }) {
    const { port, pool } = placeOnPort(world, vf);
    setOwnAddress(pfPort(world, port), pool, null);
    world.plane.leaveGuest(guest);
    service(pfPort(world, port));
  },
});
