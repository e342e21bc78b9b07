/** The device of the data plane, as the programs of the reference model see one (test/reference/device-interface.ts). */
import { REASON_EXHAUSTED, REASON_UNTIL } from "../../assembly/layout/event";
import { IMAGE_BYTES_MAX, IMAGE_NO_ROOM, IMAGE_OK } from "../../assembly/layout/state-image";
import {
  DROP_DISCARDED,
  DROP_DMA_FAULT,
  DROP_MALFORMED,
  DROP_NO_DESCRIPTOR,
  DROP_NO_POOL,
  DROP_OVERSIZE,
  DROP_QUEUE_DISABLED,
  DROP_QUIESCE_FULL,
  DROP_RESET,
  DROP_SPOOFED,
  DROP_TOO_LONG,
  TRACE_DROPPED,
  TRACE_INTERRUPT,
} from "../../assembly/layout/trace";
import type { World } from "../../src/core/world";
import type { Device, DeviceSettings, FaultRecord, Message, SentFrame } from "../reference/device-interface";
import type { Program } from "../reference/step";
import { buildPortWorld, vfNumber } from "./port-world";

const POOL_COUNT = 8;
const PAGE_BYTES = 4096;
const PS_PER_NS = 1000;

const REASONS: ReadonlyMap<number, string> = new Map([
  [DROP_NO_DESCRIPTOR, "noDescriptor"],
  [DROP_QUEUE_DISABLED, "queueDisabled"],
  [DROP_NO_POOL, "noPool"],
  [DROP_DMA_FAULT, "dmaFault"],
  [DROP_QUIESCE_FULL, "quiesceFull"],
  [DROP_OVERSIZE, "oversize"],
  [DROP_MALFORMED, "malformed"],
  [DROP_SPOOFED, "spoofed"],
  [DROP_TOO_LONG, "tooLong"],
  [DROP_RESET, "reset"],
  [DROP_DISCARDED, "discarded"],
]);

/** One port of a world (port-world.ts). */
export class WasmDevice implements Device {
  readonly #world: World;
  readonly #settings: DeviceSettings;
  readonly #windows: ReadonlyMap<number, number>;
  readonly #port: number;
  readonly #guests: ReadonlyMap<number, number>;
  readonly #imagesAt: number;
  readonly #migrationAt: number;
  readonly #imageBytes: number[] = [];
  readonly #sent: SentFrame[] = [];
  readonly #messages: Message[] = [];
  readonly #counters: Record<string, number>;
  /** Pools that were asked to be quiet. */
  readonly #quiet = new Set<number>();
  #nowPs = 0;

  /**
   * `windows` has the first device frame of a second window of each pool that is to have one. Nothing may depend on
   * whether the port is the second of its world.
   */
  constructor(
    module: WebAssembly.Module,
    settings: DeviceSettings,
    windows: ReadonlyMap<number, number> = new Map(),
    isSecondPort = false,
  ) {
    const { world, port, guests, imagesAt, migrationAt } = buildPortWorld(module, settings, windows, isSecondPort);
    this.#settings = settings;
    this.#windows = windows;
    this.#world = world;
    this.#port = port;
    this.#guests = guests;
    this.#imagesAt = imagesAt;
    this.#migrationAt = migrationAt;
    this.#counters = Object.fromEntries([...REASONS.values()].map((name) => [name, 0]));
    this.#collect();
  }

