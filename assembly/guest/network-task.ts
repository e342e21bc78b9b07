/**
 * What a guest's network task does: interrupt, poll, serve, until nothing is left; then it lets the device interrupt
 * again.
 *
 *     idle --interrupt--> entry --end--> burst --end--> device told --> more to do? yes: next burst
 *                                                                                   no:  unmask, idle
 *
 * The order inside a burst is that of Linux under load: reclaim, receive up to a budget, then the service answers a
 * few requests. Every step charges its cycles, and the burst lasts as long as the vCPU needs for their sum.
 */

import { cost } from "../cpu/cost";
import { NO_WORK, task, wakeTask } from "../cpu/task";
import { charge, Vcpu, vcpu } from "../cpu/vcpu";
import { awaitAnswers, makeRequests, takeAnswers } from "../disk/block-front";
import { GUEST_ABSENT, GUEST_DEAD, GUEST_RUNNING } from "../layout/control";
import {
  ACTIVITY_APPLICATION,
  ACTIVITY_DRIVER,
  ACTIVITY_HYPERVISOR,
  ACTIVITY_INTERRUPT,
  ACTIVITY_STACK,
  COST_BLOCK_FRONT,
  COST_DOM0_INTERRUPT,
  COST_LOG_DIRTY,
  COST_STACK_RECEIVE,
  COST_STACK_TRANSMIT,
} from "../layout/cost";
import { POLL_BUDGET, SERVE_BUDGET, SERVICE_ECHO_PORT, SERVICE_PAGE, SERVICE_PORT } from "../layout/guest-software";
import { PAGE_SHIFT } from "../layout/limits";
import { UDP_PAYLOAD } from "../layout/packet";
import { TASK_BRIDGE } from "../layout/processor";
import { look } from "../memory/guest-memory";
import { vf } from "../nic/virtual-function";
import { world } from "../sim/world";
import { source } from "../wire/ethernet";
import {
  destinationIp,
  destinationPort,
  isUdp,
  payloadBytesOf,
  prepareUdp,
  readSender,
  UdpEnd,
  udpTemplate,
} from "../wire/udp";
import { Driver, driver, firstInSocket, isModerated, leaveSocket, receivedBytes, receivedLength } from "./driver";
import { Guest, guest, isBusy } from "./guest";
import { adapt, applyInterval } from "./moderation";
import {
  awaitDevice,
  canPostDatagram,
  dmaCycles,
  drainDevice,
  driverCycles,
  packetPlace,
  pollDevice,
  reclaimSent,
  returnBuffers,
  sendDatagram,
} from "./net-device";
import { answer, hasWritten, isAwaitingDisk, UNKNOWN_REQUEST } from "./reply-service";
import { onTick, sendOwed, sinkReceived } from "./stream";
import { isSegmentNext, onDeadline, onDurable, workTcp } from "./tcp";
import { deviceInterrupt, injectedInterrupt } from "./virtual-interrupt";

/** An MSI-X message reached the guest: an idle task wakes, a busy one will look anyway, a still one remembers. */
export function onInterrupt(index: u32): void {
  const g = guest(index);
  if (g.state == GUEST_DEAD || g.state == GUEST_ABSENT) return;
  if (g.state != GUEST_RUNNING || isBusy(g)) {
    g.isInterrupted = 1;
    return;
  }
  const v = vcpu(g.vcpuFirst);
  if (isModerated(g.memory)) applyInterval(driver(g.memory), vf(g.vf));
  if (task(g.task).kind == TASK_BRIDGE) {
    const cycles = cost(COST_DOM0_INTERRUPT);
    charge(v, ACTIVITY_INTERRUPT, cycles);
    wakeTask(g.task, cycles);
    return;
  }
  g.isInterrupted = 0;
  wakeTask(g.task, deviceInterrupt(v));
}

/** A timer of the guest's expires: an idle task takes its interrupt, a busy one looks with what it does. */
export function onGuestTimer(index: u32): void {
  const g = guest(index);
  const isDeadline = onDeadline(g);
  if (!onTick(index) && !isDeadline) return;
  if (isWakeable(g)) wakeTask(g.task, injectedInterrupt(vcpu(g.vcpuFirst)));
  else g.isInterrupted = 1;
}

/** Somebody has given the guest's software something to do: it looks as soon as it runs. */
export function wakeNetwork(index: u32): void {
  const g = guest(index);
  if (isWakeable(g)) wakeTask(g.task, 0);
  else g.isInterrupted = 1;
}

function isWakeable(g: Guest): bool {
  return g.state == GUEST_RUNNING && !isBusy(g);
}

/** The task has nothing to do: it lets the device interrupt again. Returns whether there is something to do already. */
export function rest(g: Guest): bool {
  g.isInterrupted = 0;
  if (isModerated(g.memory)) adapt(driver(g.memory), vf(g.vf));
  const hasAnswer = g.disk != 0 && awaitAnswers(g.memory);
  return awaitDevice(g) || hasAnswer;
}

