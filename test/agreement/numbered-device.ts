/**
 * A device of the data plane whose pools have other numbers than for whoever uses it.
 * Invariant: nothing is kept here but which device it is, and how its pools are numbered.
 */
import type { Device, DeviceSettings, FaultRecord, Message, SentFrame } from "../reference/device-interface";
import { mailboxOf, Renumbering, viewAt } from "./renumbering";
import type { WasmDevice } from "./wasm-device";

const PF_POOL = 7;

export class NumberedDevice implements Device {
  protected readonly settings: DeviceSettings;
  protected device: WasmDevice;
  protected numbers = new Renumbering(0, 0);

  constructor(settings: DeviceSettings, device: WasmDevice) {
    this.settings = settings;
    this.device = device;
  }

  protected number(pool: number): number {
    return this.numbers.pool(pool);
  }

  readVf(pool: number, offset: number): number {
    return this.device.readVf(this.number(pool), offset);
  }

  writeVf(pool: number, offset: number, value: number): void {
    this.device.writeVf(this.number(pool), offset, value);
  }

  /** Whether an offset shows a VF that is none here: the destination may have more of them. */
  #isNobodys(offset: number): boolean {
    const pool = viewAt(offset)?.pool ?? mailboxOf(offset);
    return pool !== undefined && pool >= this.settings.vfCount && pool !== PF_POOL;
  }

  readPf(offset: number): number {
    if (this.#isNobodys(offset)) return 0;
    return this.numbers.value(offset, this.device.readPf(this.numbers.offset(offset)));
  }

  writePf(offset: number, value: number): void {
    if (this.#isNobodys(offset)) return;
    this.device.writePf(this.numbers.offset(offset), this.numbers.value(offset, value));
  }

  readMsix(pool: number, word: number): number {
    return this.device.readMsix(this.number(pool), word);
  }

  writeMsix(pool: number, word: number, value: number): void {
    this.device.writeMsix(this.number(pool), word, value);
  }

  writeMsixControl(pool: number, value: number): void {
    this.device.writeMsixControl(this.number(pool), value);
  }

  functionLevelReset(pool: number): void {
    this.device.functionLevelReset(this.number(pool));
  }

  readMemory(pool: number, address: number, bytes: number): Uint8Array {
    return this.device.readMemory(this.number(pool), address, bytes);
  }

  writeMemory(pool: number, address: number, bytes: Uint8Array): void {
    this.device.writeMemory(this.number(pool), address, bytes);
  }

  mapPage(pool: number, devicePage: number, guestPage: number, access: number): void {
    this.device.mapPage(this.number(pool), devicePage, guestPage, access);
  }

  quiesce(pool: number): void {
    this.device.quiesce(this.number(pool));
  }

  isQuiesced(pool: number): boolean {
    return this.device.isQuiesced(this.number(pool));
  }

  unquiesce(pool: number): void {
    this.device.unquiesce(this.number(pool));
  }

  save(pool: number, slot: number): void {
    this.device.save(this.number(pool), slot);
  }

  restore(pool: number, slot: number): boolean {
    return this.device.restore(this.number(pool), slot);
  }

  armDirtyLog(pool: number): void {
    this.device.armDirtyLog(this.number(pool));
  }

  collectDirtyLog(pool: number): number[] {
    return this.device.collectDirtyLog(this.number(pool));
  }

  openEpoch(pool: number, epoch: number, isHolding: boolean): void {
    this.device.openEpoch(this.number(pool), epoch, isHolding);
  }

  release(pool: number, epoch: number): void {
    this.device.release(this.number(pool), epoch);
  }

  stopHolding(pool: number): void {
    this.device.stopHolding(this.number(pool));
  }

  discardHeld(pool: number): void {
    this.device.discardHeld(this.number(pool));
  }

  arrive(bytes: Uint8Array, ps: number): void {
    this.device.arrive(bytes, ps);
  }

  advance(ps: number): void {
    this.device.advance(ps);
  }

  faults(pool: number): FaultRecord {
    return this.device.faults(this.number(pool));
  }

  takeSent(): SentFrame[] {
    return this.device.takeSent();
  }

  takeMessages(): Message[] {
    return this.device.takeMessages().map((message) => ({ ...message, pool: this.number(message.pool) }));
  }

  counters(): Record<string, number> {
    return this.device.counters();
  }
}
