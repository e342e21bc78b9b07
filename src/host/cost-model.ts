/**
 * What the data plane is told of the cost model.
 *
 * The rows are in `cost-rows-*.ts`, their table and its presets in `cost-table.ts`; docs/model.md shows all of them. A
 * scenario's results depend on nothing else about processors and pauses.
 */
import {
  COST_BACKEND_RECEIVE,
  COST_BACKEND_TRANSMIT,
  COST_BRIDGE,
  COST_COPY_USER,
  COST_DOM0_INTERRUPT,
  COST_DRIVER_RECEIVE,
  COST_DRIVER_TRANSMIT,
  COST_EVENT_RECEIVE,
  COST_EVENT_SEND,
  COST_EXIT,
  COST_FRONTEND,
  COST_GRANT_COPY,
  COST_GRANT_PAGE,
  COST_INJECTION,
  COST_INSTRUCTION,
  COST_INTERRUPT_EXIT,
  COST_INTERRUPT_GUEST,
  COST_LOG_DIRTY,
  COST_MODEL_ACCESS,
  COST_MODEL_COPY,
  COST_MODEL_PACKET,
  COST_PROCESS_SWITCH,
  COST_REQUEST_TURN,
  COST_STACK_RECEIVE,
  COST_STACK_TRANSMIT,
  COST_TCP_ACK,
  COST_TCP_RECEIVE,
  COST_TCP_TRANSMIT,
  COST_VCPU_SWITCH,
  IS_THROTTLED,
  LIMIT_MERGED_SEGMENTS,
  TCP_TIMEOUT_FIRST_NS,
  TCP_TIMEOUT_LEAST_NS,
  WAKE_LATENCY_NS,
} from "../../assembly/layout/cost";
import type { CostName, Costs } from "./cost-table";

/** Which row fills which entry of the data plane's cost table; the application's cycles are the scenario's. */
const ROW_OF = [
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
  [COST_DOM0_INTERRUPT, "dom0Interrupt"],
  [COST_EVENT_SEND, "hypercall"],
  [COST_BRIDGE, "bridgeHop"],
  [COST_BACKEND_RECEIVE, "netbackReceive"],
  [COST_BACKEND_TRANSMIT, "netbackTransmit"],
  [COST_GRANT_PAGE, "grantMapPage"],
  [COST_GRANT_COPY, "grantCopy"],
  [COST_FRONTEND, "netfrontPacket"],
  [WAKE_LATENCY_NS, "wakeLatency"],
  [TCP_TIMEOUT_FIRST_NS, "tcpTimeoutFirst"],
  [TCP_TIMEOUT_LEAST_NS, "tcpTimeoutLeast"],
  [COST_INSTRUCTION, "emulatedInstruction"],
  [COST_INJECTION, "virtualInterrupt"],
  [COST_PROCESS_SWITCH, "deviceModelSwitch"],
  [COST_MODEL_ACCESS, "deviceModelAccess"],
  [COST_MODEL_PACKET, "deviceModelPacket"],
  [COST_MODEL_COPY, "deviceModelCopy"],
  [IS_THROTTLED, "emulatedThrottle"],
] as const satisfies readonly (readonly [number, CostName])[];

/** Returns the entries of the data plane's cost table: number and value. */
export function dataPlaneCosts(costs: Costs): (readonly [number, number])[] {
  // The sender of an event pays its hypercall, whoever is woken the rest.
  const eventReceive = costs.eventDelivery - costs.hypercall;
  const exit = Math.floor((costs.vmExit * (100 + costs.exitIndirect)) / 100);
  return [
    ...ROW_OF.map(([index, name]) => [index, costs[name]] as const),
    [COST_EVENT_RECEIVE, eventReceive],
    [COST_EXIT, exit],
  ];
}
