/**
 * The frontend of a machine that runs on from a checkpoint on another host: rings and grants are made anew, and what lay
 * between guest and backend is gone, as on a wire.
 *
 *     requests to send          dropped, their identifiers free                   the stack sends again what it must
 *     responses not yet taken   dropped: frames lost                              the sender sends again
 *     frames received           stay in the socket queue, with their buffers      nothing
 *     other receive buffers     free, and granted anew
 *
 * So a frame that the guest had requested at the checkpoint does not leave from here: it left the primary, in the epoch of
 * the backend's burst, if that was committed, or never. Nothing is sent twice, and what was lost no client had seen.
 *
 * Source: Linux drivers/net/xen-netfront.c: netfront_resume, xennet_disconnect_backend (xennet_release_tx_bufs and
 * xennet_release_rx_bufs), xennet_connect.
 */
import { FREE_BUFFERS_PAGE, SOCKET_COUNT } from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { SHARED_COUNT, SHARED_MASK } from "../layout/paravirtual";
import { GuestMemory, touch } from "../memory/guest-memory";
import { world } from "../sim/world";
import { Driver, driver, queuedFrame } from "./driver";
import { forgetGrants, freeEveryId, makeSharedRings } from "./netfront";

/** Makes rings, grants and free buffers anew around the frames that the guest has received. */
export function resumeFront(m: GuestMemory): void {
  const d = driver(m);
  forgetGrants(m);
  freeEveryId(m);
  freeOthers(m, d);
  makeSharedRings(m, d);
}

/** Puts every receive buffer that has no frame in the socket queue on the stack of free ones, the lowest on top. */
function freeOthers(m: GuestMemory, d: Driver): void {
  const isTaken = world().scratch;
  memory.fill(isTaken, 0, SHARED_COUNT);
  // Memory may be torn: the queue has no more entries than there is room for.
  const queued = min<u32>(d.socketCount, SOCKET_COUNT);
  for (let i: u32 = 0; i < queued; i++) {
    const buffer = queuedFrame(m, d, i).buffer;
    store<u8>(isTaken + ((buffer >>> 1) & SHARED_MASK), 1);
  }
  const free = touch(m, FREE_BUFFERS_PAGE << PAGE_SHIFT);
  d.freeCount = 0;
  for (let i: u32 = 0; i < SHARED_COUNT; i++) {
    const number = SHARED_MASK - i;
    if (!load<u8>(isTaken + number)) store<u16>(free + (d.freeCount++ << 1), <u16>(number << 1));
  }
}
