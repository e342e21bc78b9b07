/** State images on their way between a virtual function and a test. */
import type { World } from "../../src/core/world";

/** More than the longest record, so that images that are too long can be tried. */
const ROOM_BYTES = 262_144;
/** Rooms for an image, for the one that it is compared with, and for what comes out. */
const ROOM_COUNT = 3;

export class ImageStore {
  readonly #at: number;

  /** Reserves room: set-up only. */
  constructor(readonly world: World) {
    this.#at = world.plane.reserveBytes(ROOM_BYTES * ROOM_COUNT) >>> 0;
  }

  /** Returns the image of a quiesced virtual function, as a checkpoint has it. */
  save(vf: number): Uint8Array {
    // Whatever a field is not written with shows.
    this.world.view(this.#at, ROOM_BYTES).fill(0xa5);
    return this.#take(0, this.world.plane.saveImage(vf, this.#at));
  }

  /** Returns the image of a quiesced virtual function with the frames that it holds. */
  saveForMigration(vf: number): Uint8Array {
    this.world.view(this.#at, ROOM_BYTES).fill(0xa5);
    return this.#take(0, this.world.plane.saveForMigration(vf, this.#at));
  }

  /** Restores an image into a quiesced virtual function and returns the code. */
  restore(vf: number, image: Uint8Array): number {
    return this.world.plane.restoreImage(vf, this.#put(0, image), image.length);
  }

  /** Restores what can be restored by writing registers, and returns the code. */
  restoreByRegisterWrites(vf: number, image: Uint8Array): number {
    return this.world.plane.restoreByRegisterWrites(vf, this.#put(0, image), image.length);
  }

  /** Returns the code of an image, and the bytes as they are after the check. */
  check(image: Uint8Array): { code: number; after: Uint8Array } {
    const at = this.#put(0, image);
    const code = this.world.plane.checkImage(at, image.length);
    return { code, after: this.#take(0, image.length) };
  }

  /** Returns the delta from an image of an epoch to a newer one. */
  makeDelta(base: Uint8Array, epoch: number, newer: Uint8Array): Uint8Array {
    const from = this.#put(0, base);
    return this.#take(2, this.world.plane.makeDelta(from, base.length, epoch, this.#put(1, newer), this.#room(2)));
  }

  /** Returns the code of a delta for an image of an epoch. */
  checkDelta(base: Uint8Array, epoch: number, delta: Uint8Array): number {
    const from = this.#put(0, base);
    return this.world.plane.checkDelta(from, base.length, epoch, this.#put(1, delta), delta.length);
  }

  /** Joins a delta that has been checked with its base. */
  joinDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
    return this.#take(2, this.world.plane.joinDelta(this.#put(0, base), this.#put(1, delta), this.#room(2)));
  }

  #room(number: number): number {
    return this.#at + number * ROOM_BYTES;
  }

  #put(room: number, image: Uint8Array): number {
    this.world.view(this.#room(room), image.length).set(image);
    return this.#room(room);
  }

  #take(room: number, byteCount: number): Uint8Array {
    return this.world.view(this.#room(room), byteCount).slice();
  }
}
