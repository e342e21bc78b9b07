/**
 * A device of the data plane that can be paused, and moved into another one while it is. Whoever uses it sees one device
 * that goes on. Invariants: both go through the same pause, moved or not; frames from the wire that would arrive during it
 * arrive just after it.
 */
import { IMAGE_OK } from "../../assembly/layout/state-image";
import type { DeviceSettings, FaultRecord, Message, SentFrame } from "../reference/device-interface";
import { PAGE_BYTES } from "../reference/memory";
import { NumberedDevice } from "./numbered-device";
import { copyPort, filtersOf, placeAsIn, restartStatistics, shutVlans } from "./port-copy";
import { Renumbering } from "./renumbering";
import { haveTurnBegin } from "./turn";
import { WasmDevice } from "./wasm-device";

const PF_POOL = 7;
const SLOT_COUNT = 3;
const PAUSE_STEP_PS = 10_000_000;
const PAUSE_STEPS_MAX = 100_000;
/** Longer than reading or writing the longest packet, so that with frames under way something happens meanwhile. */
const IDLE_PS = 100_000_000;
/** Preamble, check sequence and gap. */
const WIRE_OVERHEAD_BYTES = 24;

/** Where a device is moved to. */
export interface Destination {
  readonly vfCount: number;
  readonly isSecondPort: boolean;
  readonly renumbering: Renumbering;
}

interface PendingArrival {
  readonly bytes: Uint8Array;
  readonly ps: number;
}

interface MappedPage {
  readonly pool: number;
  readonly devicePage: number;
  readonly guestPage: number;
  readonly access: number;
}

export class MovableDevice extends NumberedDevice {
  readonly #module: WebAssembly.Module;
  readonly #windows: ReadonlyMap<number, number>;
  #arrivals: PendingArrival[] = [];
  readonly #maps: MappedPage[] = [];
  readonly #armed = new Set<number>();
  #sent: SentFrame[] = [];
  #messages: Message[] = [];
  #countersBefore: Record<string, number> = {};
  readonly #faultsBefore = new Map<number, FaultRecord>();
  /** What was wrong with a move. */
  readonly problems: string[] = [];

  constructor(module: WebAssembly.Module, settings: DeviceSettings, windows: ReadonlyMap<number, number>) {
    super(settings, new WasmDevice(module, settings, windows));
    this.#module = module;
    this.#windows = windows;
  }

