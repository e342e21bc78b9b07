/**
 * A virtual function that a test uses without a driver: what the drivers of guest and port would have done for it, so
 * that its queues work and its messages leave.
 */
import { PF_VFRE_AT, PF_VFTE_AT } from "../../assembly/layout/pf-registers";
import {
  MSIX_ENABLE,
  MSIX_ENTRY_BYTES,
  MSIX_ENTRY_CONTROL,
  VECTOR_COUNT,
} from "../../assembly/layout/virtual-function";
import type { World } from "../../src/core/world";
import { placeOnPort } from "../../src/device/port-driver";

/** Lets a virtual function receive and send, as the port's driver does when it answers RESET. */
export function openPool(world: World, vf: number): void {
  const { port, pool } = placeOnPort(world, vf);
  for (const at of [PF_VFRE_AT, PF_VFTE_AT]) {
    world.plane.writePfRegister(port, at, world.plane.readPfRegister(port, at) | (1 << pool));
  }
}

/** Enables MSI-X and unmasks every vector, as the guest's driver does. */
export function enableMessages(world: World, vf: number): void {
  for (let vector = 0; vector < VECTOR_COUNT; vector++) {
    world.plane.writeMsix(vf, vector * MSIX_ENTRY_BYTES + MSIX_ENTRY_CONTROL, 0);
  }
  world.plane.writeMsixControl(vf, MSIX_ENABLE);
}
