/**
 * What dom0's toolstack does for paravirtual NICs: dom0's network of a port, a guest's vif on its bridge, and the
 * connection of both ends. Setting up takes no simulated time; what a connection costs is charged by whoever calls.
 *
 * The physical function receives the addresses of connected guests as further ones of its own, so that virtual functions
 * of the port reach them inside. When no receive address is free it takes every unicast frame that no other pool wants, as igb does
 * (VMOLR.ROPE): such frames then go to the wire as well.
 */
import { BACKEND_QUEUE_BYTES } from "../../assembly/layout/paravirtual";
import { PF_POOL, VMOLR_UNICAST_HASH } from "../../assembly/layout/physical-function";
import { InternalError } from "../core/load";
import type { World } from "../core/world";
import type { Front } from "../host/place";
import { addFurtherAddress, changeOptions, type MacAddress, removeFurtherAddress } from "./pf-pool";
import { pfPort } from "./port-driver";

/** A paravirtual NIC that is added. */
export interface FrontOptions {
  readonly guest: number;
  /** The address that the guest has. */
  readonly mac: MacAddress;
  readonly port: number;
  /** The vCPU of dom0 that runs the backend. */
  readonly vcpu: number;
  /** Bytes of frames that may wait for the guest; netback's limit unless told. */
  readonly queueBytesMax?: number;
  /** The backend maps the pages of packets that the guest sends, which is the default, or copies their bytes. */
  readonly isMapping?: boolean;
}

/** Gives a guest a paravirtual NIC on a port where dom0 has a network; it is not connected. */
export function addFront(world: World, options: FrontOptions): Front {
  const { guest, mac, port, vcpu, queueBytesMax = BACKEND_QUEUE_BYTES, isMapping = true } = options;
  const vif = world.plane.addFront(guest, port, vcpu, queueBytesMax);
  world.plane.setMapping(vif, isMapping ? 1 : 0);
  return { kind: "paravirtual", guest, vif, mac, port };
}

/** Connects both ends of a paravirtual NIC, for the first time or anew; what was queued is forgotten. */
export function connectFront(world: World, front: Front): void {
  const { guest } = front;
  if (!world.plane.connectFront(guest)) throw new InternalError(`the backend of guest ${guest} cannot use its rings`);
  receiveFor(world, front);
}

/** Connects both ends of the NIC of a machine that runs on from a checkpoint; what the guest has received, it keeps. */
export function resumeFront(world: World, front: Front): void {
  const { guest } = front;
  if (!world.plane.resumeFront(guest)) throw new InternalError(`the backend of guest ${guest} cannot use its rings`);
  receiveFor(world, front);
}

/** Has the physical function receive what is for a guest that dom0 serves. */
export function receiveFor(world: World, { mac, port }: Pick<Front, "mac" | "port">): void {
  const pf = pfPort(world, port);
  if (!addFurtherAddress(pf, PF_POOL, mac)) changeOptions(pf, PF_POOL, { set: VMOLR_UNICAST_HASH });
}

/** Has dom0 let go of a paravirtual NIC, because its guest is or will be elsewhere. */
export function disconnectFront(world: World, { guest, mac, port }: Front): void {
  world.plane.disconnectFront(guest);
  removeFurtherAddress(pfPort(world, port), PF_POOL, mac);
}

/** Starts a guest with a paravirtual NIC from its own software: both ends are connected, the vCPU runs. */
export function bootFrontGuest(world: World, front: Front): void {
  connectFront(world, front);
  world.plane.resumeGuest(front.guest);
}
