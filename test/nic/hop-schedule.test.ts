/**
 * The lazy schedule, in which a port looks at its wire when somebody wants to know, against the slow one with an event
 * for every hop: memories, registers, counters, frames and messages with their times are the same.
 */
import { describe, expect, it } from "vitest";
import { REASON_PF, REASON_UNTIL } from "../../assembly/layout/event";
import { VTEITR } from "../../assembly/layout/vf-registers";
import { EITR_SHIFT } from "../../assembly/layout/virtual-function";
import { servePorts } from "../../src/device/port-driver";
import { WasmDevice, windowsOf } from "../agreement/wasm-device";
import { drawProgram } from "../reference/program";
import { compareOutcomes, runProgram } from "../reference/run";
import {
  bridgedGuests,
  contendingHosts,
  type HopScene,
  manyHosts,
  oneFlow,
  overload,
  type SceneMaker,
  sevenPools,
} from "../support/hop-scenes";
import { DEBUG, RELEASE } from "../support/wasm-builds";
import { Watcher, type WorldOutcome } from "../support/world-outcome";

const SCENES: readonly { name: string; make: SceneMaker }[] = [
  { name: "one flow", make: oneFlow },
  { name: "seven pools that send to the wire and to each other", make: sevenPools },
  { name: "paravirtual guests on the bridge of dom0", make: bridgedGuests },
  { name: "sixteen hosts on a switch", make: manyHosts },
  { name: "hosts on a switch that contend for its wires", make: contendingHosts },
  { name: "more requests than a ring has room for", make: overload },
];

const PROGRAM_COUNT = 150;
const DEBUG_PROGRAM_COUNT = 30;

interface Schedule {
  readonly module?: WebAssembly.Module;
  readonly isEager?: boolean;
  /** How far each call goes; to the end unless told. */
  readonly stepNs?: number;
  /** When it ends, and whether somebody then looks at everything. */
  readonly untilNs?: number;
  readonly settles?: boolean;
  readonly tamper?: (scene: HopScene) => void;
}

/** Advances to a time in steps, with the ports' drivers at hand. */
function advanceTo({ world }: HopScene, watcher: Watcher, untilNs: number, stepNs: number): void {
  for (let ns = Math.min(untilNs, world.nowNs() + stepNs); ; ns = Math.min(untilNs, ns + stepNs)) {
    for (let { reason } = world.advance(ns); reason !== REASON_UNTIL; { reason } = world.advance(ns)) {
      watcher.look();
      if (reason === REASON_PF) servePorts(world);
    }
    watcher.look();
    if (ns === untilNs) return;
  }
}

function run(make: SceneMaker, schedule: Schedule = {}): { outcome: WorldOutcome; watcher: Watcher } {
  const { module = RELEASE.module, isEager = false, stepNs = Number.POSITIVE_INFINITY, settles = true } = schedule;
  const scene = make(module);
  scene.world.plane.setEager(isEager ? 1 : 0);
  schedule.tamper?.(scene);
  const watcher = new Watcher(scene.world);
  const untilNs = schedule.untilNs ?? scene.endNs;
  for (const { ns, act } of scene.actions) {
    if (ns >= untilNs) break;
    advanceTo(scene, watcher, ns, stepNs);
    act();
  }
  advanceTo(scene, watcher, untilNs, stepNs);
  if (settles) scene.world.plane.settle();
  return { outcome: watcher.outcome(scene.parts), watcher };
}

describe.each(SCENES)("$name", ({ make }) => {
  it("with an event for every hop, come out as without", () => {
    const lazy = run(make);
    expect(run(make, { isEager: true }).outcome).toEqual(lazy.outcome);
    expect(lazy.watcher.count("delivered")).toBeGreaterThan(50);
    expect(lazy.watcher.count("interrupts")).toBeGreaterThan(0);
  });

  it.each([777, 100_000])("in steps of %d ns, come out as in one go", (stepNs) => {
    expect(run(make, { stepNs }).outcome).toEqual(run(make).outcome);
  });

  it("of the debug build, come out as of the release build", () => {
    expect(run(make, { module: DEBUG.module }).outcome).toEqual(run(make).outcome);
  });

  it("with a register that differs, are seen to come out otherwise", () => {
    const tamper = ({ world, parts }: HopScene) => {
      for (const vf of parts.vfs) world.plane.writeRegister(vf, VTEITR, 3 << EITR_SHIFT);
    };
    expect(run(make, { tamper }).outcome).not.toEqual(run(make).outcome);
  });
});

describe("scenes that are looked at", () => {
  it("more requests than a ring has room for, has frames dropped", () => {
    expect(run(overload).watcher.count("dropped")).toBeGreaterThan(50);
  });

  it("seven pools, nobody having looked in the end, are seen to come out otherwise", () => {
    const untilNs = 200_000;
    const [lazy, looked] = [run(sevenPools, { untilNs, settles: false }), run(sevenPools, { untilNs })];
    expect(lazy.outcome).not.toEqual(looked.outcome);
    expect(lazy.watcher.count("delivered")).toBeLessThan(looked.watcher.count("delivered"));
  });
});

describe("random guest programs", () => {
  it.each([
    { what: "with an event for every hop", count: PROGRAM_COUNT, module: RELEASE.module, isEager: true },
    { what: "on the debug build", count: DEBUG_PROGRAM_COUNT, module: DEBUG.module, isEager: false },
  ])("$what, have the same outcome", ({ count, module, isEager }) => {
    const differences: string[] = [];
    for (let seed = 1; seed <= count && differences.length < 5; seed++) {
      const program = drawProgram(seed);
      const windows = windowsOf(program);
      const lazy = runProgram(program, new WasmDevice(RELEASE.module, program.settings, windows));
      const device = new WasmDevice(module, program.settings, windows);
      if (isEager) device.beEager();
      const other = runProgram(program, device);
      differences.push(...compareOutcomes(lazy, other).map((difference) => `seed ${seed}: ${difference}`));
    }
    expect(differences).toEqual([]);
  });
});
