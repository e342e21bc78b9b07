/**
 * A transmit ring that a test fills by hand, in the place of a guest's driver: descriptors and buffers go into guest
 * memory, the tail is written through the register port. Nothing here keeps a guest's rules; that is for the test.
 */
import {
  DESCRIPTOR_BYTES,
  TX_ADDRESS,
  TX_COMMAND,
  TX_DD,
  TX_DEXT,
  TX_EOP,
  TX_IFCS,
  TX_PAYLEN_SHIFT,
  TX_RS,
  TX_STATUS,
  TX_TYPE_DATA,
} from "../../assembly/layout/descriptor";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import { TDBAH, TDBAL, TDLEN, TDT, TXDCTL, VTEIMC } from "../../assembly/layout/vf-registers";
import { QUEUE_ENABLE } from "../../assembly/layout/virtual-function";
import type { World } from "../../src/core/world";
import { readGuest, writeGuest } from "./guest-pages";
import type { Server } from "./network";
import { enableMessages, openPool } from "./open-pool";

/** Neither the driver nor the service of a guest uses these pages (layout/guest-software.ts). */
const RING_PAGE = 8;
const BUFFERS_PAGE = 400;
const BUFFER_BYTES = 2048;

/** What the usual driver writes: an advanced data descriptor, the end of a packet, to be reported. */
export const WHOLE_PACKET = (TX_TYPE_DATA | TX_DEXT | TX_IFCS | TX_EOP | TX_RS) >>> 0;

/** A transmit descriptor. */
export interface TransmitDescriptor {
  readonly address: number | bigint;
  readonly bytes: number;
  /** Bits of the command word above the length; WHOLE_PACKET unless told. */
  readonly command?: number;
}

export interface TransmitRingOptions {
  readonly descriptorCount?: number;
  /** Guest address of the ring. */
  readonly base?: number;
}

export class TransmitRing {
  readonly descriptorCount: number;
  readonly #base: number;
  #next = 0;

  /** Takes the queue over from whoever had it, with every interrupt masked, so that the guest's own driver rests. */
  constructor(
    readonly world: World,
    readonly server: Server,
    { descriptorCount = 32, base = RING_PAGE * PAGE_BYTES }: TransmitRingOptions = {},
  ) {
    this.descriptorCount = descriptorCount;
    this.#base = base;
    this.start();
  }

  /** Sets the queue up anew: the ring where it was, its next descriptor the first, its contents as they are. */
  start(): void {
    const { world, server } = this;
    const write = (offset: number, value: number) => world.plane.writeRegister(server.vf, offset, value);
    openPool(world, server.vf);
    enableMessages(world, server.vf);
    write(VTEIMC, 7);
    write(TXDCTL, 0);
    write(TDBAL, this.#base);
    write(TDBAH, 0);
    write(TDLEN, this.descriptorCount * DESCRIPTOR_BYTES);
    write(TXDCTL, QUEUE_ENABLE);
    this.#next = 0;
  }

  /** Puts a frame behind what was posted before, in a buffer of its own; the device is not told. */
  post(frame: Uint8Array): void {
    const address = BUFFERS_PAGE * PAGE_BYTES + this.#next * BUFFER_BYTES;
    writeGuest(this.world, this.server.guest, address, frame);
    this.postDescriptor({ address, bytes: frame.length });
  }

  /** Puts a descriptor behind what was posted before; the device is not told. */
  postDescriptor(descriptor: TransmitDescriptor): void {
    const at = this.#base + this.#next * DESCRIPTOR_BYTES;
    writeGuest(this.world, this.server.guest, at, encodeTransmitDescriptor(descriptor));
    this.#next = (this.#next + 1) % this.descriptorCount;
  }

  /** Tells the device of everything posted, or of another tail. */
  ring(tail = this.#next): void {
    this.world.plane.writeRegister(this.server.vf, TDT, tail);
  }

  /** Posts frames and tells the device. */
  send(frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.post(frame);
    this.ring();
  }

  /** Returns whether each descriptor of the ring is done. */
  done(): boolean[] {
    const bytes = readGuest(this.world, this.server.guest, this.#base, this.descriptorCount * DESCRIPTOR_BYTES);
    const view = new DataView(bytes.buffer);
    return Array.from({ length: this.descriptorCount }, (_, index) => {
      return (view.getUint32(index * DESCRIPTOR_BYTES + TX_STATUS, true) & TX_DD) !== 0;
    });
  }
}

/** Returns a descriptor's 16 bytes. */
export function encodeTransmitDescriptor({ address, bytes, command }: TransmitDescriptor): Uint8Array {
  const encoded = new Uint8Array(DESCRIPTOR_BYTES);
  const view = new DataView(encoded.buffer);
  view.setBigUint64(TX_ADDRESS, BigInt(address), true);
  view.setUint32(TX_COMMAND, ((command ?? WHOLE_PACKET) | bytes) >>> 0, true);
  view.setUint32(TX_STATUS, (bytes << TX_PAYLEN_SHIFT) >>> 0, true);
  return encoded;
}
