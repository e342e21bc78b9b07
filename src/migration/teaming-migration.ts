/**
 * A bond that moves: its paravirtual NIC does, because the virtual function was unplugged before (bond.ts). Whoever carries
 * when it is time announces the address.
 */
import type { Bond } from "./bond-state";
import type { MigrationDevice } from "./migration-device";
import { paravirtualMigration } from "./paravirtual-migration";

export const teamingMigration = (bond: Bond): MigrationDevice => ({
  ...paravirtualMigration,
  announce(world, place) {
    if (bond.state === "on-vf") world.plane.announce(place.vf);
    else paravirtualMigration.announce(world, place);
  },
});
