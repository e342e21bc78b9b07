/** Some of the moves of `npm run migrations`, which has thousands. */
import { expect, it } from "vitest";
import { movingInput, movingTcpInput } from "../support/migration-scenario";
import { drawMove } from "./drawn-move";

it("twenty moves drawn by seed, everything holds in each", async () => {
  const inputs = { udp: await movingInput(), tcp: await movingTcpInput() };
  for (let seed = 1; seed <= 20; seed++) expect(drawMove(inputs, seed).failures, `seed ${seed}`).toEqual([]);
});
