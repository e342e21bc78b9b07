/**
 * dom0's own stack on the bridge of a port: a machine (transport/tcp-machine.ts) whose wires end at the bridge and not at a
 * switch. What it sends is posted to the physical function's ring like the frames of guests that dom0 serves, and competes
 * with theirs and with those of virtual functions for the port.
 *
 *     station --wire--> bridge --> ring of pool 7 --> port            port --> ring of pool 7 --> bridge --wire--> station
 *
 * The wires have the port's rate and no length: they keep the station from filling dom0's queue at once. It has no processor
 * of its own; what its work costs dom0 is charged by whoever has it send. It takes no part in floods: it asks nobody and is
 * asked by nobody for an address.
 */
import { DROP_HOST_DEAD } from "../layout/trace";
import { port } from "../nic/port-record";
import { frame } from "../wire/frame";
import { arm, arrived, drop, isDue, wire } from "../wire/wire";
import { bridgeFromStation } from "./dom0-bridge";
import { tellPort } from "./dom0-port";

/** Takes the frames that the station has sent. */
export function onStationArrival(wireIndex: u32): void {
  const w = wire(wireIndex);
  if (!isDue(w)) return;
  const index = w.receiver;
  for (let slot = arrived(wireIndex); slot; slot = arrived(wireIndex)) {
    if (port(index).isDead) drop(slot, frame(slot).due, index, DROP_HOST_DEAD);
    else bridgeFromStation(index, slot);
  }
  arm(wireIndex, 0);
  if (!port(index).isDead) tellPort(index);
}
