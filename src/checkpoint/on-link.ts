/** Bytes that a link carries one behind the other, and what of them has not left when it is cut or altered. */
import type { World } from "../core/world";

/** Something that was given to a link. */
export interface OnLink {
  /** The timer that fires when it has left, or has arrived. */
  readonly timer: number;
  /** Bytes that were left to send when the link was given them. */
  leftBytes: number;
  /** When its last bit leaves the sender, in picoseconds; null while it waits for the link. */
  endPs: number | null;
}

/** Returns the time in picoseconds. */
export function nowPsOf({ plane }: World): number {
  return plane.nowNs() * 1000 + plane.nowPs();
}

/** Takes back what has not left a wire, and returns it, with so much of each as was left: in the order of `given`, as sent. */
export function recallFrom<Given extends OnLink>(world: World, wire: number, given: readonly Given[]): Given[] {
  const { plane } = world;
  const nowPs = nowPsOf(world);
  const leaving = given.filter(({ endPs }) => endPs !== null && endPs > nowPs);
  let leftBytes = plane.recallCheckpoints(wire);
  for (const each of leaving.toReversed()) {
    each.leftBytes = Math.min(each.leftBytes, leftBytes);
    leftBytes -= each.leftBytes;
    each.endPs = null;
    plane.disarmTimer(each.timer);
  }
  return leaving;
}
