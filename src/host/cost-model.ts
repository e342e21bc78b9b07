/**
 * What the data plane is told of the cost model, and the preset "now" for a world that no scenario describes.
 *
 * The rows are in `cost-rows-*.ts`, their table and its presets in `cost-table.ts`; docs/model.md shows all of them. A
 * scenario's results depend on nothing else about processors and pauses.
 */
import {
  COST_DRIVER_RECEIVE,
  COST_DRIVER_TRANSMIT,
  COST_INTERRUPT_EXIT,
  COST_INTERRUPT_GUEST,
  COST_LOG_DIRTY,
  COST_STACK_RECEIVE,
  COST_STACK_TRANSMIT,
  COST_VCPU_SWITCH,
} from "../../assembly/layout/cost";
import { announceDelaysNs } from "./announcements";
import { pauseNs as pauseOf } from "./checkpoint-pause";
import { type CostName, resolveCosts } from "./cost-table";

const NOW = resolveCosts("now", {});

/** Rows that are charged today, with their values of the preset "now". */
export const COST_MODEL = {
  interruptExit: { value: NOW.interruptExit },
  interruptGuest: { value: NOW.interruptGuest },
  driverReceive: { value: NOW.driverReceive },
  driverTransmit: { value: NOW.driverTransmit },
  stackReceive: { value: NOW.stackReceive },
  stackTransmit: { value: NOW.stackTransmit },
  logDirtyFault: { value: NOW.logDirtyFault },
  vmSwitch: { value: NOW.vmSwitch },
  stopGuest: { value: NOW.stopGuest },
  activateGuest: { value: NOW.activateGuest },
  dmaLatency: { value: NOW.dmaLatency },
  dmaByte: { value: NOW.dmaByte },
  sendPage: { value: NOW.sendPage },
} as const satisfies Partial<Record<CostName, { readonly value: number }>>;

/** Which row fills which entry of the data plane's cost table; the application's cycles are the scenario's. */
export const DATA_PLANE_COSTS = [
  [COST_INTERRUPT_EXIT, "interruptExit"],
  [COST_INTERRUPT_GUEST, "interruptGuest"],
  [COST_DRIVER_RECEIVE, "driverReceive"],
  [COST_DRIVER_TRANSMIT, "driverTransmit"],
  [COST_STACK_RECEIVE, "stackReceive"],
  [COST_STACK_TRANSMIT, "stackTransmit"],
  [COST_LOG_DIRTY, "logDirtyFault"],
  [COST_VCPU_SWITCH, "vmSwitch"],
] as const satisfies readonly (readonly [number, CostName])[];

/** Delay of each gratuitous ARP after activation. */
export const ANNOUNCE_DELAYS_NS: readonly number[] = announceDelaysNs(NOW);

/** How long a guest stands still for a checkpoint of so many pages, in whole nanoseconds. */
export function pauseNs(pageCount: number, pageBytes: number): number {
  return pauseOf(NOW, pageCount, pageBytes);
}
