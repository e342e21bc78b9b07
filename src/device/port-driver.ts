/**
 * The driver of a port's physical function over the data plane: its registers and notes there, and the moments at which
 * it is called. Setting up takes no simulated time; what dom0 does at run time is charged by whoever calls.
 */
import { NOTE_BYTES } from "../../assembly/layout/physical-function";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import { service } from "./pf-mailbox";
import type { MacAddress, PfPort } from "./pf-pool";
import { initialise, type PfOptions, setVfMac } from "./physical-function";

/** Returns the driver's way to a port. */
export function pfPort(world: World, port: number): PfPort {
  return {
    vfCount: world.plane.vfCountOf(port),
    read: (offset) => world.plane.readPfRegister(port, offset) >>> 0,
    write: (offset, value) => world.plane.writePfRegister(port, offset, value),
    notes: (pool) => world.words(world.plane.notesAt(port, pool) >>> 0, NOTE_BYTES),
  };
}

/** Returns the port of a virtual function, and its number there. */
export function placeOnPort(world: World, vf: number): { port: number; pool: number } {
  const poolsOfPort = world.plane.firstVf(1);
  return { port: Math.floor(vf / poolsOfPort), pool: vf % poolsOfPort };
}

/** Sets a port up as its driver does when it is loaded. */
export function startPort(world: World, port: number, options: PfOptions = {}): void {
  initialise(pfPort(world, port), options);
}

/** Has the drivers of all ports do what they are wanted for; returns how many messages and resets that were. */
export function servePorts(world: World): number {
  let count = 0;
  for (let port = world.plane.takeWantedPf(); port >= 0; port = world.plane.takeWantedPf()) {
    count += service(pfPort(world, port));
  }
  return count;
}

/** Gives a virtual function an address, as the administrator does. */
export function giveAddress(world: World, vf: number, mac: MacAddress): void {
  const { port, pool } = placeOnPort(world, vf);
  if (!setVfMac(pfPort(world, port), pool, mac)) throw new InternalError(`port ${port} has no room for an address`);
}

/** Has a guest's driver reset its virtual function and set it up, with the physical function's answer in between. */
export function resetDriver(world: World, guest: number): void {
  world.plane.beginDriver(guest);
  servePorts(world);
  if (!world.plane.startDriver(guest)) throw new InternalError(`the reset of guest ${guest}'s device was refused`);
  // The guest has acknowledged the answer, which interrupts the other side again.
  servePorts(world);
}

/** Starts a guest from its own software: the driver sets its device up, the vCPU runs. */
export function bootGuest(world: World, guest: number): void {
  resetDriver(world, guest);
  world.plane.resumeGuest(guest);
}
