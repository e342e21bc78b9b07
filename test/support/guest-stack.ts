/** A guest with a TCP stack behind its software, on a server of a network. */
import { STACK_OF_GUEST } from "../../assembly/layout/control";
import { TABLE_PAGE } from "../../assembly/layout/guest-software";
import type { World } from "../../src/core/world";
import { guestIp } from "./addresses";
import { ALL_OPTIONS, StackOwner } from "./machines";
import type { Server } from "./network";

const CONNECTION_COUNT = 8;
const RING_BYTES = 65_536;

/** Pages that a guest needs for its software and its stack. */
export const STACK_GUEST_PAGES = TABLE_PAGE + 64 + CONNECTION_COUNT * ((2 * RING_BYTES) / 4096) + 16;

export class GuestStack extends StackOwner {
  /** The first page behind the stack. */
  readonly pageBehind: number;

  constructor(world: World, { guest, mac }: Pick<Server, "guest" | "mac">, options = ALL_OPTIONS, ip = guestIp(guest)) {
    super(world, guest + STACK_OF_GUEST, CONNECTION_COUNT, mac, ip);
    const { plane } = world;
    plane.setGuestStack(guest, TABLE_PAGE);
    this.pageBehind = plane.createTcpStack(this.index, CONNECTION_COUNT, RING_BYTES, RING_BYTES, 1460, options);
  }
}
