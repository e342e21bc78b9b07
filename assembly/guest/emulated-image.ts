/**
 * Saving and restoring an emulated NIC: registers, the interval that runs, the driver's place between two accesses, and a
 * packet that was walked in part. Its device model stands still, and so does its guest, whose last access was answered.
 *
 *     primary   quiesce: a turn at hand ends, none begins --> save --> unquiesce
 *     backup    restore: all or nothing --> attach: the tap joins the bridge, the interval runs on
 *
 * Left out of the image: frames in the tap and in the hold queue, counters. Invariant: what is restored and saved again is
 * the same bytes, but for an interval that has run on meanwhile. Source: QEMU hw/net/e1000.c, vmstate_e1000, which
 * has the packet, too; migration of one by vm_stop, behind which no tap is read.
 */
import {
  EMULATED_IMAGE_BAD_CRC,
  EMULATED_IMAGE_BAD_HEADER,
  EMULATED_IMAGE_BAD_PACKET,
  EMULATED_IMAGE_BYTES_AT,
  EMULATED_IMAGE_CRC_AT,
  EMULATED_IMAGE_FIELDS_AT,
  EMULATED_IMAGE_HEADER_BYTES,
  EMULATED_IMAGE_MAGIC,
  EMULATED_IMAGE_OK,
  EMULATED_IMAGE_SHORT,
  EMULATED_IMAGE_VERSION,
  EMULATED_IMAGE_VERSION_AT,
} from "../layout/emulated-image";
import { FRAME_BYTES_MAX } from "../layout/limits";
import { crc32c } from "../sim/digest";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { FRAME_START, freeSlot, takeSlot } from "../wire/frame";
import { ACCESS_LEAVING, ACCESS_PENDING, EmulatedNic, emulatedNic } from "./emulated-nic";

/** Fields of 64 bits, then those of 32, in the image's order; what the interval has left and the packet's bytes come first. */
const WIDE: StaticArray<u32> = [<u32>offsetof<EmulatedNic>("rxBase"), <u32>offsetof<EmulatedNic>("txBase")];
const NARROW: StaticArray<u32> = [
  <u32>offsetof<EmulatedNic>("cause"),
  <u32>offsetof<EmulatedNic>("mask"),
  <u32>offsetof<EmulatedNic>("interval"),
  <u32>offsetof<EmulatedNic>("isRaised"),
  <u32>offsetof<EmulatedNic>("isThrottleOver"),
  <u32>offsetof<EmulatedNic>("rxControl"),
  <u32>offsetof<EmulatedNic>("rxBytes"),
  <u32>offsetof<EmulatedNic>("rxHead"),
  <u32>offsetof<EmulatedNic>("rxTail"),
  <u32>offsetof<EmulatedNic>("txControl"),
  <u32>offsetof<EmulatedNic>("txBytes"),
  <u32>offsetof<EmulatedNic>("txHead"),
  <u32>offsetof<EmulatedNic>("txTail"),
  <u32>offsetof<EmulatedNic>("isPacketBad"),
  <u32>offsetof<EmulatedNic>("step"),
  <u32>offsetof<EmulatedNic>("isPolling"),
  <u32>offsetof<EmulatedNic>("isEnding"),
];
const OWN_COUNT: u32 = 2;

function fieldCount(): u32 {
  return OWN_COUNT + WIDE.length + NARROW.length;
}

function fieldAt(at: u32, number: u32): u32 {
  return at + EMULATED_IMAGE_HEADER_BYTES + (number << 3);
}

