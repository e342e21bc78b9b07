/**
 * Functions of the data plane that asc inlines wherever they are called, as a transform of its parser.
 *
 * V8 does not inline across functions of a module, and a packet makes some thirty small calls: with this list the ring
 * path takes a third of the time (docs/benchmarks.md). It stands here and not as decorators in the sources,
 * because TypeScript has no decorators on functions, and sources that only one tool can read are checked by none. A
 * name that is not found fails the build.
 */
import { Node, NodeKind } from "assemblyscript/dist/assemblyscript.js";
import { Transform } from "assemblyscript/transform";

const INLINED = {
  "assembly/sim/event-queue": ["insert", "add", "spread", "clearBit"],
  "assembly/sim/trace": ["trace"],
  "assembly/sim/digest": ["lookUp", "lookUpAhead"],
  "assembly/memory/copy": ["copyFew"],
  "assembly/memory/dirty-log": ["mark", "isMarked", "isClean", "listAll"],
  "assembly/memory/guest-memory": ["frameIn", "frameOf", "presentFrameOf", "look", "lookAtPage", "touch", "touchPage"],
  "assembly/memory/iommu": ["entryAt", "guestFrameOf"],
  "assembly/wire/frame": ["removeFirst", "append", "takeSlot", "freeSlot"],
  "assembly/wire/content": ["keptOf", "keptFrom"],
  "assembly/nic/dma": [
    "lookAtDescriptor",
    "openDescriptor",
    "openBuffer",
    "openSource",
    "placeOf",
    "readableAt",
    "writableAt",
    "dmaRead",
    "dmaWrite",
    "readPart",
    "writePart",
    "roomOf",
  ],
  "assembly/nic/tx-ring": [
    "findPacket",
    "findIn",
    "findInQueue",
    "positionAddress",
    "plainBytes",
    "readPlain",
    "completePlain",
  ],
  "assembly/nic/offload-context": ["macBytesOf", "ipBytesOf", "protocolOf"],
  "assembly/nic/l4-sum": ["sumFieldOf", "plainSumOf", "sumFits", "partOf", "sumToInsert", "insertSumInSlot"],
  "assembly/nic/rx-ring": ["receive", "receivePlain", "writeDescriptor"],
  "assembly/nic/fetching": ["nextPool", "endTurn"],
  "assembly/nic/descriptor-run": ["runsOf", "receiveRun", "transmitRun", "sentPackets", "hasMore", "goPast", "endRuns"],
  "assembly/nic/known-destinations": ["entryOf", "isKnown", "knownReceiver", "leavesOnly"],
  "assembly/nic/receive-status": ["headerStatus", "l4Status", "l4StatusOf", "fragmentWord", "plainType", "plainStatus"],
  "assembly/nic/headers": ["readHeaders", "readIpv4", "readL4"],
  "assembly/nic/bridge": [
    "poolsFromWire",
    "poolsFromPool",
    "byAddress",
    "isVmdq",
    "byVlan",
    "limit",
    "replicate",
    "hasTag",
  ],
  "assembly/nic/physical-function": ["bitIf", "limitOf", "poolsOf"],
  "assembly/nic/sender": ["countSent"],
  "assembly/nic/write-back": ["raiseReceivedAt", "takeNews"],
  "assembly/nic/port-record": ["wakeOf", "setWake", "forgetWake"],
  "assembly/nic/port": [
    "drain",
    "deliverTo",
    "wakeOfQueue",
    "earlier",
    "comeIn",
    "distribute",
    "accept",
    "count",
    "wakeOfPool",
  ],
  "assembly/wire/ipv4": ["writeIpv4", "headerSum", "carries", "addPseudoHeader", "padded"],
  "assembly/wire/checksum": ["addToSum", "addWords", "foldSum"],
  "assembly/wire/wire": [
    "isFaultless",
    "noteArrival",
    "noteStart",
    "send",
    "firstDue",
    "hasArrived",
    "arrive",
    "serializationPs",
  ],
  "assembly/transport/tcp-sequence": ["isBefore", "isAfter", "earlierOf", "laterOf"],
  "assembly/transport/tcp-connection": ["has"],
  "assembly/transport/tcp-stack": ["stackAt", "connection", "bucketAt", "hashOf", "sendRingAt", "receiveRingAt"],
  "assembly/transport/tcp-stream": ["folded", "wordAt"],
  "assembly/transport/tcp-machine": ["machine", "machineStack"],
  "assembly/wire/udp": ["udpChecksum", "writePrepared"],
  "assembly/nic/interrupt": ["setCauseAt", "request", "awaitInterval"],
  "assembly/cpu/run-queue": ["listOf", "firstOn", "append", "remove"],
  "assembly/cpu/processor": ["endStretch"],
  "assembly/cpu/scheduler": ["runFor", "rankOf", "leave"],
  "assembly/guest/stream": ["streamOf", "changedStreamOf"],
  "assembly/cpu/vcpu": ["charge"],
  "assembly/dispatch": ["dispatch", "serve", "servePacket", "sendPlain", "launch", "admit", "leave"],
  "assembly/guest/buffers": ["startOf", "receiveBuffer", "transmitBuffer"],
  "assembly/guest/driver": [
    "receivedBytes",
    "driver",
    "refill",
    "isReceived",
    "enqueue",
    "socketEntry",
    "freeBuffer",
    "firstInSocket",
    "leaveSocket",
    "leaveWith",
  ],
  "assembly/guest/driver-transmit": [
    "reclaim",
    "freeDescriptors",
    "hasRoom",
    "nextBuffer",
    "nextDescriptor",
    "post",
    "write",
    "postDatagram",
    "nextPacket",
  ],
  "assembly/guest/net-device": ["canPostDatagram", "sendDatagram", "isFront", "canPost", "packetPlace", "postPacket"],
};

export default class InlineTransform extends Transform {
  afterParse(parser) {
    for (const [path, names] of Object.entries(INLINED)) {
      const source = parser.sources.find(({ internalPath }) => internalPath === path);
      for (const name of names) {
        const found = source?.statements.find((s) => s.kind === NodeKind.FunctionDeclaration && s.name.text === name);
        if (!found) throw new Error(`scripts/inline.mjs: ${path} has no function ${name}`);
        const word = Node.createIdentifierExpression("inline", found.name.range);
        found.decorators = [Node.createDecorator(word, null, found.name.range)];
      }
    }
  }
}
