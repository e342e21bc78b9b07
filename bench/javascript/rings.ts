/**
 * The queues of a virtual function: `measure` looks for a whole packet, `gather` copies it and completes its
 * descriptors, `receive` writes a frame into the guest's next buffer. Status words are written last.
 */
import {
  CHECK_BYTES,
  DESCRIPTOR_SHIFT,
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  RX_ADDRESS,
  RX_DD,
  RX_EOP,
  RX_HASH,
  RX_LENGTH,
  RX_STATUS,
  RX_TYPE,
  RX_TYPE_IPV4,
  RX_TYPE_UDP,
  TX_ADDRESS,
  TX_COMMAND,
  TX_DD,
  TX_DEXT,
  TX_EOP,
  TX_LENGTH_MASK,
  TX_RS,
  TX_STATUS,
  TX_TYPE_DATA,
  TX_TYPE_MASK,
} from "./descriptor";
import { load8, load16, load32, type Pool, store32 } from "./pool";
import {
  dmaRead,
  dmaWrite,
  hasWork,
  type Queue,
  reachToRead,
  reachToWrite,
  type VirtualFunction,
} from "./virtual-function";

/** What became of a packet or frame. */
export const WHOLE = 0;
export const REPORTED = 1;
export const OVERSIZE = 2;
export const MALFORMED = 3;
export const FAULT = 4;
export const DISABLED = 5;
export const NO_DESCRIPTOR = 6;

const ETHERNET_TYPE = 12;
/** 0x0800 on the wire, as a little-endian load sees it. */
const ETHERTYPE_IPV4 = 0x0008;
const IPV4_PROTOCOL = 23;
const PROTOCOL_UDP = 17;

function positionAfter(queue: Queue, position: number): number {
  return position + 1 === queue.count ? 0 : position + 1;
}

/** Returns the bytes of the packet at the head, 0 when there is no whole packet. */
export function measure(vf: VirtualFunction): number {
  const queue = vf.tx;
  const { pool } = vf.memory;
  if (!queue.isEnabled || vf.isTxFaulted || !hasWork(queue)) return 0;
  let byteCount = 0;
  let count = 0;
  for (let position = queue.head; position !== queue.tail; position = positionAfter(queue, position)) {
    const at = reachToRead(vf, queue.baseLow + (position << DESCRIPTOR_SHIFT), queue.baseHigh);
    if (at === 0) {
      vf.isTxFaulted = true;
      return 0;
    }
    const command = load32(pool, at + TX_COMMAND);
    byteCount += command & TX_LENGTH_MASK;
    count++;
    if (command & TX_EOP) {
      vf.packetDescriptorCount = count;
      return Math.max(byteCount, FRAME_BYTES_MIN);
    }
  }
  return 0;
}

/** Copies the measured packet to `to`, padded to the shortest frame, and completes its descriptors. */
export function gather(vf: VirtualFunction, to: number, byteCount: number): number {
  const queue = vf.tx;
  const { pool } = vf.memory;
  let result = byteCount > FRAME_BYTES_MAX ? OVERSIZE : WHOLE;
  let done = 0;
  for (let left = vf.packetDescriptorCount; left > 0; left--) {
    const low = queue.baseLow + (queue.head << DESCRIPTOR_SHIFT);
    const at = reachToRead(vf, low, queue.baseHigh);
    if (at === 0) throw new Error("the ring was mapped when the packet was measured");
    const command = load32(pool, at + TX_COMMAND);
    if ((command & (TX_DEXT | TX_TYPE_MASK)) !== (TX_DEXT | TX_TYPE_DATA)) result = MALFORMED;
    if (result <= REPORTED) {
      const part = command & TX_LENGTH_MASK;
      if (!dmaRead(vf, load32(pool, at + TX_ADDRESS), load32(pool, at + TX_ADDRESS + 4), to + done, part)) {
        return stop(vf);
      }
      done += part;
    }
    if (command & TX_RS) {
      const back = reachToWrite(vf, low, queue.baseHigh);
      if (back === 0) return stop(vf);
      store32(pool, back + TX_STATUS, load32(pool, back + TX_STATUS) | TX_DD);
      if (result === WHOLE) result = REPORTED;
    }
    queue.head = positionAfter(queue, queue.head);
  }
  if (result > REPORTED) return result;
  if (done < byteCount) pool.bytes.fill(0, to + done, to + byteCount);
  vf.framesSent = (vf.framesSent + 1) | 0;
  vf.bytesSent = (vf.bytesSent + byteCount + CHECK_BYTES) | 0;
  return result;
}

function stop(vf: VirtualFunction): number {
  vf.isTxFaulted = true;
  return FAULT;
}

/** Writes a frame of so many bytes at `from` into the guest's next buffer. */
export function receive(vf: VirtualFunction, from: number, byteCount: number): number {
  const queue = vf.rx;
  const { pool } = vf.memory;
  if (!queue.isEnabled) return DISABLED;
  if (!hasWork(queue)) {
    queue.dropped++;
    return NO_DESCRIPTOR;
  }
  const at = reachToWrite(vf, queue.baseLow + (queue.head << DESCRIPTOR_SHIFT), queue.baseHigh);
  if (at === 0) return FAULT;
  const isWritten = dmaWrite(vf, load32(pool, at + RX_ADDRESS), load32(pool, at + RX_ADDRESS + 4), from, byteCount);
  if (!isWritten) return FAULT;
  store32(pool, at + RX_TYPE, packetType(pool, from));
  store32(pool, at + RX_HASH, 0);
  store32(pool, at + RX_LENGTH, byteCount);
  store32(pool, at + RX_STATUS, RX_DD | RX_EOP);
  queue.head = positionAfter(queue, queue.head);
  vf.framesReceived = (vf.framesReceived + 1) | 0;
  vf.bytesReceived = (vf.bytesReceived + byteCount + CHECK_BYTES) | 0;
  // The group bit is the lowest bit of the first byte (IEEE 802.3 section 3.2.3).
  if (load8(pool, from) & 1) vf.groupFramesReceived = (vf.groupFramesReceived + 1) | 0;
  return WHOLE;
}

function packetType(pool: Pool, from: number): number {
  if (load16(pool, from + ETHERNET_TYPE) !== ETHERTYPE_IPV4) return 0;
  return load8(pool, from + IPV4_PROTOCOL) === PROTOCOL_UDP ? RX_TYPE_IPV4 | RX_TYPE_UDP : RX_TYPE_IPV4;
}
