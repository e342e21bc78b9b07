/** Planted bugs of saving and restoring. */
import { imageBug, type PlantedBug } from "./planted-bug";

const IMAGE = "renic/state-image.ts";
const POLICY = "renic/pool-policy.ts";
const OUTBOUND = "renic/outbound-record.ts";

export const IMAGE_BUGS: readonly PlantedBug[] = [
  imageBug(IMAGE, "image, time left as a time", "t.nextAt > now ? t.nextAt - now : 0", "t.nextAt"),
  imageBug(IMAGE, "image, no interval", "t.nextAt = left ? world().now + left : 0;", "t.nextAt = 0;"),
  imageBug(
    IMAGE,
    "image, contexts",
    "(q.hidden, from + TX_CONTEXTS, CONTEXT_COUNT * CONTEXT_BYTES)",
    "(q.hidden, from + TX_CONTEXTS, CONTEXT_BYTES)",
  ),
  imageBug(
    IMAGE,
    "image, remembered request",
    "t.isRemembered = load<u32>(from, THROTTLE_REMEMBERED);",
    "t.isRemembered = 0;",
  ),
  imageBug(IMAGE, "image, free-running timer", "v.timerStart = world().now - load", "v.timerStart = load"),
  imageBug(IMAGE, "image, turn of the queues", "v.turn = load<u32>(from, CONTROL_TURN);", ""),
  imageBug(IMAGE, "image, MBVFICR's acknowledgement", "if (mail & 2) p.mbvficr |= bit << MBVFICR_ACK_SHIFT;", ""),
  imageBug(IMAGE, "image, VFLRE", "p.vflre = mail & 4 ? p.vflre | bit : p.vflre & ~bit;", ""),
  imageBug(
    IMAGE,
    "image, MSI-X control",
    "(changetype<u32>(v) + VF_MSIX, from, MSIX_TABLE_BYTES + 8)",
    "(changetype<u32>(v) + VF_MSIX, from, MSIX_TABLE_BYTES)",
  ),
  imageBug(IMAGE, "image, position fetched", "q.fetched = load<u32>(from, TX_FETCHED);", "q.fetched = q.head;"),
  imageBug(
    POLICY,
    "image, receive addresses",
    "(tableAt(p, PF_RA), addresses, RA_BYTES)",
    "(tableAt(p, PF_RA), addresses, 8)",
  ),
  // What is not even saved is the same when it is saved again: only how the device goes on shows it.
  imageBug(IMAGE, "image, without remembered requests", "to, t.isRemembered, THROTTLE", "to, 0, THROTTLE"),
  imageBug(IMAGE, "image, without the turn", "store<u32>(to, v.turn, CONTROL_TURN)", "store<u32>(to, 0, CONTROL_TURN)"),
  imageBug(POLICY, "image, VFTA", "setBit(p, PF_VFTA, load<u32>(at));", "setBit(p, PF_VFTA, 0);"),
  imageBug(POLICY, "image, VFTE", "p.vfte = withBit(p.vfte, v.pool, bits >>> 1);", ""),
  imageBug(
    POLICY,
    "image, VMVIR",
    "store<u32>(tableAt(p, PF_VMVIR) + (v.pool << 2), load<u32>(from, POLICY_VMVIR));",
    "",
  ),
  imageBug(OUTBOUND, "image, epoch of waiting frames", "load<u32>(from, OUTBOUND_ENTRY_EPOCH)", "v.epoch"),
  imageBug(
    OUTBOUND,
    "image, epochs released",
    "o.releasedBelow = load<u32>(payload, OUTBOUND_RELEASED);",
    "o.releasedBelow = 0;",
  ),
];