/** Writes the image of a NIC that stands still to `at`; returns its bytes. */
export function saveEmulated(index: u32, at: u32): u32 {
  const e = emulatedNic(index);
  const isAsked = e.access == ACCESS_LEAVING || e.access == ACCESS_PENDING;
  assert(!isAsked && !e.turn && !e.isWalking, "a NIC whose state is saved stands still");
  const record = changetype<u32>(e);
  // An interval that ends at this instant has as little left as can be told.
  const left = e.throttleAt == NEVER ? NEVER : e.throttleAt - min<u64>(world().now, e.throttleAt);
  store<u64>(fieldAt(at, 0), left);
  store<u64>(fieldAt(at, 1), e.packetSlot ? e.packetBytes : 0);
  let number = OWN_COUNT;
  for (let i: i32 = 0; i < WIDE.length; i++) store<u64>(fieldAt(at, number++), load<u64>(record + WIDE[i]));
  for (let i: i32 = 0; i < NARROW.length; i++) store<u64>(fieldAt(at, number++), load<u32>(record + NARROW[i]));
  const packet = fieldAt(at, number);
  const packetBytes = e.packetSlot ? e.packetBytes : 0;
  memory.fill(packet, 0, padded(packetBytes));
  if (packetBytes) memory.copy(packet, e.packetSlot + FRAME_START, packetBytes);
  const bytes = packet + padded(packetBytes) - at;
  store<u32>(at, EMULATED_IMAGE_MAGIC);
  store<u16>(at, <u16>EMULATED_IMAGE_VERSION, EMULATED_IMAGE_VERSION_AT);
  store<u16>(at, <u16>fieldCount(), EMULATED_IMAGE_FIELDS_AT);
  store<u32>(at, bytes, EMULATED_IMAGE_BYTES_AT);
  store<u32>(at, 0, EMULATED_IMAGE_CRC_AT);
  store<u32>(at, crc32c(at, bytes), EMULATED_IMAGE_CRC_AT);
  return bytes;
}

function padded(bytes: u32): u32 {
  return (bytes + 7) & ~7;
}

/** Has a NIC that is not attached become what an image says; returns an EMULATED_IMAGE_ reason, and changes nothing, if it is refused. */
export function restoreEmulated(index: u32, at: u32, bytes: u32): u32 {
  const refused = checkEmulated(at, bytes);
  if (refused) return refused;
  const e = emulatedNic(index);
  const record = changetype<u32>(e);
  let number = OWN_COUNT;
  for (let i: i32 = 0; i < WIDE.length; i++) store<u64>(record + WIDE[i], load<u64>(fieldAt(at, number++)));
  for (let i: i32 = 0; i < NARROW.length; i++) store<u32>(record + NARROW[i], <u32>load<u64>(fieldAt(at, number++)));
  e.throttleAt = load<u64>(fieldAt(at, 0));
  if (e.packetSlot) freeSlot(e.packetSlot);
  e.packetBytes = <u32>load<u64>(fieldAt(at, 1));
  e.packetSlot = e.packetBytes ? takeSlot(FRAME_BYTES_MAX) : 0;
  if (e.packetSlot) memory.copy(e.packetSlot + FRAME_START, fieldAt(at, number), e.packetBytes);
  return EMULATED_IMAGE_OK;
}

function checkEmulated(at: u32, bytes: u32): u32 {
  const least = EMULATED_IMAGE_HEADER_BYTES + (fieldCount() << 3);
  if (bytes < least) return EMULATED_IMAGE_SHORT;
  const isOurs =
    load<u32>(at) == EMULATED_IMAGE_MAGIC &&
    load<u16>(at, EMULATED_IMAGE_VERSION_AT) == <u16>EMULATED_IMAGE_VERSION &&
    load<u16>(at, EMULATED_IMAGE_FIELDS_AT) == <u16>fieldCount();
  if (!isOurs || load<u32>(at, EMULATED_IMAGE_BYTES_AT) != bytes) return EMULATED_IMAGE_BAD_HEADER;
  const crc = load<u32>(at, EMULATED_IMAGE_CRC_AT);
  store<u32>(at, 0, EMULATED_IMAGE_CRC_AT);
  const found = crc32c(at, bytes);
  store<u32>(at, crc, EMULATED_IMAGE_CRC_AT);
  if (crc != found) return EMULATED_IMAGE_BAD_CRC;
  const packetBytes = load<u64>(fieldAt(at, 1));
  const isPacketWhole = packetBytes <= FRAME_BYTES_MAX && least + padded(<u32>packetBytes) == bytes;
  return isPacketWhole ? EMULATED_IMAGE_OK : EMULATED_IMAGE_BAD_PACKET;
}
