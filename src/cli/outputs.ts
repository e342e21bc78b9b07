/** Writing results: each file whole or not at all, by writing beside it and renaming. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CAPTURE_MACHINE } from "../../assembly/layout/capture";
import type { CapturedFrame } from "../core/captured";
import type { ClientControl } from "../experiment/control";
import { PcapngWriter } from "../format/pcapng-writer";
import { messageOf, OutputError } from "./exit";

const LINK_TYPE_ETHERNET = 1;

/** Writes a file into a folder that is made if it is missing. Throws OutputError. */
export async function writeResult(folder: string, name: string, contents: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  const beside = `${path}.part`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(beside, contents);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new OutputError(`${path} cannot be written: ${messageOf(error)}`);
  }
}

/** Returns what clients saw as pcapng: one interface a client, the epoch of each frame, where there is one, as its comment. */
export function captureFile(clients: readonly ClientControl[], frames: readonly CapturedFrame[]): Uint8Array {
  const writer = new PcapngWriter("renic");
  for (const { name } of clients) writer.addInterface({ name, linkType: LINK_TYPE_ETHERNET });
  const interfaceOf = new Map(
    clients.map(({ index, isMachine }, position) => [isMachine ? CAPTURE_MACHINE + index : index, position]),
  );
  for (const { client, timePs, bytes, frameBytes, epoch } of frames) {
    const interfaceIndex = interfaceOf.get(client);
    if (interfaceIndex === undefined) throw new Error("only the taps of clients capture");
    const timeNs = BigInt(Math.floor(timePs / 1000));
    const comment = epoch === null ? {} : { comment: `epoch ${epoch}` };
    writer.append({ interfaceIndex, timeNs, bytes, originalBytes: frameBytes, ...comment });
  }
  return writer.take();
}
