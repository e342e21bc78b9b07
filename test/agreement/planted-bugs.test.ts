/** The planted bugs can be planted, and three of them really are, and are caught; `npm run agree -- --planted` does all. */
import { afterAll, describe, expect, it } from "vitest";
import { RELEASE } from "../support/wasm-builds";
import { PLANTED_BUGS } from "./planted-bugs";
import { occurrencesOf, PlantingGround } from "./planted-build";
import { perform } from "./tasks";

/** Each is caught by one of the first programs. */
const BUILT = ["TSO, identification stands still", "image, contexts", "EIAC, ignored"];
const PROGRAM_COUNT = 60;

const ground = new PlantingGround();
afterAll(() => ground.remove());

describe("planted bugs", () => {
  it("each has a name of its own, and its text exactly once in its file", () => {
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(30);
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
    const lost = PLANTED_BUGS.filter((bug) => occurrencesOf(bug) !== 1).map(({ name }) => name);
    expect(lost).toEqual([]);
  });

  it.each(PLANTED_BUGS.filter(({ name }) => BUILT.includes(name)))("$name, is caught", async (bug) => {
    const task = { kind: bug.foundBy, seed: 1, count: PROGRAM_COUNT, isShrinking: false };
    const { failures } = perform({ ...task, module: await ground.build(bug) });
    expect(failures).toHaveLength(1);
    const seed = failures[0]?.seed ?? 0;
    expect(perform({ ...task, module: RELEASE.module, seed, count: 1 }).failures).toEqual([]);
  });
});
