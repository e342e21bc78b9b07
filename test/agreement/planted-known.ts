/** Planted bugs of the ways that nearly every frame goes: known destinations, runs of descriptors, plain types. */
import { bug, type PlantedBug } from "./planted-bug";

const DESTINATIONS = "nic/known-destinations.ts";
const RUN = "nic/descriptor-run.ts";
const SEND = "nic/tx-ring.ts";
const RECEIVE = "nic/rx-ring.ts";
const STATUS = "nic/receive-status.ts";
const PORT = "nic/port.ts";
const DMA = "nic/dma.ts";

export const KNOWN_BUGS: readonly PlantedBug[] = [
  bug(DESTINATIONS, "known destination, by rules that have changed", "world().bridgeRules++;", ""),
  bug(DESTINATIONS, "known destination, beyond a limit", "v && bytes <= e.bytes && ", "v && "),
  bug(DESTINATIONS, "known destination, of another pool", "(<u64>(v.pool | FROM_POOL))", "(<u64>FROM_POOL)"),
  bug(DESTINATIONS, "known destination, of the other direction", "(<u64>(v.pool | FROM_POOL))", "(<u64>v.pool)"),
  bug(DESTINATIONS, "known destination, one pool of several", "pools != 0 && !(pools & (pools - 1))", "pools != 0"),
  bug(DESTINATIONS, "known destination, quiesced", "v.quiet == RUNNING && ", ""),
  bug(DESTINATIONS, "known destination, on the port as well", "(found & (POOLS | TO_WIRE))", "(found & TO_WIRE)"),
  bug(SEND, "known destination, in a VLAN", "hasTag(from, frameBytes) || ", ""),
  bug(SEND, "known destination, the queues' turns", "q.pending || txQueue(v, 1).isActive ||", "q.pending ||"),
  bug(SEND, "known destination, whose turn is next", "  v.turn = 1;\n", ""),
  bug(RUN, "run, from a look before", "world().look++;", ""),
  bug(RUN, "run, past the end of its ring", "min<u32>(owned, q.count - position)", "owned"),
  bug(RUN, "run, of a queue that is not plain", "const owned = isPlain ?", "const owned = q.isActive ?"),
  bug(RECEIVE, "known frame, longer than a buffer", "bytes > q.bufferBytes || (!hasMore", "(!hasMore"),
  bug(RECEIVE, "known frame, identification beside a hash", "flags & QUEUE_GIVES_HASH ? 0 : <u32>bswap", "<u32>bswap"),
  bug(PORT, "known frame, without its cause", "  setCauseAt(v, rxVector(v, 0), time);\n", ""),
  bug(DMA, "known frame, in no dirty log", "|| entry & UNLOGGED || bytes >", "|| bytes >"),
  bug(STATUS, "plain type, of a fragment", " || load<u16>(at, IPV4_FRAGMENT) & FRAGMENT", ""),
  bug(STATUS, "plain type, longer than its frame", "ETHERNET_BYTES + total > bytes ||", "total > bytes ||"),
  bug(STATUS, "plain type, TCP header that does not fit", " && header <= total - IPV4_BYTES", ""),
  bug(
    STATUS,
    "plain status, the protocol taken for the other",
    "RX_TYPE_UDP ? PROTOCOL_UDP : PROTOCOL_TCP",
    "RX_TYPE_UDP ? PROTOCOL_TCP : PROTOCOL_UDP",
  ),
  bug(
    STATUS,
    "UDP length beyond its packet, good",
    "bytes > room) return status | RX_L4E;",
    "bytes > room) return status;",
  ),
];
