/** The benchmark's loops over saving and restoring a state image; see bench.ts. */
import { IMAGE_OK } from "./layout/state-image";
import { vf } from "./nic/virtual-function";
import { restoreImage, saveImage } from "./renic/state-image";

/**
 * Saves a quiesced virtual function so many times to one place; returns the bytes of the last image. A statistic counts
 * the saves, so that no two images are the same.
 */
export function saveImages(index: u32, at: u32, count: u32): u32 {
  let bytes: u32 = 0;
  for (let number: u32 = 0; number < count; number++) {
    vf(index).control.gprc = number;
    bytes = saveImage(index, at);
  }
  return bytes;
}

/**
 * Restores two images in turns, the first one first, into a quiesced virtual function; returns IMAGE_OK, or why one was
 * refused. Taking turns, each restore finds another state than the one that it brings.
 */
export function restoreImages(index: u32, first: u32, firstBytes: u32, second: u32, secondBytes: u32, count: u32): u32 {
  for (let number: u32 = 0; number < count; number++) {
    const isFirst = (number & 1) == 0;
    const problem = restoreImage(index, isFirst ? first : second, isFirst ? firstBytes : secondBytes);
    if (problem != IMAGE_OK) return problem;
  }
  return IMAGE_OK;
}
