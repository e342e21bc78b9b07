/**
 * A bond of two NICs with one address, as the guest's software has it (Linux bonding, active-backup): a virtual function,
 * which carries while it is there, and a paravirtual NIC. Who carries stands in the driver's page:
 *
 *     carries          closeVf    joinFront            closeFront         joinVf
 *     the VF           nobody     -                    -                  -
 *     nobody           -          the front            -                  -
 *     the front        -          -                    the front, which   the VF, when every descriptor
 *                                                      is posted nothing  gets a buffer
 *
 * The bond gives its address to whoever carries, and to nobody else (fail_over_mac=follow, which is for devices that two
 * NICs with one address would confuse: the port's bridge would give both a copy). So the virtual function asks the
 * physical function for the address when it carries again, and has none while it is a spare.
 *
 * What is received stays in the socket queue, whoever brought it. What lies in the rings of a NIC that carries no longer is
 * lost as on a wire: with `closeVf` as igbvf_down forgets its rings, with `joinVf` what dom0 has not delivered by then.
 *
 * Left out: the spare's rings exist only while it carries, because both have the same pages; so a spare receives nothing,
 * of which a bond would drop everything but what is for all. Packets of a guest whose bond has no carrier wait with it,
 * where Linux drops them.
 *
 * Source: Linux Documentation/networking/bonding, bond_change_active_slave, bond_do_fail_over_mac; igbvf_down, igbvf_reset.
 */
import { DEVICE_FRONT, DEVICE_NONE, DEVICE_VF } from "../layout/guest-software";
import { MESSAGE_ACK, MESSAGE_NACK, MESSAGE_SET_MAC } from "../layout/mailbox";
import { SHARED_COUNT } from "../layout/paravirtual";
import { RXDCTL, TXDCTL, VFMAILBOX, VMBMEM, VTEIMC } from "../layout/vf-registers";
import { MAIL_ACK, MAIL_REQ, MAIL_VFU } from "../layout/virtual-function";
import { readVf, writeVf } from "../nic/registers";
import { vf } from "../nic/virtual-function";
import { beginReset, driver, enableRings, VECTOR_BITS } from "./driver";
import { makeRingsAround } from "./driver-resume";
import { guest } from "./guest";
import { connectBackend } from "./netback";
import { pollFront } from "./netfront";
import { resumeFront } from "./netfront-resume";
import { wakeNetwork } from "./network-task";

/** The driver lets go of the virtual function: queues off, interrupts masked, a reset, of which the PF is told. Nobody carries. */
export function closeVf(index: u32): void {
  const g = guest(index);
  const v = vf(g.vf);
  const d = driver(g.memory);
  assert(d.kind == DEVICE_VF, "a virtual function that carries is closed");
  writeVf(v, RXDCTL, 0);
  writeVf(v, TXDCTL, 0);
  writeVf(v, VTEIMC, VECTOR_BITS);
  d.kind = DEVICE_NONE;
  beginReset(index);
}

/** The bond has noticed, and the front carries; false if the backend cannot use its rings. */
export function joinFront(index: u32): bool {
  const g = guest(index);
  const d = driver(g.memory);
  assert(d.kind == DEVICE_NONE, "a front carries when nobody does");
  d.kind = DEVICE_FRONT;
  d.oldFrameCount = d.socketCount;
  resumeFront(g.memory);
  wakeNetwork(index);
  return connectBackend(g.vif - 1);
}

/** The front is posted nothing any more, so that what it has been posted can leave. */
export function closeFront(index: u32): void {
  driver(guest(index).memory).isClosing = 1;
}

/** The virtual function carries; false, and the front does, if too many buffers wait for the guest's software. */
export function joinVf(index: u32): bool {
  const g = guest(index);
  const d = driver(g.memory);
  assert(d.kind == DEVICE_FRONT, "a virtual function carries when a front has");
  pollFront(g.memory, d, SHARED_COUNT);
  if (!makeRingsAround(g.memory, d)) {
    d.isClosing = 0;
    return false;
  }
  enableRings(g.memory, vf(g.vf));
  wakeNetwork(index);
  return true;
}

/** Has the driver ask the physical function to give its virtual function the bond's address. */
export function askAddress(index: u32): void {
  const g = guest(index);
  const v = vf(g.vf);
  writeVf(v, VFMAILBOX, MAIL_VFU);
  writeVf(v, VMBMEM, MESSAGE_SET_MAC);
  writeVf(v, VMBMEM + 4, <u32>g.mac);
  writeVf(v, VMBMEM + 8, <u32>(g.mac >>> 32));
  writeVf(v, VFMAILBOX, MAIL_REQ);
}

/** Takes the physical function's answer and acknowledges it; returns its first word, 0 for none. */
export function takeAnswer(index: u32): u32 {
  const v = vf(guest(index).vf);
  readVf(v, VFMAILBOX);
  const answer = readVf(v, VMBMEM);
  writeVf(v, VFMAILBOX, MAIL_ACK);
  return answer & (MESSAGE_ACK | MESSAGE_NACK) ? answer : 0;
}
