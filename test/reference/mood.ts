/**
 * What a random program is mostly about, so that every behaviour has programs in which it is common.
 * Source: none; it belongs to the programs.
 */

import type { DeviceSettings } from "./device-interface";
import { PAGE_BYTES } from "./memory";
import type { ProgramRandom } from "./random";

export const GUEST_PAGES = 48;

/** Probabilities are percents. */
export interface Mood {
  readonly hostility: number;
  readonly hasVlans: boolean;
  readonly hasVlanFilter: boolean;
  readonly hasRss: boolean;
  readonly isVmdqOff: boolean;
  readonly isLooping: boolean;
  readonly isSpoofChecked: boolean;
  readonly isSpoofing: number;
  readonly hasThresholds: boolean;
  readonly hasHeadWriteBack: boolean;
  readonly isThrottled: boolean;
  readonly isHolding: boolean;
  readonly isQuiescing: boolean;
  readonly isSplit: boolean;
  readonly isLegacy: boolean;
  readonly hasLongFrames: boolean;
  readonly isSegmenting: boolean;
  readonly isHigh: boolean;
  readonly isMailing: boolean;
  readonly isResetting: boolean;
  readonly isMapping: boolean;
  readonly isBursting: boolean;
  readonly isFlooding: boolean;
}

export function drawMood(random: ProgramRandom): Mood {
  return {
    hostility: random.pick([0, 0, 3, 10, 35]),
    hasVlans: random.chance(40),
    hasVlanFilter: random.chance(25),
    hasRss: random.chance(50),
    isVmdqOff: random.chance(4),
    isLooping: random.chance(70),
    isSpoofChecked: random.chance(25),
    isSpoofing: random.pick([0, 5, 30]),
    hasThresholds: random.chance(30),
    hasHeadWriteBack: random.chance(25),
    isThrottled: random.chance(50),
    isHolding: random.chance(25),
    isQuiescing: random.chance(30),
    isSplit: random.chance(35),
    isLegacy: random.chance(25),
    hasLongFrames: random.chance(30),
    isSegmenting: random.chance(40),
    isHigh: random.chance(15),
    isMailing: random.chance(20),
    isResetting: random.chance(12),
    isMapping: random.chance(20),
    isBursting: random.chance(20),
    isFlooding: random.chance(8),
  };
}

export function drawSettings(random: ProgramRandom, mood: Mood): DeviceSettings {
  const isDoneAtRelease = mood.isHolding && random.chance(40);
  return {
    vfCount: random.pick([1, 2, 2, 3, 3, 4, 7]),
    guestPages: GUEST_PAGES,
    wirePsPerByte: random.pick([80, 800, 1000, 8000]),
    readPsPerByte: random.pick([100, 250, 1000]),
    writePsPerByte: random.pick([100, 250, 1000]),
    dmaLatencyPs: random.pick([300_000, 500_000, 1_000_000, 1_000_000]),
    parkedBytesMax: random.pick([1000, 8192, 65536]),
    outboundBytes: random.pick([2048, 8192, 3 * PAGE_BYTES, 131_072]),
    isHeadWritable: !isDoneAtRelease && random.chance(10),
    isDoneAtRelease,
  };
}
