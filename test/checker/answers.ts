/**
 * Judge of what a client may rely on: every answer it holds is one that the service, as it runs at the end, knows of.
 *
 * The service counts each answer in the answer's slot, in guest memory; a client's capture says which answers arrived.
 * If an answer left a primary and the state that produced it died with that primary, the count is short: the client
 * holds an output whose cause was lost. A count above is no fault: the answer was lost on the way, or held and discarded.
 *
 * Reads guest memory by the layout in docs/guest-software.md and frames by the RFCs; shares nothing with the service.
 */
import { Faults, type Verdict } from "./record";

const PAGE_BYTES = 4096;
const SERVICE_PAGE = 7;
const UDP_PAYLOAD = 42;

/** A frame that arrived at a client, without check sequence. */
export interface ArrivedFrame {
  readonly bytes: Uint8Array;
}

/** Judges the answers that clients hold against the memory of the guest that runs at the end. */
export function judgeAnswers(
  arrived: readonly ArrivedFrame[],
  servicePort: number,
  pages: ReadonlyMap<number, Uint8Array>,
): Verdict {
  const known = readHits(pages);
  const received = new Map<string, number>();
  let count = 0;
  for (const { bytes } of arrived) {
    const payload = payloadFrom(bytes, servicePort);
    if (!payload) continue;
    const key = latin1(payload);
    received.set(key, (received.get(key) ?? 0) + 1);
    count++;
  }
  let missing = 0;
  for (const [key, times] of received) missing += Math.max(0, times - (known.get(key) ?? 0));
  const faults = new Faults();
  if (missing) faults.add(`${missing} answers reached a client that the service, as it goes on, never gave`);
  return faults.verdict("answers have a cause", `${count} answers`);
}

/** Reads how often each reply was given, by its bytes. */
function readHits(pages: ReadonlyMap<number, Uint8Array>): Map<string, number> {
  const read = (address: number, bytes: number) => readAcross(pages, address, bytes);
  const word = (address: number) => new DataView(read(address, 4).buffer).getUint32(0, true);
  const service = SERVICE_PAGE * PAGE_BYTES;
  const slotCount = word(service + 4);
  const slotBytes = word(service + 8);
  const slots = word(service + 20);
  const hits = new Map<string, number>();
  for (let slot = 0; slot < slotCount; slot++) {
    const at = slots + slot * slotBytes;
    const reply = latin1(read(at + 16, Math.min(word(at + 12), slotBytes - 16)));
    hits.set(reply, (hits.get(reply) ?? 0) + word(at + 8));
  }
  return hits;
}

function readAcross(pages: ReadonlyMap<number, Uint8Array>, address: number, byteCount: number): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  for (let i = 0; i < byteCount; i++) {
    const at = address + i;
    bytes[i] = pages.get(Math.floor(at / PAGE_BYTES))?.[at % PAGE_BYTES] ?? 0;
  }
  return bytes;
}

/** Returns the UDP payload of a frame from the service's port, null for any other frame. */
function payloadFrom(frame: Uint8Array, port: number): Uint8Array | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < UDP_PAYLOAD || view.getUint16(12) !== 0x0800 || view.getUint8(23) !== 17) return null;
  if (view.getUint16(34) !== port) return null;
  return frame.subarray(UDP_PAYLOAD, 34 + view.getUint16(38));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
