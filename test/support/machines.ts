/**
 * External machines with a TCP stack, joined by a cable or a switch, what they do, and what can be read of it.
 */
import { HISTOGRAM_BUCKET_COUNT } from "../../assembly/layout/histogram";
import {
  CONNECTION_ACKED_BYTES,
  CONNECTION_BYTES,
  CONNECTION_DUPLICATE_ACKS,
  CONNECTION_END,
  CONNECTION_FAST_RETRANSMITS,
  CONNECTION_OUT_OF_ORDER,
  CONNECTION_PORTS,
  CONNECTION_PROBES,
  CONNECTION_RECEIVED_BYTES,
  CONNECTION_SEGMENT_BYTES,
  CONNECTION_SEND_WINDOW,
  CONNECTION_SMOOTHED,
  CONNECTION_STALE,
  CONNECTION_STATE,
  CONNECTION_THRESHOLD,
  CONNECTION_TIMED_RETRANSMITS,
  CONNECTION_TIMEOUT,
  CONNECTION_TIMEOUTS,
  CONNECTION_WINDOW,
  END_NAMES,
  STACK_BAD_SEGMENTS,
  STACK_COPIED_BYTES,
  STACK_ENDS,
  STACK_OPENED,
  STACK_RECEIVED_ACKS,
  STACK_RECEIVED_DATA,
  STACK_RECYCLED,
  STACK_REFUSED,
  STACK_RESETS_SENT,
  STACK_SENT_ACKS,
  STACK_SENT_DATA,
  STATE_NAMES,
  USES_DELAYED_ACK,
  USES_NAGLE,
  USES_SACK,
  USES_TIMESTAMPS,
  USES_WINDOW_SCALE,
  WORK_BYTES,
  WORK_DONE_BYTES,
  WORK_FAILED,
  WORK_FINISHED,
  WORK_FIRST_AT,
  WORK_LAST_AT,
  WORK_TRANSACTIONS,
  WORK_WRONG,
} from "../../assembly/layout/tcp";
import type { World } from "../../src/core/world";
import type { MacWords } from "./addresses";

/** What a stack does unless told otherwise: everything. */
export const ALL_OPTIONS = USES_SACK | USES_TIMESTAMPS | USES_WINDOW_SCALE | USES_NAGLE | USES_DELAYED_ACK;

export interface StackOptions {
  readonly connectionCount?: number;
  readonly sendBytes?: number;
  readonly receiveBytes?: number;
  readonly mss?: number;
  /** USES_ bits. */
  readonly options?: number;
  /** Pages behind the stack. */
  readonly morePages?: number;
}

export interface Faults {
  readonly loss?: number;
  readonly delay?: number;
  readonly delayNs?: number;
  readonly twice?: number;
}

/** What can be read of a connection. */
export interface ConnectionView {
  readonly state: string;
  readonly end: string;
  readonly window: number;
  readonly threshold: number;
  readonly fastRetransmits: number;
  readonly timedRetransmits: number;
  readonly timeouts: number;
  readonly duplicateAcks: number;
  readonly outOfOrder: number;
  readonly ackedBytes: number;
  readonly receivedBytes: number;
  readonly smoothedNs: number;
  readonly timeoutNs: number;
  readonly probes: number;
  readonly stale: number;
  readonly sendWindow: number;
  readonly segmentBytes: number;
  readonly selfPort: number;
  readonly peerPort: number;
}

/** What can be read of a work. */
export interface WorkView {
  readonly doneBytes: number;
  readonly wrong: number;
  readonly transactions: number;
  readonly finished: number;
  readonly failed: number;
  readonly firstNs: number;
  readonly lastNs: number;
}

const PS_PER_NS = 1000;
const STATES = STATE_NAMES.split(",");
const ENDS = END_NAMES.split(",");

/** 02:52:4e:03:00:NN for external machines. */
export function machineMac(number: number): MacWords {
  return [0x034e5202, (number + 1) << 8];
}

/** 10.0.2.N for external machines. */
export function machineIp(number: number): number {
  return 0x0a000201 + number;
}

/** A stack: what its owner does with it, and what can be read of it. */
export class StackOwner {
  constructor(
    readonly world: World,
    /** Number of its owner: a machine's, or a guest's with STACK_OF_GUEST. */
    readonly index: number,
    readonly connectionCount: number,
    readonly mac: MacWords,
    readonly ip: number,
  ) {}

  addSource(target: StackOwner, port: number, bytes: number, connectionCount = 1): number {
    const { plane } = this.world;
    return plane.addTcpSource(this.index, ...target.mac, target.ip, port, connectionCount, bytes);
  }

  addSink(port: number): number {
    return this.world.plane.addTcpSink(this.index, port);
  }

  start(work: number): void {
    this.world.plane.startTcpWork(this.index, work);
  }

  pause(work: number, isPaused: boolean): void {
    this.world.plane.pauseTcpWork(this.index, work, isPaused ? 1 : 0);
  }

  /** Every connection, those that were never used among them. */
  connections(): ConnectionView[] {
    return Array.from({ length: this.connectionCount }, (_, number) => this.connection(number));
  }

