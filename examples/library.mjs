/**
 * The library in Node: run a scenario, watch it, save the world in the middle and let a second one go on from there.
 *
 *     node examples/library.mjs        (after npm run build)
 */
import { readFileSync } from "node:fs";
import {
  compileDataPlane,
  compose,
  finish,
  loadWorld,
  readCapture,
  readConversation,
  saveWorld,
  start,
  step,
} from "renic";
import { parseScenario } from "renic/scenario";

const folder = new URL("./", import.meta.url);
const read = (path) => readFileSync(new URL(path, folder));

const scenario = parseScenario(read("failover.yaml").toString(), "failover.yaml");
const capture = scenario.traffic[0].capture;
const exchanges = readConversation(readCapture(read(capture), capture), { source: capture, port: 53 });

const module = await compileDataPlane();
const composition = compose({ module, scenario, run: 1, replays: new Map([[capture, exchanges]]) });
start(composition, {});
while (composition.world.nowNs() < 2e9) step(composition, {});
const saved = saveWorld(composition);

const first = finish(composition);
const second = finish(loadWorld(module, saved, "memory"));
console.log(`saved at 2 s, ${saved.length} bytes; digests ${first.digest} and ${second.digest}`);
