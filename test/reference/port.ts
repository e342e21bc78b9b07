/**
 * The state of a whole port: its pools, the physical function's registers, the clock, what is under way, and what came
 * out. It decides nothing; the modules around it do. Source: docs/device.md, "Pools and queues" and "DMA and time".
 */

import { hasBit, itemAt, withBit } from "./bytes";
import type { Coverage } from "./coverage";
import type { DeviceSettings, Message, SentFrame } from "./device-interface";
import * as pf from "./pf-registers";
import { POOL_COUNT, Pool } from "./pool";
import { RegisterFile } from "./register-file";
import { QUEUE_ENABLE_BIT, RXDCTL, TXDCTL, type View, viewsByOffset } from "./vf-registers";

export const DROP_REASONS = [
  "noDescriptor",
  "queueDisabled",
  "noPool",
  "dmaFault",
  "quiesceFull",
  "oversize",
  "malformed",
  "spoofed",
  "tooLong",
  "reset",
  "discarded",
] as const;

export type DropReason = (typeof DROP_REASONS)[number];

/** A frame that will have arrived; from a pool it has its pools already. */
export interface Arrival {
  readonly ps: number;
  readonly bytes: Uint8Array;
  readonly local: { readonly pools: number; readonly isExact: boolean } | undefined;
}

/** An arrival on its way through the write channel. */
export interface Delivery {
  readonly ps: number;
  readonly arrival: Arrival;
  /** Arrivals are counted; a quiesce remembers the count. */
  readonly arrivalIndex: number;
}

export class Port {
  readonly settings: DeviceSettings;
  readonly coverage: Coverage;
  readonly pools: readonly Pool[];
  /** Those that are a VF's: only their queues have vectors, and so timers of write-backs. */
  readonly vfPools: readonly Pool[];
  readonly pf = new RegisterFile(pf.PF_REGISTERS);
  readonly views: ReadonlyMap<number, View>;
  readonly drops = new Map<DropReason, number>(DROP_REASONS.map((reason) => [reason, 0]));
  now = 0;
  sent: SentFrame[] = [];
  messages: Message[] = [];
  readFreePs = 0;
  writeFreePs = 0;
  wireFreePs = 0;
  /** Frames of the fetch round at hand; a dropped packet counts as one. */
  roundFrames = 0;
  wireArrivals: Arrival[] = [];
  loopedArrivals: Arrival[] = [];
  deliveries: Delivery[] = [];
  arrivalCount = 0;
  lastServedPool = POOL_COUNT - 1;
  /** When the port fetches again for pools that it had to leave. */
  retryAtPs: number | undefined;
  /** Queues reported in the running fetch round, as pool * 2 + queue. */
  reportedInRound: Set<number> | undefined;
  /** Receive queues in which a frame's last descriptor was reported while a frame is being received. */
  reportedByFrame: Set<number> | undefined;

  constructor(settings: DeviceSettings, coverage: Coverage) {
    this.settings = settings;
    this.coverage = coverage;
    this.pools = Array.from({ length: POOL_COUNT }, (_, index) => new Pool(index, settings));
    this.vfPools = this.pools.filter((pool) => pool.hasVf);
    this.views = viewsByOffset(settings.vfCount);
  }

  pool(index: number): Pool {
    return itemAt(this.pools, index);
  }

  seen(key: string): void {
    this.coverage.seen(key);
  }

  drop(reason: DropReason): void {
    this.seen(`drop.${reason}`);
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
  }

  /** Sets the pool's bit in a register of the PF, `first` being the bit of pool 0. */
  setPoolBit(register: number, pool: Pool, isSet: boolean, first = 0): void {
    this.pf.set(register, withBit(this.pf.get(register), first + pool.index, isSet));
  }

  hasPoolBit(register: number, pool: Pool, first = 0): boolean {
    return hasBit(this.pf.get(register), first + pool.index);
  }

  isTransmitActive(pool: Pool, queue: number): boolean {
    const isEnabled = hasBit(pool.queueRegister(TXDCTL, queue), QUEUE_ENABLE_BIT);
    return isEnabled && hasBit(this.pf.get(pf.TCTL), 1) && this.hasPoolBit(pf.VFTE, pool) && pool.stop === undefined;
  }

  isReceiveActive(pool: Pool, queue: number): boolean {
    const isEnabled = hasBit(pool.queueRegister(RXDCTL, queue), QUEUE_ENABLE_BIT);
    return isEnabled && hasBit(this.pf.get(pf.RCTL), 1) && this.hasPoolBit(pf.VFRE, pool);
  }

  /** Lists a pool that may have work, unless it is listed. */
  list(pool: Pool): void {
    if (pool.stop !== undefined) return;
    pool.listed ??= { mayFetchPs: this.now + 2 * this.settings.dmaLatencyPs, isAwaited: true };
  }

  /** Disables a queue after a DMA fault. */
  disableByFault(pool: Pool, queue: number, isReceive: boolean): void {
    const control = isReceive ? RXDCTL : TXDCTL;
    pool.setQueueRegister(control, queue, withBit(pool.queueRegister(control, queue), QUEUE_ENABLE_BIT, false));
    this.pf.set(pf.LVMMC, pool.index | (queue << 3) | 0x10 | (isReceive ? 0x20 : 0));
  }

  /** Adds to an octet statistic of two words. */
  addOctets(low: number, octets: number): void {
    const sum = this.pf.get(low) + octets;
    if (sum >= 2 ** 32) this.pf.add(low + 4, 1);
    this.pf.set(low, sum);
  }
}
