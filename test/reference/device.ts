/**
 * The reference model of a port: the slow, obvious device, an independent judge of the real one.
 * Invariant: an access sees everything that happened before it and at its time. Source: docs/device.md.
 */

import { itemAt } from "./bytes";
import type { Coverage } from "./coverage";
import type { Device, DeviceSettings, FaultRecord, Message, SentFrame } from "./device-interface";
import { writeMsixControl, writeMsixWord } from "./interrupts";
import { readPortRegister, writePortRegister } from "./pf-access";
import type { Pool } from "./pool";
import { Port } from "./port";
import { functionLevelReset } from "./resets";
import { restorePool, type SavedPool, savePool } from "./saved-state";
import { advanceTo, quiescePool, unquiescePool } from "./timeline";
import { discardHeld } from "./transmit";
import { readPoolRegister, writePoolRegister } from "./vf-access";

export class ReferencePort implements Device {
  readonly #port: Port;
  readonly #slots = new Map<number, SavedPool>();

  constructor(settings: DeviceSettings, coverage: Coverage) {
    this.#port = new Port(settings, coverage);
  }

  /** The pool, after everything that happens by now. */
  #pool(index: number): Pool {
    advanceTo(this.#port, this.#port.now);
    return this.#port.pool(index);
  }

  readVf(pool: number, offset: number): number {
    return readPoolRegister(this.#port, this.#pool(pool), offset);
  }

  writeVf(pool: number, offset: number, value: number): void {
    writePoolRegister(this.#port, this.#pool(pool), offset, value >>> 0);
  }

  readPf(offset: number): number {
    advanceTo(this.#port, this.#port.now);
    return readPortRegister(this.#port, offset);
  }

  writePf(offset: number, value: number): void {
    advanceTo(this.#port, this.#port.now);
    writePortRegister(this.#port, offset, value >>> 0);
  }

  readMsix(pool: number, word: number): number {
    return itemAt(this.#pool(pool).msix.table, word);
  }

  writeMsix(pool: number, word: number, value: number): void {
    writeMsixWord(this.#port, this.#pool(pool), word, value);
  }

  writeMsixControl(pool: number, value: number): void {
    writeMsixControl(this.#port, this.#pool(pool), value);
  }

  functionLevelReset(pool: number): void {
    functionLevelReset(this.#port, this.#pool(pool));
  }

  readMemory(pool: number, address: number, bytes: number): Uint8Array {
    return this.#pool(pool).memory.bytes.slice(address, address + bytes);
  }

  writeMemory(pool: number, address: number, bytes: Uint8Array): void {
    this.#pool(pool).memory.bytes.set(bytes, address);
  }

  mapPage(pool: number, devicePage: number, guestPage: number, access: number): void {
    this.#pool(pool).memory.map(devicePage, guestPage, access);
  }

  arrive(bytes: Uint8Array, ps: number): void {
    this.#port.wireArrivals.push({ ps, bytes: bytes.slice(), local: undefined });
  }

  advance(ps: number): void {
    advanceTo(this.#port, ps);
  }

  quiesce(pool: number): void {
    quiescePool(this.#port, this.#pool(pool));
  }

  isQuiesced(pool: number): boolean {
    return this.#pool(pool).stop?.isDone === true;
  }

  unquiesce(pool: number): void {
    unquiescePool(this.#port, this.#pool(pool));
  }

  save(pool: number, slot: number): void {
    this.#slots.set(slot, savePool(this.#port, this.#pool(pool)));
  }

  restore(pool: number, slot: number): boolean {
    const saved = this.#slots.get(slot);
    if (saved === undefined) throw new Error(`nothing is saved in slot ${slot}`);
    return restorePool(this.#port, this.#pool(pool), saved);
  }

  armDirtyLog(pool: number): void {
    this.#pool(pool).memory.armLog();
  }

  collectDirtyLog(pool: number): number[] {
    return this.#pool(pool).memory.collectLog();
  }

  openEpoch(pool: number, epoch: number, isHolding: boolean): void {
    this.#pool(pool).outbound.openEpoch(epoch, isHolding);
  }

  release(pool: number, epoch: number): void {
    const state = this.#pool(pool);
    state.outbound.release(epoch);
    this.#port.list(state);
  }

  stopHolding(pool: number): void {
    const state = this.#pool(pool);
    state.outbound.stopHolding();
    this.#port.list(state);
  }

  discardHeld(pool: number): void {
    discardHeld(this.#port, this.#pool(pool));
  }

  faults(pool: number): FaultRecord {
    return this.#pool(pool).memory.fault;
  }

  takeSent(): SentFrame[] {
    advanceTo(this.#port, this.#port.now);
    const sent = this.#port.sent;
    this.#port.sent = [];
    return sent;
  }

  takeMessages(): Message[] {
    advanceTo(this.#port, this.#port.now);
    const messages = this.#port.messages;
    this.#port.messages = [];
    return messages;
  }

  counters(): Record<string, number> {
    advanceTo(this.#port, this.#port.now);
    return Object.fromEntries(this.#port.drops);
  }
}
