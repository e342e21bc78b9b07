/** A job that plays a trace: the pages of each row, at the pace of the processor time that it gets. */
import { describe, expect, it } from "vitest";
import { numbersTo } from "../../src/sim/numbers";
import { ProcessorScene } from "../support/processor-scene";
import { BUILDS } from "../support/wasm-builds";

const MS = 1_000_000;
/** A burst of 50,000 cycles at 2.5 GHz. */
const BURST_NS = 20_000;
const FIRST_PAGE = 16;
const ROWS_PAGE = 60;
const HOT_PAGES = 8;
const ROWS = [
  { ns: 2 * MS, hot: 8, cold: 0 },
  { ns: 1 * MS, hot: 0, cold: 30 },
];

function traced(module: WebAssembly.Module, isRepeating: boolean) {
  const scene = new ProcessorScene({ module, processorCount: 1 });
  const { plane } = scene.world;
  const { guest } = scene.addJob({ writes: 0 });
  plane.createDirtyTrace(guest, ROWS_PAGE, ROWS.length, Number(isRepeating), BURST_NS);
  ROWS.forEach(({ ns, hot, cold }, number) => {
    plane.writeDirtyRow(guest, ROWS_PAGE, number, ns, hot, cold);
  });
  plane.resumeGuest(guest);
  /** Pages of the hot and of the cold region that have been written so far. */
  const written = () => {
    const pages = scene.world.exportMemory(guest);
    const count = (from: number, to: number) =>
      numbersTo(to - from).filter((number) => pages.get(from + number)?.some((byte) => byte !== 0)).length;
    return [count(FIRST_PAGE, FIRST_PAGE + HOT_PAGES), count(FIRST_PAGE + HOT_PAGES, FIRST_PAGE + HOT_PAGES + 32)];
  };
  return { scene, guest, written };
}

describe.each(BUILDS)("a job with a trace, $name build", ({ module }) => {
  it("alone on its processor, writes each row's pages evenly over the row", () => {
    const { scene, written } = traced(module, false);
    const seen = [1, 2, 2.5, 3, 9].map((ms) => {
      scene.runToEnd(ms * MS);
      return written();
    });
    expect(seen).toEqual([
      [4, 0],
      [8, 0],
      [8, 15],
      [8, 30],
      [8, 30],
    ]);
  });

  it("that repeats, writes on behind its end", () => {
    const { scene, written } = traced(module, true);
    scene.runToEnd(6 * MS);
    // Sixty cold pages in two rounds, in a region of thirty-two.
    expect(written()).toEqual([8, 32]);
  });

  it("waiting for a processor that another job has, writes nothing until its turn", () => {
    const { scene, guest, written } = traced(module, false);
    const { plane } = scene.world;
    plane.suspendGuest(guest);
    plane.resumeGuest(scene.addJob().guest);
    scene.runToEnd(MS);
    plane.resumeGuest(guest);
    scene.runToEnd(5 * MS);
    expect(written()).toEqual([0, 0]);
    scene.runToEnd(9 * MS);
    expect(written()).toEqual([8, 30]);
    expect(scene.verdict().faults).toEqual([]);
  });

  it("stopped, writes nothing", () => {
    const { scene, guest, written } = traced(module, false);
    scene.runToEnd(1 * MS);
    scene.world.plane.suspendGuest(guest);
    scene.runToEnd(5 * MS);
    expect(written()).toEqual([4, 0]);
  });
});
