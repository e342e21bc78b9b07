/**
 * What happens to a frame between its queue and the bridge: the sender is checked, what is refused is dropped, what
 * leaves is counted.
 *
 * Source: 82576 datasheet section 7.10.3.9 (anti-spoofing); docs/device.md, Where a frame goes.
 */
import { FRAME_BYTES_MIN } from "../layout/limits";
import { ETHERNET_CHECK_BYTES } from "../layout/packet";
import { DTXSWC_VLAN_SHIFT } from "../layout/physical-function";
import {
  DROP_DMA_FAULT,
  DROP_MALFORMED,
  DROP_OVERSIZE,
  DROP_SPOOFED,
  TRACE_DROPPED,
  TRACE_FETCHED,
} from "../layout/trace";
import { nextFrame, trace } from "../sim/trace";
import { countDrop, world } from "../sim/world";
import { source } from "../wire/ethernet";
import { hasTag, vlanOf } from "./bridge";
import { packet } from "./packet";
import { pf, poolsOf, poolsOfVlan } from "./physical-function";
import { buildFrame, frameBytes } from "./segmentation";
import { completePacket, Found } from "./tx-ring";
import { indexOf, Vf } from "./virtual-function";

/**
 * Tells whether the packet at hand claims to be from somebody else, which the physical function can then read. A
 * checksum may go anywhere, so the first frame is built to be looked at; its segments' addresses and tags are alike.
 */
export function isSpoofed(v: Vf): bool {
  const p = pf(v.port);
  const bit: u32 = 1 << v.pool;
  if (!((p.dtxswc | (p.dtxswc >>> DTXSWC_VLAN_SHIFT)) & bit)) return false;
  const at = world().trial;
  buildFrame(packet(), 0, at);
  if (p.dtxswc & bit && !(poolsOf(p, source(at)) & bit)) {
    p.wvbr |= bit;
    return true;
  }
  if (!((p.dtxswc >>> DTXSWC_VLAN_SHIFT) & bit)) return false;
  if (!hasTag(at, FRAME_BYTES_MIN) || poolsOfVlan(p, vlanOf(at)) & bit) return false;
  p.wvbr |= bit << DTXSWC_VLAN_SHIFT;
  return true;
}

/** Ends the packet at hand as one frame that never was; one that claims to be from somebody else as all its frames. */
export function recordRefusal(v: Vf, found: Found): void {
  const p = packet();
  if (found != Found.Fault) world().refusedDescriptors += p.descriptorCount;
  if (found != Found.Spoofed) {
    recordDrop(v, found, p.bytes);
    return;
  }
  for (let i: u32 = 0; i < p.frameCount; i++) recordDrop(v, found, frameBytes(p, i));
}

function recordDrop(v: Vf, found: Found, bytes: u32): void {
  const id = nextFrame();
  const now = world().now;
  trace(TRACE_FETCHED, now, indexOf(v), id, bytes, v.guest, 0);
  trace(TRACE_DROPPED, now, indexOf(v), id, bytes, reasonOf(found), 0);
  countDrop(reasonOf(found));
}

/** Ends the packet at hand, and completes its descriptors unless they cannot be. */
export function refuse(v: Vf, found: Found): void {
  recordRefusal(v, found);
  if (found != Found.Fault) completePacket(v, false);
}

function reasonOf(found: Found): u32 {
  switch (found) {
    case Found.Malformed:
      return DROP_MALFORMED;
    case Found.Oversize:
      return DROP_OVERSIZE;
    case Found.Spoofed:
      return DROP_SPOOFED;
    default:
      return DROP_DMA_FAULT;
  }
}

/** Counts a frame that leaves its queue. */
export function countSent(v: Vf, bytes: u32): void {
  const octets = bytes + ETHERNET_CHECK_BYTES;
  const c = v.control;
  c.gptc++;
  c.gotc += octets;
  const p = pf(v.port);
  p.gptc++;
  p.gotc += octets;
}
