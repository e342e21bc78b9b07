/** Programs on the device alone, moved to another device in their middle: nobody notices. */
import { runSeeds, type Session } from "./session";

/** Runs the resumes; returns whether nothing is wrong. */
export async function runResumes(session: Session): Promise<boolean> {
  const { done, failures, counts } = await runSeeds(session, "resumes", "--resumes");
  for (const [what, count] of [...counts].sort()) console.log(`${what.padEnd(40)} ${String(count).padStart(10)}`);
  console.log(JSON.stringify({ resumes: done, differences: failures }));
  return failures === 0;
}
