/**
 * The C engine: a child process that is sent a command a line and answers each with a line (native/main.c). It
 * measures itself, so the pipe costs nothing that is counted.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Work } from "./cases";
import type { Engine, Measured } from "./engine";
import { IMAGES } from "./image";

/** Who waits for the next line. */
interface Waiter {
  readonly resolve: (line: string) => void;
  readonly reject: (reason: Error) => void;
}

export class NativeEngine implements Engine {
  readonly name = "c";
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiters: Waiter[] = [];

  readonly #images: readonly Uint8Array[];
  /** Images that the program has been given, from the first. */
  #handedOver = 0;

  /** Starts the program at a path; it saves and restores the images given. */
  constructor(path: string, images: readonly Uint8Array[] = IMAGES) {
    this.#images = images;
    this.#child = spawn(path, [], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#waiters.shift()?.resolve(line));
    this.#child.on("error", (error) => this.#fail(error));
    this.#child.on("exit", (code) => this.#fail(new Error(`the C engine ended with code ${code}`)));
    this.#child.stdin.on("error", (error) => this.#fail(error));
  }

  async run(work: Work, count: number): Promise<Measured> {
    if ("image" in work) await this.#handOver();
    return this.#measure(`run ${work.kind} ${count} ${parametersOf(work).join(" ")}`);
  }

  /** Does with the bytes of so many packets, a multiple of 32, what their way does with them, and nothing else (native/carry.c). */
  async carryBytes(count: number, frameBytes: number, flowCount: number): Promise<Measured> {
    return this.#measure(`carry ${count} ${frameBytes} ${flowCount}`);
  }

  async #measure(command: string): Promise<Measured> {
    const answer = await this.#ask(command);
    const [nanoseconds, result] = answer.split(" ").map(Number);
    if (nanoseconds === undefined || result === undefined) throw new Error(`the C engine answered "${answer}"`);
    return { nanoseconds, result };
  }

  async #handOver(): Promise<void> {
    for (; this.#handedOver < this.#images.length; this.#handedOver++) {
      const hex = Buffer.from(this.#images[this.#handedOver] ?? []).toString("hex");
      await this.#ask(`image ${this.#handedOver} ${hex}`);
    }
  }

  async dump(): Promise<Uint8Array> {
    const path = join(tmpdir(), `renic-bench-${process.pid}-${this.#child.pid}.dump`);
    try {
      await this.#ask(`dump ${path}`);
      return readFileSync(path);
    } finally {
      rmSync(path, { force: true });
    }
  }

  close(): void {
    this.#child.stdin.end();
  }

  #ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#child.stdin.write(`${line}\n`);
    });
  }

  #fail(reason: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
  }
}

function parametersOf(work: Work): readonly number[] {
  switch (work.kind) {
    case "ring-path":
      return [work.frameBytes];
    case "hold-events":
      return [work.pending];
    case "harvest":
      return [work.markedCount];
    case "save-image":
    case "restore-image":
      return [work.image];
    case "copy-page":
    case "hash-page":
      return [0];
    case "delta-page":
      return [work.changedWords];
  }
}
