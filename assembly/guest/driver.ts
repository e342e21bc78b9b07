/**
 * The guest's driver for its virtual function: set-up in the order of igbvf, rings of 256, polling with a budget. dom0
 * drives the physical function's own rings with it. net-device.ts chooses between it and the paravirtual one.
 *
 * It is software: everything it knows lies in guest memory (layout/guest-software.ts) and is written through `touch`,
 * where the processor's log sees it. What the device writes (DD, received bytes) is only read here. Rings are one page
 * each, so a page is looked up once for a burst. After a failover from a torn checkpoint its memory may hold anything:
 * positions and buffer numbers are masked, so that it may go wrong, as real software would, but only inside its guest.
 *
 * Source: Linux drivers/net/ethernet/intel/igbvf/netdev.c: reset, configure, poll. Left out: VLANs,
 * received frames of several buffers. Segments that the device cuts are posted by driver-long.ts. The rings of dom0 are
 * set up like those of a guest: igb differs in offloads and moderation.
 */
import { cost } from "../cpu/cost";
import { INTERVAL_START } from "../layout/cost";
import { DESCRIPTOR_SHIFT, RX_ADDRESS, RX_DD, RX_LENGTH, RX_STATUS } from "../layout/descriptor";
import {
  BUFFER_BYTES,
  BUFFER_SHIFT,
  DEVICE_EMULATED,
  DEVICE_FRONT,
  DEVICE_VF,
  DRIVER_PAGE,
  FREE_BUFFERS_PAGE,
  MODERATION_FIXED,
  RING_COUNT,
  RING_MASK,
  RX_BUFFER_COUNT,
  RX_BUFFER_MASK,
  RX_BUFFER_OF_PAGE,
  RX_BUFFERS_PAGE,
  RX_RING_PAGE,
  SOCKET_COUNT,
  SOCKET_MASK,
  SOCKET_PAGE,
  TX_RING_PAGE,
} from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { MESSAGE_ACK, MESSAGE_RESET } from "../layout/mailbox";
import { TRACE_DRIVER_RESET } from "../layout/trace";
import {
  RDBAH,
  RDBAL,
  RDLEN,
  RDT,
  RXDCTL,
  SRRCTL,
  TDBAH,
  TDBAL,
  TDLEN,
  TDT,
  TXDCTL,
  VFMAILBOX,
  VMBMEM,
  VTCTRL,
  VTEIAC,
  VTEIAM,
  VTEIMS,
  VTEITR,
  VTIVAR,
} from "../layout/vf-registers";
import {
  CONTROL_RESET,
  IVAR_RX0_SHIFT,
  IVAR_TX0_SHIFT,
  IVAR_VALID,
  MAIL_ACK,
  MAIL_REQ,
  MAIL_VFU,
  MSIX_ENABLE,
  MSIX_ENTRY_BYTES,
  MSIX_ENTRY_CONTROL,
  QUEUE_ENABLE,
  VECTOR_COUNT,
} from "../layout/virtual-function";
import { GuestMemory, look, touch } from "../memory/guest-memory";
import { readVf, writeMsix, writeMsixControl, writeVf } from "../nic/registers";
import { Vf, vf } from "../nic/virtual-function";
import { trace } from "../sim/trace";
import { world } from "../sim/world";
import { receiveBuffer, START_MASK, startOf } from "./buffers";
import { markReceived } from "./cooperation";
import { guest } from "./guest";
import { recordWrite } from "./register-record";

/** The driver's page. */
@unmanaged
export class Driver {
  /** Next receive descriptor to look at. */
  rxNext: u32;
  /** Next transmit descriptor to write, and next to reclaim. */
  txNext: u32;
  txClean: u32;
  /** Transmit descriptor that has the first buffer: the next one when nothing was under way last. */
  txStart: u32;
  /** Tails as last told to the device. */
  rxTold: u32;
  txTold: u32;
  freeCount: u32;
  /** The socket queue: its first entry, and how many there are. */
  socketFirst: u32;
  socketCount: u32;
  /** Frames dropped because the socket queue was full. */
  socketDropped: u32;
  /** Identification of the next IPv4 packet. */
  packetId: u32;
  /** How interrupts are moderated, a MODERATION_ of layout/guest-software.ts; see moderation.ts for what follows. */
  moderation: u32;
  interval: u32;
  isIntervalNew: u32;
  rxClass: u32;
  txClass: u32;
  /** What came and went since the interval was last thought about. */
  rxPolledPackets: u32;
  rxPolledBytes: u32;
  txPolledPackets: u32;
  txPolledBytes: u32;
  /** A DEVICE_ of layout/guest-software.ts. */
  kind: u32;
  /** Of a bond (bond.ts): frames in the socket queue that came before the NIC that carries; and it is posted nothing any more. */
  oldFrameCount: u32;
  isClosing: u32;
  /** Of a driver that takes part in migrations (cooperation.ts): it marks what the device writes, and remembers its set-up. */
  isMarking: u32;
  isRecording: u32;
  /** The device has been told how to compute a datagram's checksum. */
  hasContext: u32;
}