  /** The VFs' pools, as the program numbers them. */
  get #vfPools(): number[] {
    return [...Array(this.settings.vfCount).keys()];
  }

  /** Quiesces every VF's pool and waits until nothing is under way; returns the time. */
  pause(nowPs: number): number {
    const device = this.device;
    let at = nowPs;
    const wait = (ps: number) => {
      at += ps;
      device.advance(at);
    };
    for (const pool of this.#vfPools) device.quiesce(pool);
    for (let steps = 0; this.#vfPools.some((pool) => !device.isQuiesced(pool)); steps++) {
      if (steps === PAUSE_STEPS_MAX) throw new Error("a pool does not become quiet");
      wait(PAUSE_STEP_PS);
    }
    this.#collect();
    wait(Math.max(0, ...this.#sent.slice(-1).map((frame) => this.#sentByPs(frame) - at)));
    // Frames that are looped back now find every pool quiesced and no room to wait: each is counted.
    for (let before = ""; before !== JSON.stringify(device.counters()); wait(IDLE_PS)) {
      before = JSON.stringify(device.counters());
    }
    at = haveTurnBegin(device, at);
    restartStatistics(device);
    for (const pool of [...this.#vfPools, PF_POOL]) device.collectDirtyLog(pool);
    this.#arrivals = this.#arrivals.map(({ bytes, ps }) => ({ bytes, ps: Math.max(ps, at + 1) }));
    return at;
  }

  #sentByPs({ startPs, bytes }: SentFrame): number {
    return startPs + (bytes.length + WIRE_OVERHEAD_BYTES) * this.settings.wirePsPerByte;
  }

  /** Lets every VF's pool go on. */
  goOn(order: readonly number[]): void {
    for (const pool of order) this.device.unquiesce(this.number(pool));
  }

  /** Puts everything into a new device, while it is paused. */
  move(destination: Destination, nowPs: number): void {
    const before = this.device;
    const { renumbering, vfCount, isSecondPort } = destination;
    const windows = new Map([...this.#windows].map(([pool, first]) => [renumbering.pool(pool), first]));
    const after = new WasmDevice(this.#module, { ...this.settings, vfCount }, windows, isSecondPort);
    after.advance(nowPs);
    copyPort(before, after, this.settings.vfCount, renumbering);
    this.#copyMemories(before, after, renumbering);
    for (const pool of this.#vfPools) after.quiesce(renumbering.pool(pool));
    after.advance(nowPs);
    for (const pool of this.#vfPools) this.#movePool(before, after, pool, renumbering.pool(pool));
    const wanted = filtersOf(before, new Renumbering(0, 0));
    const found = filtersOf(after, renumbering);
    if (wanted !== found) this.problems.push(`filters after the move: expected ${wanted}, found ${found}`);
    const shut = shutVlans(
      after,
      this.#vfPools.map((pool) => renumbering.pool(pool)),
    );
    if (shut.length > 0) this.problems.push(`VLANs that VFTA does not let in after the move: ${shut.join(" ")}`);
    placeAsIn(before, after, renumbering);
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const image = before.savedImage(slot);
      if (image !== undefined) after.putImage(slot, image);
    }
    this.#countersBefore = before.counters();
    for (const pool of [...this.#vfPools, PF_POOL]) this.#faultsBefore.set(pool, before.faults(pool));
    this.#collect();
    this.device = after;
    this.numbers = renumbering;
  }

  #movePool(before: WasmDevice, after: WasmDevice, pool: number, target: number): void {
    const image = before.saveForMigration(pool);
    const code = after.restoreMigrated(target, image);
    if (code !== IMAGE_OK) throw new Error(`the image of pool ${pool} is refused, code ${code}`);
    const again = after.saveForMigration(target);
    const at = image.findIndex((byte, index) => byte !== again[index]);
    if (at >= 0) this.problems.push(`image of pool ${pool}, saved again: byte ${at} is different`);
  }

  #copyMemories(before: WasmDevice, after: WasmDevice, renumbering: Renumbering): void {
    const bytes = this.settings.guestPages * PAGE_BYTES;
    for (const pool of [...this.#vfPools, PF_POOL]) {
      after.writeMemory(renumbering.pool(pool), 0, before.readMemory(pool, 0, bytes));
    }
    for (const { pool, devicePage, guestPage, access } of this.#maps) {
      after.mapPage(renumbering.pool(pool), devicePage, guestPage, access);
    }
    for (const pool of this.#armed) after.armDirtyLog(renumbering.pool(pool));
  }

  /** Keeps what the device at hand has sent, under the program's numbers. */
  #collect(): void {
    this.#sent.push(...super.takeSent());
    this.#messages.push(...super.takeMessages());
  }

  override advance(ps: number): void {
    while (this.#arrivals[0] !== undefined && this.#arrivals[0].ps <= ps) {
      const arrival = this.#arrivals.shift();
      if (arrival !== undefined) this.device.arrive(arrival.bytes, arrival.ps);
    }
    this.device.advance(ps);
  }

  override arrive(bytes: Uint8Array, ps: number): void {
    this.#arrivals.push({ bytes, ps });
  }

  override mapPage(pool: number, devicePage: number, guestPage: number, access: number): void {
    this.#maps.push({ pool, devicePage, guestPage, access });
    super.mapPage(pool, devicePage, guestPage, access);
  }

  override armDirtyLog(pool: number): void {
    this.#armed.add(pool);
    super.armDirtyLog(pool);
  }

  /** The record stays with the machine's hypervisor, not with the device. */
  override faults(pool: number): FaultRecord {
    const before = this.#faultsBefore.get(pool) ?? { count: 0, address: 0, access: 0 };
    const now = super.faults(pool);
    return now.count === 0 ? before : { ...now, count: before.count + now.count };
  }

  override takeSent(): SentFrame[] {
    this.#collect();
    return this.#sent.splice(0);
  }

  override takeMessages(): Message[] {
    this.#collect();
    return this.#messages.splice(0);
  }

  override counters(): Record<string, number> {
    const now = Object.entries(super.counters());
    return Object.fromEntries(now.map(([name, count]) => [name, count + (this.#countersBefore[name] ?? 0)]));
  }
}
