/** What things cost where a test does not say otherwise: the preset "now". */
import { resolveCosts } from "../../src/host/cost-table";

export const NOW = resolveCosts("now", {});
