/** A receive ring that a test lays out by hand: one buffer address a descriptor, wherever the test wants it to point. */
import { DESCRIPTOR_BYTES, RX_ADDRESS, RX_DD, RX_LENGTH, RX_STATUS } from "../../assembly/layout/descriptor";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { RDBAH, RDBAL, RDLEN, RDT, RXDCTL, VTEIMC } from "../../assembly/layout/vf-registers";
import { QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import type { World } from "../../src/core/world";
import { readGuest, writeGuest } from "./guest-pages";
import type { Server } from "./network";
import { openPool } from "./open-pool";

/** No software of a guest uses this page (layout/guest-software.ts). */
export const RECEIVE_RING_PAGE = 9;

/** Gives a virtual function a ring whose descriptors have these buffers, all but one of them for the device. */
export function layReceiveRing(world: World, { guest, vf }: Server, buffers: readonly (number | bigint)[]): void {
  const bytes = new Uint8Array(buffers.length * DESCRIPTOR_BYTES);
  const view = new DataView(bytes.buffer);
  buffers.forEach((address, index) => {
    view.setBigUint64(index * DESCRIPTOR_BYTES + RX_ADDRESS, BigInt(address), true);
  });
  writeGuest(world, guest, RECEIVE_RING_PAGE * PAGE_BYTES, bytes);
  const write = (offset: number, value: number) => world.plane.writeRegister(vf, offset, value);
  openPool(world, vf);
  write(VTEIMC, 7);
  write(RXDCTL, 0);
  write(RDBAL, RECEIVE_RING_PAGE * PAGE_BYTES);
  write(RDBAH, 0);
  write(RDLEN, bytes.length);
  write(RXDCTL, QUEUE_ENABLE);
  write(RDT, buffers.length - 1);
}

/** A receive descriptor as the device wrote it back. */
export interface WrittenBack {
  readonly isDone: boolean;
  readonly bytes: number;
}

/** Returns each descriptor of a ring that was laid so. */
export function readReceiveRing(world: World, { guest }: Server, descriptorCount: number): WrittenBack[] {
  const bytes = readGuest(world, guest, RECEIVE_RING_PAGE * PAGE_BYTES, descriptorCount * DESCRIPTOR_BYTES);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: descriptorCount }, (_, index) => ({
    isDone: (view.getUint32(index * DESCRIPTOR_BYTES + RX_STATUS, true) & RX_DD) !== 0,
    bytes: view.getUint16(index * DESCRIPTOR_BYTES + RX_LENGTH, true),
  }));
}
