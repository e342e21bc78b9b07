/** The table of what actions cost, in cycles, which the control plane fills in when a world is made. */
import { COSTS } from "../layout/memory-map";

/** Returns what an action, a COST_ of layout/cost.ts, costs. */
export function cost(index: u32): u32 {
  return load<u32>(COSTS + (index << 2));
}
