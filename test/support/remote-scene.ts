/** A port whose pools' memories live elsewhere, with both rings of each laid out. */
import { TX_RS } from "../../assembly/layout/descriptor";
import { itemAt } from "./item-at";
import type { PoolDriver } from "./pool-driver";
import { PortScene } from "./port-scene";
import { RandomSource } from "./random-source";
import type { RemoteGuest, RemoteGuestOptions } from "./remote-guest";
import { WHOLE_PACKET } from "./transmit-ring";

/** Long enough for everything in a test to have been answered. */
export const LONG_NS = 3_000_000;
/** Descriptors of which nobody is told. */
export const SILENT = (WHOLE_PACKET & ~TX_RS) >>> 0;

/** A scene, with the driver and the memory of its first pool. */
export interface RemoteScene {
  readonly scene: PortScene;
  readonly driver: PoolDriver;
  readonly remote: RemoteGuest;
}

export interface RemoteSceneOptions extends Partial<RemoteGuestOptions> {
  readonly module: WebAssembly.Module;
  readonly parkedBytesMax?: number;
  readonly vfCount?: number;
}

/** Makes the scene; answers take up to 3 us unless told. */
export function createRemoteScene(options: RemoteSceneOptions): RemoteScene {
  const { module, parkedBytesMax = 1 << 20, vfCount = 1, random = new RandomSource(5), ...answers } = options;
  const scene = new PortScene({ module, vfCount, parkedBytesMax, remote: () => ({ random, ...answers }) });
  for (const driver of scene.drivers) {
    driver.startTransmit();
    driver.startReceive();
  }
  return { scene, driver: itemAt(scene.drivers, 0), remote: itemAt(scene.remotes, 0) };
}

/** 0, 1, 2, ... */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}
