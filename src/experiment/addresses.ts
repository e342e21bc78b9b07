/** Who is who on the simulated network: addresses by the order of VMs and clients in the scenario. */
import type { GuestAddress } from "./site";

/** Kinds of owners, in the fourth byte of their addresses. */
export const GUEST_MAC = 0x01;
export const CLIENT_MAC = 0x02;
const STATION_MAC = 0x04;

/** A locally administered address 02:52:4e:KK:00:NN ("RN") as two words, first byte lowest. */
export function mac(kind: number, number: number): [number, number] {
  return [(0x004e5202 | (kind << 24)) >>> 0, (number + 1) << 8];
}

/** Returns a VM's address; all copies of it have the same one. */
export function guestAddress(number: number): GuestAddress {
  return { mac: mac(GUEST_MAC, number), ip: guestIp(number) };
}

/** Returns the address of a host's dom0: 10.0.3.N. */
export function stationAddress(host: number): GuestAddress {
  return { mac: mac(STATION_MAC, host), ip: 0x0a000301 + host };
}

/** 10.0.0.N for guests. */
export function guestIp(number: number): number {
  return 0x0a000001 + number;
}

/** 10.0.1.N for clients. */
export function clientIp(number: number): number {
  return 0x0a000101 + number;
}
