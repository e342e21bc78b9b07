/**
 * A bond of a virtual function and a paravirtual NIC, as the guest's driver and dom0's toolstack work it: one of the two
 * carries, and has the address (assembly/guest/bond.ts). Each verb takes no simulated time; what a step takes is waited for
 * by whoever calls (migration/bond.ts).
 *
 * | verb      | the guest                                    | the host                                                |
 * |-----------|----------------------------------------------|---------------------------------------------------------|
 * | closeVf   | closes the VF's driver: reset, mailbox       | the PF forgets the address                              |
 * | failOver  | turns to netfront, announces its address     | dom0's backend connects, the PF takes frames for dom0   |
 * | unplugVf  | -                                            | the function is reset, as whoever takes it away does    |
 * | probeVf   | resets the VF, shakes hands over the mailbox | the PF lets it receive and send; it has no address      |
 * | closeFront| posts netfront nothing any more              | dom0 delivers what is under way                         |
 * | joinVf    | asks for the address, sets its rings up      | the PF takes frames for the VF, dom0's backend lets go  |
 *
 * Read first: Linux Documentation/networking/bonding, active-backup and fail_over_mac; OLS 2008, Zhai et al.
 */
import { MESSAGE_ACK } from "../../assembly/layout/mailbox";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Place } from "../host/place";
import { frontOf } from "./held-front";
import { disconnectFront, receiveFor } from "./paravirtual";
import { servePorts } from "./port-driver";

/** The driver of the virtual function lets go of it, and nobody carries. */
export function closeVf(world: World, { guest }: Place): void {
  world.plane.closeVf(guest);
  shakeHands(world, guest);
}

/** The paravirtual NIC carries, and tells the network. */
export function failOver(world: World, place: Place): void {
  const { guest } = place;
  if (!world.plane.joinFront(guest)) throw new InternalError(`the backend of guest ${guest} cannot use its rings`);
  receiveFor(world, frontOf(place));
  world.plane.announceFront(guest);
}

/** The virtual function is taken out of the guest. */
export function unplugVf(world: World, { vf }: Place): void {
  world.plane.resetFunction(vf);
  servePorts(world);
}

/** The guest's driver finds a virtual function and resets it; it can carry. */
export function probeVf(world: World, { guest }: Place): void {
  world.plane.beginDriver(guest);
  shakeHands(world, guest);
}

/** The physical function answers a message, and the guest's driver takes the answer; returns its first word. */
function shakeHands(world: World, guest: number): number {
  servePorts(world);
  const answer = world.plane.takeAnswer(guest) >>> 0;
  if (answer === 0) throw new InternalError(`the driver of guest ${guest} has no answer from the physical function`);
  // The guest has acknowledged the answer, which interrupts the other side again.
  servePorts(world);
  return answer;
}

/** What the paravirtual NIC has been posted can leave; it is posted nothing any more. */
export function closeFront(world: World, { guest }: Place): void {
  world.plane.closeFront(guest);
}

/** The virtual function carries, and tells the network; false, and nothing is changed, while buffers are short. */
export function joinVf(world: World, place: Place): boolean {
  if (!world.plane.joinVf(place.guest)) return false;
  disconnectFront(world, frontOf(place));
  claimAddress(world, place.guest);
  world.plane.announce(place.vf);
  return true;
}

function claimAddress(world: World, guest: number): void {
  world.plane.askAddress(guest);
  if ((shakeHands(world, guest) & MESSAGE_ACK) === 0) {
    throw new InternalError(`the physical function refuses guest ${guest} the address of its bond`);
  }
}

/** Starts a guest with a bond from its own software: the virtual function carries, the vCPU runs. */
export function bootBondedGuest(world: World, { guest }: Place): void {
  world.plane.beginDriver(guest);
  shakeHands(world, guest);
  world.plane.setUpDriver(guest);
  claimAddress(world, guest);
  world.plane.resumeGuest(guest);
}
