/**
 * What there is to be seen of a world in the end: memories, registers, what happened to frames and when. Frame numbers
 * and the order in which the simulator came to know of things are left out: they belong to its schedule.
 */
import { createHash } from "node:crypto";
import {
  TRACE_CONSUMED,
  TRACE_DELIVERED,
  TRACE_DROPPED,
  TRACE_FETCHED,
  TRACE_HANDED,
  TRACE_INTERRUPT,
  TRACE_POSTED,
  TRACE_SENT,
} from "../../assembly/layout/trace";
import { PF_REGISTER_LIST, peekRegisters } from "../../src/core/registers";
import type { TraceRecord } from "../../src/core/trace";
import type { World } from "../../src/core/world";
import { pageHashes } from "./guest-pages";

/** What a world consists of, as far as it is looked at. */
export interface Parts {
  readonly guests: readonly number[];
  readonly vfs: readonly number[];
  readonly ports: readonly number[];
}

/** Everything seen, by what it is of; each value is a digest or short enough to be read. */
export type WorldOutcome = Readonly<Record<string, string>>;

const KINDS: ReadonlyMap<number, string> = new Map([
  [TRACE_FETCHED, "fetched"],
  [TRACE_SENT, "sent"],
  [TRACE_DELIVERED, "delivered"],
  [TRACE_CONSUMED, "consumed"],
  [TRACE_DROPPED, "dropped"],
  [TRACE_HANDED, "handed"],
  [TRACE_POSTED, "posted"],
  [TRACE_INTERRUPT, "interrupts"],
]);

function digestOf(lines: readonly string[]): string {
  return `${lines.length} ${createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16)}`;
}

/** Watches a world: gathers its trace and captures each time it is told to look. */
export class Watcher {
  readonly #lines = new Map<string, string[]>([...KINDS.values(), "frames"].map((name) => [name, []]));

  constructor(readonly world: World) {}

  look(): void {
    for (const record of this.world.takeTrace()) this.#note(record);
    for (const { timePs, client, bytes } of this.world.takeCapture()) {
      this.#lines.get("frames")?.push(`${timePs} ${client} ${Buffer.from(bytes).toString("hex")}`);
    }
  }

  #note({ kind, timePs, subject, a, b }: TraceRecord): void {
    const name = KINDS.get(kind);
    if (name !== undefined) this.#lines.get(name)?.push(`${timePs} ${subject} ${a} ${b}`);
  }

  /** How often something of a kind was seen. */
  count(name: string): number {
    return this.#lines.get(name)?.length ?? 0;
  }

  /** Returns the outcome as it stands; what nobody has looked at yet is not in it. */
  outcome({ guests, vfs, ports }: Parts): WorldOutcome {
    this.look();
    const seen: Record<string, string> = {};
    for (const [name, lines] of this.#lines) seen[name] = digestOf([...lines].sort());
    for (const guest of guests) {
      seen[`memory ${guest}`] = digestOf([...pageHashes(this.world, guest)].map(([page, hash]) => `${page} ${hash}`));
    }
    for (const vf of vfs) {
      seen[`registers ${vf}`] = [...peekRegisters(this.world, vf)].map(([name, value]) => `${name}=${value}`).join(" ");
    }
    for (const port of ports) {
      const values = PF_REGISTER_LIST.map(({ name, offset }) => {
        return `${name}=${this.world.plane.peekPfRegister(port, offset) >>> 0}`;
      });
      seen[`port ${port}`] = values.join(" ");
    }
    return seen;
  }
}
