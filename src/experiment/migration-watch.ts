/**
 * What is seen of a migration from outside: the first frame that the machine sends at its new place, and for each client
 * the stretch without a frame from the machine around its move.
 *
 * Clients are watched where they are tapped, so a run with migrations taps them all. A frame is the machine's by its source
 * address; announcements are not counted, because they answer nobody. What reached a client before the machine ran at its new
 * place was sent at the old one, and what came later at the new one.
 */
import { CAPTURE_MACHINE } from "../../assembly/layout/capture";
import { BORN_BACKEND, BORN_DEVICE_MODEL, TRACE_BORN, TRACE_FETCHED } from "../../assembly/layout/trace";
import type { CapturedFrame } from "../core/captured";
import type { TraceRecord } from "../core/trace";
import type { Place } from "../host/place";
import type { Control } from "./control";

/** Bytes of a frame that are looked at: addresses and type. */
export const HEADER_BYTES = 14;
const SOURCE_AT = 6;
const TYPE_AT = 12;
const TYPE_ARP = 0x0806;

/** What a client saw of a machine that moved, or of a bond that turned to its other NIC. */
export interface ClientView {
  readonly client: string;
  /** When the last frame from the old place or NIC arrived, and the first from the new one; null for none. */
  readonly lastBeforeNs: number | null;
  readonly firstAfterNs: number | null;
}

export interface MigrationView {
  /** The first frame that the machine sends at its new place; null for none. */
  readonly firstSentNs: number | null;
  readonly clients: readonly ClientView[];
  /** The same of a bond: round its turning to the paravirtual NIC, and round its turning back. */
  readonly failover: readonly ClientView[];
  readonly failback: readonly ClientView[];
}

/** What was seen round a moment, by the number of the client's tap. */
type Seen = Map<number, { lastBeforePs: number | null; firstAfterPs: number | null }>;

interface Watched {
  firstSentPs: number | null;
  readonly move: Seen;
  readonly failover: Seen;
  readonly failback: Seen;
}

export class MigrationWatch {
  readonly #control: Control;
  readonly #watched: readonly Watched[];

  constructor(control: Control) {
    this.#control = control;
    this.#watched = control.migrations.map(() => {
      return { firstSentPs: null, move: new Map(), failover: new Map(), failback: new Map() };
    });
  }

  records(records: readonly TraceRecord[]): void {
    if (this.#watched.length === 0) return;
    for (const { kind, subject, b, timePs } of records) {
      if (kind === TRACE_FETCHED) this.#sent(({ vf }) => vf === subject, timePs);
      else if (kind === TRACE_BORN && (b === BORN_BACKEND || b === BORN_DEVICE_MODEL)) {
        this.#sent(({ front }) => front?.vif === subject, timePs);
      }
    }
  }

  #sent(isFrom: (place: Place) => boolean, timePs: number): void {
    this.#watched.forEach((watched, index) => {
      const target = this.#control.migrations[index]?.target;
      if (target && watched.firstSentPs === null && isFrom(target)) watched.firstSentPs = timePs;
    });
  }

  frames(frames: readonly CapturedFrame[]): void {
    if (this.#watched.length === 0) return;
    for (const frame of frames) this.#seen(frame);
  }

  #seen({ client, timePs, bytes }: CapturedFrame): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (view.getUint16(TYPE_AT) === TYPE_ARP) return;
    // As in the machine's address: the first byte lowest.
    const from = { low: view.getUint32(SOURCE_AT, true), high: view.getUint16(SOURCE_AT + 4, true) };
    this.#control.migrations.forEach(({ mac, timeline: { resumedNs }, bond }, index) => {
      const watched = this.#watched[index];
      if (!watched || mac.low !== from.low || mac.high !== from.high) return;
      note(watched.move, client, timePs, resumedNs);
      if (!bond) return;
      note(watched.failover, client, timePs, bond.failedOverNs);
      note(watched.failback, client, timePs, bond.returnedNs);
    });
  }

  /** Returns what was seen of each migration. */
  views(): MigrationView[] {
    return this.#watched.map(({ firstSentPs, move, failover, failback }) => ({
      firstSentNs: toNs(firstSentPs),
      clients: this.#viewOf(move),
      failover: this.#viewOf(failover),
      failback: this.#viewOf(failback),
    }));
  }

  #viewOf(seen: Seen): ClientView[] {
    return this.#control.clients.flatMap(({ name, index, isMachine }) => {
      const found = seen.get(isMachine ? CAPTURE_MACHINE + index : index);
      if (!found) return [];
      return [{ client: name, lastBeforeNs: toNs(found.lastBeforePs), firstAfterNs: toNs(found.firstAfterPs) }];
    });
  }
}

/** A client has a frame of a machine's: before a moment, or behind it. */
function note(seen: Seen, client: number, timePs: number, momentNs: number | null): void {
  const found = seen.get(client) ?? { lastBeforePs: null, firstAfterPs: null };
  if (momentNs === null || timePs < momentNs * 1000) found.lastBeforePs = Math.max(found.lastBeforePs ?? 0, timePs);
  else found.firstAfterPs = Math.min(found.firstAfterPs ?? Number.POSITIVE_INFINITY, timePs);
  seen.set(client, found);
}

function toNs(ps: number | null): number | null {
  return ps === null ? null : Math.floor(ps / 1000);
}
