/**
 * A scenario whose lines and columns the tests of messages can rely on, and a way to break it in one place.
 *
 * It is the shape of `examples/failover.yaml`, kept apart so that the example may gain a comment.
 */

import { parseScenario } from "../../src/scenario";
import { InputError } from "../../src/sim/input-error";

export const FAILOVER = `version: 1
seed: 1
duration: 8s
hosts:
  - { name: primary, cores: 8, clock: 2.6GHz, nics: [{ rate: 10Gbps, latency: 1us, vfs: 7 }] }
  - { name: backup, cores: 8, clock: 2.6GHz, nics: [{ rate: 10Gbps, latency: 1us, vfs: 7 }] }
clients:
  - { name: visitor, link: { rate: 10Gbps, latency: 50us } }
vms:
  - name: web
    host: primary
    memory: 64MiB
    io: renic
    workload: { kind: replay-server, cyclesPerRequest: 60000, dirtyPerRequest: 8KiB, workingSet: 8MiB }
traffic:
  - from: visitor
    to: web
    kind: replay
    capture: dns.pcapng
    port: 53
    tries: 5
protect:
  - { vm: web, to: backup, interval: 25ms, link: { rate: 10Gbps, latency: 20us }, heartbeat: 100ms, timeout: 1s }
events:
  - { at: 4s, fail: primary }
ablate: { abilities: [stateWrite, hold], driverReset: 1s }
`;

/** Returns the text with the first occurrence of each left side replaced by its right side. */
export function changed(...changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the text does not hold ${from}`);
    return text.replace(from, () => to);
  }, FAILOVER);
}

/** Returns the message of the error that a text causes, line by line; none if it is a scenario. */
export function problemsIn(text: string): readonly string[] {
  try {
    parseScenario(text, "failover.yaml");
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.message.split("\n");
    throw error;
  }
}
