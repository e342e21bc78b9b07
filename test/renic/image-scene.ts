/** A virtual function whose every register has seen use, and another one to restore it into. */

import {
  RDBAH,
  TDBAH,
  TXCTL,
  VTEIAC,
  VTEIAM,
  VTEICS,
  VTEIMS,
  VTEITR0,
  VTEITR1,
  VTEITR2,
  VTIVAR_MISC,
} from "../../assembly/layout/vf-registers";
import type { World } from "../../src/core/world";
import type { Server } from "../support/network";
import { REGISTERS } from "../support/register-rows";
import { runTo } from "../support/running";
import { createServiceScene } from "../support/service-scene";
import { ImageStore } from "./image-store";

export interface ImageScene {
  readonly world: World;
  /** Ten requests answered; quiesced at 2 ms. */
  readonly source: Server;
  /** The second virtual function of another host's port, as after power-up; quiesced too. */
  readonly target: Server;
  readonly store: ImageStore;
}

/** Makes the scene. */
export function createImageScene(module: WebAssembly.Module): ImageScene {
  const { world, network, server: source } = createServiceScene(10, { world: { module } });
  const other = network.addServer({ vfCount: 2 });
  const target = network.addNeighbour(other, 1);
  const store = new ImageStore(world);
  world.plane.bootGuest(other.guest);
  world.plane.announce(other.vf);
  runTo(world, 2_000_000);
  leaveTraces(world, source.vf);
  world.plane.quiesce(source.vf);
  world.plane.quiesce(target.vf);
  return { world, source, target, store };
}

/** Writes registers that a driver leaves alone, so that no word of an image is zero by chance. */
function leaveTraces(world: World, vf: number): void {
  const write = (offset: number, value: number) => world.plane.writeRegister(vf, offset, value);
  write(VTEIAC, 5);
  write(VTEIAM, 3);
  write(VTEICS, 6);
  write(VTEIMS, 0);
  write(VTEITR0, 100 << 2);
  write(VTEITR1, 200 << 2);
  write(VTEITR2, 300 << 2);
  write(VTIVAR_MISC, 0x82);
  write(TXCTL, 0x2200);
  write(RDBAH, 0x11);
  write(TDBAH, 0x22);
}

/** Returns every register that is part of an image, by name, read without side effects. */
export function imageRegisters(world: World, vf: number): Map<string, number> {
  const rows = REGISTERS.filter(({ record }) => record !== 0);
  return new Map(rows.map(({ name, offset }) => [name, world.plane.peekRegister(vf, offset) >>> 0]));
}
