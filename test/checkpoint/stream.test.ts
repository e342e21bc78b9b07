/** The checkpoint stream: both decoders agree, both sides agree on every page, and what is damaged is refused whole. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { VTEIAM } from "../../assembly/layout/vf-registers";
import { recordsOf, StreamModel } from "../reference/checkpoint-stream";
import { changedPages, pageHashes, readPage, writePage } from "../support/guest-pages";
import { RandomSource } from "../support/random-source";
import { PAGE_COUNT, StreamScene } from "../support/stream-scene";
import { BUILDS } from "../support/wasm-builds";

/** Streams in the document, as bytes. */
const EXAMPLES = [...readFileSync("docs/checkpoint-stream.md", "utf8").matchAll(/```\n([0-9a-f\s]+)```/g)].map(
  (match) => Uint8Array.from(Buffer.from((match[1] ?? "").replace(/\s/g, ""), "hex")),
);

/** Changes a page as software does: a word, some words, all of it, nothing, or back to zeros. */
function changePage({ world, source }: StreamScene, random: RandomSource, page: number): void {
  const bytes = readPage(world, source.guest, page);
  const kind = random.below(10);
  if (kind === 0) bytes.fill(0);
  else if (kind === 1) for (let at = 0; at < bytes.length; at++) bytes[at] = random.below(256);
  else if (kind < 9) {
    for (let left = random.below(40); left; left--) bytes[random.below(bytes.length)] = random.below(256);
  }
  writePage(world, source.guest, page, bytes);
}

