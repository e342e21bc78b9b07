/**
 * What dom0's toolstack does for emulated NICs: a device model and its tap on the bridge of a port, and the start of a
 * guest that has one. Setting up takes no simulated time; everything at run time is the data plane's.
 */
import type { World } from "../core/world";
import type { Front } from "../host/place";
import { receiveFor } from "./paravirtual";
import type { MacAddress } from "./pf-pool";

/** An emulated NIC that is added. */
export interface EmulatedOptions {
  readonly guest: number;
  /** The address that the guest has. */
  readonly mac: MacAddress;
  readonly port: number;
  /** The vCPU of dom0 that runs the device model. */
  readonly vcpu: number;
}

/** Gives a guest an emulated NIC on a port where dom0 has a network; it is not connected. */
export function addEmulated(world: World, { guest, mac, port, vcpu }: EmulatedOptions): Front {
  return { kind: "emulated", guest, vif: world.plane.addEmulated(guest, port, vcpu), mac, port };
}

/** Has an emulated NIC reset and its guest's driver set it up, for the first time or anew; what was queued is forgotten. */
export function connectEmulated(world: World, front: Front): void {
  world.plane.connectEmulated(front.guest);
  receiveFor(world, front);
}

/** Starts a guest with an emulated NIC from its own software. */
export function bootEmulatedGuest(world: World, front: Front): void {
  connectEmulated(world, front);
  world.plane.resumeGuest(front.guest);
}
