/**
 * When each VM's work begins, drawn from the seed and the number of the run.
 *
 * Everything else in a run without losses is settled by the scenario, so that runs would repeat to the bit and tell
 * nothing of chance. What differs between two measurements of the same machine is how its VMs' bursts fall on each
 * other, and that is what is drawn here: for each VM a start within one period of its work.
 */

/** Which draw. */
export interface Draw {
  readonly seed: number;
  readonly run: number;
  readonly vm: number;
}

/** Returns a whole number from 0 up to, not including, `periodNs`: the same for the same draw, everywhere. */
export function startNs({ seed, run, vm }: Draw, periodNs: number): number {
  const words = [seed >>> 0, Math.floor(seed / 2 ** 32), run, vm];
  const word = words.reduce((state, each) => mixed(state + GOLDEN + mixed(each)), 0);
  return Math.floor((word / 2 ** 32) * periodNs);
}

/** 2^32 divided by the golden ratio: keeps a row of zeros from staying one. */
const GOLDEN = 0x9e3779b9;

/** The last step of MurmurHash3 (Appleby, 2008, public domain): each bit of 32 changes about half of the others. */
function mixed(word: number): number {
  let bits = word >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
