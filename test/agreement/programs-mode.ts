/** Programs on the reference model and on the device: they agree, and reach every behaviour that is known. */
import { demandOf, KNOWN } from "./behaviours";
import { runSeeds, type Session } from "./session";

/** With fewer programs nothing is demanded of what they reach. */
export const COUNT_WITH_DEMANDS = 5000;

/** A behaviour, how often it was seen, and how often it should have been. */
interface Reached {
  readonly behaviour: string;
  readonly count: number;
  readonly demand: number;
}

/** What so many programs reached, in alphabetical order; a behaviour that is not in the list is there with demand 0. */
function reached(counts: ReadonlyMap<string, number>, programs: number): Reached[] {
  const behaviours = [...new Set([...KNOWN, ...counts.keys()])].sort();
  return behaviours.map((behaviour) => {
    return { behaviour, count: counts.get(behaviour) ?? 0, demand: demandOf(behaviour, programs) };
  });
}

function printTable(rows: readonly Reached[], hasDemands: boolean): void {
  const width = Math.max(...rows.map(({ behaviour }) => behaviour.length));
  console.log(`${"behaviour".padEnd(width)} ${"seen".padStart(10)} ${"demanded".padStart(10)}`);
  for (const { behaviour, count, demand } of rows) {
    const note = !KNOWN.has(behaviour)
      ? "  not in test/agreement/behaviours.ts"
      : hasDemands && count < demand
        ? "  not reached"
        : "";
    console.log(`${behaviour.padEnd(width)} ${String(count).padStart(10)} ${String(demand).padStart(10)}${note}`);
  }
}

/** Runs the programs; returns whether nothing is wrong. */
export async function runPrograms(session: Session): Promise<boolean> {
  const { done, failures, counts } = await runSeeds(session, "programs", "--count");
  const hasDemands = done >= COUNT_WITH_DEMANDS;
  const rows = reached(counts, done);
  printTable(rows, hasDemands);
  const unreached = hasDemands ? rows.filter(({ count, demand }) => count < demand).length : 0;
  const behaviours = rows.filter(({ count }) => count > 0).length;
  console.log(JSON.stringify({ programs: done, disagreements: failures, behaviours, unreached }));
  return failures === 0 && unreached === 0;
}
