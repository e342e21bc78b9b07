/**
 * The service that answers recorded requests: how large its table is, whether its guest holds it, and how it gets
 * there. What it does with a request is guest software (assembly/guest/reply-service.ts).
 */
import { BUCKET_BYTES, SLOT_REPLY, TABLE_PAGE } from "../../assembly/layout/guest-software";
import { PAGE_BYTES } from "../../assembly/layout/limits";
import type { VmScenario } from "../config/scenario";
import type { World } from "../core/world";
import type { Exchange } from "../format/conversation";
import { InputError } from "../sim/input-error";
import { jobBytes } from "./job";

/** Payload of a UDP datagram in one frame: 1,500 bytes less the headers of IPv4 and UDP (RFC 894). */
const PAYLOAD_BYTES_MAX = 1472;

interface ServiceSize {
  readonly slotBytes: number;
  readonly bucketCount: number;
  readonly workPages: number;
  /** Of the guest's memory, software, buffers and a job's region included. */
  readonly bytes: number;
}

function sizeOf(vm: VmScenario, exchanges: readonly Exchange[]): ServiceSize {
  const longest = exchanges.reduce((bytes, { reply }) => Math.max(bytes, reply.length), 0);
  const slotBytes = powerOfTwo(SLOT_REPLY + longest, 64);
  const bucketCount = powerOfTwo(exchanges.length * 2, 64);
  const workPages = Math.max(1, Math.ceil(vm.workload.workingSetBytes / PAGE_BYTES));
  const tablePages = pages(bucketCount * BUCKET_BYTES) + pages(exchanges.length * slotBytes);
  return {
    slotBytes,
    bucketCount,
    workPages,
    bytes: (TABLE_PAGE + tablePages + workPages) * PAGE_BYTES + jobBytes(vm),
  };
}

/** Throws InputError when the recorded replies do not fit the machine's memory. */
export function checkService(vm: VmScenario, exchanges: readonly Exchange[], source: string): void {
  const { bytes } = sizeOf(vm, exchanges);
  for (const { request, reply } of exchanges) {
    const longest = Math.max(request.length, reply.length);
    if (longest <= PAYLOAD_BYTES_MAX) continue;
    const reason = `a recorded datagram carries ${longest} bytes, and a frame has room for ${PAYLOAD_BYTES_MAX}; leave it out of the capture`;
    throw new InputError(source, [{ place: "", subject: `vm ${vm.name}: replay`, reason }]);
  }
  if (bytes <= vm.memoryBytes) return;
  const mib = (value: number) => `${Math.ceil(value / 1024 ** 2)} MiB`;
  refuse(
    source,
    vm,
    `is ${mib(vm.memoryBytes)}, and the service needs ${mib(bytes)} with its ${exchanges.length} recorded replies and its working set; give it more, or replay less`,
  );
}

function refuse(source: string, vm: VmScenario, reason: string): never {
  throw new InputError(source, [{ place: "", subject: `vm ${vm.name}: memory`, reason }]);
}

/** Fills the service's table in guest memory with the recorded replies. */
export function loadService(
  world: World,
  guest: number,
  vm: VmScenario,
  port: number,
  exchanges: readonly Exchange[],
): void {
  const { plane } = world;
  const { slotBytes, bucketCount, workPages } = sizeOf(vm, exchanges);
  const dirtyPages = Math.ceil(vm.workload.dirtyPerRequestBytes / PAGE_BYTES);
  plane.createService(guest, port, slotBytes, bucketCount, exchanges.length, workPages, dirtyPages);
  const exchange = plane.exchange();
  for (const { request, reply } of exchanges) {
    world.view(exchange, request.length).set(request);
    world.view(exchange + request.length, reply.length).set(reply);
    plane.addReply(guest, exchange, request.length, exchange + request.length, reply.length);
  }
}

function pages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES);
}

/** Returns the least power of two that is at least `value` and `least`. */
function powerOfTwo(value: number, least: number): number {
  let power = least;
  while (power < value) power *= 2;
  return power;
}
