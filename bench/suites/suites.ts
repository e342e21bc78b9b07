/** The suites, in the order in which they run. Each gets a module and the seconds for each of its cases. */
import { runCheckpoints } from "./checkpoints";
import { runEventQueue } from "./event-queue";
import { runHarvest } from "./harvest";
import { runPlans } from "./plans";
import { runRingPath } from "./ring-path";
import { runStateImage } from "./state-image";

export const SUITES = [runRingPath, runEventQueue, runHarvest, runStateImage, runCheckpoints, runPlans] as const;
