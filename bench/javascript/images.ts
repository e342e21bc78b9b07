/** The loops over saving and restoring, and what they work on. */
import { crc32c } from "./crc32c";
import { ImageBytes, OK } from "./image-format";
import { restoreImage } from "./image-restore";
import { saveImage } from "./image-save";
import { ImageState } from "./image-state";

export class ImageBench {
  readonly #state = new ImageState();
  readonly #saved: ImageBytes;
  readonly #images: readonly ImageBytes[];
  #savedBytes = 0;

  /** Takes the images that are restored, and room for the largest. */
  constructor(images: readonly Uint8Array[], roomBytes: number) {
    this.#images = images.map((bytes) => new ImageBytes(bytes));
    this.#saved = new ImageBytes(new Uint8Array(roomBytes));
  }

  /** Makes the state what an image says. */
  prepareSave(number: number): void {
    if (this.#restore(number) !== OK) throw new RangeError("the state to save is possible");
  }

  /** Saves so many times; a statistic counts the saves, so that no two images are the same. */
  save(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#state.vf.gprc = i;
      this.#savedBytes = saveImage(this.#state, this.#saved);
    }
  }

  /** Restores an image and its neighbour (the number's lowest bit the other way) in turns; returns OK, or why not. */
  restore(number: number, count: number): number {
    for (let i = 0; i < count; i++) {
      const problem = this.#restore(number ^ (i & 1));
      if (problem !== OK) return problem;
    }
    return OK;
  }

  /** Returns the CRC-32C of the image that was saved last. */
  savedCrc(): number {
    return crc32c(this.#saved.view, 0, this.#savedBytes);
  }

  /** Returns the CRC-32C of what the state would be saved as. */
  stateCrc(): number {
    this.#savedBytes = saveImage(this.#state, this.#saved);
    return this.savedCrc();
  }

  #restore(number: number): number {
    const image = this.#images[number];
    if (!image) throw new RangeError(`there is no image ${number}`);
    return restoreImage(this.#state, image, image.bytes.length);
  }
}
