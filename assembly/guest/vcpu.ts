/**
 * What the vCPU does: interrupt, poll, serve, until nothing is left; then it lets the device interrupt again.
 *
 *     idle --interrupt--> burst --end--> doorbells --> more to do? yes: next burst
 *                                                                  no:  unmask, idle
 *
 * The order inside a burst is that of Linux under load: reclaim, receive up to a budget, then the service answers a
 * few requests. Every step charges its cycles, and the burst lasts as long as the processor needs for their sum.
 */

import { charge, cost, occupy, processor } from "../cpu/processor";
import { GUEST_ABSENT, GUEST_DEAD, GUEST_RUNNING, GUEST_SUSPENDING } from "../layout/control";
import {
  ACTIVITY_APPLICATION,
  ACTIVITY_DRIVER,
  ACTIVITY_HYPERVISOR,
  ACTIVITY_INTERRUPT,
  ACTIVITY_STACK,
  COST_DRIVER_RECEIVE,
  COST_DRIVER_TRANSMIT,
  COST_INTERRUPT_EXIT,
  COST_INTERRUPT_GUEST,
  COST_LOG_DIRTY,
  COST_STACK_RECEIVE,
  COST_STACK_TRANSMIT,
} from "../layout/cost";
import { BUFFER_BYTES, POLL_BUDGET, SERVE_BUDGET, SERVICE_PAGE, SERVICE_PORT } from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { UDP_PAYLOAD } from "../layout/packet";
import { look } from "../memory/guest-memory";
import { drain } from "../nic/port";
import { vf } from "../nic/virtual-function";
import { NEVER } from "../sim/event-queue";
import { world } from "../sim/world";
import { source } from "../wire/ethernet";
import { destinationIp, destinationPort, isUdp, payloadBytesOf, readSender, UdpEnd, writeUdp } from "../wire/udp";
import {
  Driver,
  driver,
  firstInSocket,
  hasRoom,
  leaveSocket,
  nextPacket,
  pollReceive,
  post,
  receivedBytes,
  reclaim,
  ringDoorbells,
  unmask,
} from "./driver";
import { Guest, guest, standStillAfterBurst, startBurst } from "./guest";
import { answer, UNKNOWN_REQUEST } from "./reply-service";
import { onTick, sendOwed, sinkReceived } from "./stream";

/** An MSI-X message reached the guest: an idle vCPU wakes, a busy one will look anyway, a still one remembers. */
export function onInterrupt(index: u32): void {
  const g = guest(index);
  if (g.state == GUEST_DEAD || g.state == GUEST_ABSENT) return;
  if (g.state != GUEST_RUNNING || g.isBusy) {
    g.isInterrupted = 1;
    return;
  }
  const exit = cost(COST_INTERRUPT_EXIT);
  const entry = cost(COST_INTERRUPT_GUEST);
  const p = processor(g.processor);
  charge(p, ACTIVITY_HYPERVISOR, exit);
  charge(p, ACTIVITY_INTERRUPT, entry);
  startBurst(index, occupy(p, exit + entry));
}

/** A stream has more to send: an idle vCPU begins, without the cost of an interrupt, because its own timer woke it. */
export function onStream(index: u32): void {
  if (!onTick(index)) return;
  const g = guest(index);
  if (g.state == GUEST_RUNNING && !g.isBusy) startBurst(index, world().now);
  else g.isInterrupted = 1;
}

/** A burst ends: its outputs take effect, and the next one begins. */
export function onVcpu(index: u32): void {
  const g = guest(index);
  if (g.armed != world().now) return;
  g.armed = NEVER;
  ringDoorbells(index);
  if (g.state == GUEST_SUSPENDING) {
    standStillAfterBurst(index);
    return;
  }
  drain(vf(g.vf).port);
  const cycles = work(g);
  if (cycles != NO_WORK) {
    startBurst(index, occupy(processor(g.processor), cycles));
  } else {
    g.isBusy = 0;
    g.isInterrupted = 0;
    unmask(vf(g.vf));
  }
}

/** There was nothing to do. */
const NO_WORK: u32 = 0xffffffff;

/** Does one burst of work and returns its cycles, charged, or NO_WORK. */
function work(g: Guest): u32 {
  const m = g.memory;
  const d = driver(m);
  const reclaimed = reclaim(m, d);
  const received = pollReceive(m, d, POLL_BUDGET);
  const drivers = received * cost(COST_DRIVER_RECEIVE) + reclaimed * cost(COST_DRIVER_TRANSMIT);
  charge(processor(g.processor), ACTIVITY_DRIVER, drivers);
  let cycles = drivers;
  const sent = sendOwed(g, d);
  const sunk = sinkReceived(g, d);
  const stack = sent * cost(COST_STACK_TRANSMIT) + sunk * cost(COST_STACK_RECEIVE);
  charge(processor(g.processor), ACTIVITY_STACK, stack);
  cycles += stack;
  let served: u32 = 0;
  for (; served < SERVE_BUDGET && d.socketCount && hasRoom(d); served++) cycles += serve(g, d);
  const faults = m.faultCount * cost(COST_LOG_DIRTY);
  m.faultCount = 0;
  charge(processor(g.processor), ACTIVITY_HYPERVISOR, faults);
  return reclaimed + received + served + sent ? cycles + faults : NO_WORK;
}

/** Answers the request that has waited longest and returns the cycles it took, charged. */
function serve(g: Guest, d: Driver): u32 {
  const m = g.memory;
  const p = processor(g.processor);
  const e = firstInSocket(m, d);
  const at = receivedBytes(m, e.buffer);
  const receiving = cost(COST_STACK_RECEIVE);
  charge(p, ACTIVITY_STACK, receiving);
  let cycles = receiving;
  const port = load<u32>(look(m, SERVICE_PAGE << PAGE_SHIFT), SERVICE_PORT);
  const bytesHere = min<u32>(e.bytes, BUFFER_BYTES);
  if (isUdp(at, bytesHere) && destinationIp(at) == g.ip && destinationPort(at) == port) {
    const to = nextPacket(m, d);
    const bytes = answer(m, at + UDP_PAYLOAD, payloadBytesOf(at), to + UDP_PAYLOAD);
    charge(p, ACTIVITY_APPLICATION, g.requestCycles);
    cycles += g.requestCycles;
    if (bytes != UNKNOWN_REQUEST) {
      post(m, d, writeReply(g, d, at, to, port, bytes));
      const sending = cost(COST_STACK_TRANSMIT);
      charge(p, ACTIVITY_STACK, sending);
      cycles += sending;
    }
  }
  leaveSocket(m, d);
  return cycles;
}

/** Writes headers around a reply, back to whoever asked; returns the frame's bytes. */
function writeReply(g: Guest, d: Driver, request: u32, to: u32, port: u32, bytes: u32): u32 {
  const self = changetype<UdpEnd>(world().scratch);
  const peer = changetype<UdpEnd>(world().scratch + <u32>offsetof<UdpEnd>());
  self.mac = g.mac;
  self.ip = g.ip;
  self.port = port;
  readSender(request, peer, source(request));
  return writeUdp(to, self, peer, d.packetId++, bytes);
}