/** An entry of the socket queue. */
@unmanaged
export class SocketEntry {
  buffer: u16;
  /** Where in the buffer the frame begins (buffers.ts). */
  start: u16;
  bytes: u32;
}

/** One packet buffer of 2 KiB, advanced descriptors with one buffer. */
const SRRCTL_ONE_BUFFER_2K: u32 = 0x02000002;
/** Both queues share vector 0: the driver polls both anyway. */
export const VECTOR_BITS: u32 = 1;

export function driver(m: GuestMemory): Driver {
  return changetype<Driver>(touch(m, DRIVER_PAGE << PAGE_SHIFT));
}

/** Resets the device and asks the physical function for its address; what it answers is taken by `initialise`. */
export function beginReset(index: u32): void {
  const v = vf(guest(index).vf);
  trace(TRACE_DRIVER_RESET, world().now, index, 0, 0, 0, 0);
  writeVf(v, VTCTRL, CONTROL_RESET);
  writeVf(v, VFMAILBOX, MAIL_VFU);
  writeVf(v, VMBMEM, MESSAGE_RESET);
  writeVf(v, VFMAILBOX, MAIL_REQ);
}

/**
 * Initialises the device and the rings: at boot, and when the driver is reset. Everything queued is forgotten. Returns
 * false when the physical function has not granted the reset.
 */
export function initialise(index: u32): bool {
  const g = guest(index);
  const v = vf(g.vf);
  readVf(v, VFMAILBOX);
  const answer = readVf(v, VMBMEM);
  writeVf(v, VFMAILBOX, MAIL_ACK);
  if (!(answer & MESSAGE_ACK)) return false;
  setUpRings(g.memory, v);
  return true;
}

/** Sets rings and queues up, of a device that needs no answer: the physical function's own pool has no mailbox. */
export function setUpRings(m: GuestMemory, v: Vf): void {
  makeRings(m, driver(m));
  enableRings(m, v);
}

/** Tells a device that was reset where the rings are, and has it use them and interrupt. */
export function enableRings(m: GuestMemory, v: Vf): void {
  const d = driver(m);
  setUp(m, d, v, RDBAL, RX_RING_PAGE << PAGE_SHIFT);
  setUp(m, d, v, RDBAH, 0);
  setUp(m, d, v, RDLEN, RING_COUNT << DESCRIPTOR_SHIFT);
  setUp(m, d, v, SRRCTL, SRRCTL_ONE_BUFFER_2K);
  setUp(m, d, v, RXDCTL, QUEUE_ENABLE);
  setUp(m, d, v, RDT, RING_MASK);
  setUp(m, d, v, TDLEN, RING_COUNT << DESCRIPTOR_SHIFT);
  setUp(m, d, v, TDBAL, TX_RING_PAGE << PAGE_SHIFT);
  setUp(m, d, v, TDBAH, 0);
  setUp(m, d, v, TXDCTL, QUEUE_ENABLE);
  setUp(m, d, v, VTIVAR, (IVAR_VALID << IVAR_RX0_SHIFT) | (IVAR_VALID << IVAR_TX0_SHIFT));
  setUp(m, d, v, VTEITR, cost(INTERVAL_START));
  setUp(m, d, v, VTEIAC, VECTOR_BITS);
  setUp(m, d, v, VTEIAM, VECTOR_BITS);
  enableMessages(v);
}

/** Writes a register that says how the device is set up. */
function setUp(m: GuestMemory, d: Driver, v: Vf, register: u32, value: u32): void {
  writeVf(v, register, value);
  if (d.isRecording) recordWrite(m, register, value);
}

/** Has a device interrupt by messages. */
export function enableMessages(v: Vf): void {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    writeMsix(v, vector * MSIX_ENTRY_BYTES + MSIX_ENTRY_CONTROL, 0);
  }
  writeMsixControl(v, MSIX_ENABLE);
  unmask(v);
}

/**
 * Lays rings and buffers out in memory, of which no device knows yet; how interrupts are moderated stays, and how the
 * driver takes part in migrations.
 */
