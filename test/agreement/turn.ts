/**
 * Which pool a port serves next is the port's, not a pool's, and no image has it. It is made the same in two devices by
 * a packet of the PF's own pool that nobody sees: too short, so it is dropped, and the next turn is pool 0's.
 * Source: docs/device.md, "DMA and time" and "Transmit".
 */
import { wordBytes } from "../reference/bytes";
import type { Device } from "../reference/device-interface";
import * as pf from "../reference/pf-registers";

const PF_POOL = 7;
/** Transmit queue 0 of the PF's pool, as the PF sees it. */
const QUEUE = 0xe000 + PF_POOL * 0x40;
const BASE_LOW = QUEUE;
const LENGTH = QUEUE + 0x8;
const TAIL = QUEUE + 0x18;
const CONTROL = QUEUE + 0x28;
const ENABLE = 2 ** 25;
const RING_AT = 0x1000;
const EMPTY_PACKET = wordBytes(0, 0, 2 ** 24, 0);
const LONG_ENOUGH_PS = 10_000_000;

/** Has pool 0 be the next in turn, while every VF's pool is quiesced; returns the time. */
export function haveTurnBegin(device: Device, nowPs: number): number {
  const enabled = device.readPf(pf.TCTL);
  const pools = device.readPf(pf.VFTE);
  device.writeMemory(PF_POOL, RING_AT, EMPTY_PACKET);
  device.writePf(BASE_LOW, RING_AT);
  device.writePf(LENGTH, 128);
  device.writePf(CONTROL, ENABLE);
  device.writePf(pf.TCTL, enabled | 2);
  device.writePf(pf.VFTE, pools | (1 << PF_POOL));
  device.writePf(TAIL, 1);
  device.advance(nowPs + LONG_ENOUGH_PS);
  if (device.readPf(QUEUE + 0x10) !== 1) throw new Error("the packet of the PF's pool was not taken");
  // Enabling zeroes head and tail.
  device.writePf(CONTROL, 0);
  device.writePf(CONTROL, ENABLE);
  device.writePf(CONTROL, 0);
  device.writePf(BASE_LOW, 0);
  device.writePf(LENGTH, 0);
  device.writeMemory(PF_POOL, RING_AT, new Uint8Array(EMPTY_PACKET.length));
  device.writePf(pf.TCTL, enabled);
  device.writePf(pf.VFTE, pools);
  return nowPs + LONG_ENOUGH_PS;
}
