/**
 * What the data plane is told of the cost model.
 *
 * The rows are in `cost-rows-*.ts`, their table and its presets in `cost-table.ts`; docs/model.md shows all of them. A
 * scenario's results depend on nothing else about processors and pauses.
 */
import {
  COST_COPY_USER,
  COST_DRIVER_RECEIVE,
  COST_DRIVER_TRANSMIT,
  COST_INTERRUPT_EXIT,
  COST_INTERRUPT_GUEST,
  COST_LOG_DIRTY,
  COST_REQUEST_TURN,
  COST_STACK_RECEIVE,
  COST_STACK_TRANSMIT,
  COST_TCP_ACK,
  COST_TCP_RECEIVE,
  COST_TCP_TRANSMIT,
  COST_VCPU_SWITCH,
  LIMIT_MERGED_SEGMENTS,
} from "../../assembly/layout/cost";
import type { CostName } from "./cost-table";

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
  [COST_TCP_RECEIVE, "tcpReceiveSegment"],
  [COST_TCP_TRANSMIT, "tcpTransmitSegment"],
  [COST_TCP_ACK, "tcpAck"],
  [COST_COPY_USER, "copyUser"],
  [COST_REQUEST_TURN, "requestTurn"],
  [LIMIT_MERGED_SEGMENTS, "guestMergedSegments"],
] as const satisfies readonly (readonly [number, CostName])[];
