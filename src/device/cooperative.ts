/**
 * A plain virtual function whose guest's driver takes part in migrations (CompSC): what dom0 can do with one, and what it has
 * the driver do (assembly/guest/cooperation.ts). Each verb takes no simulated time; what it takes is waited for by whoever
 * calls.
 *
 * dom0 cannot have a function finish what it has begun and stay as it is. It takes the function's bits away, with which the
 * physical function lets it receive and send (VFRE, VFTE): afterwards nothing of it changes memory, and what comes is lost.
 */
import { PF_VFRE_AT, PF_VFTE_AT } from "../../assembly/layout/pf-registers";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Place } from "../host/place";
import { service } from "./pf-mailbox";
import { type MacAddress, setOwnAddress } from "./pf-pool";
import { giveAddress, pfPort, placeOnPort, servePorts } from "./port-driver";

/** Stops a virtual function, and has its driver mark what it wrote and nobody has polled. */
export function stopMarked(world: World, { vf, guest }: Place): void {
  // What has arrived by now is still stored.
  world.plane.settle();
  changeBits(world, vf, (bits, own) => bits & ~own);
  world.plane.markUnpolled(guest);
}

/** Lets a virtual function that was stopped go on where it stands. */
export function letGoOn(world: World, { vf }: Place): void {
  changeBits(world, vf, (bits, own) => bits | own);
}

function changeBits(world: World, vf: number, changed: (bits: number, own: number) => number): void {
  const { port, pool } = placeOnPort(world, vf);
  const pf = pfPort(world, port);
  for (const register of [PF_VFRE_AT, PF_VFTE_AT]) pf.write(register, changed(pf.read(register), 1 << pool));
}

/** Has the driver of a guest that was carried over reset another virtual function, and play its record back to it. */
export function replayDriver(world: World, { vf, guest }: Place, mac: MacAddress): void {
  giveAddress(world, vf, mac);
  world.plane.beginDriver(guest);
  servePorts(world);
  if (world.plane.takeAnswer(guest) === 0) throw new InternalError(`the reset of guest ${guest}'s device was refused`);
  servePorts(world);
  world.plane.replay(guest);
}

/** Lets go of a virtual function and of a guest that runs elsewhere. */
export function leaveFunction(world: World, { vf, guest }: Place): void {
  const { port, pool } = placeOnPort(world, vf);
  setOwnAddress(pfPort(world, port), pool, null);
  world.plane.leaveGuest(guest);
  service(pfPort(world, port));
}