export function makeRings(m: GuestMemory, d: Driver): void {
  const moderation = d.moderation;
  const isMarking = d.isMarking;
  const isRecording = d.isRecording;
  memory.fill(changetype<u32>(d), 0, offsetof<Driver>());
  d.moderation = moderation;
  d.isMarking = isMarking;
  d.isRecording = isRecording;
  const free = touch(m, FREE_BUFFERS_PAGE << PAGE_SHIFT);
  // The stack's top is the lowest buffer, so that the ring starts with neighbours.
  for (let i: u32 = 0; i < RX_BUFFER_MASK; i++) store<u16>(free + (i << 1), <u16>(RX_BUFFER_MASK - 1 - i));
  // The last buffer is never used, so that a full stack's count differs from an empty one's when masked.
  d.freeCount = RX_BUFFER_COUNT - 1;
  fillRings(m, d);
}

/** Empties both rings and fills the receive ring with free buffers, of which there are enough. */
export function fillRings(m: GuestMemory, d: Driver): void {
  d.hasContext = 0;
  memory.fill(touch(m, RX_RING_PAGE << PAGE_SHIFT), 0, RING_COUNT << DESCRIPTOR_SHIFT);
  memory.fill(touch(m, TX_RING_PAGE << PAGE_SHIFT), 0, RING_COUNT << DESCRIPTOR_SHIFT);
  d.rxNext = 0;
  d.txNext = 0;
  d.txClean = 0;
  d.txStart = 0;
  d.txTold = 0;
  // Every descriptor gets a buffer, also the one at the tail: the tail moves on by as many as have been refilled.
  const ring = touch(m, RX_RING_PAGE << PAGE_SHIFT);
  const bufferOf = touch(m, RX_BUFFER_OF_PAGE << PAGE_SHIFT);
  const free = look(m, FREE_BUFFERS_PAGE << PAGE_SHIFT);
  for (let i: u32 = 0; i < RING_COUNT; i++) refill(ring, bufferOf, free, d, i);
  d.rxTold = RING_MASK;
}

/** Has the driver moderate interrupts in a MODERATION_ way; before it initialises its device. */
export function setModeration(m: GuestMemory, moderation: u32): void {
  driver(m).moderation = moderation;
}

/** What a poll brought decides the next interval; with a fixed one nobody counts. */
function noteReceived(d: Driver, packets: u32, bytes: u32): void {
  d.rxPolledPackets += packets;
  d.rxPolledBytes += bytes;
}

/** Tells whether the driver changes the interval between interrupts: a virtual function's, or an emulated NIC's. */
export function isModerated(m: GuestMemory): bool {
  const d = changetype<Driver>(look(m, DRIVER_PAGE << PAGE_SHIFT));
  return (d.kind == DEVICE_VF || d.kind == DEVICE_EMULATED) && d.moderation != MODERATION_FIXED;
}

/** Lets the device interrupt again. */
export function unmask(v: Vf): void {
  writeVf(v, VTEIMS, VECTOR_BITS);
}

/** Gives a receive descriptor a free buffer. */
function refill(ring: u32, bufferOf: u32, free: u32, d: Driver, position: u32): void {
  d.freeCount = (d.freeCount - 1) & RX_BUFFER_MASK;
  const buffer = <u32>load<u16>(free + (d.freeCount << 1));
  store<u32>(bufferOf + (position << 2), buffer);
  const at = ring + (position << DESCRIPTOR_SHIFT);
  store<u64>(at, receiveBuffer(buffer), RX_ADDRESS);
  store<u64>(at, 0, RX_STATUS);
}

/** Moves received frames to the socket queue and refills the ring; returns how many frames there were. */
export function pollReceive(m: GuestMemory, d: Driver, budget: u32): u32 {
  if (!isReceived(look(m, RX_RING_PAGE << PAGE_SHIFT), d.rxNext & RING_MASK)) return 0;
  const ring = touch(m, RX_RING_PAGE << PAGE_SHIFT);
  const bufferOf = touch(m, RX_BUFFER_OF_PAGE << PAGE_SHIFT);
  const free = touch(m, FREE_BUFFERS_PAGE << PAGE_SHIFT);
  const socket = touch(m, SOCKET_PAGE << PAGE_SHIFT);
  if (d.isMarking) markReceived(m, d, budget);
  let count: u32 = 0;
  let bytesOfAll: u32 = 0;
  for (; count < budget; count++) {
    const position = d.rxNext & RING_MASK;
    if (!isReceived(ring, position)) break;
    const buffer = load<u32>(bufferOf + (position << 2));
    const bytes = <u32>load<u16>(ring + (position << DESCRIPTOR_SHIFT), RX_LENGTH);
    bytesOfAll += bytes;
    enqueue(socket, free, d, buffer, startOf(buffer), bytes);
    refill(ring, bufferOf, free, d, position);
    d.rxNext = (position + 1) & RING_MASK;
  }
  if (d.moderation != MODERATION_FIXED) noteReceived(d, count, bytesOfAll);
  return count;
}

/** Tells whether the device has written a receive descriptor back. */
export function isReceived(ring: u32, position: u32): bool {
  return (load<u32>(ring + (position << DESCRIPTOR_SHIFT), RX_STATUS) & RX_DD) != 0;
}

