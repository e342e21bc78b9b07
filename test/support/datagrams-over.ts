/** A fast sender of datagrams and a receiver of a clock: what the receiver cannot take is its path's to lose. */
import type { IoModel, Scenario } from "../../src/config/scenario";
import type { RunInput } from "../../src/experiment/input";

/** Datagrams from one VM to another, each on a host of its own, the receiving one as slow as a test wants it. */
export function datagramsOver(input: RunInput, io: IoModel, clockHz: number): RunInput {
  const [host] = input.scenario.hosts;
  const [vm] = input.scenario.vms;
  if (!host || !vm) throw new Error("the example has a host and a VM");
  const scenario: Scenario = {
    ...input.scenario,
    durationNs: 100_000_000,
    clients: [],
    hosts: [host, { ...host, name: "slow", clockHz }],
    vms: [
      { ...vm, name: "sender", io: "vf" },
      { ...vm, name: "receiver", host: "slow", io },
    ],
    flows: [
      {
        kind: "datagrams",
        from: "sender",
        to: "receiver",
        port: 9,
        startNs: 0,
        frameBytes: 60,
        tickNs: 20_000,
        countPerTick: 4,
      },
    ],
  };
  return { ...input, scenario };
}
