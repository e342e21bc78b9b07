/**
 * A machine with a stack whose peer is the test: it writes each segment and reads each answer. Sequence numbers are told
 * from the start of each stream: 0 is the SYN, 1 the first byte.
 */
import { CAPTURE_MACHINE } from "../../assembly/layout/capture";
import { clientIp, clientMac } from "./addresses";
import { joinMachines, type Machine, type StackOptions } from "./machines";
import { runFor } from "./running";
import { createSmallWorld, type SmallWorldOptions } from "./small-world";
import { ACK, buildTcp, type ReadSegment, readTcp, SYN, type TcpEnd, type TcpSegment } from "./tcp-segment";

/** A segment of the machine's, its numbers told from the starts, and when it left. */
export interface Answer extends ReadSegment {
  readonly atNs: number;
}

const PEER_START = 0xffff_ff00;
const PEER_PORT = 7000;
const RATE = 10e9;
const US = 1000;
/** After each segment so much time passes: enough for a first window of answers. */
export const PAUSE_NS = 20 * US;

export interface PeerOptions {
  readonly stack?: StackOptions;
  readonly world?: SmallWorldOptions;
  /** Of the machine's wire; 10 Gb/s unless told. */
  readonly rate?: number;
}

export class ScriptedPeer {
  readonly machine: Machine;
  readonly world;
  #selfPort = 0;
  #selfStart = 0;
  #peerPort = PEER_PORT;

  constructor({ stack = {}, world = {}, rate = RATE }: PeerOptions = {}) {
    this.world = createSmallWorld(world);
    // What the machine sends ends at another one, whose address it is not for.
    const { one } = joinMachines(this.world, { rate, latencyNs: US, one: stack });
    this.machine = one;
    this.world.plane.tapMachine(one.index);
  }

  get #peer(): TcpEnd {
    return { mac: clientMac(0), ip: clientIp(0), port: this.#peerPort };
  }

  /** Has the peer speak from another port. */
  usePort(port: number): void {
    this.#peerPort = port;
  }

  /** The machine's port, and the number of its SYN. */
  learn(port: number, start: number): void {
    this.#selfPort = port;
    this.#selfStart = start;
  }

  /** Sends a segment to arrive now, lets a little time pass, and returns what the machine sent by then. */
  send(segment: TcpSegment): Answer[] {
    const acknowledgment = segment.flags & ACK ? ((segment.acknowledgment ?? 0) + this.#selfStart) >>> 0 : 0;
    const sequence = (segment.sequence + PEER_START) >>> 0;
    const sack = segment.sack?.map(([start, end]) => [start + this.#selfStart, end + this.#selfStart] as const);
    const to = { mac: this.machine.mac, ip: this.machine.ip, port: this.#selfPort };
    const frame = buildTcp(this.#peer, to, { ...segment, sequence, acknowledgment, ...(sack ? { sack } : {}) });
    const { plane } = this.world;
    this.world.view(plane.exchange(), frame.length).set(frame);
    plane.injectToMachine(this.machine.index, frame.length, this.world.nowNs());
    return this.wait(PAUSE_NS);
  }

  /** Lets time pass and returns what the machine sent. */
  wait(ns: number): Answer[] {
    runFor(this.world, ns);
    return this.taken();
  }

  /** What the machine has sent and nobody has looked at. */
  taken(): Answer[] {
    return this.world.takeCapture().flatMap(({ bytes, timePs, client }) => {
      const segment = readTcp(bytes);
      const isOwn = client === CAPTURE_MACHINE + this.machine.index && segment?.toPort === this.#peerPort;
      if (!segment || !isOwn) return [];
      const sequence = (segment.sequence - this.#selfStart) >>> 0;
      const acknowledgment = segment.flags & ACK ? (segment.acknowledgment - PEER_START) >>> 0 : 0;
      const sack = segment.sack?.map(([start, end]) => [(start - PEER_START) >>> 0, (end - PEER_START) >>> 0] as const);
      return [{ ...segment, sequence, acknowledgment, atNs: timePs / 1000, ...(sack ? { sack } : {}) }];
    });
  }

  /** Connects to a port of the machine's; returns its SYN, ACK. */
  connect(port: number, options: Partial<TcpSegment> = {}): Answer {
    this.learn(port, 0);
    const [answer] = this.send({ flags: SYN, sequence: 0, mss: 1460, ...options });
    if (answer === undefined) throw new Error("a SYN to a listener is answered");
    this.learn(port, answer.sequence);
    const echo = options.timestamp === undefined ? {} : { timestamp: options.timestamp, echo: answer.timestamp ?? 0 };
    this.send({ flags: ACK, sequence: 1, acknowledgment: 1, ...echo, ...windowOf(options) });
    return answer;
  }

  /** Answers the machine's SYN, which it has just sent; returns the SYN. */
  accept(options: Partial<TcpSegment> = {}): Answer {
    const syn = this.taken().find(({ flags }) => flags === SYN);
    if (syn === undefined) throw new Error("the machine has sent a SYN");
    this.learn(syn.fromPort, syn.sequence);
    this.send({ flags: SYN | ACK, sequence: 0, acknowledgment: 1, mss: 1460, ...options });
    return syn;
  }

  /** Opens an active connection for a source of so many bytes. */
  openSource(bytes: number): number {
    const { plane } = this.world;
    const work = plane.addTcpSource(this.machine.index, ...clientMac(0), clientIp(0), PEER_PORT, 1, bytes);
    this.machine.start(work);
    this.world.advance(this.world.nowNs() + US);
    return work;
  }
}

function windowOf({ window }: Partial<TcpSegment>): { window?: number } {
  return window === undefined ? {} : { window };
}
