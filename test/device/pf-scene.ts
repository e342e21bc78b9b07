/** A port with the driver of its physical function, and what a test asks of both. */
import {
  MESSAGE_ACK,
  MESSAGE_CTS,
  MESSAGE_INFO_SHIFT,
  MESSAGE_NACK,
  MESSAGE_RESET,
} from "../../assembly/layout/mailbox";
import {
  PF_MTA_AT,
  PF_RAL_AT,
  PF_RAL2_AT,
  PF_VFTA_AT,
  PF_VLVF_AT,
  PF_VMOLR_AT,
} from "../../assembly/layout/pf-registers";
import { PF_POOL, RAH_POOLS_SHIFT, RAH_VALID } from "../../assembly/layout/physical-function";
import { service } from "../../src/device/pf-mailbox";
import { initialise, type PfOptions } from "../../src/device/physical-function";
import { FakePfPort } from "./fake-pf-port";

export const GRANTED = MESSAGE_CTS + MESSAGE_ACK;
export const REFUSED = MESSAGE_CTS + MESSAGE_NACK;
/** 02:00:00:00:00:NN. */
export const station = (number: number) => ({ low: 2, high: number << 8 });

export function createPort(options: PfOptions = {}, vfCount = 3): FakePfPort {
  const port = new FakePfPort(vfCount);
  initialise(port, options);
  return port;
}

/** Sends a message and returns what the answer adds to the request in word 0; 0 when there is no answer. */
export function ask(port: FakePfPort, vf: number, type: number, info = 0, ...words: number[]): number {
  const request = type + info * 2 ** MESSAGE_INFO_SHIFT;
  port.send(vf, request, ...words);
  service(port);
  return (port.mail(vf)[0] ?? 0) - request;
}

/** A port of which these VFs have said RESET. */
export function createRunning(options: PfOptions = {}, vfs: readonly number[] = [0, 1]): FakePfPort {
  const port = createPort(options);
  for (const vf of vfs) ask(port, vf, MESSAGE_RESET);
  return port;
}

/** Returns the valid receive addresses: entry, number of the station and pools. */
export function addresses(port: FakePfPort): number[][] {
  const offsets = Array.from({ length: 24 }, (_, i) => (i < 16 ? PF_RAL_AT + 8 * i : PF_RAL2_AT + 8 * (i - 16)));
  return offsets.flatMap((at, entry) => {
    const high = port.peek(at + 4);
    return high >= RAH_VALID ? [[entry, (high & 0xffff) >>> 8, (high >>> RAH_POOLS_SHIFT) & 0xff]] : [];
  });
}

/** Returns the enabled entries of the VLAN filter as VLAN and pools. */
export function vlans(port: FakePfPort): number[][] {
  const words = Array.from({ length: 32 }, (_, entry) => port.peek(PF_VLVF_AT + 4 * entry));
  return words.filter((word) => word >= 0x80000000).map((word) => [word & 0xfff, (word >>> 12) & 0xff]);
}

/** Says whether VFTA lets a VLAN in. */
export const hasVlan = (port: FakePfPort, vlan: number) =>
  ((port.peek(PF_VFTA_AT + (vlan >>> 5) * 4) >>> (vlan & 31)) & 1) === 1;

/** Returns VMOLR of a pool. */
export const options = (port: FakePfPort, pool: number) => port.peek(PF_VMOLR_AT + 4 * pool);

/** The bit of the physical function's pool. */
export const PF_MEMBER = 1 << PF_POOL;

/** Returns the hashes in MTA. */
export function multicastBits(port: FakePfPort): number[] {
  return Array.from({ length: 4096 }, (_, hash) => hash).filter(
    (hash) => (port.peek(PF_MTA_AT + (hash >>> 5) * 4) >>> (hash & 31)) & 1,
  );
}