  connection(number = 0): ConnectionView {
    const at = this.world.plane.tcpConnectionAt(this.index, number) >>> 0;
    const words = this.world.words(at, CONNECTION_BYTES);
    const word = (offset: number) => words.getUint32(offset, true);
    const long = (offset: number) => Number(words.getBigUint64(offset, true));
    return {
      state: STATES[word(CONNECTION_STATE)] ?? "",
      end: ENDS[word(CONNECTION_END)] ?? "",
      window: word(CONNECTION_WINDOW),
      threshold: word(CONNECTION_THRESHOLD),
      fastRetransmits: word(CONNECTION_FAST_RETRANSMITS),
      timedRetransmits: word(CONNECTION_TIMED_RETRANSMITS),
      timeouts: word(CONNECTION_TIMEOUTS),
      duplicateAcks: word(CONNECTION_DUPLICATE_ACKS),
      outOfOrder: word(CONNECTION_OUT_OF_ORDER),
      ackedBytes: long(CONNECTION_ACKED_BYTES),
      receivedBytes: long(CONNECTION_RECEIVED_BYTES),
      smoothedNs: long(CONNECTION_SMOOTHED) / PS_PER_NS,
      timeoutNs: long(CONNECTION_TIMEOUT) / PS_PER_NS,
      probes: word(CONNECTION_PROBES),
      stale: word(CONNECTION_STALE),
      sendWindow: word(CONNECTION_SEND_WINDOW),
      segmentBytes: word(CONNECTION_SEGMENT_BYTES),
      selfPort: word(CONNECTION_PORTS),
      peerPort: word(CONNECTION_PORTS + 4),
    };
  }

  work(number = 0): WorkView {
    const at = this.world.plane.tcpWorkAt(this.index, number) >>> 0;
    const words = this.world.words(at, WORK_BYTES);
    const long = (offset: number) => Number(words.getBigUint64(offset, true));
    return {
      doneBytes: long(WORK_DONE_BYTES),
      wrong: long(WORK_WRONG),
      transactions: long(WORK_TRANSACTIONS),
      finished: long(WORK_FINISHED),
      failed: long(WORK_FAILED),
      firstNs: long(WORK_FIRST_AT) / PS_PER_NS,
      lastNs: long(WORK_LAST_AT) / PS_PER_NS,
    };
  }

  /** The stack's tallies. */
  tallies() {
    const words = this.world.words(this.world.plane.tcpStackAt(this.index) >>> 0, 256);
    const long = (offset: number) => Number(words.getBigUint64(offset, true));
    return {
      sentData: long(STACK_SENT_DATA),
      sentAcks: long(STACK_SENT_ACKS),
      receivedData: long(STACK_RECEIVED_DATA),
      receivedAcks: long(STACK_RECEIVED_ACKS),
      copiedBytes: long(STACK_COPIED_BYTES),
      bad: long(STACK_BAD_SEGMENTS),
      resetsSent: long(STACK_RESETS_SENT),
      refused: long(STACK_REFUSED),
      recycled: long(STACK_RECYCLED),
      opened: long(STACK_OPENED),
      ends: Object.fromEntries(ENDS.map((name, end) => [name, words.getUint32(STACK_ENDS + 4 * end, true)])),
    };
  }

  /** Counts of a work's histogram, by bucket. */
  histogram(work = 0): number[] {
    const { plane } = this.world;
    const byteCount = HISTOGRAM_BUCKET_COUNT * 4;
    plane.readMachine(this.index, plane.tcpHistogram(this.index, work), plane.exchange(), byteCount);
    const words = this.world.words(plane.exchange(), byteCount);
    return Array.from({ length: HISTOGRAM_BUCKET_COUNT }, (_, bucket) => words.getUint32(bucket * 4, true));
  }
}

/** One external machine with its stack. */
export class Machine extends StackOwner {
  /** The first page behind the stack. */
  readonly pageBehind: number;

  constructor(world: World, number: number, stack: StackOptions = {}) {
    const { connectionCount = 4, sendBytes = 65_536, receiveBytes = 65_536, mss = 1460, morePages = 0 } = stack;
    const { plane } = world;
    const pages = 64 + Math.ceil(connectionCount / 4) + connectionCount * ((sendBytes + receiveBytes) / 4096);
    const [mac, ip] = [machineMac(number), machineIp(number)];
    super(world, plane.addMachine(...mac, ip, pages + morePages), connectionCount, mac, ip);
    const options = stack.options ?? ALL_OPTIONS;
    this.pageBehind = plane.createTcpStack(this.index, connectionCount, sendBytes, receiveBytes, mss, options);
  }
}

/** Two machines at the ends of a cable. */
export interface Pair {
  readonly one: Machine;
  readonly two: Machine;
  /** Wires from the first to the second and back. */
  readonly there: number;
  readonly back: number;
}

export interface CableOptions {
  readonly rate?: number;
  /** One way. */
  readonly latencyNs?: number;
  readonly one?: StackOptions;
  readonly two?: StackOptions;
}

/** Joins two new machines. */
export function joinMachines(world: World, { rate = 10e9, latencyNs = 10_000, one, two }: CableOptions = {}): Pair {
  const pair = { one: new Machine(world, 0, one), two: new Machine(world, 1, two) };
  const there = world.plane.connectMachines(pair.one.index, pair.two.index, rate, latencyNs);
  return { ...pair, there, back: there + 1 };
}

/** Sets what goes wrong on a wire, as shares of its frames. */
export function setFaults(world: World, wire: number, faults: Faults): void {
  const below = (share = 0) => Math.floor(share * 2 ** 32);
  const { loss, delay, delayNs = 0, twice } = faults;
  world.plane.setWireFaults(wire, below(loss), below(delay), delayNs, below(twice));
}
