/**
 * Runs a program on a device, gathers everything that can be observed, and says where two outcomes differ.
 * Invariant: what is gathered depends on the device only through its interface.
 * Source: docs/registers.md, for the registers that are read at the end.
 */

import type { Device, FaultRecord, Message, SentFrame } from "./device-interface";
import { PAGE_BYTES } from "./memory";
import { PF_REGISTERS } from "./pf-registers";
import type { Program, Step } from "./step";
import { VF_REGISTERS, viewsByOffset } from "./vf-registers";

const SETTLING_PS = 2_000_000_000;
const PF_POOL = 7;
const MSIX_WORDS = 12;
const DIFFERENCES_MAX = 12;

/** Something seen, and where it was looked for. */
export interface Observation {
  readonly where: string;
  readonly found: number | string;
}

export interface Outcome {
  readonly observations: readonly Observation[];
  readonly sent: readonly SentFrame[];
  readonly messages: readonly Message[];
  /** By pool. */
  readonly memories: ReadonlyMap<number, Uint8Array>;
}

/** The state of a run. */
class Run {
  readonly observations: Observation[] = [];
  readonly #device: Device;
  readonly #savedSlots = new Set<number>();
  now = 0;
  #lastArrivalPs = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  note(where: string, found: number | string): void {
    this.observations.push({ where, found });
  }

  apply(step: Step, index: number): void {
    const device = this.#device;
    const where = `step ${index} ${step.kind}`;
    switch (step.kind) {
      case "readVf":
        this.note(`${where} pool ${step.pool} ${vfName(step.offset)}`, device.readVf(step.pool, step.offset));
        break;
      case "writeVf":
        device.writeVf(step.pool, step.offset, step.value);
        break;
      case "readPf":
        this.note(`${where} ${pfName(step.offset)}`, device.readPf(step.offset));
        break;
      case "writePf":
        device.writePf(step.offset, step.value);
        break;
      case "readMsix":
        this.note(`${where} pool ${step.pool} word ${step.word}`, device.readMsix(step.pool, step.word));
        break;
      case "writeMsix":
        device.writeMsix(step.pool, step.word, step.value);
        break;
      case "writeMsixControl":
        device.writeMsixControl(step.pool, step.value);
        break;
      case "functionLevelReset":
        device.functionLevelReset(step.pool);
        break;
      case "writeMemory":
        device.writeMemory(step.pool, step.address, step.bytes);
        break;
      case "mapPage":
        device.mapPage(step.pool, step.devicePage, step.guestPage, step.access);
        break;
      case "arrive":
        // What arrives now has arrived before anything that a program can do now.
        this.#lastArrivalPs = Math.max(this.#lastArrivalPs, this.now + Math.max(step.afterPs, 1));
        device.arrive(step.bytes, this.#lastArrivalPs);
        break;
      case "wait":
        this.now += step.ps;
        device.advance(this.now);
        break;
      default:
        this.#applyToPool(step, where);
    }
  }

  #applyToPool(step: Step, where: string): void {
    const device = this.#device;
    switch (step.kind) {
      case "quiesce":
        device.quiesce(step.pool);
        this.note(`${where} pool ${step.pool} is quiesced`, String(device.isQuiesced(step.pool)));
        break;
      case "unquiesce":
        device.unquiesce(step.pool);
        break;
      case "save":
        this.#save(step.pool, step.slot, where);
        break;
      case "restore":
        this.#restore(step.pool, step.slot, where);
        break;
      case "armDirtyLog":
        device.armDirtyLog(step.pool);
        break;
      case "collectDirtyLog":
        this.note(`${where} pool ${step.pool}`, device.collectDirtyLog(step.pool).join(" "));
        break;
      case "openEpoch":
        device.openEpoch(step.pool, step.epoch, step.isHolding);
        break;
      case "release":
        device.release(step.pool, step.epoch);
        break;
      case "stopHolding":
        device.stopHolding(step.pool);
        break;
      case "discardHeld":
        device.discardHeld(step.pool);
        break;
      default:
        throw new Error(`${where} is for no pool`);
    }
  }

  #save(pool: number, slot: number, where: string): void {
    const isQuiesced = this.#device.isQuiesced(pool);
    this.note(`${where} pool ${pool} is quiesced`, String(isQuiesced));
    if (!isQuiesced) return;
    this.#device.save(pool, slot);
    this.#savedSlots.add(slot);
  }

  #restore(pool: number, slot: number, where: string): void {
    const isQuiesced = this.#device.isQuiesced(pool);
    this.note(`${where} pool ${pool} is quiesced`, String(isQuiesced));
    if (!isQuiesced || !this.#savedSlots.has(slot)) return;
    this.note(`${where} pool ${pool} is done`, String(this.#device.restore(pool, slot)));
  }
}

function registerName(name: string | undefined, offset: number): string {
  return `${name ?? "unlisted"} (0x${offset.toString(16)})`;
}

function vfName(offset: number): string {
  return registerName(VF_REGISTERS.get(offset)?.name, offset);
}

function pfName(offset: number): string {
  return registerName(PF_REGISTERS.get(offset)?.name, offset);
}

/** Reads every register once, the VFs' first. */
function noteRegisters(device: Device, run: Run, vfCount: number): void {
  for (let pool = 0; pool < vfCount; pool++) {
    for (const offset of VF_REGISTERS.keys()) {
      run.note(`end pool ${pool} ${vfName(offset)}`, device.readVf(pool, offset));
    }
    for (let word = 0; word < MSIX_WORDS; word++)
      run.note(`end pool ${pool} MSI-X ${word}`, device.readMsix(pool, word));
  }
  for (const offset of PF_REGISTERS.keys()) run.note(`end PF ${pfName(offset)}`, device.readPf(offset));
  for (const [offset, { pool, register }] of viewsByOffset(vfCount)) {
    if (pool >= vfCount) run.note(`end PF pool ${pool} ${vfName(register)}`, device.readPf(offset));
  }
}

function describeFault({ count, address, access }: FaultRecord): string {
  return `count ${count} address 0x${address.toString(16)} access ${access}`;
}

/** Something that happens to a device in the middle of a program. */
export interface Interlude {
  readonly beforeStep: number;
  /** Takes the time, and returns the time at which the program goes on. */
  readonly happen: (nowPs: number) => number;
}

/** Runs a program to its end, and for some time longer. */
export function runProgram(program: Program, device: Device, interlude?: Interlude): Outcome {
  const run = new Run(device);
  program.steps.forEach((step, index) => {
    if (interlude?.beforeStep === index) run.now = interlude.happen(run.now);
    run.apply(step, index);
  });
  device.advance(run.now + SETTLING_PS);
  const { vfCount, guestPages } = program.settings;
  const memories = new Map<number, Uint8Array>();
  for (let pool = 0; pool <= PF_POOL; pool++) {
    if (pool >= vfCount && pool !== PF_POOL) continue;
    memories.set(pool, device.readMemory(pool, 0, guestPages * PAGE_BYTES));
    run.note(`end pool ${pool} faults`, describeFault(device.faults(pool)));
    run.note(`end pool ${pool} dirty pages`, device.collectDirtyLog(pool).join(" "));
  }
  for (const [name, count] of Object.entries(device.counters()).sort()) run.note(`end counter ${name}`, count);
  noteRegisters(device, run, vfCount);
  return { observations: run.observations, sent: device.takeSent(), messages: device.takeMessages(), memories };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function show(value: number | string): string {
  return typeof value === "number" ? `0x${value.toString(16)}` : value;
}

function describeSent(frame: SentFrame | undefined): string {
  return frame === undefined ? "nothing" : `at ${frame.startPs} ${frame.bytes.length} bytes ${hexOf(frame.bytes)}`;
}

function isSameFrame(one: SentFrame | undefined, other: SentFrame | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.startPs === other.startPs && firstDifference(one.bytes, other.bytes) < 0;
}

function describeMessage(message: Message | undefined): string {
  return message === undefined ? "nothing" : `at ${message.ps} pool ${message.pool} vector ${message.vector}`;
}

function isSameMessage(one: Message | undefined, other: Message | undefined): boolean {
  return one?.ps === other?.ps && one?.pool === other?.pool && one?.vector === other?.vector;
}

/** Where bytes begin to differ, in value or in number; -1 when they do not. */
function firstDifference(one: Uint8Array, other: Uint8Array): number {
  const shared = Math.min(one.length, other.length);
  let at = equalWords(one, other, Math.floor(shared / 4)) * 4;
  while (at < shared && one[at] === other[at]) at++;
  return at < shared || one.length !== other.length ? at : -1;
}

/** How many words are equal from the start on; 0 where bytes do not lie on words. */
function equalWords(one: Uint8Array, other: Uint8Array, count: number): number {
  if (one.byteOffset % 4 !== 0 || other.byteOffset % 4 !== 0) return 0;
  const ones = new Int32Array(one.buffer, one.byteOffset, count);
  const others = new Int32Array(other.buffer, other.byteOffset, count);
  let at = 0;
  while (at < count && ones[at] === others[at]) at++;
  return at;
}

/** The first difference of two lists. */
function compareLists<T>(
  what: string,
  expected: readonly T[],
  found: readonly T[],
  isSame: (one: T | undefined, other: T | undefined) => boolean,
  describe: (item: T | undefined) => string,
): string[] {
  for (let index = 0; index < Math.max(expected.length, found.length); index++) {
    if (isSame(expected[index], found[index])) continue;
    return [`${what} ${index}: expected ${describe(expected[index])}, found ${describe(found[index])}`];
  }
  return [];
}

function compareMemories(expected: ReadonlyMap<number, Uint8Array>, found: ReadonlyMap<number, Uint8Array>): string[] {
  const differences: string[] = [];
  for (const [pool, bytes] of expected) {
    const other = found.get(pool);
    const at = firstDifference(bytes, other ?? new Uint8Array(0));
    if (at < 0) continue;
    const from = at - (at % 16);
    const wanted = hexOf(bytes.subarray(from, from + 16));
    const got = other === undefined ? "nothing" : hexOf(other.subarray(from, from + 16));
    differences.push(`memory of pool ${pool} at 0x${from.toString(16)}: expected ${wanted}, found ${got}`);
  }
  return differences;
}

function describeObservation(observation: Observation | undefined): string {
  return observation === undefined ? "nothing" : show(observation.found);
}

/** What is different in two outcomes of a program, the earliest first; nothing when they are the same. */
export function compareOutcomes(expected: Outcome, found: Outcome): string[] {
  const differences: string[] = [];
  const length = Math.max(expected.observations.length, found.observations.length);
  for (let index = 0; index < length && differences.length < DIFFERENCES_MAX; index++) {
    const wanted = expected.observations[index];
    const got = found.observations[index];
    if (wanted?.where === got?.where && wanted?.found === got?.found) continue;
    const where = wanted?.where ?? got?.where ?? "";
    differences.push(`${where}: expected ${describeObservation(wanted)}, found ${describeObservation(got)}`);
  }
  return [
    ...differences,
    ...compareLists("sent frame", expected.sent, found.sent, isSameFrame, describeSent),
    ...compareLists("message", expected.messages, found.messages, isSameMessage, describeMessage),
    ...compareMemories(expected.memories, found.memories),
  ];
}
