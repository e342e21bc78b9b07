/** Planted bugs of the ways that nearly every frame goes: known destinations, runs of descriptors, rows, plain types. */
import { bug, type PlantedBug } from "./planted-bug";

const DESTINATIONS = "nic/known-destinations.ts";
const RUN = "nic/descriptor-run.ts";
const SEND = "nic/send-row.ts";
const RECEIVE = "nic/receive-row.ts";
const STATUS = "nic/receive-status.ts";
const DMA = "nic/dma.ts";
const CONFIGURE = "nic/configure.ts";
const REGISTERS = "nic/registers.ts";
const INTERRUPT = "nic/interrupt.ts";

export const KNOWN_BUGS: readonly PlantedBug[] = [
  bug(DESTINATIONS, "known destination, by rules that have changed", "world().bridgeRules++;", ""),
  bug(
    RECEIVE,
    "known destination, beyond a limit",
    "min<u32>(known.bytes, rxQueue(v, 0).bufferBytes)",
    "rxQueue(v, 0).bufferBytes",
  ),
  bug(DESTINATIONS, "known destination, of another pool", "(<u64>(v.pool | FROM_POOL))", "(<u64>FROM_POOL)"),
  bug(DESTINATIONS, "known destination, of the other direction", "(<u64>(v.pool | FROM_POOL))", "(<u64>v.pool)"),
  bug(DESTINATIONS, "known destination, one pool of several", "pools != 0 && !(pools & (pools - 1))", "pools != 0"),
  bug(DESTINATIONS, "known destination, quiesced", "v.quiet == RUNNING && ", ""),
  bug(DESTINATIONS, "known destination, on the port as well", "(found & (POOLS | TO_WIRE))", "(found & TO_WIRE)"),
  bug(CONFIGURE, "run, of a ring that lies elsewhere", "  endRuns(v);\n", ""),
  bug(
    REGISTERS,
    "run, as long as before the transmit tail",
    "      endRuns(v);\n      requestTransmit(v);",
    "      requestTransmit(v);",
  ),
  bug(RUN, "run, at a position that has been passed", " && r.position == position", ""),
  bug(RUN, "run, of a queue that is not plain", "const owned = q.isPlain ?", "const owned = q.isActive ?"),
  bug(REGISTERS, "wake, as before a register was written", "  forgetWake(v);\n", ""),
  bug(CONFIGURE, "wake, of a queue that was off", "  forgetWake(v);\n", ""),
  bug(INTERRUPT, "wake, of a request that was remembered", "  forgetWake(v);\n  // No interval", "  // No interval"),
  bug(SEND, "row sent, in a VLAN", "if (!from || hasTag(from, bytes)) break;", "if (!from) break;"),
  bug(SEND, "row sent, the queues' turns", "q.pending || txQueue(v, 1).isActive ||", "q.pending ||"),
  bug(SEND, "row sent, whose turn is next", "    v.turn = 1;\n", ""),
  bug(SEND, "row sent, all to the first destination", "destination(from) != known.to", "known.to == NOWHERE"),
  bug(SEND, "row sent, all of the first pool", "      known = sentPackets(v);\n", ""),
  bug(SEND, "row sent, to where the row before was let go", "  known.to = NOWHERE;\n", ""),
  bug(SEND, "row sent, by a pool that is not to", " && (rowPools >>> pool) & 1;", ";"),
  bug(SEND, "row sent, by the context of the row before", "  known.sumBits = 0;\n", ""),
  bug(SEND, "row sent, by the context before", "(status & SUM_BITS) != known.sumBits", "!known.sum"),
  bug(SEND, "row sent, a pool's turn kept", "  if (isAlone) endTurn(p, pool);\n", ""),
  bug(SEND, "row sent, through no channel", "    readFree += <u64>packetBytes * readPs;\n", ""),
  bug(SEND, "row sent, beyond the ring's end", "q.after(q.fetched)", "q.fetched + 1"),
  bug(RECEIVE, "row received, all by the first pool", "if (address != to || bytes", "if (bytes"),
  bug(RECEIVE, "row received, longer than a buffer", "min<u32>(known.bytes, rxQueue(v, 0).bufferBytes)", "known.bytes"),
  bug(RECEIVE, "row received, before it is there", "if (time > now || due > dueMax)", "if (due > dueMax)"),
  bug(RECEIVE, "row received, before what came from the loop", "time > now || due > dueMax", "time > now"),
  bug(RECEIVE, "row received, through no channel", "    writeFree = passed;\n", ""),
  bug(
    RECEIVE,
    "row received, identification beside a hash",
    "q.flags & QUEUE_GIVES_HASH ? 0 : <u32>bswap",
    "<u32>bswap",
  ),
  bug(RECEIVE, "row received, without its cause", "      noteCause(v, vector);\n", ""),
  bug(RECEIVE, "row received, without its interrupt", "      setCauseAt(v, vector, time);\n", ""),
  bug(RECEIVE, "row received, beyond the ring's end", "q.after(q.head)", "q.head + 1"),
  bug(RECEIVE, "row received, to the address of the first", "    address = nextAddress;\n", ""),
  bug(RECEIVE, "row received, as long as the first", "    bytes = nextBytes;\n", ""),
  bug(DMA, "known frame, in no dirty log", "(MAY_WRITE | UNLOGGED)) != MAY_WRITE ||", "MAY_WRITE) != MAY_WRITE ||"),
  bug(STATUS, "plain type, of a fragment", " || load<u16>(at, IPV4_FRAGMENT) & LOADED_IS_FRAGMENT", ""),
  bug(STATUS, "plain type, longer than its frame", "ETHERNET_BYTES + total > bytes ||", "total > bytes ||"),
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