describe.each(BUILDS)("a checkpoint stream, $name build", ({ module }) => {
  it("of random checkpoints, read by the device and by the model, makes the backup equal to the primary", () => {
    const scene = new StreamScene(module, 16);
    const { world, source, target, model } = scene;
    const random = new RandomSource(1);
    const kinds = new Set<number>();
    for (let round = 0; round < 30; round++) {
      for (let count = 0; count < 12; count++) changePage(scene, random, random.below(round < 15 ? 24 : PAGE_COUNT));
      world.plane.writeRegister(source.vf, VTEIAM, random.below(8));
      const stream = round < 3 ? scene.batch() : scene.checkpoint(round, round * 5);
      for (const { type } of recordsOf(stream)) kinds.add(type);
      expect(model.take(stream)).toBeNull();
      expect(scene.take(stream)).toBeNull();
      if (round >= 3) expect(scene.taken()).toEqual({ vcpuFlags: model.vcpuFlags, image: model.image });
    }
    expect(model).toMatchObject({ epoch: 29, vcpuFlags: 145 });
    expect([...kinds].sort()).toEqual([1, 2, 3, 4, 5, 65535]);
    expect(changedPages(pageHashes(world, source.guest), pageHashes(world, target.guest))).toEqual([]);
    for (const [page, bytes] of model.pages) expect(readPage(world, target.guest, page)).toEqual(bytes);
  });

  it("over a long run, leaves every page that the sender remembers as the backup has it", () => {
    const scene = new StreamScene(module, 12);
    const random = new RandomSource(2);
    let remembered = 0;
    for (let round = 1; round <= 300; round++) {
      for (let count = random.below(8); count; count--) changePage(scene, random, random.below(20));
      expect(scene.take(scene.checkpoint(round, 0, new Uint8Array()))).toBeNull();
      for (let page = 0; page < 20; page++) {
        const sent = scene.sent(page);
        if (!sent) continue;
        remembered++;
        expect(Buffer.compare(sent, readPage(scene.world, scene.target.guest, page))).toBe(0);
      }
    }
    expect(remembered).toBeGreaterThan(300 * 6);
  });

  it("remembers the pages that it sent last, forgets the one that it sent longest ago", () => {
    const scene = new StreamScene(module, 3);
    const { world, source } = scene;
    const remembered = () => Array.from({ length: 8 }, (_, page) => page).filter((page) => scene.sent(page));
    const send = (page: number, value: number, epoch: number) => {
      writePage(world, source.guest, page, Uint8Array.of(value));
      scene.checkpoint(epoch);
    };
    // All that is present is sent in every checkpoint, in ascending order.
    send(2, 1, 1);
    send(4, 1, 2);
    expect(remembered()).toEqual([2, 4]);
    send(6, 1, 3);
    expect(remembered()).toEqual([2, 4, 6]);
    send(7, 1, 4);
    // 2, 4 and 6 were there. 7 takes the place of 2, which was sent before the others.
    expect(remembered()).toEqual([4, 6, 7]);
  });

  it("forgets a page that it sends as zeros, and sends what comes after it raw", () => {
    const scene = new StreamScene(module, 3);
    const { world, source } = scene;
    for (const [epoch, value] of [1, 0, 2].entries()) {
      writePage(world, source.guest, 5, Uint8Array.of(value));
      const stream = scene.checkpoint(epoch);
      expect(scene.take(stream)).toBeNull();
      expect(scene.sent(5) !== null).toBe(value !== 0);
      expect(recordsOf(stream).find(({ subject }) => subject === 5)?.type).toBe(value ? 3 : 4);
    }
  });

  it("counts what became of pages", () => {
    const scene = new StreamScene(module, 8);
    const { world, source } = scene;
    for (const page of [1, 2, 3]) writePage(world, source.guest, page, Uint8Array.of(page));
    writePage(world, source.guest, 4, new Uint8Array());
    scene.checkpoint(1);
    expect(scene.counts()).toEqual({ raw: 3, zero: 1, delta: 0, same: 0 });
    writePage(world, source.guest, 2, Uint8Array.of(9));
    writePage(world, source.guest, 3, new Uint8Array(4096).fill(7));
    scene.checkpoint(2);
    expect(scene.counts()).toEqual({ raw: 1, zero: 1, delta: 1, same: 1 });
  });

  it("with the bytes of one that keeps the page's length, takes the shorter of runs and raw", () => {
    const scene = new StreamScene(module, 4);
    const alternating = (value: number) => Uint8Array.from({ length: 4096 }, (_, at) => (at % 8 === 0 ? value : 3));
    writePage(scene.world, scene.source.guest, 1, alternating(1));
    scene.take(scene.checkpoint(1));
    writePage(scene.world, scene.source.guest, 1, alternating(2));
    const stream = scene.checkpoint(2);
    const record = recordsOf(stream).find(({ subject, type }) => subject === 1 && type === 5);
    // 512 words, each with a head of its own.
    expect(record?.payload.length).toBe(8 + 512 * 6);
    expect(scene.take(stream)).toBeNull();
  });

  it("of a device whose state is no image, carries it whole each time", () => {
    const scene = new StreamScene(module, 4);
    for (const epoch of [1, 2]) {
      const state = Uint8Array.of(epoch, 2, 3);
      expect(scene.take(scene.checkpoint(epoch, 0, state))).toBeNull();
      expect(scene.taken().image).toEqual(state);
    }
  });

  it("that the document shows, is what it says", () => {
    const [batch, delta] = EXAMPLES;
    if (!batch || !delta) throw new Error("the document has two examples");
    const scene = new StreamScene(module, 4);
    expect(scene.model.take(batch)).toBeNull();
    expect(scene.take(batch)).toBeNull();
    const older = new Uint8Array(4096);
    older.set([0x44, 0x33, 0x22, 0x11], 8);
    writePage(scene.world, scene.source.guest, 7, older);
    scene.take(scene.batch());
    const newer = older.slice();
    newer[8] = 0x45;
    newer[4092] = 0xff;
    writePage(scene.world, scene.source.guest, 7, newer);
    const record = recordsOf(scene.batch()).find(({ subject }) => subject === 7);
    expect(Buffer.concat([record?.header ?? new Uint8Array(), record?.payload ?? new Uint8Array()])).toEqual(
      Buffer.from(delta.subarray(0, 16 + 28)),
    );
  });

  it("read by a fresh model, is refused for its sequence", () => {
    const scene = new StreamScene(module, 4);
    scene.batch();
    const second = scene.batch();
    const refusal = { code: 6, offset: 0 };
    expect(scene.take(second)).toEqual(refusal);
    expect(new StreamModel(PAGE_COUNT).take(second)).toEqual(refusal);
  });
});