/** Does one burst of work and returns its cycles, charged, or NO_WORK. */
export function work(g: Guest): u32 {
  const v = vcpu(g.vcpuFirst);
  const m = g.memory;
  const d = driver(m);
  drainDevice(g, d);
  const reclaimed = reclaimSent(m, d);
  const received = pollDevice(m, d, POLL_BUDGET);
  const drivers = driverCycles(m, d, received, reclaimed);
  charge(v, ACTIVITY_DRIVER, drivers);
  const dma = dmaCycles(g, d, received + reclaimed);
  charge(v, ACTIVITY_HYPERVISOR, dma);
  let cycles = drivers + dma;
  const sent = sendOwed(g, d);
  const sunk = sinkReceived(g, d);
  const stack = sent * cost(COST_STACK_TRANSMIT) + sunk * cost(COST_STACK_RECEIVE);
  charge(v, ACTIVITY_STACK, stack);
  cycles += stack;
  const durable = g.disk ? takeAnswers(m) : 0;
  if (durable && g.stackPage) onDurable(g);
  const tcp = g.stackPage ? workTcp(g, d, v) : NO_WORK;
  const hasTcp: u32 = tcp == NO_WORK ? 0 : 1;
  if (hasTcp) cycles += tcp;
  let served: u32 = 0;
  for (; served < SERVE_BUDGET && isServable(g, d) && canPostDatagram(m, d); served++) cycles += serve(g, d, v);
  returnBuffers(m, d);
  const written = g.disk ? makeRequests(m) : 0;
  if (written) {
    const front = written * cost(COST_BLOCK_FRONT);
    charge(v, ACTIVITY_DRIVER, front);
    cycles += front;
  }
  // Faults of a look that found nothing are paid with the next burst.
  if (!(reclaimed + received + served + sent + hasTcp + durable + written)) return NO_WORK;
  const faults = m.faultCount * cost(COST_LOG_DIRTY);
  m.faultCount = 0;
  charge(v, ACTIVITY_HYPERVISOR, faults);
  return cycles + faults;
}

/**
 * Tells whether the frame that has waited longest is the service's: a segment is the stack's, which takes it next, and
 * a request whose write is under way stays where it is.
 */
function isServable(g: Guest, d: Driver): bool {
  if (!d.socketCount || (g.stackPage && isSegmentNext(g.memory, d))) return false;
  return !g.disk || !isAwaitingDisk(g.memory);
}

/**
 * Answers the request that has waited longest and returns the cycles it took, charged; or has the disk write first what
 * the request writes, and answers when that is durable.
 */
function serve(g: Guest, d: Driver, v: Vcpu): u32 {
  const m = g.memory;
  const e = firstInSocket(m, d);
  const at = receivedBytes(m, e);
  const service = look(m, SERVICE_PAGE << PAGE_SHIFT);
  const port = load<u32>(service, SERVICE_PORT);
  const echoPort = load<u32>(service, SERVICE_ECHO_PORT);
  const bytesHere = receivedLength(e);
  const isOurs = isUdp(at, bytesHere) && destinationIp(at) == g.ip;
  if (isOurs && echoPort && destinationPort(at) == echoPort) return echo(g, d, v, at, echoPort);
  const isRequest = isOurs && destinationPort(at) == port;
  if (isRequest && g.disk && !hasWritten(m)) return 0;
  const receiving = cost(COST_STACK_RECEIVE);
  charge(v, ACTIVITY_STACK, receiving);
  let cycles = receiving;
  if (isRequest) {
    const to = packetPlace(m, d);
    const bytes = answer(m, at + UDP_PAYLOAD, payloadBytesOf(at), to + UDP_PAYLOAD);
    charge(v, ACTIVITY_APPLICATION, g.requestCycles);
    cycles += g.requestCycles;
    if (bytes != UNKNOWN_REQUEST) {
      sendReply(g, d, at, to, port, bytes);
      const sending = cost(COST_STACK_TRANSMIT);
      charge(v, ACTIVITY_STACK, sending);
      cycles += sending;
    }
  }
  leaveSocket(m, d);
  return cycles;
}

/** Sends back what came, as the kernel's part of a service that does nothing (RFC 862); returns the cycles, charged. */
function echo(g: Guest, d: Driver, v: Vcpu, at: u32, port: u32): u32 {
  const to = packetPlace(g.memory, d);
  const bytes = payloadBytesOf(at);
  memory.copy(to + UDP_PAYLOAD, at + UDP_PAYLOAD, bytes);
  sendReply(g, d, at, to, port, bytes);
  leaveSocket(g.memory, d);
  const cycles = cost(COST_STACK_RECEIVE) + cost(COST_STACK_TRANSMIT);
  charge(v, ACTIVITY_STACK, cycles);
  return cycles;
}

/** Sends a reply back to whoever asked. */
function sendReply(g: Guest, d: Driver, request: u32, to: u32, port: u32, bytes: u32): void {
  const self = changetype<UdpEnd>(world().scratch);
  const peer = changetype<UdpEnd>(world().scratch + <u32>offsetof<UdpEnd>());
  self.mac = g.mac;
  self.ip = g.ip;
  self.port = port;
  readSender(request, peer, source(request));
  const template = udpTemplate();
  prepareUdp(template, self, peer, bytes);
  sendDatagram(g.memory, d, template, to);
}
