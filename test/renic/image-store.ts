/** State images on their way between a virtual function and a test. */
import type { World } from "../../src/core/world";

/** More than the longest record, so that images that are too long can be tried. */
const ROOM_BYTES = 262_144;

export class ImageStore {
  readonly #at: number;

  /** Reserves room: set-up only. */
  constructor(readonly world: World) {
    this.#at = world.plane.reserveBytes(ROOM_BYTES) >>> 0;
  }

  /** Returns the image of a quiesced virtual function. */
  save(vf: number): Uint8Array {
    const byteCount = this.world.plane.saveImage(vf, this.#at);
    return this.world.view(this.#at, byteCount).slice();
  }

  /** Restores an image into a quiesced virtual function and returns the code. */
  restore(vf: number, image: Uint8Array): number {
    return this.world.plane.restoreImage(vf, this.#put(image), image.length);
  }

  /** Restores what can be restored by writing registers, and returns the code. */
  restoreByRegisterWrites(vf: number, image: Uint8Array): number {
    return this.world.plane.restoreByRegisterWrites(vf, this.#put(image), image.length);
  }

  /** Returns the code of an image, and the bytes as they are after the check. */
  check(image: Uint8Array): { code: number; after: Uint8Array } {
    const at = this.#put(image);
    const code = this.world.plane.checkImage(at, image.length);
    return { code, after: this.world.view(at, image.length).slice() };
  }

  #put(image: Uint8Array): number {
    this.world.view(this.#at, image.length).set(image);
    return this.#at;
  }
}
