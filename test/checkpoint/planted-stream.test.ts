/** What a stream's two ends could get wrong, planted in them: each is seen by a trial that the device as it is passes. */
import { afterAll, describe, expect, it } from "vitest";
import type { Planting } from "../agreement/planted-bug";
import { PlantingGround } from "../agreement/planted-build";
import { recordsOf } from "../reference/checkpoint-stream";
import { withCount, withRecords } from "../support/damaged-stream";
import { changedPages, pageHashes, writePage } from "../support/guest-pages";
import { StreamScene } from "../support/stream-scene";
import { RELEASE } from "../support/wasm-builds";

/** A build takes some seconds, on a machine that may have other work. */
const MOST_MS = 120_000;
const RAW = 3;

const ground = new PlantingGround();
afterAll(() => ground.remove());

/** Returns what is wrong with a module, or nothing. */
type Trial = (module: WebAssembly.Module) => string[];

/** Three versions of two pages, each taken. */
function sendVersions(module: WebAssembly.Module): { scene: StreamScene; problems: string[] } {
  const scene = new StreamScene(module, 4);
  const { world, source, target } = scene;
  const problems: string[] = [];
  for (const version of [1, 2, 3]) {
    for (const page of [5, 6]) writePage(world, source.guest, page, Uint8Array.of(version, page));
    const refusal = scene.take(scene.checkpoint(version));
    if (refusal) problems.push(`version ${version} is refused with code ${refusal.code}`);
  }
  const changed = changedPages(pageHashes(world, source.guest), pageHashes(world, target.guest));
  return { scene, problems: [...problems, ...changed.map((page) => `page ${page} differs`)] };
}

const versions: Trial = (module) => sendVersions(module).problems;

/** Every byte of a further stream damaged in turn. */
const damage: Trial = (module) => {
  const { scene } = sendVersions(module);
  writePage(scene.world, scene.source.guest, 7, Uint8Array.of(1));
  const stream = scene.checkpoint(4);
  return [...stream.keys()].flatMap((at) => {
    const damaged = stream.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    return scene.take(damaged) ? [] : [`byte ${at} may be damaged`];
  });
};

/** A further stream without one of its records. */
const loss: Trial = (module) => {
  const { scene } = sendVersions(module);
  writePage(scene.world, scene.source.guest, 7, Uint8Array.of(1));
  const stream = withRecords(scene.checkpoint(4), ({ type }) => type !== RAW);
  expect(recordsOf(stream).some(({ type }) => type === RAW)).toBe(false);
  return [stream, withCount(stream, -1)].flatMap((lossy) => (scene.take(lossy) ? [] : ["a record may be lost"]));
};

const BUGS: readonly (Planting & { readonly trial: Trial })[] = [
  {
    name: "the version that was sent as a delta is not kept: the next is made from the wrong one",
    file: "checkpoint/stream-writer.ts",
    text: "  memory.copy(kept, body, PAGE_BYTES);\n  store<u64>(payload, digest);",
    replacement: "  if (runs == RUNS_TOO_LONG) memory.copy(kept, body, PAGE_BYTES);\n  store<u64>(payload, digest);",
    trial: versions,
  },
  {
    name: "the CRC of a record is not looked at",
    file: "checkpoint/stream-check.ts",
    text: "load<u32>(record, STREAM_RECORD_CRC) == recordCrc(record) ? STREAM_OK : STREAM_BAD_RECORD_CRC",
    replacement: "STREAM_OK",
    trial: damage,
  },
  {
    name: "the digest of a page is not looked at",
    file: "checkpoint/stream-check.ts",
    text: "return digestBytes(page, at, PAGE_BYTES) == load<u64>(payloadOf(record));",
    replacement: "return true;",
    trial: damage,
  },
  {
    name: "the CRC of all headers is not looked at",
    file: "checkpoint/stream-check.ts",
    text: "load<u32>(payloadOf(record), END_CRC) == headersCrc ? STREAM_OK : STREAM_BAD_END_CRC",
    replacement: "STREAM_OK",
    trial: loss,
  },
];

describe("planted in the stream", () => {
  it.each([
    { what: "versions", trial: versions },
    { what: "damage", trial: damage },
    { what: "loss", trial: loss },
  ])("nothing, $what, finds nothing", ({ trial }) => {
    expect(trial(RELEASE.module)).toEqual([]);
  });

  it.each(BUGS)(
    "$name, is caught",
    async ({ trial, ...bug }) => {
      expect(trial(await ground.build(bug))).not.toEqual([]);
    },
    MOST_MS,
  );
});
