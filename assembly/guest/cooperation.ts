/**
 * A driver that takes part in its guest's migration, because nobody else can do it for its virtual function (CompSC):
 *
 *     packet received  --> a dummy write to its buffer, so that the processor's log has the page      (driver.ts)
 *     packets sent     --> one to the ring, where the device has reported them                        (driver.ts)
 *     set-up           --> each register that is written is remembered with its value                 (register-record.ts)
 *     device stopped   --> dummy writes for what it wrote and nobody has polled
 *     at the target    --> no device; then, after a reset: what was received is polled, rings are made anew round it, and
 *                          the record is played back
 *
 * Heads cannot be written, which is why rings begin anew. Packets that the source's device had not sent are lost as on a
 * wire. MSI-X is the hypervisor's, which sets it up again.
 *
 * Source: Pan et al., CompSC, VEE 2012, abstract, for the cooperation and the replay of state; assumed: the marking when the
 * guest stops, which its paper may do otherwise. Left out: statistics that go on across devices, because the guest's
 * software reads none.
 */
import {
  DEVICE_NONE,
  RING_COUNT,
  RING_MASK,
  RX_BUFFER_MASK,
  RX_BUFFER_OF_PAGE,
  RX_RING_PAGE,
  TX_RING_PAGE,
} from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { GuestMemory, look, touch } from "../memory/guest-memory";
import { writeVf } from "../nic/registers";
import { vf } from "../nic/virtual-function";
import { receiveBuffer } from "./buffers";
import { Driver, driver, enableMessages, isReceived, pollReceive } from "./driver";
import { makeRingsAround } from "./driver-resume";
import { guest } from "./guest";
import { wakeNetwork } from "./network-task";
import { recordedCount, recordedWrite } from "./register-record";

/** The device is stopped: marks what it wrote since the driver's last look; only a driver that marks does. */
export function markUnpolled(index: u32): void {
  const m = guest(index).memory;
  const d = driver(m);
  if (!d.isMarking) return;
  touch(m, TX_RING_PAGE << PAGE_SHIFT);
  markReceived(m, d, RING_COUNT);
}

/** Writes to the receive ring, and to the buffers of the next received frames, at most `count` of them, changing nothing. */
export function markReceived(m: GuestMemory, d: Driver, count: u32): void {
  const ring = touch(m, RX_RING_PAGE << PAGE_SHIFT);
  const bufferOf = look(m, RX_BUFFER_OF_PAGE << PAGE_SHIFT);
  for (let i: u32 = 0; i < count; i++) {
    const position = (d.rxNext + i) & RING_MASK;
    if (!isReceived(ring, position)) return;
    const buffer = load<u32>(bufferOf + (position << 2)) & RX_BUFFER_MASK;
    touch(m, receiveBuffer(buffer));
  }
}

/** The guest has been carried over to where its driver has not set up a device yet. */
export function awaitReplay(index: u32): void {
  driver(guest(index).memory).kind = DEVICE_NONE;
}

/** Has the driver play its record back to a device that was reset; returns how many registers that were. */
export function replay(index: u32): u32 {
  const g = guest(index);
  const m = g.memory;
  const d = driver(m);
  const v = vf(g.vf);
  pollReceive(m, d, RING_COUNT);
  const isFilled = makeRingsAround(m, d);
  assert(isFilled, "a queue of short frames leaves a buffer for each descriptor");
  const count = recordedCount(m);
  for (let i: u32 = 0; i < count; i++) {
    const e = recordedWrite(m, i);
    writeVf(v, e.register, e.value);
  }
  enableMessages(v);
  wakeNetwork(index);
  return count;
}
