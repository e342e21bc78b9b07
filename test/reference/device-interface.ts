/**
 * What a device under test is, to the programs that run on it: registers, memory, frames and time, nothing of how they
 * are kept. The reference model implements it, and so does the adapter over the real one. Times are whole picoseconds.
 * Source: docs/device.md, all of it.
 */

/** What a port is built with. */
export interface DeviceSettings {
  /** Virtual functions, 1 to 7; pool 7 is the physical function's. */
  readonly vfCount: number;
  /** Pages of 4 KiB in the guest memory of each pool. */
  readonly guestPages: number;
  /** Of the outgoing wire. */
  readonly wirePsPerByte: number;
  readonly readPsPerByte: number;
  readonly writePsPerByte: number;
  readonly dmaLatencyPs: number;
  /** Bytes of frames that may wait for a quiesced pool. */
  readonly parkedBytesMax: number;
  /** Bytes of each pool's outbound buffer. */
  readonly outboundBytes: number;
  /** The option "writable heads". */
  readonly isHeadWritable: boolean;
  /** The option "DD at release". */
  readonly isDoneAtRelease: boolean;
}

/** A frame on the outgoing wire. */
export interface SentFrame {
  readonly startPs: number;
  readonly bytes: Uint8Array;
}

/** An MSI-X message that left. */
export interface Message {
  readonly ps: number;
  readonly pool: number;
  readonly vector: number;
}

/** The latest fault of a pool's IOMMU map, and how many there were. Access 1 is a read, 2 a write. */
export interface FaultRecord {
  readonly count: number;
  readonly address: number;
  readonly access: number;
}

/** A device. Calls that act on a pool need one that has a VF, or pool 7 where that makes sense. */
export interface Device {
  readVf(pool: number, offset: number): number;
  writeVf(pool: number, offset: number, value: number): void;
  readPf(offset: number): number;
  writePf(offset: number, value: number): void;
  /** Words 0 to 11: three entries of address low, address high, data, control. */
  readMsix(pool: number, word: number): number;
  writeMsix(pool: number, word: number, value: number): void;
  /** Bit 15 enables, bit 14 masks the function. */
  writeMsixControl(pool: number, value: number): void;
  functionLevelReset(pool: number): void;
  /** As guest software does, without the IOMMU. */
  readMemory(pool: number, address: number, bytes: number): Uint8Array;
  writeMemory(pool: number, address: number, bytes: Uint8Array): void;
  /** Access bits: 1 read, 2 write, 0 unmaps. */
  mapPage(pool: number, devicePage: number, guestPage: number, access: number): void;
  /** The last bit of a frame arrives from the wire; calls come in ascending order, none in the past. */
  arrive(bytes: Uint8Array, ps: number): void;
  /** Lets happen everything up to and including a time. */
  advance(ps: number): void;
  quiesce(pool: number): void;
  isQuiesced(pool: number): boolean;
  unquiesce(pool: number): void;
  /** Saves a quiesced pool. */
  save(pool: number, slot: number): void;
  /** Restores into a quiesced pool; false: refused for lack of room. */
  restore(pool: number, slot: number): boolean;
  armDirtyLog(pool: number): void;
  /** Device pages in ascending order; the log is empty afterwards. */
  collectDirtyLog(pool: number): number[];
  openEpoch(pool: number, epoch: number, isHolding: boolean): void;
  release(pool: number, epoch: number): void;
  stopHolding(pool: number): void;
  discardHeld(pool: number): void;
  faults(pool: number): FaultRecord;
  takeSent(): SentFrame[];
  takeMessages(): Message[];
  /** Frames dropped by reason, summed over the pools. */
  counters(): Record<string, number>;
}
