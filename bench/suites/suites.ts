/** The suites, in the order in which they run. Each gets a module and the seconds for each of its cases. */
import { runDirtyScan } from "./dirty-scan";
import { runEventQueue } from "./event-queue";
import { runRingPath } from "./ring-path";
import { runStateImage } from "./state-image";

export const SUITES = [runRingPath, runEventQueue, runDirtyScan, runStateImage] as const;
