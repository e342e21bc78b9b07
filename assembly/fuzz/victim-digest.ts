/**
 * What the victim is: its registers, its memory, what it sent, the messages it got. With and without offenders this must
 * be equal. Not in it: what depends on time, which all pools share - when a message left, in how many bursts a queue
 * was served. The victim's driver clears causes before this looks.
 */

import { guest } from "../guest/guest";
import { PAGE_BYTES } from "../layout/limits";
import {
  PF_RA,
  PF_RCTL,
  PF_RETA,
  PF_RPLOLR,
  PF_UTA,
  PF_VFRE,
  PF_VFTE,
  PF_VMOLR,
  PF_VMVIR,
  PF_VT_CTL,
  RECEIVE_ADDRESS_COUNT,
} from "../layout/physical-function";
import { VF_BYTES, VF_CONTROL } from "../layout/virtual-function";
import { pf, poolsOf } from "../nic/physical-function";
import { vf } from "../nic/virtual-function";
import { digestBytes, mix } from "../sim/digest";
import { GUEST_PAGES, macOf, player, VICTIM } from "./player";

@unmanaged
class VictimDigest {
  digest: u64;
  sent: u64;
}
const DIGEST: u32 = <u32>memory.data(16);

function state(): VictimDigest {
  return changetype<VictimDigest>(DIGEST);
}

export function clearVictim(): void {
  state().digest = 0;
  state().sent = 0;
}

/** A frame of the victim's left. */
export function mixSent(at: u32, bytes: u32): void {
  state().sent = digestBytes(mix(state().sent, bytes), at, bytes & ~7);
}

/** A batch is over: registers as they are, `mask` as it was before the driver unmasked its vectors again. */
export function mixBatch(mask: u32): void {
  const v = vf(VICTIM);
  const g = guest(v.guest);
  let digest = mix(mix(state().digest, state().sent), mask | (g.isInterrupted << 8));
  g.isInterrupted = 0;
  digest = digestBytes(digest, changetype<u32>(v) + VF_CONTROL, VF_BYTES - VF_CONTROL);
  digest = mix(digest, ((<u64>v.map.faultCount) << 32) | v.quiet);
  state().digest = mix(digest, grants());
}

/** What the physical function has granted the victim. */
function grants(): u64 {
  const at = changetype<u32>(pf(0));
  const bits = ((load<u32>(at, PF_VFRE) >>> VICTIM) & 1) | (((load<u32>(at, PF_VFTE) >>> VICTIM) & 1) << 1);
  const options = load<u32>(at + PF_VMOLR + (VICTIM << 2)) ^ load<u32>(at + PF_VMVIR + (VICTIM << 2));
  return ((<u64>options) << 32) | (poolsOf(pf(0), macOf(VICTIM)) << 8) | bits;
}

/** Returns everything of the victim in one word, and what the port is set up to be, which offenders share. */
export function digestVictim(): u64 {
  return digestBytes(digestPort(state().digest), player(VICTIM).base, GUEST_PAGES * PAGE_BYTES);
}

/** Registers of the physical function that the hypervisor leaves alone while offenders play. */
function digestPort(digest: u64): u64 {
  const at = changetype<u32>(pf(0));
  for (let word = PF_RCTL; word <= PF_VT_CTL; word += 4) digest = mix(digest, load<u32>(at + word));
  digest = mix(digest, load<u32>(at, PF_RPLOLR));
  digest = digestBytes(digest, at + PF_RA, RECEIVE_ADDRESS_COUNT << 3);
  digest = digestBytes(digest, at + PF_RETA, RSS_BYTES);
  return digestBytes(digest, at + PF_UTA, FILTER_TABLE_BYTES * 2);
}
/** RETA and RSSRK; UTA, and behind it VFTA. */
const RSS_BYTES: u32 = 168;
const FILTER_TABLE_BYTES: u32 = 512;