/** Puts a received frame, which begins somewhere in a buffer, into the socket queue, or drops it when that is full. */
export function enqueue(socket: u32, free: u32, d: Driver, buffer: u32, start: u32, bytes: u32): void {
  if (d.socketCount >= SOCKET_COUNT) {
    d.socketDropped++;
    freeBuffer(free, d, buffer);
    return;
  }
  const position = (d.socketFirst + d.socketCount++) & SOCKET_MASK;
  const e = changetype<SocketEntry>(socket + position * <u32>offsetof<SocketEntry>());
  e.buffer = <u16>buffer;
  e.start = <u16>start;
  e.bytes = bytes;
}

function socketEntry(m: GuestMemory, position: u32): SocketEntry {
  return changetype<SocketEntry>(touch(m, SOCKET_PAGE << PAGE_SHIFT) + position * <u32>offsetof<SocketEntry>());
}

/** Returns the frame that has waited longest; there is one. */
export function firstInSocket(m: GuestMemory, d: Driver): SocketEntry {
  return socketEntry(m, d.socketFirst & SOCKET_MASK);
}

/** Returns a frame of the queue, the one that has waited longest being 0. */
export function queuedFrame(m: GuestMemory, d: Driver, number: u32): SocketEntry {
  return socketEntry(m, (d.socketFirst + number) & SOCKET_MASK);
}

/** Takes that frame off the queue; its buffer is free again. */
export function leaveSocket(m: GuestMemory, d: Driver): void {
  leaveWith(m, d, firstInSocket(m, d));
}

/** The same with the first entry at hand. */
export function leaveWith(m: GuestMemory, d: Driver, e: SocketEntry): void {
  const buffer = <u32>e.buffer;
  const bytes = e.bytes;
  d.socketFirst = (d.socketFirst + 1) & SOCKET_MASK;
  d.socketCount--;
  const free = touch(m, FREE_BUFFERS_PAGE << PAGE_SHIFT);
  if (d.kind == DEVICE_FRONT) freePage(m, free, d, buffer);
  else freeHalves(free, d, buffer, bytes);
}

/** Frees a buffer of a paravirtual NIC, which is a page; of one that had two frames of a virtual function, with the later of them. */
function freePage(m: GuestMemory, free: u32, d: Driver, buffer: u32): void {
  if (d.oldFrameCount) {
    d.oldFrameCount--;
    for (let i: u32 = 0; i < d.oldFrameCount; i++) {
      if (queuedFrame(m, d, i).buffer == (buffer ^ 1)) return;
    }
  }
  freeBuffer(free, d, buffer & ~1);
}

/** Frees a buffer; with a frame that had a paravirtual NIC's page, the page's other one as well. */
function freeHalves(free: u32, d: Driver, buffer: u32, bytes: u32): void {
  freeBuffer(free, d, buffer);
  if (bytes > BUFFER_BYTES && (buffer | 1) < RX_BUFFER_MASK) freeBuffer(free, d, buffer | 1);
}

/** Puts a buffer back onto the stack of free ones. */
export function freeBuffer(free: u32, d: Driver, buffer: u32): void {
  store<u16>(free + (d.freeCount << 1), <u16>buffer);
  d.freeCount = (d.freeCount + 1) & RX_BUFFER_MASK;
}

/** Returns where the bytes of a received frame are. */
export function receivedBytes(m: GuestMemory, e: SocketEntry): u32 {
  const buffer = (RX_BUFFERS_PAGE << PAGE_SHIFT) + ((<u32>e.buffer & RX_BUFFER_MASK) << BUFFER_SHIFT);
  return look(m, buffer + (<u32>e.start & START_MASK));
}

/** Returns how many bytes a received frame has: memory may be torn, but no frame leaves its buffer. */
export function receivedLength(e: SocketEntry): u32 {
  return min<u32>(e.bytes, BUFFER_BYTES - (<u32>e.start & START_MASK));
}

/** Tells the device what the burst has done: the tails, if they moved. */
export function ringDoorbells(index: u32): void {
  const g = guest(index);
  const d = changetype<Driver>(look(g.memory, DRIVER_PAGE << PAGE_SHIFT));
  const rxTail = (d.rxNext + RING_MASK) & RING_MASK;
  if (d.txTold == d.txNext && d.rxTold == rxTail) return;
  const marked = driver(g.memory);
  const v = vf(g.vf);
  if (marked.txTold != marked.txNext) {
    marked.txTold = marked.txNext;
    writeVf(v, TDT, marked.txNext);
  }
  if (marked.rxTold != rxTail) {
    marked.rxTold = rxTail;
    writeVf(v, RDT, rxTail);
  }
}
