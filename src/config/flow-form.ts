/**
 * The form of a flow: traffic that machines make themselves, over TCP or as datagrams.
 *
 * One form serves all kinds, and a field of another kind is refused by `check-flows.ts`: that can say which kinds
 * have it, where a form for each kind could only call it unknown.
 */
import { BYTES, DURATION } from "../sim/units";
import { amount, choice, factor, filePath, flag, map, nameOf, powerOfTwoAmount, whole } from "./fields";
import * as limits from "./limits";
import { FLOW_KINDS } from "./scenario";

export const flowForm = map({
  kind: choice(FLOW_KINDS).meta({
    description:
      "bulk: a TCP stream; requests: TCP requests and replies; replay: recorded TCP; datagrams: UDP at a fixed rate, between VMs; probe: UDP that a VM sends back to a client.",
    examples: ["bulk", "requests", "replay", "datagrams", "probe"],
  }),
  from: nameOf("a client or a VM").meta({
    description: "Who opens connections, or sends datagrams; in a replay it plays the recorded client.",
    examples: ["visitor"],
  }),
  to: nameOf("a client or a VM").meta({
    description: "Who listens, in a replay as the recorded server; one of the two is a VM.",
    examples: ["web"],
  }),
  port: whole(limits.PORT)
    .optional()
    .meta({
      description: "Port of whoever listens; each has one flow. Default 5001 and up, in the order of flows.",
      examples: [80],
    }),
  start: amount(DURATION, limits.ANY_DURATION)
    .prefault("0s") // With the run.
    .meta({ description: "When it begins. Default 0s.", examples: ["100ms"] }),
  connections: whole(limits.CONNECTION_COUNT)
    .optional()
    .meta({
      description:
        "bulk, requests, replay: connections at once, 1 to 1024; a replay has those of its recording. Default 1, of a replay 8.",
      examples: [32],
    }),
  window: powerOfTwoAmount(BYTES, limits.WINDOW_BYTES)
    .optional()
    .meta({
      description:
        "bulk, requests, replay: bytes that each connection buffers in either direction, 64KiB to 16MiB. Default 256KiB.",
      examples: ["256KiB"],
    }),
  bytes: amount(BYTES, limits.ANY_BYTES)
    .optional()
    .meta({ description: "bulk: how much each connection sends; for ever by default.", examples: ["10MiB"] }),
  request: amount(BYTES, limits.MESSAGE_BYTES)
    .optional()
    .meta({ description: "requests: bytes of a request. Default 128B.", examples: ["128B"] }),
  reply: amount(BYTES, limits.MESSAGE_BYTES)
    .optional()
    .meta({ description: "requests: bytes of a reply. Default 11KiB.", examples: ["11KiB"] }),
  think: amount(DURATION, limits.ANY_DURATION)
    .optional()
    .meta({ description: "requests: from a reply to the next request. Default 0s.", examples: ["1ms"] }),
  reconnect: flag()
    .optional()
    .meta({
      description: "requests: a connection for each, closed when its client has thought. Default false.",
      examples: [true],
    }),
  capture: filePath()
    .optional()
    .meta({
      description: "replay: a pcap or pcapng file, relative to the folder of the scenario; it must have one.",
      examples: ["recordings/http/http.pcapng"],
    }),
  recordedPort: whole(limits.PORT)
    .optional()
    .meta({ description: "replay: TCP port of the recorded service. Default that of port.", examples: [8080] }),
  scale: factor(limits.SCALE_MAX)
    .optional()
    .meta({
      description: "replay: factor for recorded times, above 0 and up to 1000; 4 is slower. Default 1.",
      examples: [4],
    }),
  frame: amount(BYTES, limits.DATAGRAM_FRAME_BYTES)
    .optional()
    .meta({
      description: "datagrams: bytes of a frame without its check, 60B to 1514B. Default 60B.",
      examples: ["1514B"],
    }),
  every: amount(DURATION, limits.TICK)
    .optional()
    .meta({
      description:
        "datagrams: distance of bursts, 1us to 1h. Default 100us. probe: distance of datagrams, as many as 1,000,000 in a run. Default 1ms.",
      examples: ["10us"],
    }),
  burst: whole(limits.BURST_COUNT)
    .optional()
    .meta({ description: "datagrams: datagrams of a burst, 1 to 256. Default 1.", examples: [8] }),
}).meta({ description: "Traffic that machines make: from a client or a VM to another." });
