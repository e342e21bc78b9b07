/**
 * What the data plane is told of the cost model.
 *
 * The rows are in `cost-rows-*.ts`, their table and its presets in `cost-table.ts`; docs/model.md shows all of them. A
 * scenario's results depend on nothing else about processors and pauses.
 */
import {
  COST_BACKEND_RECEIVE,
  COST_BACKEND_TRANSMIT,
  COST_BLOCK_BACK,
  COST_BLOCK_FRONT,
  COST_BRIDGE,
  COST_COPY_USER,
  COST_DMA_LOG_PACKET,
  COST_DOM0_INTERRUPT,
  COST_DRIVER_RECEIVE,
  COST_DRIVER_TRANSMIT,
  COST_EVENT_RECEIVE,
  COST_EVENT_SEND,
  COST_EXIT,
  COST_FRONTEND,
  COST_GRANT_COPY,
  COST_GRANT_PAGE,
  COST_HOLD_PACKET,
  COST_INSTRUCTION,
  COST_INTERRUPT_GUEST,
  COST_IOMMU_PACKET,
  COST_LOG_DIRTY,
  COST_MARK_PACKET,
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
  DISK_BYTE_PS,
  DISK_LATENCY_NS,
  HOLD_ORDER_NS,
  INTERVAL_BULK,
  INTERVAL_LOW,
  INTERVAL_LOWEST,
  INTERVAL_START,
  IS_THROTTLED,
  LIMIT_MERGED_SEGMENTS,
  LIMIT_SENT_SEGMENTS,
  TCP_TIMEOUT_FIRST_NS,
  TCP_TIMEOUT_LEAST_NS,
  THROUGHPUT_HIGH,
  THROUGHPUT_LOW,
  WAKE_LATENCY_NS,
} from "../../assembly/layout/cost";
import type { CostName, Costs } from "./cost-table";
import { deliveryCosts, type InterruptDelivery } from "./interrupt-delivery";

/** Which row fills which entry of the data plane's cost table; the application's cycles are the scenario's. */
const ROW_OF = [
  [COST_INTERRUPT_GUEST, "interruptGuest"],
  [COST_DRIVER_RECEIVE, "driverReceive"],
  [COST_DRIVER_TRANSMIT, "driverTransmit"],
  [COST_MARK_PACKET, "markPacket"],
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
  [LIMIT_SENT_SEGMENTS, "segmentsPerTransmit"],
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
  [COST_IOMMU_PACKET, "iommuPacket"],
  [COST_DMA_LOG_PACKET, "dmaLogPacket"],
  [THROUGHPUT_LOW, "moderationLow"],
  [THROUGHPUT_HIGH, "moderationHigh"],
  [COST_INSTRUCTION, "emulatedInstruction"],
  [COST_EXIT, "vmExit"],
  [COST_PROCESS_SWITCH, "deviceModelSwitch"],
  [COST_MODEL_ACCESS, "deviceModelAccess"],
  [COST_MODEL_PACKET, "deviceModelPacket"],
  [COST_MODEL_COPY, "deviceModelCopy"],
  [IS_THROTTLED, "emulatedThrottle"],
  [COST_HOLD_PACKET, "holdPacket"],
  [HOLD_ORDER_NS, "holdControl"],
  [COST_BLOCK_FRONT, "blockFront"],
  [COST_BLOCK_BACK, "blockBack"],
  [DISK_LATENCY_NS, "diskLatency"],
  [DISK_BYTE_PS, "diskByte"],
] as const satisfies readonly (readonly [number, CostName])[];

/** Which row's rate is which interval. */
const RATE_OF = [
  [INTERVAL_START, "interruptRateStart"],
  [INTERVAL_BULK, "interruptRateBulk"],
  [INTERVAL_LOW, "interruptRateLow"],
  [INTERVAL_LOWEST, "interruptRateLowest"],
] as const satisfies readonly (readonly [number, CostName])[];

/** Returns the entries of the data plane's cost table: number and value. */
export function dataPlaneCosts(costs: Costs, delivery: InterruptDelivery): (readonly [number, number])[] {
  // The sender of an event pays its hypercall, whoever is woken the rest.
  const eventReceive = costs.eventDelivery - costs.hypercall;
  return [
    ...ROW_OF.map(([index, name]) => [index, costs[name]] as const),
    ...RATE_OF.map(([index, name]) => [index, intervalOf(costs[name])] as const),
    ...deliveryCosts(costs, delivery),
    [COST_EVENT_RECEIVE, eventReceive],
  ];
}

/** Returns the interval of a rate as EITR has it, in quarters of a microsecond: to the nearest whole microsecond. */
function intervalOf(perSecond: number): number {
  return 4 * Math.floor((2_000_000 + perSecond) / (2 * perSecond));
}