  #guest(pool: number): number {
    const guest = this.#guests.get(pool);
    if (guest === undefined) throw new Error(`pool ${pool} has no memory`);
    return guest;
  }

  /** The number of a pool in its world. */
  #vf(pool: number): number {
    return vfNumber(this.#port, pool);
  }

  /** Has every arrival be an event from now on: the slow schedule. */
  beEager(): void {
    this.#world.plane.setEager(1);
  }

  /** Has everything happen that happens by now. */
  #settled(): World["plane"] {
    this.advance(this.#nowPs);
    return this.#world.plane;
  }

  readVf(pool: number, offset: number): number {
    return this.#settled().readRegister(this.#vf(pool), offset) >>> 0;
  }

  writeVf(pool: number, offset: number, value: number): void {
    this.#settled().writeRegister(this.#vf(pool), offset, value);
  }

  readPf(offset: number): number {
    return this.#settled().readPfRegister(this.#port, offset) >>> 0;
  }

  writePf(offset: number, value: number): void {
    this.#settled().writePfRegister(this.#port, offset, value);
  }

  readMsix(pool: number, word: number): number {
    return this.#settled().readMsix(this.#vf(pool), 4 * word) >>> 0;
  }

  writeMsix(pool: number, word: number, value: number): void {
    this.#settled().writeMsix(this.#vf(pool), 4 * word, value);
  }

  writeMsixControl(pool: number, value: number): void {
    this.#settled().writeMsixControl(this.#vf(pool), value);
  }

  functionLevelReset(pool: number): void {
    this.#settled().resetFunction(this.#vf(pool));
  }

  readMemory(pool: number, address: number, bytes: number): Uint8Array {
    const plane = this.#settled();
    plane.settle();
    const exchange = plane.exchange() >>> 0;
    const result = new Uint8Array(bytes);
    for (let done = 0; done < bytes; done += PAGE_BYTES) {
      const part = Math.min(PAGE_BYTES, bytes - done);
      plane.readMemory(this.#guest(pool), address + done, exchange, part);
      result.set(this.#world.view(exchange, part), done);
    }
    return result;
  }

  writeMemory(pool: number, address: number, bytes: Uint8Array): void {
    const plane = this.#settled();
    plane.settle();
    const exchange = plane.exchange() >>> 0;
    for (let done = 0; done < bytes.length; done += PAGE_BYTES) {
      const part = bytes.subarray(done, done + PAGE_BYTES);
      this.#world.view(exchange, part.length).set(part);
      plane.writeMemory(this.#guest(pool), address + done, exchange, part.length);
    }
  }

  mapPage(pool: number, devicePage: number, guestPage: number, access: number): void {
    this.#settled().mapDeviceFrame(this.#vf(pool), devicePage, guestPage, access);
  }

  arrive(bytes: Uint8Array, ps: number): void {
    const plane = this.#settled();
    this.#world.view(plane.exchange() >>> 0, bytes.length).set(bytes);
    plane.injectFrame(this.#port, bytes.length, Math.floor(ps / PS_PER_NS), ps % PS_PER_NS);
  }

  advance(ps: number): void {
    const { plane } = this.#world;
    this.#nowPs = ps;
    for (;;) {
      const reason = plane.advanceToPs(Math.floor(ps / PS_PER_NS), ps % PS_PER_NS);
      if (reason === REASON_UNTIL) return;
      if (reason === REASON_EXHAUSTED) throw new Error(`the plan of the world is too small, ${plane.reasonIndex()}`);
      while (plane.takeWantedPf() >= 0);
      this.#collect();
    }
  }

  /** Reads what the data plane has recorded. */
  #collect(): void {
    for (const record of this.#world.takeTrace()) {
      if (record.kind === TRACE_DROPPED) {
        const name = REASONS.get(record.b);
        if (name !== undefined) this.#counters[name] = (this.#counters[name] ?? 0) + 1;
      } else if (record.kind === TRACE_INTERRUPT) {
        this.#messages.push({ ps: record.timePs, pool: record.subject % POOL_COUNT, vector: record.a });
      }
    }
    for (const { timePs, bytes } of this.#world.takeCapture()) this.#sent.push({ startPs: timePs, bytes });
  }

  quiesce(pool: number): void {
    if (this.#quiet.has(pool)) return;
    this.#quiet.add(pool);
    this.#settled().quiesce(this.#vf(pool));
  }

  isQuiesced(pool: number): boolean {
    return this.#settled().isQuiesced(this.#vf(pool)) !== 0;
  }

  unquiesce(pool: number): void {
    if (this.#quiet.delete(pool)) this.#settled().unquiesce(this.#vf(pool));
  }

  save(pool: number, slot: number): void {
    this.#imageBytes[slot] = this.#settled().saveImage(this.#vf(pool), this.#imagesAt + slot * IMAGE_BYTES_MAX);
  }

  restore(pool: number, slot: number): boolean {
    const at = this.#imagesAt + slot * IMAGE_BYTES_MAX;
    const code = this.#settled().restoreImage(this.#vf(pool), at, this.#imageBytes[slot] ?? 0);
    if (code !== IMAGE_OK && code !== IMAGE_NO_ROOM) throw new Error(`an image of its own is refused, code ${code}`);
    return code === IMAGE_OK;
  }

  /** What `save` put into a slot, if anything. */
  savedImage(slot: number): Uint8Array | undefined {
    const bytes = this.#imageBytes[slot];
    return bytes === undefined ? undefined : this.#world.view(this.#imagesAt + slot * IMAGE_BYTES_MAX, bytes).slice();
  }

  /** Fills a slot with what another device saved. */
  putImage(slot: number, image: Uint8Array): void {
    this.#world.view(this.#imagesAt + slot * IMAGE_BYTES_MAX, image.length).set(image);
    this.#imageBytes[slot] = image.length;
  }

  /** Saves a quiesced pool with the frames that wait in its outbound buffer. */
  saveForMigration(pool: number): Uint8Array {
    const bytes = this.#settled().saveForMigration(this.#vf(pool), this.#migrationAt);
    return this.#world.view(this.#migrationAt, bytes).slice();
  }

  /** Restores such an image into a quiesced pool; the code is IMAGE_OK, or why not. */
  restoreMigrated(pool: number, image: Uint8Array): number {
    this.#world.view(this.#migrationAt, image.length).set(image);
    return this.#settled().restoreImage(this.#vf(pool), this.#migrationAt, image.length);
  }

  armDirtyLog(pool: number): void {
    this.#settled().armDmaLog(this.#vf(pool));
  }

  collectDirtyLog(pool: number): number[] {
    const plane = this.#settled();
    const first = [...Array(this.#settings.guestPages).keys()];
    const window = this.#windows.get(pool);
    const frames = window === undefined ? first : [...first, ...first.map((page) => window + page)];
    const pages = frames.filter((frame) => plane.isDeviceFrameLogged(this.#vf(pool), frame));
    plane.collectDmaLog(this.#vf(pool));
    return pages;
  }

  openEpoch(pool: number, epoch: number, isHolding: boolean): void {
    this.#settled().openEpoch(this.#vf(pool), epoch, isHolding ? 1 : 0);
  }

  release(pool: number, epoch: number): void {
    this.#settled().releaseEpoch(this.#vf(pool), epoch);
  }

  stopHolding(pool: number): void {
    this.#settled().stopHolding(this.#vf(pool));
  }

  discardHeld(pool: number): void {
    this.#settled().discardHeld(this.#vf(pool), 0xffff);
  }

  faults(pool: number): FaultRecord {
    const plane = this.#settled();
    plane.settle();
    const address = (plane.dmaFaultHigh(this.#vf(pool)) >>> 0) * 2 ** 32 + (plane.dmaFaultLow(this.#vf(pool)) >>> 0);
    return { count: plane.dmaFaultCount(this.#vf(pool)), address, access: plane.dmaFaultAccess(this.#vf(pool)) };
  }

  takeSent(): SentFrame[] {
    this.#settled();
    this.#collect();
    return this.#sent.splice(0);
  }

  takeMessages(): Message[] {
    this.#settled();
    this.#collect();
    return this.#messages.splice(0);
  }

  counters(): Record<string, number> {
    this.#settled().settle();
    this.#collect();
    return { ...this.#counters };
  }
}

/** Returns the first device frame of each pool's second window: where a program maps beyond the guest's own numbers. */
export function windowsOf({ settings, steps }: Program): Map<number, number> {
  const windows = new Map<number, number>();
  for (const step of steps) {
    if (step.kind !== "mapPage" || step.devicePage < settings.guestPages) continue;
    windows.set(step.pool, Math.min(windows.get(step.pool) ?? step.devicePage, step.devicePage));
  }
  return windows;
}
