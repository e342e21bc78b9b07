/**
 * Probes: datagrams that a client sends one each period, and that a VM sends back. They are the exchanges of a client that
 * never asks twice, each with a content and a port that tell it from those that may still be under way.
 */
import type { ProbeScenario, Scenario } from "../config/scenario";
import type { Exchange } from "../format/conversation";
import { numbersTo } from "../sim/numbers";

/** assumed: that of ping, 56 bytes, and room for a number. */
const PROBE_BYTES = 64;
/** Ports that they leave from in turn, and contents: together more than are ever under way. */
const PORT_FIRST = 20_000;
const PORT_COUNT = 10_000;
const CONTENT_COUNT = 256;
/** Nobody asks again: longer than any run. */
export const PROBE_TIMEOUT_NS = 3_600_000_000_000;

/** Returns the flow by which a client probes; null for one that does not. */
export function probeOf({ flows }: Scenario, client: string): ProbeScenario | null {
  for (const flow of flows) if (flow.kind === "probe" && flow.from === client) return flow;
  return null;
}

/** Returns what a client sends until a run ends, and gets back; times count from the probe's beginning. */
export function probeExchanges({ startNs, periodNs }: ProbeScenario, durationNs: number): Exchange[] {
  const contents = numbersTo(CONTENT_COUNT).map((number) => new Uint8Array(PROBE_BYTES).fill(number));
  const count = Math.max(1, Math.ceil((durationNs - startNs) / periodNs));
  return numbersTo(count).flatMap((number) => {
    const request = contents[number % CONTENT_COUNT];
    if (!request) return [];
    return [{ timeNs: number * periodNs, sourcePort: PORT_FIRST + (number % PORT_COUNT), request, reply: request }];
  });
}
