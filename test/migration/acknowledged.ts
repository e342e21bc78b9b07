/**
 * What TCP told somebody is what the other side has: of each connection that both ends know, the bytes that were
 * acknowledged to its sender have been received in order by whoever is its receiver now, in either direction.
 *
 * A byte that a machine had acknowledged and that did not move with it is one that its sender never sends again, whether
 * anybody reads it before the run ends or not. Read from the stacks' control blocks; connections are found by their ports.
 */
import type { World } from "../../src/core/world";
import { currentOwner } from "../../src/experiment/flow-owner";
import type { RunOutcome } from "../../src/experiment/run";
import { stackPlanOf } from "../../src/workload/flows";
import { type ConnectionView, StackOwner } from "../support/machines";

/** Returns what was lost, a line each. */
export function lostAcknowledgments({ world, control }: RunOutcome): string[] {
  return control.flows.flatMap(({ from, to, fromWork }) => {
    if (fromWork < 0) return [];
    const [ours, theirs] = [from, to].map((end) => {
      return connectionsOf(world, currentOwner(control, end), stackPlanOf(control.scenario, end.name)?.connectionCount);
    });
    return (ours ?? []).flatMap((one) => {
      const other = theirs?.find(({ selfPort, peerPort }) => selfPort === one.peerPort && peerPort === one.selfPort);
      if (!other) return [];
      return [...missing(from.name, one, other), ...missing(to.name, other, one)];
    });
  });
}

function missing(sender: string, sending: ConnectionView, receiving: ConnectionView): string[] {
  const count = sending.ackedBytes - receiving.receivedBytes;
  if (count <= 0) return [];
  return [`${count} bytes were acknowledged to ${sender} on port ${sending.selfPort} and are nowhere`];
}

function connectionsOf(world: World, owner: number, connectionCount = 0): ConnectionView[] {
  // Addresses are nobody's business here.
  return new StackOwner(world, owner, connectionCount, [0, 0], 0)
    .connections()
    .filter(({ state }) => state !== "CLOSED");
}
